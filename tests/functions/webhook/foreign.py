"""Payloads of others, written by hand after Stripe's older API versions: kinds, shapes and oddities, none of them ours.

A clone has only these. The larger corpus of payloads that nobody here wrote may lie beside the repository; tests take it too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VERSIONS = ("2017-05-25", "2018-02-06", "2019-03-14", "2020-08-27", "2024-06-20", "2025-03-31.basil")
BEFORE_REQUEST_OBJECTS = "2017-05-25"  # until then `request` was a text
BEFORE_PAYMENT_INTENTS = ("2017-05-25", "2018-02-06")  # a charge stood alone

# kind | object | state of the object
KINDS = """
checkout.session.completed | checkout.session | paid
checkout.session.async_payment_succeeded | checkout.session | paid
checkout.session.async_payment_failed | checkout.session | unpaid
checkout.session.expired | checkout.session | unpaid
payment_intent.succeeded | payment_intent | succeeded
payment_intent.processing | payment_intent | processing
payment_intent.payment_failed | payment_intent | requires_payment_method
payment_intent.canceled | payment_intent | canceled
payment_intent.created | payment_intent | requires_payment_method
payment_intent.requires_action | payment_intent | requires_action
invoice.paid | invoice | paid
invoice.payment_succeeded | invoice | paid
invoice.payment_failed | invoice | open
invoice.finalized | invoice | open
invoice.upcoming | invoice | draft
charge.succeeded | charge | succeeded
charge.failed | charge | failed
charge.refunded | charge | succeeded
charge.refund.updated | refund | succeeded
refund.created | refund | pending
refund.updated | refund | succeeded
refund.failed | refund | failed
charge.dispute.created | dispute | needs_response
charge.dispute.updated | dispute | under_review
charge.dispute.closed | dispute | won
charge.dispute.funds_withdrawn | dispute | needs_response
charge.dispute.funds_reinstated | dispute | won
setup_intent.succeeded | setup_intent | succeeded
setup_intent.setup_failed | setup_intent | requires_payment_method
customer.created | customer | -
customer.updated | customer | -
customer.deleted | customer | -
customer.subscription.created | subscription | active
customer.subscription.updated | subscription | past_due
customer.subscription.deleted | subscription | canceled
payment_method.attached | payment_method | -
payout.paid | payout | paid
foo.created | foo | -
"""


@dataclass(frozen=True, slots=True)
class Payload:
    """A body, and a name for it in messages."""

    name: str
    body: bytes


def events() -> list[dict[str, Any]]:
    """Every kind at two versions; a few are live."""
    rows = [[cell.strip() for cell in line.split("|")] for line in KINDS.strip().splitlines()]
    return [
        _event(2 * number + part, kind, _thing(thing, state, 2 * number + part, version), version)
        for number, (kind, thing, state) in enumerate(rows)
        for part, version in enumerate((VERSIONS[number % 3], VERSIONS[3 + number % 3]))
    ]


def payloads() -> list[Payload]:
    """The events, each alone; lists of them; and what is no event at all."""
    made = events()
    alone = [Payload(f"{event['type']} {event['api_version']}", json.dumps(event).encode()) for event in made]
    pages = [Payload(f"page {at}", json.dumps({"object": "list", "data": made[at : at + 9]}).encode()) for at in (0, 9)]
    return [*alone, *pages, *(Payload(name, body) for name, body in _no_events())]


def _event(number: int, kind: str, thing: dict[str, Any], version: str) -> dict[str, Any]:
    request: Any = {"id": f"req_{number}", "idempotency_key": None}
    return {
        "id": f"evt_foreign{number}",
        "object": "event",
        "api_version": version,
        "created": 1_500_000_000 + number,
        "data": {"object": thing, "previous_attributes": {"metadata": {}}},
        "livemode": number % 5 == 0,
        "pending_webhooks": number % 3,
        "request": f"req_{number}" if version == BEFORE_REQUEST_OBJECTS else request,
        "type": kind,
    }


def _thing(kind: str, state: str, number: int, version: str) -> dict[str, Any]:
    """The object as its version showed it. Each is of its own payment."""
    thing = {"id": f"{kind[:2]}_foreign{number}", "object": kind, "metadata": {}, "livemode": False}
    payment = None if version in BEFORE_PAYMENT_INTENTS and kind == "charge" else f"pi_foreign{number}"
    match kind:
        case "checkout.session":
            money = {"mode": "payment", "payment_status": state, "payment_intent": payment, "client_reference_id": "7"}
            return thing | money | {"display_items": [{"amount": 100, "quantity": 1}]}
        case "payment_intent":
            return thing | {
                "status": state,
                "amount": 2_000,
                "currency": "eur",
                "charges": {"object": "list", "data": []},
            }
        case "invoice":
            return thing | {"status": state, "charge": f"ch_{number}", "payment_intent": payment, "lines": {"data": []}}
        case "charge":
            source = {"source": {"object": "card", "last4": "4242"}} if payment is None else {"payment_intent": payment}
            return thing | source | {"status": state, "amount": 2_000, "amount_refunded": 500, "refunds": {"data": []}}
        case "refund" | "dispute":
            return thing | {"status": state, "amount": 500, "charge": f"ch_{number}", "payment_intent": payment}
    return thing | ({} if state == "-" else {"status": state})


def _no_events() -> Iterator[tuple[str, bytes]]:
    """Correctly signed, and nothing that we can read an event from."""
    yield "nothing", b""
    yield "no JSON", b"event"
    yield "no UTF-8", b"\xff\xfe"
    yield "null", b"null"
    yield "a list", b"[]"
    yield "an empty object", b"{}"
    yield "no id", json.dumps({"object": "event", "type": "charge.refunded", "data": {"object": {}}}).encode()
    yield "no type", json.dumps({"object": "event", "id": "evt_1", "data": {"object": {}}}).encode()
    yield "an id of spaces", json.dumps({"object": "event", "id": "  ", "type": "charge.refunded"}).encode()
    yield "a number for an id", json.dumps({"object": "event", "id": 7, "type": "charge.refunded"}).encode()
    yield "an object without its event", json.dumps(_thing("charge", "succeeded", 900, VERSIONS[1])).encode()
    yield "a recipe", json.dumps({"_meta": {"template_version": 0}, "fixtures": [{"name": "customer"}]}).encode()
