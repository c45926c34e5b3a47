"""Setup intents: a card saved without a charge."""

from __future__ import annotations

from local.stripe_stand_in.cards import ASKING, AUTHENTICATION_FAILED, DECLINES, Behaviour
from local.stripe_stand_in.errors import StripeError
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.payment_methods import attach_to, behaviour, mark_set_up, resolve
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id, render

URL = "/v1/setup_intents"
_SAVED_ALL_THE_SAME = (Behaviour.DECLINES_OFF_SESSION, Behaviour.AUTHENTICATES_THEN_DECLINES)


def make_setup_intent(world: World, customer: str | None, params: Readable) -> Doc:
    """A setup intent that waits for its payment method, announced."""
    intent: Doc = {
        "id": new_id("seti_"),
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": None,
        "created": world.now,
        "customer": customer,
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata(params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('')}"
    world.save(intent)
    world.emit("setup_intent.created", intent)
    return intent


def set_up(world: World, intent: Doc, method: Doc, *, authenticated: bool | None = None) -> StripeError | None:
    """Save the method with the intent's customer; the intent's status tells the outcome, the answer is the refusal, if any."""
    does = behaviour(method)
    intent.update(next_action=None, last_setup_error=None)
    if does in ASKING and authenticated is None:
        intent.update(
            status="requires_action",
            next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {}},
            payment_method=method["id"],
        )
        world.emit("setup_intent.requires_action", world.save(intent))
        return None
    decline = AUTHENTICATION_FAILED if does in ASKING and not authenticated else DECLINES.get(does)
    if decline and (decline is AUTHENTICATION_FAILED or does not in _SAVED_ALL_THE_SAME):
        error = {
            "type": "card_error",
            "code": decline.code,
            "message": decline.message,
            "payment_method": render(method),
        }
        if decline.decline_code:
            error["decline_code"] = decline.decline_code
        intent.update(status="requires_payment_method", last_setup_error=error)
        world.emit("setup_intent.setup_failed", world.save(intent))
        fields = {name: value for name, value in error.items() if name not in ("type", "message")}
        return StripeError(402, "card_error", decline.message, setup_intent=render(intent), **fields)
    if intent["customer"]:
        attach_to(world, method, intent["customer"])
    mark_set_up(world, method)
    intent.update(status="succeeded", payment_method=method["id"])
    world.emit("setup_intent.succeeded", world.save(intent))
    return None


def create(world: World, params: Readable) -> Doc:
    """`setup_intents.create`, with `confirm` also the saving."""
    customer = living(world, params["customer"])["id"] if params.get("customer") else None
    method = resolve(world, params["payment_method"]) if params.get("payment_method") else None
    intent = make_setup_intent(world, customer, params)
    if method is None:
        return intent
    intent.update(payment_method=method["id"], status="requires_confirmation")
    world.save(intent)
    if params.get("confirm"):
        refusal = set_up(world, intent, method)
        if refusal:
            raise refusal
    return intent


def retrieve(world: World, _: Readable, intent: str) -> Doc:
    """`setup_intents.retrieve`."""
    return world.get("setup_intent", intent)


def list_(world: World, params: Readable) -> Doc:
    """`setup_intents.list`."""
    return page(world, "setup_intent", params, URL, keep=equal(params, "customer", "payment_method"))
