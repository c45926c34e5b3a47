"""Paying an invoice: by which method, and what an attempt does; the paid invoice of a checkout."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.resources.charging import attempt, card_error
from local.stripe_stand_in.resources.invoice_drafts import add_line, make_invoice
from local.stripe_stand_in.resources.invoice_lines import line_of_session_item
from local.stripe_stand_in.resources.invoice_payments import make_payment, mark_paid, payments_of
from local.stripe_stand_in.resources.invoice_states import mark_invoice_paid, number_invoice, subscription_of
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def method_for(world: World, invoice: Doc, given: str | None = None) -> str:
    """The payment method that pays: given, the invoice's, the subscription's, the customer's default."""
    customer = world.get("customer", invoice["customer"])
    subscription: Any = world.find("subscription", subscription_of(invoice)) or {}
    candidates = (given, invoice["default_payment_method"], subscription.get("default_payment_method"))
    method = next(filter(None, candidates), None) or customer["invoice_settings"]["default_payment_method"]
    if not method:
        message = "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method or pass one."
        raise invalid(message, code="invoice_payment_intent_requires_action" if given else None)
    return str(method)


def charge_invoice(
    world: World, invoice: Doc, method: Doc, *, off_session: bool, authenticated: bool | None = None
) -> StripeError | None:
    """One attempt to pay an open invoice; the answer is the refusal, already announced."""
    payment = next(iter(payments_of(world, invoice["id"])))
    intent = world.get("payment_intent", payment["payment"]["payment_intent"])
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    decline = attempt(world, intent, method, off_session=off_session, authenticated=authenticated)
    if intent["status"] == "succeeded":
        mark_paid(world, payment)
        mark_invoice_paid(world, invoice)
        return None
    world.save(invoice)
    needs_buyer = intent["status"] == "requires_action" or (decline and decline.code == "authentication_required")
    world.emit("invoice.payment_action_required" if needs_buyer else "invoice.payment_failed", invoice)
    if decline and needs_buyer:
        world.emit("invoice.payment_failed", invoice)
    if decline:
        return card_error(intent)
    message = "The invoice needs the buyer: its payment requires authentication."
    return StripeError(402, "card_error", message, code="invoice_payment_intent_requires_action")


def invoice_of_session(world: World, session: Doc, intent: Doc) -> Doc:
    """The paid invoice that `invoice_creation` makes once a session is paid."""
    asked = session["invoice_creation"]["invoice_data"]
    customer = world.get("customer", session["customer"])
    params = {"description": asked["description"], "footer": asked["footer"], "metadata": asked["metadata"]}
    invoice = make_invoice(world, customer, session["currency"], {**params, "automatic_tax": session["automatic_tax"]})
    invoice["customer_email"] = session["customer_details"]["email"]
    for item in session["_line_items"]:
        add_line(world, invoice, line_of_session_item(world, item))
    world.emit("invoice.created", invoice)
    number_invoice(world, invoice)
    world.emit("invoice.finalized", invoice)
    invoice["attempt_count"] = 1
    mark_paid(world, make_payment(world, invoice, intent))
    mark_invoice_paid(world, invoice)
    session["invoice"] = invoice["id"]
    return invoice
