"""The lines of invoices: made of amounts, of checkout lines, of invoice items."""

from __future__ import annotations

from local.stripe_stand_in.resources.lines import tax_amounts
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id


def make_line(
    world: World,
    *,
    amount: int,
    currency: str,
    description: str | None,
    quantity: int,
    rates: list[Doc],
    price: Doc | None,
) -> Doc:
    """A line without parent; `amount` is before exclusive tax."""
    pricing = None
    if price:
        details = {"price": price["id"], "product": price["product"]}
        pricing = {
            "price_details": details,
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    return {
        "id": new_id("il_"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": world.now, "start": world.now},
        "pretax_credit_amounts": [],
        "pricing": pricing,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": None,
        "subtotal": amount,
        "taxes": [_line_tax(tax) for tax in tax_amounts(rates, amount)],
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
    line = make_line(
        world,
        amount=item["amount_subtotal"],
        currency=item["currency"],
        description=item["description"],
        quantity=item["quantity"],
        rates=rates,
        price=item["price"],
    )
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
