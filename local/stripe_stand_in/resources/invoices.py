"""Invoices, as the API has them: created, listed, changed, finalized, paid, voided, deleted."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_collection import charge_invoice, method_for
from local.stripe_stand_in.resources.invoice_drafts import URL, add_line, make_invoice
from local.stripe_stand_in.resources.invoice_lines import line_of_item
from local.stripe_stand_in.resources.invoice_states import (
    finalize_invoice,
    mark_invoice_paid,
    subscription_of,
    void_invoice,
)
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata


def create(world: World, params: Readable) -> Doc:
    """`invoices.create`; takes the customer's pending items unless they are excluded."""
    if not params.get("customer"):
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = living(world, params["customer"])
    if params.get("default_payment_method"):
        world.get("payment_method", params["default_payment_method"], "default_payment_method")
    currency = known_currency(params.get("currency") or customer["currency"] or "usd")
    invoice = make_invoice(world, customer, currency, params)
    if params.get("pending_invoice_items_behavior", "exclude") == "include":
        wanted = equal({"customer": customer["id"], "currency": currency}, "customer", "currency")
        pending = [item for item in world.walk("invoiceitem", wanted) if item["invoice"] is None]
        for item in reversed(pending):
            item["invoice"] = invoice["id"]
            add_line(world, invoice, line_of_item(world.save(item)))
    world.emit("invoice.created", invoice)
    return invoice


def retrieve(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.retrieve`."""
    return world.get("invoice", invoice)


def update(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.update`: metadata, description, default payment method."""
    found = world.get("invoice", invoice)
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    for name in ("description", "default_payment_method", "auto_advance"):
        if name in params:
            found[name] = params[name] if params[name] != "" else None
    world.emit("invoice.updated", found)
    return world.save(found)


def list_(world: World, params: Readable) -> Doc:
    """`invoices.list`."""
    wanted = equal(params, "customer", "status", "collection_method")
    subscription = params.get("subscription")
    return page(world, "invoice", params, URL, lambda doc: wanted(doc) and subscription in (None, subscription_of(doc)))


def finalize(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.finalize_invoice`, with `auto_advance` as the collection from then on."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    found["auto_advance"] = params.get("auto_advance", found["auto_advance"])
    return finalize_invoice(world, found)


def pay(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.pay`. Raises a 402 when the card is declined."""
    found = world.get("invoice", invoice)
    if found["status"] == "draft":
        finalize_invoice(world, found)
    if found["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if found["status"] != "open":
        raise invalid(f"This invoice is {found['status']} and can no longer be paid.", code="invoice_not_open")
    if params.get("paid_out_of_band"):
        return mark_invoice_paid(world, found)
    method = resolve(world, method_for(world, found, params.get("payment_method")))
    refusal = charge_invoice(world, found, method, off_session=params.get("off_session", True))
    if refusal:
        raise refusal
    return found


def void(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.void_invoice`: an open one; its payment intent is canceled."""
    found = world.get("invoice", invoice)
    if found["status"] not in ("open", "uncollectible"):
        raise invalid("You can only void an open or uncollectible invoice.", code="invoice_not_editable")
    return void_invoice(world, found)


def delete(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.delete`: drafts only."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid("You can only delete draft invoices.", code="invoice_not_editable")
    world.save({**found, "status": "void", "object": "deleted_invoice"})
    world.emit("invoice.deleted", found)
    return {"id": invoice, "object": "invoice", "deleted": True}
