"""Deliveries whose pause is over, or whose message was lost: asked for again by a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.sweeping import MAX_ITEMS_A_RUN, Work

if TYPE_CHECKING:
    from lotbook.ports.endpoints import DeliveryQueue
    from lotbook.ports.shop import Clock, DueIndex, DueItem

DUE_KIND = "delivery"


def deliveries_due(*, due: DueIndex, queue: DeliveryQueue, clock: Clock) -> Work:
    """The deliveries to ask for, for `sweeping.sweep`."""

    def ask(item: DueItem) -> None:
        queue.ask(item.account_id, item.name)

    return Work(DUE_KIND, due.due(DUE_KIND, clock.now(), MAX_ITEMS_A_RUN), ask, due.postpone)
