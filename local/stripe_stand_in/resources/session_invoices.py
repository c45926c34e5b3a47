"""The paid invoice of a checkout session that asked for one."""

from __future__ import annotations

from local.stripe_stand_in.resources.invoice_drafts import add_line, announce_draft, make_invoice
from local.stripe_stand_in.resources.invoice_lines import line_of_session_item
from local.stripe_stand_in.resources.invoice_payments import make_payment, mark_paid
from local.stripe_stand_in.resources.invoice_states import mark_invoice_paid, number_invoice
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def invoice_of_session(world: World, session: Doc, intent: Doc) -> Doc:
    """The paid invoice that `invoice_creation` makes once a session is paid. The customer's balance has no part in it."""
    asked = session["invoice_creation"]["invoice_data"]
    customer = world.get("customer", session["customer"])
    params = {"description": asked["description"], "footer": asked["footer"], "metadata": asked["metadata"]}
    invoice = make_invoice(world, customer, session["currency"], {**params, "automatic_tax": session["automatic_tax"]})
    invoice.update(customer_email=session["customer_details"]["email"], starting_balance=0)
    for item in session["_line_items"]:
        add_line(world, invoice, line_of_session_item(world, item))
    announce_draft(world, invoice)
    number_invoice(world, invoice)
    invoice["ending_balance"] = 0
    world.emit("invoice.finalized", world.save(invoice))
    invoice["attempt_count"] = 1
    mark_paid(world, make_payment(world, invoice, intent))
    mark_invoice_paid(world, invoice)
    session["invoice"] = invoice["id"]
    return invoice
