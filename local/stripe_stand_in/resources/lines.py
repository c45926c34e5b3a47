"""What a line costs: unit price times quantity, rounded once half up, and its taxes. The same for checkout and invoices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.money import round_half_up
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.catalog import make_price
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id


def priced_item(world: World, given: Readable, path: str, *, recurring: bool, rates: Sequence[Doc] = ()) -> Doc:
    """A checkout line (`item` object) from one of `line_items`; `rates` tax what names none itself. Raises StripeError."""
    if ("price" in given) == ("price_data" in given):
        raise invalid("Each line item needs either `price` or `price_data`.", param=f"{path}[price]")
    quantity = given.get("quantity")
    if quantity is None or quantity < 1:
        raise invalid("Quantity is required and must be greater than or equal to 1.", param=f"{path}[quantity]")
    if "price" in given:
        price = world.get("price", given["price"], f"{path}[price]")
    else:
        price = make_price(world, given["price_data"], active=False, path=f"{path}[price_data]")
    if price["recurring"] and not recurring:
        raise invalid("You specified `payment` mode but passed a recurring price.", param=path)
    own = given.get("tax_rates") or []
    found = [world.get("tax_rate", rate, f"{path}[tax_rates][{place}]") for place, rate in enumerate(own)] or rates
    product = world.get("product", price["product"])
    subtotal = cost(price["unit_amount_decimal"], quantity)
    taxes = [_tax(rate, subtotal) for rate in found]
    exclusive = sum(tax["amount"] for tax in taxes if not tax["rate"]["inclusive"])
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": subtotal,
        "amount_tax": sum(tax["amount"] for tax in taxes),
        "amount_total": subtotal + exclusive,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": None,
        "price": price,
        "quantity": quantity,
        "taxes": taxes,
        "_own_rates": own,
    }


def cost(unit_amount_decimal: str, quantity: int) -> int:
    """Minor units of one line."""
    return round_half_up(Decimal(unit_amount_decimal) * quantity)


def _tax(rate: Doc, subtotal: int) -> Doc:
    percentage = Decimal(rate["_percentage"])
    exact = subtotal * percentage / (100 + percentage if rate["inclusive"] else 100)
    return {
        "amount": round_half_up(exact),
        "rate": rate,
        "taxability_reason": "standard_rated",
        "taxable_amount": subtotal,
    }


def tax_amounts(rates: list[Doc], subtotal: int) -> list[Doc]:
    """The taxes of a line of that amount."""
    return [_tax(rate, subtotal) for rate in rates]
