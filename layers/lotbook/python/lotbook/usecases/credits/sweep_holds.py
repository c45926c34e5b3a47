"""The scheduled lapse of holds whose time is over (D17). A burn or a read that meets one does not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values import instants
from lotbook.usecases.credits.resolve_hold import ANY_UNIT, lapse
from lotbook.usecases.sweeping import Bounds, Swept, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.credits.desk import CreditDesk

MAX_HOLDS_A_RUN = 1_000
MAX_FAILURES_A_RUN = 200
BATCH = 20
MIN_TIME_LEFT = 15 * instants.SECOND


def sweep_holds(*, due: DueIndex, desk: CreditDesk, time_left: Callable[[], int]) -> Swept:
    """Give back the holds that have lapsed; finish those that were resolved by somebody who died before the last step.

    Raises an ExceptionGroup as `sweeping.sweep` does.
    """
    items = due.due("hold", desk.clock.now(), MAX_HOLDS_A_RUN + MAX_FAILURES_A_RUN)

    def settle(item: DueItem) -> None:
        held = desk.books.entry(item.account_id, ANY_UNIT, item.name)
        if held is not None:  # the index names entries, which are never deleted
            lapse(item.account_id, held.unit, item.name, desk=desk)

    return sweep("hold", items, settle, Bounds(MAX_HOLDS_A_RUN, MAX_FAILURES_A_RUN, BATCH, MIN_TIME_LEFT), time_left)
