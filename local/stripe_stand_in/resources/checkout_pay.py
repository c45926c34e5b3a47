"""What the buyer does on the checkout page: pays, or fails to."""

from __future__ import annotations

from dataclasses import dataclass

from local.stripe_stand_in.cards import Card
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.resources.charging import How, attempt, card_error, pay_late, settle
from local.stripe_stand_in.resources.checkout_subscriptions import subscribe_from_session
from local.stripe_stand_in.resources.customers import make_customer
from local.stripe_stand_in.resources.invoice_collection import settle_invoice
from local.stripe_stand_in.resources.invoice_payments import payments_of
from local.stripe_stand_in.resources.payment_intents import make_intent
from local.stripe_stand_in.resources.payment_methods import billing_details, make_method
from local.stripe_stand_in.resources.session_invoices import invoice_of_session
from local.stripe_stand_in.resources.setup_intents import make_setup_intent, set_up
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

FALLBACK_EMAIL = "buyer@example.com"


@dataclass(frozen=True, slots=True)
class Buyer:
    """What was typed into the page. `authenticated`: see `charging.attempt`; without card it is about the method tried before."""

    card: Card | None
    authenticated: bool | None = None
    accepts_terms: bool = True
    email: str | None = None
    name: str | None = None
    country: str | None = None


def pay(world: World, session: Doc, buyer: Buyer) -> StripeError | None:
    """Try to complete an open session. The answer is the refusal that the buyer sees (its traces are already written)."""
    if session["status"] != "open":
        raise invalid(f"This checkout session is {session['status']}.", code="session_not_open", status=409)
    if (session["consent_collection"] or {}).get("terms_of_service") == "required" and not buyer.accepts_terms:
        raise invalid("The terms of service must be accepted.", param="accept_terms", code="terms_not_accepted")
    _introduce(world, session, buyer)
    details = session["customer_details"]
    if buyer.card is None:
        method = _waiting_method(world, session)
    else:
        method = make_method(
            world, buyer.card, billing=billing_details(details["email"], buyer.name or details["name"])
        )
    if session["mode"] == "setup":
        return _pay_setup(world, session, method, buyer)
    if session["mode"] == "subscription":
        return _pay_subscription(world, session, method, buyer)
    return _pay_once(world, session, method, buyer)


def _waiting_method(world: World, session: Doc) -> Doc:
    """The payment method whose authentication the session waits for."""
    subscription = world.find("subscription", session.get("_subscription"))
    payments = payments_of(world, subscription["latest_invoice"]) if subscription else []
    intent_id = payments[0]["payment"]["payment_intent"] if payments else session["payment_intent"]
    intent = world.find("payment_intent", intent_id) or world.find("setup_intent", session["setup_intent"])
    if intent is None or intent["status"] != "requires_action":
        raise invalid(
            "Nothing waits for authentication: a card number is needed.",
            param="card",
            code="incomplete_number",
            status=422,
        )
    return world.get("payment_method", intent["payment_method"])


def waits_for_the_bank(world: World, session: Doc) -> bool:
    """Whether the card that was tried last on this page wants its buyer's confirmation."""
    try:
        _waiting_method(world, session)
    except StripeError:
        return False
    return True


def _introduce(world: World, session: Doc, buyer: Buyer) -> None:
    """Fill in who pays; make the customer where the session asks for one."""
    known = session["customer_details"] or {}
    customer = world.find("customer", session["customer"])
    country = buyer.country or "US"
    where = known.get("address") or {
        "city": None,
        "country": country,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    }
    session["customer_details"] = {
        "address": where,
        "business_name": None,
        "email": buyer.email or known.get("email") or FALLBACK_EMAIL,
        "individual_name": None,
        "name": buyer.name or known.get("name"),
        "phone": known.get("phone"),
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if session["consent_collection"]:
        accepted = "accepted" if session["consent_collection"]["terms_of_service"] == "required" else None
        session["consent"] = {"promotions": None, "terms_of_service": accepted}
    if customer is None and _needs_customer(session):
        details = session["customer_details"]
        customer = make_customer(world, {"email": details["email"], "name": details["name"] or "", "address": where})
        session["customer"] = customer["id"]
    elif customer and _keeps_introduction(session, customer):
        world.change("customer.updated", customer)
    world.save(session)


def _keeps_introduction(session: Doc, customer: Doc) -> bool:
    """Write what was typed to the customer, as far as the session shall; whether that changes anything."""
    auto = [name for name, how in session["_asked"].get("customer_update", {}).items() if how == "auto"]
    found = {"address": session["customer_details"]["address"], "name": session["customer_details"]["name"]}
    changes = {name: found[name] for name in auto if found[name] and not customer[name]}
    customer.update(changes)
    return bool(changes)


def _needs_customer(session: Doc) -> bool:
    saves = session["_asked"].get("payment_intent_data", {}).get("setup_future_usage")
    invoiced = (session["invoice_creation"] or {}).get("enabled")
    return bool(session["mode"] == "subscription" or session["customer_creation"] == "always" or saves or invoiced)


def _pay_once(world: World, session: Doc, method: Doc, buyer: Buyer) -> StripeError | None:
    if session["amount_total"] == 0:
        _complete(world, session, "no_payment_required", world.mark())
        return None
    intent = world.find("payment_intent", session["payment_intent"])
    if intent is None:
        asked = session["_asked"].get("payment_intent_data", {})
        asked = {**asked, "allowed_payment_method_types": session["payment_method_types"]}
        intent = make_intent(world, session["amount_total"], session["currency"], session["customer"], params=asked)
        session["payment_intent"] = intent["id"]
        world.save(session)
    place = world.mark()
    if attempt(world, intent, method, How(authenticated=buyer.authenticated)):
        return card_error(intent)
    if intent["status"] == "requires_action":
        return authentication_needed()
    paid = intent["status"] == "succeeded"
    if paid and session["invoice_creation"]["enabled"]:
        invoice_of_session(world, session, intent)
    _complete(world, session, "paid" if paid else "unpaid", place)
    return None


def authentication_needed() -> StripeError:
    """The bank asks the buyer; post again with `authenticate` true or false."""
    message = (
        "The bank asks to authenticate this payment: send it again with `authenticate` true (passed) or false (failed)."
    )
    return StripeError(402, "card_error", message, code="authentication_required")


def _complete(world: World, session: Doc, payment_status: str, place: int) -> None:
    session.update(status="complete", payment_status=payment_status, url=None)
    world.emit("checkout.session.completed", world.save(session), position=place)


def _pay_setup(world: World, session: Doc, method: Doc, buyer: Buyer) -> StripeError | None:
    intent = world.find("setup_intent", session["setup_intent"])
    if intent is None:
        intent = make_setup_intent(world, session["customer"], session["_asked"].get("setup_intent_data", {}))
        session["setup_intent"] = intent["id"]
        world.save(session)
    place = world.mark()
    refusal = set_up(world, intent, method, authenticated=buyer.authenticated)
    if refusal:
        return refusal
    if intent["status"] == "requires_action":
        return authentication_needed()
    _complete(world, session, "no_payment_required", place)
    return None


def _pay_subscription(world: World, session: Doc, method: Doc, buyer: Buyer) -> StripeError | None:
    place = world.mark()
    refusal = subscribe_from_session(world, session, method, buyer.authenticated)
    if refusal:
        return refusal
    _complete(world, session, "paid" if session["amount_total"] else "no_payment_required", place)
    return None


def settle_async(world: World, session: Doc, *, succeeded: bool) -> Doc:
    """The verdict on a session that completed unpaid."""
    intent = world.find("payment_intent", session["payment_intent"])
    if session["status"] != "complete" or intent is None or intent["status"] != "processing":
        raise invalid(
            "This session does not wait for an asynchronous payment.", code="session_not_processing", status=409
        )
    _settle(world, session, intent, succeeded=succeeded)
    return session


def _settle(world: World, session: Doc, intent: Doc, *, succeeded: bool) -> None:
    place = world.mark()
    settle(world, intent, succeeded=succeeded)
    if succeeded:
        _paid_after_all(world, session, intent)
    world.emit(f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session, position=place)


def _paid_after_all(world: World, session: Doc, intent: Doc) -> None:
    session["payment_status"] = "paid"
    if session["invoice_creation"]["enabled"]:
        invoice_of_session(world, session, intent)
    world.save(session)


def end_payment(world: World, intent: Doc, *, succeeded: bool, session_follows: bool) -> Doc:
    """The verdict on a payment that is `processing`; or, after it failed, its late success.

    Without `session_follows` the late payment leaves its session `unpaid`: Stripe does not say that it never does.
    """
    session = next(world.walk("checkout.session", lambda doc: doc["payment_intent"] == intent["id"]), None)
    waits = intent["status"] == "processing"
    late = intent["status"] == "requires_payment_method" and session is not None and session["status"] == "complete"
    if not waits and not (late and succeeded):
        message = f"This payment is {intent['status']}: it does not wait for a verdict."
        raise invalid(message, code="payment_not_processing", status=409)
    if session is None:
        settle(world, intent, succeeded=succeeded)
        settle_invoice(world, intent)
    elif waits:
        _settle(world, session, intent, succeeded=succeeded)
    else:
        pay_late(world, intent)
        if session_follows:
            _paid_after_all(world, session, intent)
    return intent
