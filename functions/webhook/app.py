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
    handled = handle_event(hint, desk=wiring.sales_desk())
    noted = {"event_id": hint.event_id, "outcome": handled.outcome, "purchase_id": handled.purchase_id}
    return Answer(200, {"outcome": handled.outcome}, noted=noted)


def _body(request: Request) -> bytes:
    """The bytes that were signed; nobody signed what is no base64 although it says so."""
    try:
        return request.body_bytes
    except MalformedJson:
        raise BadSignature from None


ROUTES = {"POST /v1/webhooks/stripe": receive}


def handler(event: Event, context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return dispatch(ROUTES, event, context)
