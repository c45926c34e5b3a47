"""The invoices of a subscription: the lines of its items, and whatever waits for an invoice."""

from __future__ import annotations

from collections.abc import Iterable

from local.stripe_stand_in.resources.coupons import discount_invoice
from local.stripe_stand_in.resources.invoice_drafts import (
    add_line,
    announce_draft,
    make_invoice,
    take_pending_items,
    total_up,
)
from local.stripe_stand_in.resources.invoice_lines import Charged, make_line
from local.stripe_stand_in.resources.invoice_states import finalize_invoice
from local.stripe_stand_in.resources.lines import cost
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def bill_now(
    world: World, subscription: Doc, reason: str, more: Iterable[Doc] = (), *, coupon: Doc | None = None
) -> Doc:
    """An open invoice of the period that begins now; it is not collected by itself. The caller keeps `latest_invoice`."""
    invoice = _invoice(world, subscription, reason, advances=False)
    _fill(world, invoice, subscription, more)
    if coupon:
        invoice.update(discount_invoice(world, coupon, invoice["lines"]["data"]))
        total_up(world, invoice)
    announce_draft(world, invoice)
    return finalize_invoice(world, invoice)


def draft_renewal(world: World, subscription: Doc, ended: tuple[int, int]) -> Doc:
    """The draft of the period that has begun; its own period is the one that ended. An unpaid subscription's waits for a hand."""
    invoice = _invoice(world, subscription, "subscription_cycle", advances=subscription["status"] != "unpaid")
    invoice.update(period_start=ended[0], period_end=ended[1])
    _fill(world, invoice, subscription)
    announce_draft(world, invoice)
    return invoice


def bill_leftovers(world: World, subscription: Doc) -> None:
    """At the end of a subscription items that still wait for its invoice are billed, if there are any."""
    customer = subscription["customer"]
    waiting = world.walk(
        "invoiceitem",
        lambda doc: (
            doc["customer"] == customer and doc["invoice"] is None and doc.get("_subscription") == subscription["id"]
        ),
    )
    if next(waiting, None):
        invoice = _invoice(world, subscription, "subscription_cycle", advances=True)
        take_pending_items(world, invoice, subscription["id"])
        announce_draft(world, invoice)


def _invoice(world: World, subscription: Doc, reason: str, *, advances: bool) -> Doc:
    customer = world.get("customer", subscription["customer"])
    params = {
        "automatic_tax": subscription["automatic_tax"],
        "auto_advance": advances,
        "payment_settings": subscription["payment_settings"],
    }
    invoice = make_invoice(world, customer, subscription["currency"], params, reason=reason)
    # A snapshot: the metadata of today, whatever becomes of the subscription's.
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    invoice["parent"] = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    return world.save(invoice)


def _fill(world: World, invoice: Doc, subscription: Doc, more: Iterable[Doc] = ()) -> None:
    for item in subscription["items"]["data"]:
        add_line(world, invoice, _line(world, subscription, item))
    for line in more:
        add_line(world, invoice, line)
    take_pending_items(world, invoice, subscription["id"])


def show_metadata(world: World, subscription: Doc) -> None:
    """Lines of a subscription's items show its present metadata, those of old invoices, too."""

    def bills(invoice: Doc) -> bool:
        return any(_bills(line, subscription) for line in invoice["lines"]["data"])

    for invoice in list(world.walk("invoice", bills)):
        for line in invoice["lines"]["data"]:
            if _bills(line, subscription):
                line["metadata"] = dict(subscription["metadata"])
        world.save(invoice)


def _bills(line: Doc, subscription: Doc) -> bool:
    details = (line["parent"] or {}).get("subscription_item_details") or {}
    return bool(details.get("subscription") == subscription["id"])


def _line(world: World, subscription: Doc, item: Doc) -> Doc:
    price = item["price"]
    charged = Charged(
        amount=cost(price["unit_amount_decimal"], item["quantity"]),
        currency=subscription["currency"],
        description=f"{item['quantity']} × {world.get('product', price['product'])['name']}",
        quantity=item["quantity"],
        rates=item["tax_rates"] or subscription["default_tax_rates"],
        price=price,
    )
    line = make_line(world, charged)
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    line["parent"] = {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }
    line["metadata"] = dict(subscription["metadata"])
    line["period"] = {"end": item["current_period_end"], "start": item["current_period_start"]}
    return line
