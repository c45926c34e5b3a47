"""Invoice items: on a draft, or pending until an invoice takes them."""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.catalog import make_price
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_drafts import add_line
from local.stripe_stand_in.resources.invoice_lines import line_of_item, make_line
from local.stripe_stand_in.resources.lines import cost
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


def create_item(world: World, params: Readable) -> Doc:
    """`invoice_items.create`: on a draft, or pending until the customer's next invoice."""
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


def _item(world: World, params: Readable, customer: Doc, invoice: Doc | None) -> Doc:
    currency = known_currency(
        params.get("currency") or (invoice["currency"] if invoice else customer["currency"] or "usd")
    )
    if invoice and currency != invoice["currency"]:
        raise invalid("The currency of the invoice and of the item differ.", param="currency")
    # Automatic tax comes to nothing here, so that neither of these changes an amount.
    params.get("tax_behavior"), params.get("tax_code")
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
        "period": _period(world, params.get("period")),
        "pricing": line["pricing"],
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": rates,
        "test_clock": None,
        "_line": line,
    }


def _period(world: World, given: Readable | None) -> Doc:
    return {"end": given["end"], "start": given["start"]} if given else {"end": world.now, "start": world.now}


def _amount(world: World, params: Readable, currency: str, quantity: int) -> tuple[int, Doc | None]:
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
        price = make_price(world, params["price_data"], active=False, path="price_data")
    else:
        price = world.get("price", params["pricing"].get("price", ""), "pricing[price]")
    if price["currency"] != currency:
        raise invalid("The currency of the price and of the item differ.", param="currency")
    return cost(price["unit_amount_decimal"], quantity), price


def retrieve_item(world: World, _: Readable, item: str) -> Doc:
    """`invoice_items.retrieve`."""
    return world.get("invoiceitem", item)


def list_items(world: World, params: Readable) -> Doc:
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
