"""Coupons of a fixed amount, used once: what one takes off a page's lines and off the first invoice of its subscription."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.lines import tax_amounts
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


def create(world: World, params: Readable) -> Doc:
    """`coupons.create`: an amount off, once."""
    coupon_id = params.get("id") or new_id("", 8)
    if world.find("coupon", coupon_id):
        raise invalid(f"Coupon already exists: {coupon_id}", param="id", code="resource_already_exists")
    if params.get("duration", "once") != "once":
        raise unsupported("any duration but once", "duration")
    amount = params.get("amount_off")
    if amount is None or not params.get("currency"):
        raise unsupported("a coupon without `amount_off` and `currency`", "amount_off")
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount_off", code="parameter_invalid_integer")
    coupon: Doc = {
        "id": coupon_id,
        "object": "coupon",
        "amount_off": amount,
        "created": world.now,
        "currency": known_currency(params["currency"]),
        "duration": "once",
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": metadata(params.get("metadata")),
        "name": params.get("name"),
        "percent_off": None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }
    return world.save(coupon)


def retrieve(world: World, _: Readable, coupon: str) -> Doc:
    """`coupons.retrieve`."""
    return world.get("coupon", coupon)


def asked_coupon(world: World, mode: str, params: Readable) -> Doc | None:
    """The coupon of a page's `discounts`. Raises StripeError."""
    given = params.get("discounts") or []
    if not given:
        return None
    if mode != "subscription":
        raise unsupported("discounts of single payments", "discounts")
    if "allow_promotion_codes" in params:
        message = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise invalid(message, param="discounts")
    if len(given) > 1:
        raise invalid("You can only pass one discount.", param="discounts")
    if not given[0].get("coupon"):
        raise unsupported("a discount without `coupon`", "discounts")
    coupon = world.get("coupon", given[0]["coupon"], "discounts[0][coupon]")
    if not coupon["valid"]:
        raise invalid("This coupon has been redeemed as often as it can be.", param="discounts", code="coupon_expired")
    return coupon


def redeem(world: World, coupon_id: str | None) -> None:
    """It was used."""
    coupon = world.find("coupon", coupon_id)
    if coupon is None:
        return
    coupon["times_redeemed"] += 1
    coupon["valid"] = coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"]
    world.save(coupon)


def discount_page(coupon: Doc | None, lines: list[Doc]) -> None:
    """Off the lines of a page, in proportion; what is taxed is less, too. Raises StripeError for a foreign currency."""
    if coupon is None:
        return
    if {line["currency"] for line in lines} != {coupon["currency"]}:
        raise invalid("The coupon has another currency than the line items.", param="discounts")
    for line, off in zip(lines, _shares(coupon, [line["amount_subtotal"] for line in lines]), strict=True):
        left = line["amount_subtotal"] - off
        taxes = tax_amounts([tax["rate"] for tax in line["taxes"]], left)
        added = sum(tax["amount"] for tax in taxes if not tax["rate"]["inclusive"])
        line.update(
            amount_discount=off, amount_tax=sum(tax["amount"] for tax in taxes), amount_total=left + added, taxes=taxes
        )


def discount_invoice(world: World, coupon: Doc, lines: list[Doc]) -> Doc:
    """Off the lines of an invoice, in the same way; answers what the invoice itself says of it."""
    discount = new_id("di_")
    shares = _shares(coupon, [line["subtotal"] for line in lines])
    for line, off in zip(lines, shares, strict=True):
        rates = [world.get("tax_rate", tax["tax_rate_details"]["tax_rate"]) for tax in line["taxes"]]
        for tax, made in zip(line["taxes"], tax_amounts(rates, line["subtotal"] - off), strict=True):
            tax.update(amount=made["amount"], taxable_amount=made["taxable_amount"])
        line["discount_amounts"] = [{"amount": off, "discount": discount}]
    return {"discounts": [discount], "total_discount_amounts": [{"amount": sum(shares), "discount": discount}]}


def _shares(coupon: Doc, amounts: list[int]) -> list[int]:
    whole = sum(amounts)
    off = min(coupon["amount_off"], whole)
    shares = [off * amount // whole for amount in amounts] if whole else [0 for _ in amounts]
    shares[0] += off - sum(shares)
    return shares
