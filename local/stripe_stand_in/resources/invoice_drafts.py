"""Draft invoices: their shape, their lines, their sums."""

from __future__ import annotations

from local.stripe_stand_in.listing import listed
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.balances import balance_for
from local.stripe_stand_in.resources.invoice_lines import line_of_item
from local.stripe_stand_in.settings import settings
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/invoices"


def make_invoice(world: World, customer: Doc, currency: str, params: Readable, *, reason: str = "manual") -> Doc:
    """A draft without lines. With `auto_advance` it is finalized and collected by itself."""
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
        "billing_reason": reason,
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
        "automatically_finalizes_at": None,
        "period_end": world.now,
        "period_start": world.now,
        "starting_balance": balance_for(customer, currency),
        "status": "draft",
        "test_clock": customer["test_clock"],
        "webhooks_delivered_at": None if world.has_endpoint else world.now,
    }
    plan_finalizing(world, invoice)
    return total_up(world, invoice)


def plan_finalizing(world: World, invoice: Doc) -> None:
    """A draft that advances by itself is finalized after a while; one that does not, by hand only."""
    waits = settings(world.store).draft_minutes * 60
    invoice["automatically_finalizes_at"] = world.now + waits if invoice["auto_advance"] else None


def remove_line(world: World, invoice: Doc, item: str) -> None:
    """A draft loses the line of an invoice item."""
    lines = invoice["lines"]["data"]
    of_item = [each for each in lines if (each["parent"]["invoice_item_details"] or {}).get("invoice_item") == item]
    invoice["lines"]["data"] = [line for line in lines if line not in of_item]
    total_up(world, invoice)


def announce_draft(world: World, invoice: Doc) -> None:
    """`invoice.created`; finalizing by itself waits until that event was answered."""
    invoice["_created_event"] = world.emit("invoice.created", invoice)
    world.save(invoice)


def take_pending_items(world: World, invoice: Doc, subscription: str | None = None) -> None:
    """The customer's items that wait for an invoice, the oldest first; of subscriptions' items only this one's."""

    def waits(item: Doc) -> bool:
        same = item["customer"] == invoice["customer"] and item["currency"] == invoice["currency"]
        return same and item["invoice"] is None and item.get("_subscription") in (None, subscription)

    for item in reversed(list(world.walk("invoiceitem", waits))):
        item["invoice"] = invoice["id"]
        add_line(world, invoice, line_of_item(world.save(item)))


def _blanks() -> Doc:
    nothing: tuple[str, ...] = (
        "account_tax_ids", "application", "custom_fields", "customer_account", "customer_shipping",
        "default_source", "effective_at", "ending_balance", "from_invoice", "hosted_invoice_url", "invoice_pdf",
        "last_finalization_error", "latest_revision", "next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number",
        "rendering", "shipping_cost", "shipping_details", "statement_descriptor",
    )  # fmt: skip
    zero = (
        "amount_due", "amount_overpaid", "amount_paid", "amount_paid_off_stripe", "amount_remaining", "amount_shipping", "attempt_count",
        "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount", "subtotal", "subtotal_excluding_tax",
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
    off = sum(each["amount"] for each in invoice["total_discount_amounts"])
    total = subtotal - off + added
    due = max(total + invoice["starting_balance"], 0)
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=total,
        total_excluding_tax=subtotal - off - inclusive,
    )
    invoice.update(amount_due=due, amount_remaining=due - invoice["amount_paid"], total_taxes=taxes)
    return world.save(invoice)


def add_line(world: World, invoice: Doc, line: Doc) -> None:
    """One more line on a draft."""
    invoice["lines"]["data"].append({**line, "invoice": invoice["id"]})
    total_up(world, invoice)
