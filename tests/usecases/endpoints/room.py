"""The relay with everything around it in memory: a bus that brings events, the queue's messages, the schedule, the clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from lotbook.domain.endpoints.deliveries import Delivery, Event
from lotbook.usecases.endpoints.fan_out import FanOutDesk, fan_out
from lotbook.usecases.endpoints.manage import EndpointDesk
from lotbook.usecases.endpoints.relay import Outcome, RelayDesk, relay
from tests.fakes.accounts import ManualClock
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.desk import CountingEntropy
from tests.fakes.endpoints import (
    FakeCaller,
    FakeDeliveries,
    FakeDeliveryQueue,
    FakeDice,
    FakeEndpoints,
    FakeLanes,
    FakeNames,
    an_endpoint,
)
from tests.fakes.outbox import RecordingBus

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAX_MESSAGES = 1_000


class Dying(Countdown):
    """A process that is gone does nothing more: it gives no lane back either."""

    def call(self, name: str, method: Any, args: Any, kwargs: Any) -> Any:
        if self.crashed_in:
            raise Crash
        return super().call(name, method, args, kwargs)


@dataclass
class Room:
    """One deployment's relay."""

    clock: ManualClock = field(default_factory=ManualClock)
    endpoints: FakeEndpoints = field(default_factory=FakeEndpoints)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    lanes: FakeLanes = field(default_factory=FakeLanes)
    queue: FakeDeliveryQueue = field(default_factory=FakeDeliveryQueue)
    caller: FakeCaller = field(default_factory=FakeCaller)
    bus: RecordingBus = field(default_factory=RecordingBus)
    names: FakeNames = field(default_factory=FakeNames)

    def add(self, endpoint_id: str = "end_1", **changes: Any) -> None:
        self.endpoints.create(an_endpoint(endpoint_id, **changes), SECRET)

    def relay_desk(self, dying: Dying | None = None) -> RelayDesk:
        ports: dict[str, Any] = {
            "endpoints": self.endpoints,
            "secrets": self.endpoints,
            "deliveries": self.deliveries,
            "lanes": self.lanes,
            "queue": self.queue,
            "caller": self.caller,
            "bus": self.bus,
        }
        if dying is not None:
            ports = {name: dying.wrap(name, port) for name, port in ports.items()}
        return RelayDesk(**ports, clock=self.clock, dice=FakeDice(), loopback=False)

    def fan_out_desk(self, dying: Dying | None = None) -> FanOutDesk:
        ports: dict[str, Any] = {"endpoints": self.endpoints, "deliveries": self.deliveries, "queue": self.queue}
        if dying is not None:
            ports = {name: dying.wrap(name, port) for name, port in ports.items()}
        return FanOutDesk(**ports, clock=self.clock)

    def endpoint_desk(self) -> EndpointDesk:
        return EndpointDesk(
            endpoints=self.endpoints,
            deliveries=self.deliveries,
            queue=self.queue,
            names=self.names,
            clock=self.clock,
            entropy=CountingEntropy(),
            loopback=False,
        )

    def tell(self, event: Event) -> None:
        """An event comes from the bus."""
        fan_out(event, desk=self.fan_out_desk())

    def send(self, endpoint_id: str = "end_1", place: int = 0) -> Outcome:
        """The message of an endpoint's first delivery."""
        return relay(endpoint_id, self.rows(endpoint_id)[place].delivery_id, desk=self.relay_desk())

    def rows(self, endpoint_id: str = "end_1") -> list[Delivery]:
        """Deliveries, the oldest event first."""
        return [row for place, row in sorted(self.deliveries.kept.items()) if place[0] == endpoint_id]

    def work(self) -> None:
        """Every message that waits, at its time; then whatever the schedule finds, until nothing is pending."""
        for _ in range(MAX_MESSAGES):
            if self.queue.asked:
                endpoint_id, delivery_id, wait = self.queue.asked.pop(0)
                self.clock.instant += wait
                relay(endpoint_id, delivery_id, desk=self.relay_desk())
                continue
            pending = [row for row in self.deliveries.kept.values() if row.looked_at is not None]
            if not pending:
                return
            first = min(pending, key=lambda row: row.looked_at or 0)
            self.clock.instant = max(self.clock.instant, first.looked_at or 0)
            self.queue.ask(first.endpoint_id, first.delivery_id)
        raise AssertionError("it does not end")


def altered(room: Room, endpoint_id: str = "end_1", **changes: Any) -> None:
    """Somebody changes the endpoint."""
    room.endpoints.save(replace(room.endpoints.kept[endpoint_id], **changes))
