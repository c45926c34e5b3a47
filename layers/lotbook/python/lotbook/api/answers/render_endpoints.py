"""Endpoints and deliveries as the contract shows them: never a secret but where it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.api.answers import shapes_endpoints as shapes
    from lotbook.domain.endpoints.deliveries import Delivery
    from lotbook.domain.endpoints.endpoint import Endpoint


def endpoint(found: Endpoint, now: int) -> shapes.Endpoint:
    """As it is; `now` decides which secrets still sign."""
    return {
        "endpoint_id": found.endpoint_id,
        "url": found.url,
        "types": list(found.types),
        "email": found.email,
        "state": found.state,
        "disabled_reason": found.disabled_reason,
        "disabled_at": to_optional_text(found.disabled_at),
        "failing_since": to_optional_text(found.failing_since),
        "previous_secrets_end_at": [to_text(end) for end in found.secret_ends if end > now],
        "created_at": to_text(found.created_at),
    }


def with_secret(found: Endpoint, secret: str, now: int) -> shapes.NewEndpoint:
    """Once, where the secret is new."""
    return {**endpoint(found, now), "secret": secret}


def delivery(found: Delivery) -> shapes.EndpointDelivery:
    """Without its body, which is the event."""
    return {
        "delivery_id": found.delivery_id,
        "endpoint_id": found.endpoint_id,
        "event_id": found.event_id,
        "type": found.kind,
        "event_at": to_text(found.at),
        "state": found.state,
        "reason": found.reason,
        "next_attempt_at": to_text(found.due_at) if found.state == "pending" else None,
        "attempts": [
            {"at": to_text(each.at), "result": each.result, "status": each.status, "took_ms": each.took_ms}
            for each in found.attempts
        ],
        "created_at": to_text(found.created_at),
    }


def deliveries(found: Sequence[Delivery], next_cursor: str | None) -> shapes.EndpointDeliveries:
    """A page."""
    return {"deliveries": [delivery(each) for each in found], "next_cursor": next_cursor}
