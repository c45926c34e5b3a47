"""The scheduled recheck: purchases without a verdict, events that nobody acknowledged, and closed accounts, by turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.closing.closings_due import closings_due
from lotbook.usecases.inbox.sweep_money_back import BOUNDS, Undelivered
from lotbook.usecases.inbox.sweep_purchases import ONE_BY_ONE, purchases_due
from lotbook.usecases.sweeping import Bounds, Swept, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.shop import DueIndex
    from lotbook.ports.sweeps import SweepMemory
    from lotbook.usecases.closing.closings_due import EndingDesk


@dataclass(frozen=True, slots=True)
class Rechecked:
    """Purchases that were looked at, and that wait for nothing now; payments that were followed; closed accounts that were
    looked at; what the sweeps left."""

    checked: int
    decided: int
    followed: int
    closings: int
    sweeps: tuple[Swept, ...]


def sweep_inbox(
    *,
    desk: EndingDesk,
    due: DueIndex,
    memory: SweepMemory,
    time_left: Callable[[], int],
    bounds: tuple[Bounds, Bounds] = (ONE_BY_ONE, BOUNDS),
) -> Rechecked:
    """One bounded run. Raises nothing for what could not be looked at: it is in the answer."""
    decided: list[Purchase] = []
    sales = desk.closing.sales
    undelivered = Undelivered(sales, memory)
    purchases = purchases_due(desk=sales, due=due, decided=decided.append, bounds=bounds[0])
    events = undelivered.work(bounds[1])
    closings = closings_due(desk=desk, due=due)
    done = sweep([purchases, events, closings], memory=memory, clock=sales.clock, time_left=time_left)
    undelivered.close()
    looked, ended = done[purchases.kind], done[closings.kind]
    return Rechecked(looked.finished, len(decided), undelivered.followed, ended.finished, tuple(done.values()))
