"""The lines of invoices: made of amounts, of checkout lines, of invoice items."""

from __future__ import annotations

from dataclasses import dataclass

from local.stripe_stand_in.resources.lines import tax_amounts
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id


@dataclass(frozen=True, slots=True)
class Charged:
    """What a line charges for; `amount` is before exclusive tax, `rates` are tax rates."""

    amount: int
    currency: str
    description: str | None
    quantity: int
    rates: list[Doc]
    price: Doc | None


def make_line(world: World, charged: Charged) -> Doc:
    """A line without parent."""
    return {
        "id": new_id("il_"),
        "object": "line_item",
        "amount": charged.amount,
        "currency": charged.currency,
        "description": charged.description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": world.now, "start": world.now},
        "pretax_credit_amounts": [],
        "pricing": _pricing(charged.price) if charged.price else None,
        "quantity": charged.quantity,
        "quantity_decimal": str(charged.quantity),
        "subscription": None,
        "subtotal": charged.amount,
        "taxes": [_line_tax(tax) for tax in tax_amounts(charged.rates, charged.amount)],
    }


def _pricing(price: Doc) -> Doc:
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _line_tax(tax: Doc) -> Doc:
    return {
        "amount": tax["amount"],
        "tax_behavior": "inclusive" if tax["rate"]["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": tax["rate"]["id"]},
        "taxability_reason": "standard_rated",
        "taxable_amount": tax["taxable_amount"],
        "type": "tax_rate_details",
    }


def line_of_session_item(world: World, item: Doc) -> Doc:
    """The invoice line of a checkout line."""
    rates = [tax["rate"] for tax in item["taxes"]]
    charged = Charged(
        amount=item["amount_subtotal"],
        currency=item["currency"],
        description=item["description"],
        quantity=item["quantity"],
        rates=rates,
        price=item["price"],
    )
    line = make_line(world, charged)
    return {**line, "parent": _item_parent(new_id("ii_"))}


def _item_parent(item: str) -> Doc:
    details = {
        "invoice_item": item,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    return {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"}


def line_of_item(item: Doc) -> Doc:
    """The invoice line of an invoice item."""
    line: Doc = item["_line"]
    return {**line, "metadata": item["metadata"], "period": item["period"], "parent": _item_parent(item["id"])}
