"""Endpoints in memory: stores, the queue, DNS, the lanes, and an endpoint that answers as the test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lotbook.domain.endpoints.addresses import EndpointTarget
from lotbook.domain.endpoints.deliveries import Delivery, Event, Reply, made
from lotbook.domain.endpoints.endpoint import Endpoint
from lotbook.domain.endpoints.signing import Secret
from lotbook.domain.values.errors import Conflict

PUBLIC = "93.184.215.14"
NOW = 1_768_471_200_000  # 2026-01-15T10:00:00Z


@dataclass
class FakeNames:
    """Implements `Names`: every name is public unless it is told otherwise; each question takes the next of its answers."""

    answers: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def numbers(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        told = self.answers.get(host, [(PUBLIC,)])
        return told.pop(0) if len(told) > 1 else told[0]


@dataclass
class FakeDeliveryQueue:
    """Implements `DeliveryQueue`."""

    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def ask(self, endpoint_id: str, delivery_id: str, wait: int = 0) -> None:
        self.asked.append((endpoint_id, delivery_id, wait))


@dataclass
class FakeEndpoints:
    """Implements `EndpointStore` and `EndpointSecrets`."""

    kept: dict[str, Endpoint] = field(default_factory=dict)
    secrets: dict[str, list[Secret]] = field(default_factory=dict)

    def list(self) -> list[Endpoint]:
        return [self.kept[key] for key in sorted(self.kept)]

    def get(self, endpoint_id: str) -> Endpoint | None:
        return self.kept.get(endpoint_id)

    def create(self, endpoint: Endpoint, secret: str) -> None:
        self.kept[endpoint.endpoint_id] = endpoint
        self.secrets[endpoint.endpoint_id] = [Secret(secret)]

    def save(self, endpoint: Endpoint) -> Endpoint:
        if self.kept[endpoint.endpoint_id].version != endpoint.version:
            raise Conflict
        written = replace(endpoint, version=endpoint.version + 1)
        self.kept[endpoint.endpoint_id] = written
        return written

    def rotate(self, endpoint: Endpoint, secret: str) -> Endpoint:
        written = self.save(endpoint)
        before = self.secrets[endpoint.endpoint_id] if endpoint.secret_ends else []
        ended = [replace(before[0], ends_at=endpoint.secret_ends[0]), *before[1:]] if before else []
        self.secrets[endpoint.endpoint_id] = [Secret(secret), *ended][:3]
        return written

    def delete(self, endpoint_id: str) -> None:
        self.kept.pop(endpoint_id, None)
        self.secrets.pop(endpoint_id, None)

    def read(self, endpoint_id: str) -> Sequence[Secret]:
        return self.secrets.get(endpoint_id, ())


@dataclass
class FakeDeliveries:
    """Implements `DeliveryStore`."""

    kept: dict[tuple[str, str], Delivery] = field(default_factory=dict)

    def create(self, delivery: Delivery) -> bool:
        place = (delivery.endpoint_id, delivery.delivery_id)
        if place in self.kept:
            return False
        self.kept[place] = delivery
        return True

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        return self.kept.get((endpoint_id, delivery_id))

    def save(self, delivery: Delivery) -> Delivery:
        place = (delivery.endpoint_id, delivery.delivery_id)
        if self.kept[place].version != delivery.version:
            raise Conflict
        self.kept[place] = replace(delivery, version=delivery.version + 1)
        return self.kept[place]

    def page(self, endpoint_id: str, after: str | None, limit: int) -> tuple[Sequence[Delivery], bool]:
        found = sorted((key for key in self.kept if key[0] == endpoint_id), reverse=True)
        rest = [self.kept[key] for key in found if after is None or key[1] < after]
        return rest[:limit], len(rest) > limit


@dataclass
class FakeLanes:
    """Implements `Lanes`."""

    until: dict[tuple[str, int], int] = field(default_factory=dict)

    def take(self, endpoint_id: str, lane: int, now: int, until: int) -> bool:
        if self.until.get((endpoint_id, lane), 0) > now:
            return False
        self.until[endpoint_id, lane] = until
        return True

    def leave(self, endpoint_id: str, lane: int, until: int) -> None:
        if self.until.get((endpoint_id, lane)) == until:
            del self.until[endpoint_id, lane]


@dataclass
class FakeCaller:
    """Implements `Caller`: answers what it is told, the last for ever, and keeps what it was sent."""

    replies: list[Reply] = field(default_factory=lambda: [Reply("ok", 200, 5)])
    sent: list[tuple[EndpointTarget, dict[str, str], bytes]] = field(default_factory=list)

    def post(self, target: EndpointTarget, headers: Mapping[str, str], body: bytes) -> Reply:
        self.sent.append((target, dict(headers), body))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def an_endpoint(endpoint_id: str = "end_1", **changes: Any) -> Endpoint:
    """One that hears of everything."""
    return replace(Endpoint(endpoint_id, "https://hooks.shop.example/lotbook", ("*",), NOW), **changes)


def a_delivery(endpoint_id: str = "end_1", event_id: str = "evt_1", **changes: Any) -> Delivery:
    """One that was just made."""
    return replace(made(an_event(event_id), endpoint_id, NOW), **changes)


def an_event(event_id: str = "evt_1", kind: str = "credits.low", at: int = NOW) -> Event:
    """A small one."""
    return Event(event_id, kind, at, '{"type":"' + kind + '","timestamp":"2026-01-15T10:00:00Z","data":{}}')


class FakeDice:
    """Implements `Dice`: always the lowest."""

    def throw(self, sides: int) -> int:
        return 0
