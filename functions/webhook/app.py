"""The payment gateway calls: verify, act on the object's present state, acknowledge only what is done."""

from __future__ import annotations

from typing import Any

from lotbook import wiring
from lotbook.api.http import Answer, Event, Request, dispatch
from lotbook.usecases.handle_event import handle_event


def receive(request: Request) -> Answer:
    """One event. 200 is said when it is handled, known already, or not ours; whatever raises is delivered again (D5)."""
    hint = wiring.gateway_events().read(request.body_bytes, request.headers.get("stripe-signature"))
    return Answer(200, {"outcome": handle_event(hint, sales=wiring.sales()).outcome})


ROUTES = {"POST /v1/webhooks/stripe": receive}


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Lambda's entry."""
    return dispatch(ROUTES, event)
