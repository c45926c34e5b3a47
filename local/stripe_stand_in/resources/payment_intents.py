"""Payment intents."""

from __future__ import annotations

from local.stripe_stand_in.cards import ASKING
from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import chargeable, known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.charging import How, attempt, card_error
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.payment_methods import behaviour, resolve
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/payment_intents"
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = (*_CONFIRMABLE, "requires_capture")


def make_intent(world: World, amount: int, currency: str, customer: str | None, *, params: Readable) -> Doc:
    """A payment intent that waits for its payment method, announced. `params`: metadata, description, ... as in create."""
    intent: Doc = {
        "id": new_id("pi_"),
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": world.now,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"installments": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "processing": None,
        "receipt_email": params.get("receipt_email"),
        "review": None,
        "setup_future_usage": params.get("setup_future_usage"),
        "shipping": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('')}"
    world.save(intent)
    world.emit("payment_intent.created", intent)
    return intent


def create(world: World, params: Readable) -> Doc:
    """`payment_intents.create`, with `confirm` also the payment. Raises a 402 when the card is declined."""
    if params.get("capture_method") == "manual":
        raise unsupported("capture_method=manual", "capture_method")
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("You can only set `off_session` when `confirm` is true.", param="off_session")
    currency = known_currency(params["currency"])
    amount = chargeable(params["amount"], currency)
    customer = living(world, params["customer"])["id"] if params.get("customer") else None
    intent = make_intent(world, amount, currency, customer, params=params)
    if params.get("payment_method"):
        method = _usable(world, intent, params["payment_method"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
        world.save(intent)
    return _confirm(world, intent, params) if params.get("confirm") else intent


def confirm(world: World, params: Readable, intent: str) -> Doc:
    """`payment_intents.confirm`."""
    return _confirm(world, world.get("payment_intent", intent), params)


def _usable(world: World, intent: Doc, method_id: str) -> Doc:
    method = resolve(world, method_id)
    if method.get("_detached") or (method["customer"] and method["customer"] != intent["customer"]):
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached to the customer.",
            param="payment_method",
            code="resource_missing",
        )
    return method


def _confirm(world: World, intent: Doc, params: Readable) -> Doc:
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected(intent, f"This PaymentIntent's status is {intent['status']}: it cannot be confirmed.")
    if params.get("setup_future_usage"):
        intent["setup_future_usage"] = params["setup_future_usage"]
    method_id = params.get("payment_method") or intent["payment_method"]
    if not method_id:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = _usable(world, intent, method_id)
    off_session = bool(params.get("off_session"))
    refuse_action = params.get("error_on_requires_action") is True
    off_session = off_session or (refuse_action and behaviour(method) in ASKING)
    if attempt(world, intent, method, How(off_session=off_session)):
        raise card_error(intent)
    return intent


def _unexpected(intent: Doc, message: str) -> Exception:
    refusal = invalid(message, code="payment_intent_unexpected_state")
    refusal.fields["payment_intent"] = intent
    return refusal


def retrieve(world: World, _: Readable, intent: str) -> Doc:
    """`payment_intents.retrieve`."""
    return world.get("payment_intent", intent)


def update(world: World, params: Readable, intent: str) -> Doc:
    """`payment_intents.update`: metadata and description."""
    found = world.get("payment_intent", intent)
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    if "description" in params:
        found["description"] = params["description"] or None
    return world.save(found)


def cancel(world: World, params: Readable, intent: str) -> Doc:
    """`payment_intents.cancel`."""
    found = world.get("payment_intent", intent)
    if found["status"] not in _CANCELABLE:
        raise _unexpected(found, f"You cannot cancel this PaymentIntent because it has a status of {found['status']}.")
    return cancel_intent(world, found, params.get("cancellation_reason"))


def cancel_intent(world: World, intent: Doc, reason: str | None) -> Doc:
    """Canceled and announced."""
    intent.update(status="canceled", canceled_at=world.now, cancellation_reason=reason, next_action=None)
    world.emit("payment_intent.canceled", world.save(intent))
    return intent


def list_(world: World, params: Readable) -> Doc:
    """`payment_intents.list`."""
    return page(world, "payment_intent", params, URL, keep=equal(params, "customer"))
