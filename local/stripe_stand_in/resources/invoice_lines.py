"""Invoice items, and the lines that invoices make of them, of checkout lines and of subscription items."""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.resources.catalog import make_price
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.lines import cost, tax_amounts
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


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


def create_item(world: World, params: Doc) -> Doc:
    """`invoice_items.create`: on a draft, or pending until the customer's next invoice."""
    from local.stripe_stand_in.resources.invoices import add_line

    invoice = world.get("invoice", params["invoice"], "invoice") if params.get("invoice") else None
    if invoice and invoice["status"] != "draft":
        raise invalid(
            "Invoice items can only be added to draft invoices.", param="invoice", code="invoice_not_editable"
        )
    if not params.get("customer"):
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = living(world, params["customer"])
    if invoice and invoice["customer"] != customer["id"]:
        raise invalid("The customer of the invoice and of the item differ.", param="customer")
    item = _item(world, params, customer, invoice)
    if invoice:
        add_line(world, invoice, line_of_item(item))
    world.emit("invoiceitem.created", world.save(item))
    return item


def _item(world: World, params: Doc, customer: Doc, invoice: Doc | None) -> Doc:
    currency = known_currency(
        params.get("currency") or (invoice["currency"] if invoice else customer["currency"] or "usd")
    )
    if invoice and currency != invoice["currency"]:
        raise invalid("The currency of the invoice and of the item differ.", param="currency")
    rates = [
        world.get("tax_rate", rate, f"tax_rates[{place}]") for place, rate in enumerate(params.get("tax_rates") or [])
    ]
    quantity = params.get("quantity", 1)
    amount, price = _amount(world, params, currency, quantity)
    line = make_line(
        world,
        amount=amount,
        currency=currency,
        description=params.get("description"),
        quantity=quantity,
        rates=rates,
        price=price,
    )
    return {
        "id": new_id("ii_"),
        "object": "invoiceitem",
        "amount": amount,
        "created": world.now,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": world.now,
        "description": params.get("description"),
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"] if invoice else None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "net_amount": amount,
        "parent": None,
        "period": params.get("period") or {"end": world.now, "start": world.now},
        "pricing": line["pricing"],
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": rates,
        "test_clock": None,
        "_line": line,
    }


def _amount(world: World, params: Doc, currency: str, quantity: int) -> tuple[int, Doc | None]:
    given = [name for name in ("amount", "unit_amount_decimal", "price_data", "pricing") if name in params]
    if len(given) != 1:
        raise invalid(
            "You must specify exactly one of `amount`, `unit_amount_decimal`, `price_data`, `pricing`.", param="amount"
        )
    if "amount" in params:
        return params["amount"], None
    if "unit_amount_decimal" in params:
        exact: Decimal = params["unit_amount_decimal"]
        return cost(format(exact, "f"), quantity), None
    if "price_data" in params:
        price = make_price(world, {**params["price_data"], "currency": currency}, active=False, path="price_data")
    else:
        price = world.get("price", params["pricing"].get("price", ""), "pricing[price]")
    return cost(price["unit_amount_decimal"], quantity), price


def retrieve_item(world: World, _: Doc, item: str) -> Doc:
    """`invoice_items.retrieve`."""
    return world.get("invoiceitem", item)


def list_items(world: World, params: Doc) -> Doc:
    """`invoice_items.list`."""
    wanted = equal(params, "customer", "invoice")
    pending = params.get("pending")
    return page(
        world,
        "invoiceitem",
        params,
        "/v1/invoiceitems",
        lambda doc: wanted(doc) and pending in (None, doc["invoice"] is None),
    )
