"""Invoice items: on a draft, or pending until an invoice takes them."""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Params, Readable
from local.stripe_stand_in.resources.catalog import make_price
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_drafts import add_line, remove_line
from local.stripe_stand_in.resources.invoice_lines import Charged, line_of_item, make_line
from local.stripe_stand_in.resources.lines import cost
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


def create(world: World, params: Readable) -> Doc:
    """`invoice_items.create`: on a draft, or pending until the customer's (or that subscription's) next invoice."""
    if not params.get("customer"):
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = living(world, params["customer"])
    subscription = params.get("subscription")
    if subscription and world.get("subscription", subscription, "subscription")["customer"] != customer["id"]:
        raise invalid("The customer of the subscription and of the item differ.", param="subscription")
    invoice = world.get("invoice", params["invoice"], "invoice") if params.get("invoice") else None
    if invoice and invoice["status"] != "draft":
        raise invalid(
            "Invoice items can only be added to draft invoices.", param="invoice", code="invoice_not_editable"
        )
    if invoice and invoice["customer"] != customer["id"]:
        raise invalid("The customer of the invoice and of the item differ.", param="customer")
    given = params.get("currency")
    currency = known_currency(given or (invoice["currency"] if invoice else customer["currency"] or "usd"))
    if invoice and currency != invoice["currency"]:
        raise invalid("The currency of the invoice and of the item differ.", param="currency")
    item = _item(world, params, customer, currency)
    item.update(invoice=invoice["id"] if invoice else None, **_of_subscription(subscription))
    if invoice:
        add_line(world, invoice, line_of_item(item))
    world.emit("invoiceitem.created", world.save(item))
    return item


def add_to_next_invoice(world: World, subscription: Doc, given: list[Params]) -> None:
    """`add_invoice_items`: one-off lines of the subscription's next invoice, which may be the one of this very call."""
    customer = world.get("customer", subscription["customer"])
    for place, params in enumerate(given):
        if "price" not in params and "price_data" not in params:
            raise invalid("Each item needs `price` or `price_data`.", param=f"add_invoice_items[{place}]")
        asked = {"pricing": {"price": params["price"]}} if "price" in params else {"price_data": params["price_data"]}
        rates = params.get("tax_rates") or [rate["id"] for rate in subscription["default_tax_rates"]]
        more = params.given("quantity", "metadata")
        whole = {**asked, **more, "tax_rates": rates, "period": _common_period(subscription)}
        item = _item(world, whole, customer, subscription["currency"])
        item.update(_of_subscription(subscription["id"]))
        world.emit("invoiceitem.created", world.save(item))


def _common_period(subscription: Doc) -> Doc:
    """From the latest start of its items' periods to their earliest end: the default of what is added to its invoice."""
    items = subscription["items"]["data"]
    return {
        "start": max(item["current_period_start"] for item in items),
        "end": min(item["current_period_end"] for item in items),
    }


def _of_subscription(subscription: str | None) -> Doc:
    details = {"subscription": subscription, "subscription_item": None}
    parent = {"subscription_details": details, "type": "subscription_details"} if subscription else None
    return {"parent": parent, "_subscription": subscription}


def _item(world: World, params: Readable, customer: Doc, currency: str) -> Doc:
    # Automatic tax comes to nothing here, so that neither of these changes an amount.
    params.get("tax_behavior"), params.get("tax_code")
    discountable = params.get("discountable", True)  # nothing here is taken off an item
    rates = [
        world.get("tax_rate", rate, f"tax_rates[{place}]") for place, rate in enumerate(params.get("tax_rates") or [])
    ]
    quantity = params.get("quantity", 1)
    amount, price = _amount(world, params, currency, quantity)
    charged = Charged(
        amount=amount,
        currency=currency,
        description=params.get("description"),
        quantity=quantity,
        rates=rates,
        price=price,
    )
    line = make_line(world, charged)
    return {
        "id": new_id("ii_"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": world.now,
        "description": params.get("description"),
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "net_amount": amount,
        "period": _period(world, params.get("period")),
        "pricing": line["pricing"],
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": rates,
        "test_clock": customer["test_clock"],
        "_line": {**line, "discountable": discountable},
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
        price = make_price(world, params["price_data"], active=False, path="price_data", credits=True)
    else:
        price = world.get("price", params["pricing"].get("price", ""), "pricing[price]")
    if price["currency"] != currency:
        raise invalid("The currency of the price and of the item differ.", param="currency")
    return cost(price["unit_amount_decimal"], quantity), price


def delete(world: World, _: Readable, item: str) -> Doc:
    """`invoice_items.delete`: one that waits, or one on a draft, which loses its line."""
    found = world.get("invoiceitem", item)
    invoice = world.find("invoice", found["invoice"])
    if invoice and invoice["status"] != "draft":
        raise invalid("You can only delete items of draft invoices.", code="invoice_not_editable")
    if invoice:
        remove_line(world, invoice, item)
    world.save({**found, "object": "deleted_invoiceitem"})
    world.emit("invoiceitem.deleted", found)
    return {"id": item, "object": "invoiceitem", "deleted": True}


def retrieve(world: World, _: Readable, item: str) -> Doc:
    """`invoice_items.retrieve`."""
    return world.get("invoiceitem", item)


def list_(world: World, params: Readable) -> Doc:
    """`invoice_items.list`."""
    wanted = equal(params, "customer", "invoice")
    pending = params.get("pending")
    return page(
        world,
        "invoiceitem",
        params,
        "/v1/invoiceitems",
        keep=lambda doc: wanted(doc) and pending in (None, doc["invoice"] is None),
    )
