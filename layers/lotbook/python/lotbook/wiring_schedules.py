"""What schedules need beside their work, picked beside `wiring.py`: no call of the API waits for it."""

from __future__ import annotations

from functools import cache

from lotbook import wiring
from lotbook.adapters.next_run import LambdaNextRun
from lotbook.usecases.going_on import Onward


@cache
def onward() -> Onward:
    """The ports of going on: a run that leaves work begins the next one."""
    return Onward(wiring.sweep_memory(), wiring.clock(), LambdaNextRun(wiring._client("lambda")))
