"""The payment gateway calls: verify, act on the object's present state, acknowledge only what is done."""

from __future__ import annotations

from typing import Any

from lotbook import wiring
from lotbook.api.http.http import Answer, Event, Request, dispatch
from lotbook.domain.values.errors import BadSignature, MalformedJson
from lotbook.usecases.inbox.handle_event import handle_event


def receive(request: Request) -> Answer:
    """One event. 200 is said when it is handled, known already, or not ours; whatever raises is delivered again (D5)."""
    hint = wiring.gateway_events().read(_body(request), request.headers.get("stripe-signature"))
    request.noted["event_id"] = hint.event_id  # from here on: what fails says which event it was
    request.noted["purchase_id"] = hint.tag.purchase_id if hint.tag.is_whole else None
    if hint.made_at is not None:
        request.noted["late_ms"] = wiring.clock().now() - hint.made_at
    handled = handle_event(hint, desk=wiring.sales_desk())
    request.noted["outcome"] = handled.outcome
    request.noted["purchase_id"] = handled.purchase_id or request.noted["purchase_id"]
    return Answer(200, {"outcome": handled.outcome})


def _body(request: Request) -> bytes:
    """The bytes that were signed; nobody signed what is no base64 although it says so."""
    try:
        return request.body_bytes
    except MalformedJson:
        raise BadSignature from None


ROUTES = {"POST /v1/webhooks/stripe": receive}


def handler(event: Event, context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return dispatch(ROUTES, event, context, wiring.standing)
