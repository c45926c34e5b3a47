"""Invoices, as the API has them: created, listed, changed, finalized, paid, voided, given up, deleted."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_collection import charge_invoice, method_for
from local.stripe_stand_in.resources.invoice_drafts import (
    URL,
    announce_draft,
    make_invoice,
    plan_finalizing,
    take_pending_items,
)
from local.stripe_stand_in.resources.invoice_states import (
    finalize_invoice,
    give_up_invoice,
    mark_invoice_paid,
    void_invoice,
)
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.resources.subscription_status import subscription_of
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata


def create(world: World, params: Readable) -> Doc:
    """`invoices.create`; takes the customer's pending items unless they are excluded."""
    if not params.get("customer"):
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = living(world, params["customer"])
    if params.get("default_payment_method"):
        world.get("payment_method", params["default_payment_method"], "default_payment_method")
    if params.get("discounts"):
        raise unsupported("`discounts` other than none in invoices.create", "discounts")
    currency = known_currency(params.get("currency") or customer["currency"] or "usd")
    invoice = make_invoice(world, customer, currency, params)
    if params.get("pending_invoice_items_behavior", "exclude") == "include":
        take_pending_items(world, invoice)
    announce_draft(world, invoice)
    return invoice


def retrieve(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.retrieve`."""
    return world.get("invoice", invoice)


def update(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.update`: metadata, description, default payment method, whether it is collected by itself."""
    found = world.get("invoice", invoice)
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    for name in ("description", "default_payment_method"):
        if name in params:
            found[name] = params[name] if params[name] != "" else None
    if "auto_advance" in params and params["auto_advance"] != found["auto_advance"]:
        found["auto_advance"] = params["auto_advance"]
        if found["status"] == "draft":
            plan_finalizing(world, found)
        else:
            found["next_payment_attempt"] = world.now if found["auto_advance"] else None
    return world.change("invoice.updated", found)


def list_(world: World, params: Readable) -> Doc:
    """`invoices.list`."""
    wanted = equal(params, "customer", "status", "collection_method")
    subscription = params.get("subscription")
    return page(
        world, "invoice", params, URL, keep=lambda doc: wanted(doc) and subscription in (None, subscription_of(doc))
    )


def finalize(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.finalize_invoice`, with `auto_advance` as the collection from then on."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    found["auto_advance"] = params.get("auto_advance", found["auto_advance"])
    found["next_payment_attempt"] = world.now if found["auto_advance"] else None
    return finalize_invoice(world, found)


def pay(world: World, params: Readable, invoice: str) -> Doc:
    """`invoices.pay`. Raises a 402 when the card is declined."""
    found = world.get("invoice", invoice)
    given, off_session = params.get("payment_method"), params.get("off_session", True)
    out_of_band = params.get("paid_out_of_band")
    if found["status"] == "draft":
        finalize_invoice(world, found)
        if found["status"] == "paid":
            return found
    check_payable(found)
    if out_of_band:
        return mark_invoice_paid(world, found)
    refusal = charge_invoice(world, found, resolve(world, method_for(world, found, given)), off_session=off_session)
    if refusal:
        raise refusal
    return found


def check_payable(invoice: Doc) -> None:
    """Raises StripeError unless the invoice is open or given up."""
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"This invoice is {invoice['status']} and can no longer be paid.", code="invoice_not_open")


def void(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.void_invoice`: an open one; its payment intent is canceled."""
    return void_invoice(world, world.get("invoice", invoice))


def mark_uncollectible(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.mark_uncollectible`."""
    return give_up_invoice(world, world.get("invoice", invoice))


def delete(world: World, _: Readable, invoice: str) -> Doc:
    """`invoices.delete`: drafts of no subscription only."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft" or subscription_of(found):
        raise invalid("You can only delete draft invoices of no subscription.", code="invoice_not_editable")
    world.save({**found, "status": "void", "object": "deleted_invoice"})
    world.emit("invoice.deleted", found)
    return {"id": invoice, "object": "invoice", "deleted": True}
