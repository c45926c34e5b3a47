"""Collecting an invoice: by which method, what an attempt does, and when the next one comes."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.cards import HARD_CODES
from local.stripe_stand_in.dues import DAY
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.resources.charging import How, attempt, card_error
from local.stripe_stand_in.resources.invoice_payments import mark_paid, newest_payment
from local.stripe_stand_in.resources.invoice_states import mark_invoice_paid
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.resources.subscription_status import give_up, invoice_failed, subscription_of
from local.stripe_stand_in.settings import settings
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

NEEDS_BUYER = "invoice_payment_intent_requires_action"


def method_for(world: World, invoice: Doc, given: str | None = None) -> str:
    """The payment method that pays: given, the invoice's, the subscription's, the customer's default."""
    if given and (world.find("payment_method", given) or {}).get("_detached"):
        raise invalid("This PaymentMethod was previously detached from a Customer and may not be used again.")
    method = given or _default_method(world, invoice)
    if not method:
        message = "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method or pass one."
        raise invalid(message)
    return method


def _default_method(world: World, invoice: Doc) -> str | None:
    customer = world.get("customer", invoice["customer"])
    subscription: Any = world.find("subscription", subscription_of(invoice)) or {}
    in_order = (
        invoice["default_payment_method"],
        subscription.get("default_payment_method"),
        customer["invoice_settings"]["default_payment_method"],
    )
    return next((each for each in in_order if each and not world.get("payment_method", each).get("_detached")), None)


def charge_invoice(
    world: World, invoice: Doc, method: Doc, *, off_session: bool, authenticated: bool | None = None
) -> StripeError | None:
    """One attempt to pay an open (or given up) invoice, asked for by somebody; the answer is the refusal, already announced."""
    return _charge(world, invoice, method, How(off_session=off_session, authenticated=authenticated))


def collect(world: World, invoice: Doc) -> None:
    """One attempt by itself, off session. After the last one the account's setting says what becomes of the subscription."""
    days = settings(world.store).retry_days
    made = invoice.get("_attempts", 0)
    another = world.now + days[made] * DAY if made < len(days) else None
    invoice.update(_attempts=made + 1, next_payment_attempt=another)
    method = _default_method(world, invoice)
    if method is None:
        invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
        _failed(world, invoice, needs_buyer=False)
    elif method == invoice.get("_refused_for_good"):
        invoice["attempt_count"] += 1
        world.change("invoice.updated", invoice)
    else:
        parks = settings(world.store).renewal_3ds == "requires_action"
        _charge(world, invoice, resolve(world, method), How(off_session=True, parks=parks))
    subscription = world.find("subscription", subscription_of(invoice))
    if invoice["status"] == "open" and another is None and subscription:
        give_up(world, subscription, settings(world.store).after_retries)


def _charge(world: World, invoice: Doc, method: Doc, how: How) -> StripeError | None:
    payment = newest_payment(world, invoice["id"])
    assert payment, "an open invoice has a payment"
    intent = world.get("payment_intent", payment["payment"]["payment_intent"])
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    decline = attempt(world, intent, method, how)
    if intent["status"] == "succeeded":
        mark_paid(world, payment)
        _keep_card(world, invoice, method)
        mark_invoice_paid(world, invoice)
        return None
    if intent["status"] == "processing":
        world.save(invoice)
        return None
    if decline and decline.decline_code in HARD_CODES:
        invoice["_refused_for_good"] = method["id"]
    asks = intent["status"] == "requires_action" or (decline and decline.code == "authentication_required")
    _failed(world, invoice, needs_buyer=bool(asks), failed=bool(decline))
    if decline:
        return card_error(intent)
    message = "The invoice needs the buyer: its payment requires authentication."
    return StripeError(402, "card_error", message, code=NEEDS_BUYER)


def _keep_card(world: World, invoice: Doc, method: Doc) -> None:
    subscription = world.find("subscription", subscription_of(invoice))
    if subscription and subscription["payment_settings"]["save_default_payment_method"] == "on_subscription":
        world.save({**subscription, "default_payment_method": method["id"]})


def _failed(world: World, invoice: Doc, *, needs_buyer: bool, failed: bool = True) -> None:
    world.save(invoice)
    if needs_buyer:
        world.emit("invoice.payment_action_required", invoice)
    if failed or not needs_buyer:
        world.emit("invoice.payment_failed", invoice)
    invoice_failed(world, invoice)


def settle_invoice(world: World, intent: Doc) -> None:
    """A payment that was in review is decided: its invoice, if it has one, follows."""
    payment = next(
        world.walk("invoice_payment", lambda doc: doc["payment"].get("payment_intent") == intent["id"]), None
    )
    invoice = world.find("invoice", payment["invoice"]) if payment else None
    if payment is None or invoice is None or payment["status"] != "open":
        return
    if intent["status"] == "succeeded":
        mark_paid(world, payment)
        mark_invoice_paid(world, invoice)
    else:
        _failed(world, invoice, needs_buyer=False)
