"""Invoices: drafts, finalizing, paying, voiding, and the paid invoice of a checkout session."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.listing import equal, listed, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.resources.charging import attempt, card_error
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_lines import line_of_item, line_of_session_item
from local.stripe_stand_in.resources.invoice_payments import cancel_payments, make_payment, mark_paid, payments_of
from local.stripe_stand_in.resources.payment_intents import cancel_intent, make_intent
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/invoices"


def make_invoice(world: World, customer: Doc, currency: str, params: Doc, billing_reason: str = "manual") -> Doc:
    """A draft without lines."""
    invoice_id = new_id("in_")
    automatic_tax = bool((params.get("automatic_tax") or {}).get("enabled"))
    settings = params.get("payment_settings") or {}
    invoice: Doc = {
        **_blanks(),
        "id": invoice_id,
        "object": "invoice",
        "auto_advance": params.get("auto_advance", False),
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
            "provider": "stripe" if automatic_tax else None,
            "status": "complete" if automatic_tax else None,
        },
        "billing_reason": billing_reason,
        "collection_method": params.get("collection_method", "charge_automatically"),
        "created": world.now,
        "currency": currency,
        "customer": customer["id"],
        "custom_fields": customer["invoice_settings"]["custom_fields"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "default_payment_method": params.get("default_payment_method"),
        "description": params.get("description"),
        "due_date": params.get("due_date"),
        "footer": params.get("footer"),
        "lines": listed([], f"{URL}/{invoice_id}/lines"),
        "metadata": metadata(params.get("metadata")),
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": settings.get("payment_method_types") or None,
        },
        "period_end": world.now,
        "period_start": world.now,
        "status": "draft",
    }
    return total_up(world, invoice)


def _blanks() -> Doc:
    nothing: tuple[str, ...] = (
        "account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_account", "customer_shipping",
        "default_source", "effective_at", "ending_balance", "from_invoice", "hosted_invoice_url", "invoice_pdf",
        "last_finalization_error", "latest_revision", "next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number",
        "rendering", "shipping_cost", "shipping_details", "statement_descriptor", "test_clock", "webhooks_delivered_at",
    )  # fmt: skip
    zero = (
        "amount_due", "amount_overpaid", "amount_paid", "amount_paid_off_stripe", "amount_remaining", "amount_shipping", "attempt_count",
        "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount", "starting_balance", "subtotal", "subtotal_excluding_tax",
        "total", "total_excluding_tax",
    )  # fmt: skip
    empty = (
        "customer_tax_ids",
        "default_tax_rates",
        "discounts",
        "total_discount_amounts",
        "total_pretax_credit_amounts",
        "total_taxes",
    )
    return {
        **dict.fromkeys(nothing),
        **dict.fromkeys(zero, 0),
        **{name: [] for name in empty},
        "account_country": "US",
        "account_name": "Local stand-in",
        "attempted": False,
        "issuer": {"type": "self"},
        "livemode": False,
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
    }


def total_up(world: World, invoice: Doc) -> Doc:
    """The sums over the lines."""
    lines = invoice["lines"]["data"]
    subtotal = sum(line["subtotal"] for line in lines)
    taxes = [tax for line in lines for tax in line["taxes"] or []]
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    inclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    total = subtotal + added
    due = max(total, 0)
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=total,
        total_excluding_tax=subtotal - inclusive,
    )
    invoice.update(amount_due=due, amount_remaining=due - invoice["amount_paid"], total_taxes=taxes)
    return world.save(invoice)


def add_line(world: World, invoice: Doc, line: Doc) -> None:
    """One more line on a draft."""
    invoice["lines"]["data"].append({**line, "invoice": invoice["id"]})
    total_up(world, invoice)


def create(world: World, params: Doc) -> Doc:
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


def retrieve(world: World, _: Doc, invoice: str) -> Doc:
    """`invoices.retrieve`."""
    return world.get("invoice", invoice)


def update(world: World, params: Doc, invoice: str) -> Doc:
    """`invoices.update`: metadata, description, default payment method."""
    found = world.get("invoice", invoice)
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    for name in ("description", "default_payment_method", "auto_advance"):
        if name in params:
            found[name] = params[name] if params[name] != "" else None
    world.emit("invoice.updated", found)
    return world.save(found)


def list_(world: World, params: Doc) -> Doc:
    """`invoices.list`."""
    wanted = equal(params, "customer", "status", "collection_method")
    subscription = params.get("subscription")
    return page(world, "invoice", params, URL, lambda doc: wanted(doc) and subscription in (None, subscription_of(doc)))


def subscription_of(invoice: Doc) -> str | None:
    """The subscription that an invoice bills."""
    parent: Doc = (invoice["parent"] or {}).get("subscription_details") or {}
    return parent.get("subscription")


def finalize(world: World, _: Doc, invoice: str) -> Doc:
    """`invoices.finalize_invoice`."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    return finalize_invoice(world, found)


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


def pay(world: World, params: Doc, invoice: str) -> Doc:
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


def method_for(world: World, invoice: Doc, given: str | None = None) -> str:
    """The payment method that pays: given, the invoice's, the subscription's, the customer's default."""
    customer = world.get("customer", invoice["customer"])
    subscription: Any = world.find("subscription", subscription_of(invoice)) or {}
    candidates = (given, invoice["default_payment_method"], subscription.get("default_payment_method"))
    method = next(filter(None, candidates), None) or customer["invoice_settings"]["default_payment_method"]
    if not method:
        message = "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method or pass one."
        raise invalid(message, code="invoice_payment_intent_requires_action" if given else None)
    return str(method)


def charge_invoice(
    world: World, invoice: Doc, method: Doc, *, off_session: bool, authenticated: bool | None = None
) -> StripeError | None:
    """One attempt to pay an open invoice; the answer is the refusal, already announced."""
    payment = next(iter(payments_of(world, invoice["id"])))
    intent = world.get("payment_intent", payment["payment"]["payment_intent"])
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    decline = attempt(world, intent, method, off_session=off_session, authenticated=authenticated)
    if intent["status"] == "succeeded":
        mark_paid(world, payment)
        mark_invoice_paid(world, invoice)
        return None
    world.save(invoice)
    needs_buyer = intent["status"] == "requires_action" or (decline and decline.code == "authentication_required")
    world.emit("invoice.payment_action_required" if needs_buyer else "invoice.payment_failed", invoice)
    if decline and needs_buyer:
        world.emit("invoice.payment_failed", invoice)
    if decline:
        return card_error(intent)
    message = "The invoice needs the buyer: its payment requires authentication."
    return StripeError(402, "card_error", message, code="invoice_payment_intent_requires_action")


def void(world: World, _: Doc, invoice: str) -> Doc:
    """`invoices.void_invoice`: an open one; its payment intent is canceled."""
    found = world.get("invoice", invoice)
    if found["status"] not in ("open", "uncollectible"):
        raise invalid("You can only void an open or uncollectible invoice.", code="invoice_not_editable")
    return void_invoice(world, found)


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


def delete(world: World, _: Doc, invoice: str) -> Doc:
    """`invoices.delete`: drafts only."""
    found = world.get("invoice", invoice)
    if found["status"] != "draft":
        raise invalid("You can only delete draft invoices.", code="invoice_not_editable")
    world.save({**found, "status": "void", "object": "deleted_invoice"})
    world.emit("invoice.deleted", found)
    return {"id": invoice, "object": "invoice", "deleted": True}


def invoice_of_session(world: World, session: Doc, intent: Doc) -> Doc:
    """The paid invoice that `invoice_creation` makes once a session is paid."""
    asked = session["invoice_creation"]["invoice_data"]
    customer = world.get("customer", session["customer"])
    params = {"description": asked["description"], "footer": asked["footer"], "metadata": asked["metadata"]}
    invoice = make_invoice(world, customer, session["currency"], {**params, "automatic_tax": session["automatic_tax"]})
    invoice["customer_email"] = session["customer_details"]["email"]
    for item in session["_line_items"]:
        add_line(world, invoice, line_of_session_item(world, item))
    world.emit("invoice.created", invoice)
    number_invoice(world, invoice)
    world.emit("invoice.finalized", invoice)
    invoice["attempt_count"] = 1
    mark_paid(world, make_payment(world, invoice, intent))
    mark_invoice_paid(world, invoice)
    session["invoice"] = invoice["id"]
    return invoice
