"""What calls to sellers' endpoints need, picked beside `wiring.py`. What one of the functions alone needs is imported when it asks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from lotbook import wiring
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries, DynamoLanes
from lotbook.adapters.dynamo.endpoints import DynamoEndpoints, DynamoEndpointSecrets
from lotbook.adapters.names import SystemNames
from lotbook.adapters.queue import SqsDeliveries
from lotbook.settings import settings

if TYPE_CHECKING:
    from lotbook.ports.endpoints import Courier, DeliveryQueue
    from lotbook.usecases.endpoints.fan_out import FanOutDesk
    from lotbook.usecases.endpoints.manage import EndpointDesk
    from lotbook.usecases.endpoints.relay import RelayDesk


@cache
def _sqs() -> Any:
    return wiring._client("sqs")


def queue() -> DeliveryQueue:
    """The deliveries to send."""
    return SqsDeliveries(_sqs(), settings().deliveries_queue)


@cache
def _caller() -> Courier:
    from lotbook.adapters.caller import EndpointCaller

    return EndpointCaller(SystemNames())


def endpoint_desk() -> EndpointDesk:
    """The ports of keeping endpoints: it writes secrets, and reads none."""
    from lotbook.usecases.endpoints.manage import EndpointDesk

    return EndpointDesk(
        endpoints=DynamoEndpoints(wiring.table()),
        deliveries=DynamoDeliveries(wiring.table()),
        queue=queue(),
        names=SystemNames(),
        clock=wiring.clock(),
        entropy=wiring.entropy(),
        loopback=settings().loopback_endpoints,
    )


def fan_out_desk() -> FanOutDesk:
    """The ports of copying events to endpoints."""
    from lotbook.usecases.endpoints.fan_out import FanOutDesk

    return FanOutDesk(
        endpoints=DynamoEndpoints(wiring.table()),
        deliveries=DynamoDeliveries(wiring.table()),
        queue=queue(),
        clock=wiring.clock(),
    )


def relay_desk() -> RelayDesk:
    """The ports of sending."""
    from lotbook.adapters.system import SystemDice
    from lotbook.usecases.endpoints.relay import RelayDesk

    table = wiring.table()
    return RelayDesk(
        endpoints=DynamoEndpoints(table),
        secrets=DynamoEndpointSecrets(table),
        deliveries=DynamoDeliveries(table),
        lanes=DynamoLanes(table),
        queue=queue(),
        caller=_caller(),
        bus=wiring.bus(),
        clock=wiring.clock(),
        dice=SystemDice(),
        loopback=settings().loopback_endpoints,
    )
