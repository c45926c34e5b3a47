"""`expand[]`: ids become objects, and fields that are only there on request appear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import listed
from local.stripe_stand_in.resources.invoice_payments import payments_of
from local.stripe_stand_in.resources.refunds import refunds_of
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, render

MAX_PATHS, MAX_STEPS = 20, 5
# References by field name; which object a field belongs to does not matter, the ids' own kind decides.
_REFERENCES = frozenset(
    [
        "customer",
        "payment_intent",
        "setup_intent",
        "payment_method",
        "subscription",
        "invoice",
        "latest_charge",
        "charge",
        "latest_invoice",
        "dispute",
        "product",
        "price",
        "default_payment_method",
        "default_price",
        "balance_transaction",
        "source",
        "pending_setup_intent",
    ]
)


def _line_items(_: World, session: Doc) -> Doc:
    lines = [render(line) for line in session["_line_items"]]
    return listed(lines, f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(world: World, charge: Doc) -> Doc:
    return listed([render(refund) for refund in refunds_of(world, charge["id"])], f"/v1/charges/{charge['id']}/refunds")


def _payments(world: World, invoice: Doc) -> Doc:
    found = [render(payment) for payment in payments_of(world, invoice["id"])]
    return listed(found, f"/v1/invoice_payments?invoice={invoice['id']}")


def _subscriptions(world: World, customer: Doc) -> Doc:
    wanted = world.walk("subscription", lambda doc: doc["customer"] == customer["id"] and doc["status"] != "canceled")
    return listed([render(subscription) for subscription in wanted], f"/v1/customers/{customer['id']}/subscriptions")


_ON_REQUEST: dict[tuple[str, str], Callable[[World, Doc], Doc]] = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
    ("invoice", "payments"): _payments,
    ("customer", "subscriptions"): _subscriptions,
}


def expand(world: World, answer: Doc, paths: list[str]) -> Doc:
    """A rendered answer with the asked paths expanded. Raises StripeError for a path that leads nowhere."""
    if len(paths) > MAX_PATHS:
        raise invalid("You can expand at most 20 properties.", param="expand")
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_STEPS:
            raise invalid("You cannot expand more than 4 levels of a property.", param="expand")
        _walk(world, answer, steps, path)
    return answer


def _walk(world: World, node: Any, steps: list[str], path: str) -> None:
    if not steps or node is None:
        return
    if isinstance(node, list):
        for each in node:
            _walk(world, each, steps, path)
        return
    step = steps[0]
    if isinstance(node, dict) and step not in node:
        on_request = _ON_REQUEST.get((node.get("object", ""), step))
        stored = world.store.get(node["id"]) if on_request else None
        if on_request is None or stored is None:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        node[step] = on_request(world, stored)
    value = node[step]
    if isinstance(value, str):
        found = world.store.get(value) if step in _REFERENCES else None
        if found is None:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        node[step] = render(found)
    _walk(world, node[step], steps[1:], path)
