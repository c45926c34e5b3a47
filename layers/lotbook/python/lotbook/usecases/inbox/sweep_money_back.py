"""The schedule's look at refunds, disputes and late payments whose events nobody acknowledged: the gateway keeps that list (D9, X-18).

An event stays in that list for weeks, whatever is done about it. So a run keeps which ones it has followed, and goes on
with those behind them; one that cannot be followed waits as everything does that a sweep cannot do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.ports.shop import DueItem
from lotbook.ports.sweeps import Stumble
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from lotbook.usecases.inbox.sweep_purchases import LEAST_TIME_LEFT
from lotbook.usecases.sweeping import Bounds, Work

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import EventHint
    from lotbook.ports.sweeps import SweepMemory
    from lotbook.usecases.sales.desk import SalesDesk

KIND = "undelivered"
WINDOW = 14 * instants.DAY  # the gateway tries for three days, and keeps events for thirty
# A slow payment may come after it had failed, when nothing else looks at the purchase any more.
LATE = "checkout.session.async_payment_succeeded"
MAX_PAYMENTS_A_RUN = 50  # about four gateway reads each
BOUNDS = Bounds(MAX_PAYMENTS_A_RUN, batch=1, workers=1, time_left=LEAST_TIME_LEFT)


@dataclass(slots=True)
class Undelivered:
    """One run's look at them. `followed`: payments that were followed or settled."""

    desk: SalesDesk
    memory: SweepMemory
    followed: int = 0
    _kept: frozenset[str] = frozenset()
    _done: set[str] = field(default_factory=set)
    _of: dict[str, tuple[EventHint, ...]] = field(default_factory=dict)

    def work(self, bounds: Bounds = BOUNDS) -> Work:
        """For `sweeping.sweep`; `close` when it is done."""
        return Work(KIND, self._items(), self._follow, self._begun, bounds)

    def close(self) -> None:
        """Keep what was followed. What the gateway does not list any more is forgotten."""
        listed = {hint.event_id for hints in self._of.values() for hint in hints}
        if self._done & listed != self._kept:
            self.memory.keep_followed(self._done & listed)

    def _items(self) -> Iterator[DueItem]:
        """Payments with an event that was not followed, the oldest first; those that failed before come after all others."""
        hints = self.desk.gateway.undelivered(tuple(sorted(MONEY_BACK | {LATE})), self.desk.clock.now() - WINDOW)
        self._kept = self.memory.followed()
        self._done = set(self._kept)
        payments: dict[tuple[str, bool], list[EventHint]] = {}
        for hint in hints:
            payments.setdefault((hint.payment_intent or hint.event_id, hint.kind == LATE), []).append(hint)
        self._of = {f"{payment}#{int(late)}": tuple(mine) for (payment, late), mine in payments.items()}
        known, now = self.memory.stumbles(KIND), self.desk.clock.now()
        waiting = [
            DueItem(mine[0].tag.account_id or "", name, now)
            for name, mine in self._of.items()
            if mine[-1].event_id not in self._done
        ]
        yield from (item for item in waiting if item.subject not in known)
        yield from (item for item in waiting if item.subject in known and known[item.subject].until <= now)

    def _begun(self, item: DueItem, until: int) -> DueItem | None:
        """The gateway's list cannot be put off. So what a run dies of is noted beside it, as if it had failed."""
        self.memory.keep(KIND, item.subject, Stumble(1, 0, until))
        return item

    def _follow(self, item: DueItem) -> None:
        """The newest event of a payment stands for all of them."""
        mine = self._of[item.name]
        outcome = handle_event(mine[-1], desk=self.desk).outcome
        self._done |= {hint.event_id for hint in mine}
        self.followed += outcome in ("followed", "settled")
        self.memory.forget(KIND, item.subject)
