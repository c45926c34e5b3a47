"""What Lotbook answers: endpoints. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lotbook_client.answers import Answer

DeliveryAttemptResult = Literal[
    "ok",
    "status",
    "redirect",
    "gone",
    "not_public",
    "unresolved",
    "connect",
    "tls",
    "timeout",
    "no_answer",
]
EndpointState = Literal[
    "enabled",
    "disabled",
]
EndpointDisabledReason = Literal[
    "failing",
    "gone",
    "by_hand",
]
EndpointDeliveryState = Literal[
    "pending",
    "delivered",
    "failed",
]
EndpointDeliveryReason = Literal[
    "tries",
    "endpoint_disabled",
    "endpoint_deleted",
    "sent_once",
    "gone",
]
NewEndpointState = Literal[
    "enabled",
    "disabled",
]
NewEndpointDisabledReason = Literal[
    "failing",
    "gone",
    "by_hand",
]


@dataclass(frozen=True, kw_only=True)
class DeliveryAttempt(Answer):
    """One try. Nothing that the endpoint said is kept but its status."""

    at: datetime
    result: DeliveryAttemptResult | str
    status: int | None
    took_ms: int


@dataclass(frozen=True, kw_only=True)
class Endpoint(Answer):
    """One endpoint.

    `previous_secrets_end_at`: until when the secrets before the newest sign as well, the newest first.
    """

    endpoint_id: str
    url: str
    types: list[str]
    email: str | None
    state: EndpointState | str
    disabled_reason: EndpointDisabledReason | str | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secrets_end_at: list[datetime]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class EndpointDeleted(Answer):
    """It is gone."""

    endpoint_id: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class EndpointDeliveries(Answer):
    """A page, newest event first; with a filter it may be short and not the last."""

    deliveries: list[EndpointDelivery]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class EndpointDelivery(Answer):
    """One event for one endpoint; `event_id` is its `webhook-id`. The newest attempt comes first."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    type: str
    event_at: datetime
    state: EndpointDeliveryState | str
    reason: EndpointDeliveryReason | str | None
    next_attempt_at: datetime | None
    attempts: list[DeliveryAttempt]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Endpoints(Answer):
    """All endpoints, the oldest first."""

    endpoints: list[Endpoint]


@dataclass(frozen=True, kw_only=True)
class NewEndpoint(Answer):
    """The same with its new secret, which no other answer shows."""

    endpoint_id: str
    url: str
    types: list[str]
    email: str | None
    state: NewEndpointState | str
    disabled_reason: NewEndpointDisabledReason | str | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secrets_end_at: list[datetime]
    created_at: datetime
    secret: str = field(repr=False)
