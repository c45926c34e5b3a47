"""Copy an event to every endpoint that wants it: a delivery each, and a message that says to send it.

The event comes again until all of that is done; done again, it makes the same deliveries. A message that was lost between the
two writes is missed by nobody: the schedule finds the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.endpoints.deliveries import made

if TYPE_CHECKING:
    from lotbook.domain.endpoints.deliveries import Event
    from lotbook.ports.endpoints import DeliveryQueue, DeliveryStore, EndpointStore
    from lotbook.ports.shop import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutDesk:
    """The ports of copying."""

    endpoints: EndpointStore
    deliveries: DeliveryStore
    queue: DeliveryQueue
    clock: Clock


def fan_out(event: Event, *, desk: FanOutDesk) -> int:
    """How many endpoints get it. Raises Unavailable: then it is to come again."""
    wanting = [endpoint for endpoint in desk.endpoints.list() if endpoint.wants(event.kind)]
    for endpoint in wanting:
        delivery = made(event, endpoint.endpoint_id, desk.clock.now())
        desk.deliveries.create(delivery)
        desk.queue.ask(endpoint.endpoint_id, delivery.delivery_id)
    return len(wanting)
