"""An attempt to pay an intent with a method: what happens to the intent, the charge, and which events go out."""

from __future__ import annotations

from dataclasses import dataclass

from local.stripe_stand_in.cards import (
    ASKING,
    AUTHENTICATION_FAILED,
    AUTHENTICATION_REQUIRED,
    DECLINES,
    Behaviour,
    Decline,
)
from local.stripe_stand_in.errors import StripeError
from local.stripe_stand_in.resources.balance_transactions import of_charge
from local.stripe_stand_in.resources.charges import make_charge
from local.stripe_stand_in.resources.payment_methods import attach_to, behaviour, mark_set_up
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, render

_ASYNCHRONOUS = (Behaviour.ASYNC_SUCCEEDS, Behaviour.ASYNC_FAILS)


@dataclass(frozen=True, slots=True)
class How:
    """How a payment is attempted.

    `authenticated`: True when the buyer passed the bank's check, False when the buyer failed it, None when nobody was asked.
    `parks`: off session, a payment that the bank wants authenticated waits for the buyer with its card (`requires_action`).
    """

    off_session: bool = False
    authenticated: bool | None = None
    parks: bool = False


def attempt(world: World, intent: Doc, method: Doc, how: How) -> Decline | None:
    """Charge `intent` with `method`; the intent's `status` tells the outcome, the answer is the decline if there was one."""
    intent.update(payment_method=method["id"], next_action=None, last_payment_error=None)
    does = behaviour(method)
    if _asks(does, method, off_session=how.off_session) and how.authenticated is not True:
        if not how.off_session and how.authenticated is None:
            _ask(world, intent)
            return None
        if not how.off_session:
            return _decline(world, intent, method, AUTHENTICATION_FAILED)
        return _decline(world, intent, method, AUTHENTICATION_REQUIRED, parks=how.parks)
    saved = how.off_session or method["customer"] is not None
    if does in DECLINES and (does is not Behaviour.DECLINES_OFF_SESSION or saved):
        return _decline(world, intent, method, DECLINES[does])
    if does in _ASYNCHRONOUS:
        charge = make_charge(world, intent, method, None, pending=True)
        intent.update(status="processing", latest_charge=charge["id"])
        world.emit("payment_intent.processing", world.save(intent))
        return None
    charge = make_charge(world, intent, method, None)
    _succeed(world, intent, method, charge)
    return None


def _asks(does: Behaviour, method: Doc, *, off_session: bool) -> bool:
    """Whether the bank wants to see the buyer."""
    set_up = off_session and method.get("_set_up") and does is not Behaviour.AUTHENTICATES
    return does in ASKING and not set_up


def _ask(world: World, intent: Doc) -> None:
    how = {"type": "three_d_secure_redirect", "stripe_js": world.base_url}
    intent.update(status="requires_action", next_action={"type": "use_stripe_sdk", "use_stripe_sdk": how})
    world.emit("payment_intent.requires_action", world.save(intent))


def _decline(world: World, intent: Doc, method: Doc, decline: Decline, *, parks: bool = False) -> Decline:
    if decline is not AUTHENTICATION_FAILED:
        charge = make_charge(world, intent, method, decline)
        intent["latest_charge"] = charge["id"]
        world.emit("charge.failed", charge)
    intent["last_payment_error"] = _error_fields(intent, method, decline)
    if parks:
        _ask(world, intent)
        return decline
    intent.update(status="requires_payment_method", payment_method=None)
    world.emit("payment_intent.payment_failed", world.save(intent))
    return decline


def _error_fields(intent: Doc, method: Doc, decline: Decline) -> Doc:
    fields = {
        "advice_code": "try_again_later" if decline.code == "card_declined" else None,
        "charge": intent["latest_charge"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": f"https://docs.stripe.com/error-codes#{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": render(method),
        "type": "invalid_request_error" if decline is AUTHENTICATION_FAILED else "card_error",
    }
    return {name: value for name, value in fields.items() if value is not None}


def _succeed(world: World, intent: Doc, method: Doc, charge: Doc) -> None:
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(world, method, intent["customer"])
        mark_set_up(world, method)
    world.emit("payment_intent.succeeded", world.save(intent))
    world.emit("charge.succeeded", charge)


def pay_late(world: World, intent: Doc) -> None:
    """The payment that failed comes after all, by the method that was tried: as a bank's may, or a card's after its review."""
    tried = world.get("charge", intent["latest_charge"])
    method = world.get("payment_method", tried["payment_method"])
    intent["payment_method"] = method["id"]
    _succeed(world, intent, method, make_charge(world, intent, method, None))


def settle(world: World, intent: Doc, *, succeeded: bool) -> None:
    """The bank's verdict on an asynchronous payment."""
    charge, method = world.get("charge", intent["latest_charge"]), world.get("payment_method", intent["payment_method"])
    if succeeded:
        charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
        of_charge(world, charge)
        _succeed(world, intent, method, world.save(charge))
        return
    decline = Decline("payment_method_provider_decline", "generic_decline", "The payment failed.")
    charge.update(status="failed", failure_code=decline.code, failure_message=decline.message)
    world.emit("charge.failed", world.save(charge))
    error = _error_fields(intent, method, decline)
    intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
    world.emit("payment_intent.payment_failed", world.save(intent))


def card_error(intent: Doc) -> StripeError:
    """The 402 answer for an intent whose last attempt was declined."""
    error = dict(intent["last_payment_error"])
    return StripeError(
        402, "card_error", error.pop("message"), **{**error, "type": "card_error"}, payment_intent=render(intent)
    )
