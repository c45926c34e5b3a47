"""Payment methods: brand, last four digits, expiry; never a number."""

from __future__ import annotations

import hashlib

from local.stripe_stand_in.cards import SET_UP_FROM_THE_OUTSET, TOKENS, Behaviour, Card
from local.stripe_stand_in.errors import StripeError, invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import ADDRESS, address, living
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/payment_methods"


def make_method(world: World, card: Card, *, customer: str | None = None, billing: Doc | None = None) -> Doc:
    """A payment method for that test card; announced when it is attached to a customer."""
    method: Doc = {
        "id": new_id("pm_"),
        "object": "payment_method",
        "allow_redisplay": "limited" if customer else "unspecified",
        "billing_details": billing or billing_details(),
        "created": world.now,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": card.kind,
        card.kind: _card(card) if card.kind == "card" else _bank(card),
        "_behaviour": card.behaviour.value,
        "_set_up": card.last4 == SET_UP_FROM_THE_OUTSET,
    }
    world.save(method)
    if customer:
        world.emit("payment_method.attached", method)
    return method


def billing_details(email: str | None = None, name: str | None = None) -> Doc:
    """Billing details with Stripe's empty address."""
    return {"address": dict.fromkeys(ADDRESS), "email": email, "name": name, "phone": None, "tax_id": None}


def _card(card: Card) -> Doc:
    fingerprint = hashlib.sha256(f"{card.brand}:{card.last4}".encode()).hexdigest()[:16]
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _bank(card: Card) -> Doc:
    return {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": f"bank{card.last4}",
        "last4": card.last4,
        "networks": None,
        "routing_number": "110000000",
        "status_details": None,
    }


def behaviour(method: Doc) -> Behaviour:
    """What happens when it is charged."""
    return Behaviour(method["_behaviour"])


def mark_set_up(world: World, method: Doc) -> None:
    """The buyer agreed, and was authenticated, to later charges without them."""
    method["_set_up"] = True
    world.save(method)


def resolve(world: World, method: str, param: str = "payment_method") -> Doc:
    """The payment method of an id; one of Stripe's test ids (`pm_card_visa`) makes a new one."""
    return make_method(world, TOKENS[method]) if method in TOKENS else world.get("payment_method", method, param)


def create(_: World, __: Readable) -> Doc:
    """`payment_methods.create`: numbers come in on the pages only."""
    raise unsupported("payment_methods.create; use pm_card_visa and its like, or the checkout page")


def retrieve(world: World, _: Readable, payment_method: str) -> Doc:
    """`payment_methods.retrieve`."""
    return world.get("payment_method", payment_method)


def list_(world: World, params: Readable) -> Doc:
    """`payment_methods.list`."""
    if "customer" not in params:
        return page(world, "payment_method", params, URL, keep=lambda _: False)
    living(world, params["customer"])
    return page(world, "payment_method", params, URL, keep=equal(params, "customer", "type"))


def attach(world: World, params: Readable, payment_method: str) -> Doc:
    """`payment_methods.attach`."""
    customer = living(world, params.get("customer", ""))
    found = resolve(world, payment_method, "id")
    if found["customer"] not in (None, customer["id"]):
        raise invalid(
            "The payment method you provided has already been attached to a customer.", param="payment_method"
        )
    if found.get("_detached"):
        raise invalid("This PaymentMethod was previously detached from a Customer and may not be used again.")
    if behaviour(found) is Behaviour.DECLINES:
        raise StripeError(
            402, "card_error", "Your card was declined.", code="card_declined", decline_code="generic_decline"
        )
    return attach_to(world, found, customer["id"])


def attach_to(world: World, method: Doc, customer: str) -> Doc:
    """Save the method with the customer, announced once; a customer that was deleted keeps none."""
    if method["customer"] == customer or (world.find("customer", customer) or {}).get("_deleted"):
        return method
    method["customer"] = customer
    world.emit("payment_method.attached", method)
    return world.save(method)


def detach(world: World, _: Readable, payment_method: str) -> Doc:
    """`payment_methods.detach`: never to be used again; no longer anybody's default."""
    found = world.get("payment_method", payment_method)
    customer = world.find("customer", found["customer"])
    if customer is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    if customer["invoice_settings"]["default_payment_method"] == payment_method:
        customer["invoice_settings"]["default_payment_method"] = None
        world.change("customer.updated", customer)
    for subscription in list(world.walk("subscription", lambda doc: doc["default_payment_method"] == payment_method)):
        world.change("customer.subscription.updated", {**subscription, "default_payment_method": None})
    found.update(customer=None, _detached=True)
    world.emit("payment_method.detached", found, previous={"customer": customer["id"]})
    return world.save(found)


def _apply_billing(details: Doc, given: Readable) -> None:
    for name in ("email", "name", "phone"):
        if name in given:
            details[name] = given[name] or None
    if "address" in given:
        details["address"] = address(given["address"]) or dict.fromkeys(ADDRESS)


def update(world: World, params: Readable, payment_method: str) -> Doc:
    """`payment_methods.update`: metadata, billing details, expiry."""
    found = world.get("payment_method", payment_method)
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    if params.get("billing_details"):
        _apply_billing(found["billing_details"], params["billing_details"])
    if found["type"] == "card":
        card = params.get("card") or {}
        found["card"].update({name: card[name] for name in ("exp_month", "exp_year") if name in card})
    return world.change("payment_method.updated", found)
