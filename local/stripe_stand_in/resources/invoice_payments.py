"""Invoice payments: which payment intent pays which invoice."""

from __future__ import annotations

from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id

URL = "/v1/invoice_payments"


def make_payment(world: World, invoice: Doc, intent: Doc) -> Doc:
    """The invoice's default payment, open."""
    payment: Doc = {
        "id": new_id("inpay_"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": world.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    return world.save(payment)


def mark_paid(world: World, payment: Doc) -> None:
    """Paid and announced."""
    payment.update(status="paid", amount_paid=payment["amount_requested"])
    payment["status_transitions"]["paid_at"] = world.now
    world.emit("invoice_payment.paid", world.save(payment))


def payments_of(world: World, invoice: str) -> list[Doc]:
    """All payments of an invoice, newest first."""
    return list(world.walk("invoice_payment", lambda doc: doc["invoice"] == invoice))


def newest_payment(world: World, invoice: str) -> Doc | None:
    """The payment that an invoice waits for, or was paid by."""
    return next(world.walk("invoice_payment", lambda doc: doc["invoice"] == invoice), None)


def cancel_payments(world: World, invoice: str) -> list[Doc]:
    """Cancels the open payments of an invoice; answers them."""
    waiting = [payment for payment in payments_of(world, invoice) if payment["status"] == "open"]
    for payment in waiting:
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = world.now
        world.save(payment)
    return waiting


def retrieve(world: World, _: Readable, payment: str) -> Doc:
    """`invoice_payments.retrieve`."""
    return world.get("invoice_payment", payment)


def list_(world: World, params: Readable) -> Doc:
    """`invoice_payments.list`."""
    wanted = equal(params, "invoice", "status")
    payment = params.get("payment") or {}
    kind, intent = payment.get("type"), payment.get("payment_intent")

    def keep(doc: Doc) -> bool:
        paid_by: Doc = doc["payment"]
        return wanted(doc) and kind in (None, paid_by["type"]) and intent in (None, paid_by.get("payment_intent"))

    return page(world, "invoice_payment", params, URL, keep=keep)
