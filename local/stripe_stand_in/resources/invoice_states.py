"""What becomes of an invoice: open, paid, void; and what that does to its subscription."""

from __future__ import annotations

from local.stripe_stand_in.resources.invoice_payments import cancel_payments, make_payment
from local.stripe_stand_in.resources.payment_intents import cancel_intent, make_intent
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def subscription_of(invoice: Doc) -> str | None:
    """The subscription that an invoice bills."""
    parent: Doc = (invoice["parent"] or {}).get("subscription_details") or {}
    return parent.get("subscription")


def finalize_invoice(world: World, invoice: Doc) -> Doc:
    """Numbered and open, with a payment intent that waits; an invoice of nothing is paid at once."""
    number_invoice(world, invoice)
    world.emit("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        return mark_invoice_paid(world, invoice)
    intent = make_intent(world, invoice["amount_due"], invoice["currency"], invoice["customer"], {})
    intent["description"] = f"Invoice {invoice['number']}"
    world.save(intent)
    make_payment(world, invoice, intent)
    return invoice


def number_invoice(world: World, invoice: Doc) -> None:
    """Open, with a number and its pages."""
    customer = world.get("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    customer["currency"] = customer["currency"] or invoice["currency"]
    world.save(customer)
    page_url = f"{world.base_url}/invoice/{invoice['id']}"
    invoice.update(
        status="open", number=number, effective_at=world.now, hosted_invoice_url=page_url, invoice_pdf=f"{page_url}/pdf"
    )
    invoice["status_transitions"]["finalized_at"] = world.now
    world.save(invoice)


def mark_invoice_paid(world: World, invoice: Doc) -> Doc:
    """Paid and announced."""
    invoice.update(
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, next_payment_attempt=None
    )
    invoice["ending_balance"] = 0
    invoice["status_transitions"]["paid_at"] = world.now
    world.emit("invoice.paid", world.save(invoice))
    world.emit("invoice.payment_succeeded", invoice)
    _activate(world, invoice)
    return invoice


def _activate(world: World, invoice: Doc) -> None:
    """A paid invoice brings its subscription into force."""
    subscription = world.find("subscription", subscription_of(invoice))
    if subscription and subscription["status"] in ("incomplete", "past_due"):
        before = subscription["status"]
        subscription["status"] = "active"
        world.emit("customer.subscription.updated", world.save(subscription), previous={"status": before})


def void_invoice(world: World, invoice: Doc) -> Doc:
    """Void and announced."""
    for payment in cancel_payments(world, invoice["id"]):
        intent = world.find("payment_intent", payment["payment"].get("payment_intent"))
        if intent and intent["status"] not in ("succeeded", "canceled"):
            cancel_intent(world, intent, "void_invoice")
    invoice.update(status="void", next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = world.now
    world.emit("invoice.voided", world.save(invoice))
    return invoice
