"""What becomes of an invoice: open, paid, void, given up."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.money import DEFAULT_MINIMUM, MINIMUM
from local.stripe_stand_in.resources.balances import balance_for, move
from local.stripe_stand_in.resources.invoice_payments import cancel_payments, make_payment
from local.stripe_stand_in.resources.payment_intents import cancel_intent, make_intent
from local.stripe_stand_in.resources.subscription_status import invoice_closed, invoice_paid
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def finalize_invoice(world: World, invoice: Doc) -> Doc:
    """Numbered and open, with a payment intent that waits. What cannot be charged goes to the balance, and it is paid."""
    number_invoice(world, invoice)
    _settle_balance(world, invoice)
    world.emit("invoice.finalized", world.save(invoice))
    if invoice["amount_due"] == 0:
        return mark_invoice_paid(world, invoice)
    intent = make_intent(world, invoice["amount_due"], invoice["currency"], invoice["customer"], params={})
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


def _settle_balance(world: World, invoice: Doc) -> None:
    """The balance goes into the invoice; less than the least charge, or less than nothing, goes back to the balance."""
    customer = world.get("customer", invoice["customer"])
    start = balance_for(customer, invoice["currency"])
    owed = invoice["total"] + start
    small = 0 < owed < MINIMUM.get(invoice["currency"], DEFAULT_MINIMUM)
    ending = owed if owed < 0 or small else 0
    due = owed - ending
    invoice.update(starting_balance=start, ending_balance=ending, amount_due=due, amount_remaining=due)
    if ending != start:
        move(world, customer, ending - start, "invoice_too_small" if small else "applied_to_invoice", invoice=invoice)


def mark_invoice_paid(world: World, invoice: Doc) -> Doc:
    """Paid and announced."""
    invoice.update(
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, next_payment_attempt=None
    )
    invoice["status_transitions"]["paid_at"] = world.now
    world.emit("invoice.paid", world.save(invoice))
    world.emit("invoice.payment_succeeded", invoice)
    invoice_paid(world, invoice)
    return invoice


def void_invoice(world: World, invoice: Doc) -> Doc:
    """Void and announced; what it took from the balance goes back. Raises StripeError unless it is open or given up."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid("You can only void an open or uncollectible invoice.", code="invoice_not_editable")
    for payment in cancel_payments(world, invoice["id"]):
        intent = world.find("payment_intent", payment["payment"].get("payment_intent"))
        if intent and intent["status"] not in ("succeeded", "canceled"):
            cancel_intent(world, intent, "void_invoice")
    invoice.update(status="void", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["voided_at"] = world.now
    world.emit("invoice.voided", world.save(invoice))
    taken = invoice["starting_balance"] - (invoice["ending_balance"] or 0)
    if taken:
        move(world, world.get("customer", invoice["customer"]), taken, "unapplied_from_invoice", invoice=invoice)
    invoice_closed(world, invoice)
    return invoice


def give_up_invoice(world: World, invoice: Doc) -> Doc:
    """Uncollectible: no longer tried, but still payable. Raises StripeError unless it is open."""
    if invoice["status"] != "open":
        raise invalid("You can only mark an open invoice as uncollectible.", code="invoice_not_editable")
    invoice.update(status="uncollectible", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["marked_uncollectible_at"] = world.now
    world.emit("invoice.marked_uncollectible", world.save(invoice))
    invoice_closed(world, invoice)
    return invoice
