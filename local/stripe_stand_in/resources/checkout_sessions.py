"""Checkout sessions: create, read, list, expire. Paying is in `checkout_pay`."""

from __future__ import annotations

from urllib.parse import urlsplit

from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import equal, page, page_of
from local.stripe_stand_in.money import DEFAULT_MINIMUM, MAX_AMOUNT, MINIMUM, known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.checkout_shape import build, details
from local.stripe_stand_in.resources.checkout_subscriptions import abandon_pending
from local.stripe_stand_in.resources.coupons import asked_coupon, discount_page
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.lines import priced_item
from local.stripe_stand_in.resources.payment_intents import cancel_intent
from local.stripe_stand_in.resources.subscription_shape import tax_rates
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

URL = "/v1/checkout/sessions"
MAX_LINES = 100
# Which parameters belong to which mode (https://docs.stripe.com/api/checkout/sessions/create).
_MODE_ONLY = {
    "payment_intent_data": "payment",
    "invoice_creation": "payment",
    "submit_type": "payment",
    "subscription_data": "subscription",
    "setup_intent_data": "setup",
}


def create(world: World, params: Readable) -> Doc:
    """`checkout.sessions.create`."""
    mode = params.get("mode")
    if mode is None:
        raise invalid("You must provide a `mode`.", param="mode", code="parameter_missing")
    _check_modes(mode, params)
    _check_addresses(params)
    customer = _customer(world, mode, params)
    lines = _lines(world, mode, params)
    currency = _currency(lines, params)
    coupon = asked_coupon(world, mode, params)
    discount_page(coupon, lines)
    total = sum(line["amount_total"] for line in lines)
    _check_total(mode, total, currency)
    session = build(world, mode, params, lines, currency=currency)
    session["customer"] = customer["id"] if customer else None
    session["customer_details"] = details(customer, params)
    if coupon:
        session["discounts"] = [{"coupon": coupon["id"], "promotion_code": None}]
    return world.save(session)


def _check_modes(mode: str, params: Readable) -> None:
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise unsupported("any ui_mode but hosted_page", "ui_mode")
    for name, only in _MODE_ONLY.items():
        if name in params and mode != only:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    billing_mode = (params.get("subscription_data") or {}).get("billing_mode") or {}
    if billing_mode.get("type", "flexible") != "flexible":
        raise unsupported("billing_mode[type]=classic", "subscription_data[billing_mode][type]")
    if mode == "setup" and params.get("line_items"):
        raise invalid("You can not pass `line_items` in `setup` mode.", param="line_items")
    if mode != "setup" and not params.get("line_items"):
        raise invalid(
            f"Missing required param: line_items. Required in `{mode}` mode.",
            param="line_items",
            code="parameter_missing",
        )


def _check_addresses(params: Readable) -> None:
    if not params.get("success_url"):
        raise invalid("Missing required param: success_url.", param="success_url", code="parameter_missing")
    for name in ("success_url", "cancel_url"):
        parts = urlsplit(params.get(name) or "https://example.com")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise invalid("Not a valid URL", param=name, code="url_invalid")


def _customer(world: World, mode: str, params: Readable) -> Doc | None:
    if params.get("customer") and params.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if "customer_creation" in params and (mode != "payment" or params.get("customer")):
        raise invalid(
            "`customer_creation` can only be used in `payment` mode without `customer`.", param="customer_creation"
        )
    customer = living(world, params["customer"]) if params.get("customer") else None
    changes = params.get("customer_update") or {}
    if changes and customer is None:
        raise invalid("`customer_update` can only be used with `customer`.", param="customer_update")
    if customer is None:
        return None
    if (
        (params.get("automatic_tax") or {}).get("enabled")
        and not customer["address"]
        and changes.get("address") != "auto"
    ):
        raise invalid(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or"
            " set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto'.",
            param="automatic_tax",
            code="customer_tax_location_invalid",
        )
    if (params.get("tax_id_collection") or {}).get("enabled") and changes.get("name") != "auto":
        raise invalid(
            "Tax ID collection requires updating business name on the customer. Set `customer_update[name]` to 'auto'.",
            param="tax_id_collection",
        )
    return customer


def _lines(world: World, mode: str, params: Readable) -> list[Doc]:
    given = params.get("line_items") or []
    if len(given) > MAX_LINES:
        raise invalid(f"You can have up to {MAX_LINES} line items.", param="line_items")
    asked = (params.get("subscription_data") or {}).get("default_tax_rates")
    rates = tax_rates(world, asked or None, "subscription_data[default_tax_rates]")
    lines = [
        priced_item(world, line, f"line_items[{place}]", recurring=mode == "subscription", rates=rates)
        for place, line in enumerate(given)
    ]
    if mode == "subscription" and not any(line["price"]["recurring"] for line in lines):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", param="line_items")
    return lines


def _currency(lines: list[Doc], params: Readable) -> str | None:
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    asked = known_currency(params["currency"]) if params.get("currency") else None
    if asked and currencies and asked not in currencies:
        raise invalid("The currency of the line items does not match `currency`.", param="currency")
    return next(iter(currencies), asked)


def _check_total(mode: str, total: int, currency: str | None) -> None:
    minimum = MINIMUM.get(currency or "", DEFAULT_MINIMUM)
    if mode == "payment" and 0 < total < minimum:
        message = f"The Checkout Session's total amount must be at least {minimum} ({currency}, minor unit)."
        raise invalid(message, param="line_items", code="amount_too_small")
    if total > MAX_AMOUNT:
        message = f"The Checkout Session's total amount due must be no more than {MAX_AMOUNT} ({currency})."
        raise invalid(message, param="line_items", code="amount_too_large")


def retrieve(world: World, _: Readable, session: str) -> Doc:
    """`checkout.sessions.retrieve`."""
    return world.get("checkout.session", session)


def list_(world: World, params: Readable) -> Doc:
    """`checkout.sessions.list`."""
    email = (params.get("customer_details") or {}).get("email")
    wanted = equal(params, "customer", "payment_intent", "payment_link", "status", "subscription")

    def keep(session: Doc) -> bool:
        return wanted(session) and (not email or (session["customer_details"] or {}).get("email") == email)

    return page(world, "checkout.session", params, URL, keep=keep)


def list_line_items(world: World, params: Readable, session: str) -> Doc:
    """`checkout.sessions.line_items.list`."""
    return page_of(world.get("checkout.session", session)["_line_items"], params, f"{URL}/{session}/line_items")


def expire(world: World, _: Readable, session: str) -> Doc:
    """`checkout.sessions.expire`: only an open one."""
    found = world.get("checkout.session", session)
    if found["status"] != "open":
        raise invalid(
            f'This Session is in status `{found["status"]}` and cannot be expired: only Checkout Sessions with a status in ["open"]'
            " can be expired.",
            param="session",
        )
    return expire_session(world, found)


def expire_session(world: World, session: Doc) -> Doc:
    """Expired and announced; a payment intent that waits is canceled."""
    intent = world.find("payment_intent", session["payment_intent"])
    if intent and intent["status"] in ("requires_payment_method", "requires_action"):
        cancel_intent(world, intent, "expired")
    abandon_pending(world, session)
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", world.save(session))
    return session
