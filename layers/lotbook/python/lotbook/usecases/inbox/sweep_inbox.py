"""The scheduled recheck: purchases without a verdict, and events that nobody acknowledged, by turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.usecases.inbox.sweep_money_back import BOUNDS, Undelivered
from lotbook.usecases.inbox.sweep_purchases import ONE_BY_ONE, purchases_due
from lotbook.usecases.sweeping import Bounds, Swept, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.shop import DueIndex
    from lotbook.ports.sweeps import SweepMemory
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class Rechecked:
    """Purchases that were looked at, and that wait for nothing now; payments that were followed; what the sweeps left."""

    checked: int
    decided: int
    followed: int
    sweeps: tuple[Swept, Swept]


def sweep_inbox(
    *,
    desk: SalesDesk,
    due: DueIndex,
    memory: SweepMemory,
    time_left: Callable[[], int],
    bounds: tuple[Bounds, Bounds] = (ONE_BY_ONE, BOUNDS),
) -> Rechecked:
    """One bounded run. Raises nothing for what could not be looked at: it is in the answer."""
    decided: list[Purchase] = []
    undelivered = Undelivered(desk, memory)
    purchases = purchases_due(desk=desk, due=due, decided=decided.append, bounds=bounds[0])
    events = undelivered.work(bounds[1])
    done = sweep([purchases, events], memory=memory, clock=desk.clock, time_left=time_left)
    undelivered.close()
    looked, heard = done[purchases.kind], done[events.kind]
    return Rechecked(looked.finished, len(decided), undelivered.followed, (looked, heard))
