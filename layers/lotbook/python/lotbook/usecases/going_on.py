"""A run that leaves work begins the next one itself, so a backlog waits for no schedule.

One run follows the other, never two at once: whoever begins the next one claims its number first, so a run that was tried
again begins nothing twice. A chain ends when the schedule is due again, which begins a new one, or after MAX_RUNS.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.ports.shop import Clock
from lotbook.ports.sweeps import NextRun, SweepMemory
from lotbook.usecases.attempts import FailedWork, attempt

MAX_RUNS = (
    12  # in a row: AWS takes a function that has invoked itself 16 times for one that is out of control, and stops it
)
MEMBER = "chain"  # of the event


@dataclass(frozen=True, slots=True)
class Onward:
    """The ports of going on."""

    memory: SweepMemory
    clock: Clock
    next_run: NextRun


@dataclass(frozen=True, slots=True)
class Done:
    """A run that has done its work: which work, by which function (its ARN), and whether it leaves `more`.

    `period`: milliseconds between two runs of its schedule.
    """

    work: str
    function: str
    period: int
    more: bool


def go_on(event: Mapping[str, Any], done: Done, *, onward: Onward) -> list[FailedWork]:
    """Begin the next run with this one's event, if there is more to do and the chain may go on; what failed of that."""
    if not done.more:
        return []
    tried = attempt(partial(_begin, event, done, onward))
    return [] if tried.error is None else [FailedWork(f"the next run of {done.work}", None, "", tried.error)]


def _begin(event: Mapping[str, Any], done: Done, onward: Onward) -> None:
    now, chain = onward.clock.now(), event.get(MEMBER, {})
    number, until = int(chain.get("number", 1)) + 1, int(chain.get("until", now + done.period))
    if number > MAX_RUNS or now >= until:
        return
    if onward.memory.claim(f"{done.work}#{until // done.period}#{number}", now):
        onward.next_run.begin(done.function, {**event, MEMBER: {"number": number, "until": until}})
