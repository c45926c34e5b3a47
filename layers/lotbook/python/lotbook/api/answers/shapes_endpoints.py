"""Endpoints of the seller and what was sent to them. As `shapes.py`."""

from __future__ import annotations

from typing import TypedDict

from lotbook.api.answers.shapes import Url
from lotbook.api.answers.shapes_parts import Instant
from lotbook.domain.endpoints.deliveries import DeliveryState, Result, WhyFailed
from lotbook.domain.endpoints.endpoint import State, WhyDisabled


class Endpoint(TypedDict):
    """One endpoint. `previous_secrets_end_at`: until when the secrets before the newest sign as well, the newest first."""

    endpoint_id: str
    url: Url
    types: list[str]
    email: str | None
    state: State
    disabled_reason: WhyDisabled | None
    disabled_at: Instant | None
    failing_since: Instant | None
    previous_secrets_end_at: list[Instant]
    created_at: Instant


class NewEndpoint(Endpoint):
    """The same with its new secret, which no other answer shows."""

    secret: str


class Endpoints(TypedDict):
    """All endpoints, the oldest first."""

    endpoints: list[Endpoint]


class EndpointDeleted(TypedDict):
    """It is gone."""

    endpoint_id: str
    deleted: bool


class DeliveryAttempt(TypedDict):
    """One try. Nothing that the endpoint said is kept but its status."""

    at: Instant
    result: Result
    status: int | None
    took_ms: int


class EndpointDelivery(TypedDict):
    """One event for one endpoint; `event_id` is its `webhook-id`. The newest attempt comes first."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    type: str
    event_at: Instant
    state: DeliveryState
    reason: WhyFailed | None
    next_attempt_at: Instant | None
    attempts: list[DeliveryAttempt]
    created_at: Instant


class EndpointDeliveries(TypedDict):
    """A page, newest event first; with a filter it may be short and not the last."""

    deliveries: list[EndpointDelivery]
    next_cursor: str | None
