"""Stripe's subscriptions and their invoices (as plain dicts) -> our facts. Absent fields become None, never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.events import subscription_mark, tag_of
from lotbook.adapters.stripe.facts import id_of, invoice_payment, newest_payment
from lotbook.adapters.stripe.plan_requests import CHANGE
from lotbook.domain.sales.subscription_facts import InvoiceLine, PendingChange, PlanInvoiceFacts, SubscriptionFacts
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

AUTHENTICATION = "authentication_required"
NEEDS_BUYER = frozenset(
    {
        AUTHENTICATION,
        "subscription_payment_intent_requires_action",
        "invoice_payment_intent_requires_action",
        "requires_action_not_handled",
    }
)

# https://docs.stripe.com/declines/codes: "show a generic message to the customer".
_NOT_TOLD = frozenset(
    {
        "fraudulent",
        "lost_card",
        "merchant_blacklist",
        "pickup_card",
        "restricted_card",
        "security_violation",
        "stolen_card",
    }
)


def subscription_facts(found: dict[str, Any]) -> SubscriptionFacts:
    """A subscription with its only item. Raises KeyError where Stripe left out what it always sends."""
    item = found["items"]["data"][0]
    period = item["current_period_start"] * SECOND, item["current_period_end"] * SECOND
    at_period_end = period[1] if found.get("cancel_at_period_end") else None
    return SubscriptionFacts(
        subscription=found["id"],
        status=found["status"],
        customer=id_of(found.get("customer")),
        livemode=found["livemode"] is True,
        tag=tag_of(found),
        change=_change(found.get("metadata")),
        item=item["id"],
        price=id_of(item["price"]) or "",
        period=period,
        anchor=found["billing_cycle_anchor"] * SECOND,
        created_at=found["created"] * SECOND,
        cancel_at=_instant(found.get("cancel_at")) or at_period_end,
        ended_at=_instant(found.get("ended_at")),
        payment_method=id_of(found.get("default_payment_method")),
        latest_invoice=id_of(found.get("latest_invoice")),
        pending=_pending(found.get("pending_update")),
    )


def _pending(update: dict[str, Any] | None) -> PendingChange | None:
    if not update:
        return None
    items = update.get("subscription_items") or [{}]
    return PendingChange(id_of(items[0].get("price")), update["expires_at"] * SECOND)


def plan_invoice_facts(found: dict[str, Any]) -> PlanInvoiceFacts | None:
    """An invoice, with its payments where they are expanded; None for one of no subscription.

    A discount of ours (a coupon on the first page) stands as a line of its own, as a credit does on any other invoice.
    """
    mark = subscription_mark(found)
    subscription = id_of(mark.get("subscription"))
    if subscription is None:
        return None
    lines = tuple(_line(each) for each in found["lines"]["data"])
    off = summed(found.get("total_discount_amounts"))
    return PlanInvoiceFacts(
        invoice=found["id"],
        state=found["status"],
        subscription=subscription,
        reason=found.get("billing_reason") or "",
        customer=id_of(found.get("customer")),
        currency=found["currency"],
        livemode=found["livemode"] is True,
        tag=tag_of(mark),
        change=_change(mark.get("metadata")),
        lines=(*lines, InvoiceLine(None, -off, False, lines[0].period)) if off else lines,
        subtotal_minor=found["subtotal"] - off,
        tax_minor=summed(found.get("total_taxes")),
        total_minor=found["total"],
        paid_minor=found["amount_paid"],
        created_at=found["created"] * SECOND,
        **collection(found),
    )


def collection(found: dict[str, Any]) -> dict[str, Any]:
    """How far collecting it has come, and where the buyer sees it."""
    intent = _intent(found)
    error = intent.get("last_payment_error") or {}
    asks = intent.get("status") == "requires_action" or error.get("code") in NEEDS_BUYER
    return {
        "paid_at": _instant((found.get("status_transitions") or {}).get("paid_at")),
        "payment": invoice_payment(found),
        "number": found.get("number"),
        "hosted_url": found.get("hosted_invoice_url"),
        "pdf_url": found.get("invoice_pdf"),
        "attempts": found.get("attempt_count") or 0,
        "decline_code": reason_of(error),
        "needs_buyer": found["status"] in ("open", "uncollectible") and asks,
        "is_parked": _is_parked(found),
        "is_finalization_failed": found["status"] == "draft" and bool(found.get("last_finalization_error")),
    }


def _is_parked(found: dict[str, Any]) -> bool:
    """Whether nobody collects it by itself: a draft, or an open one that was never tried, which does not advance."""
    waits = found["status"] == "draft" or (found["status"] == "open" and not found.get("attempt_count"))
    return waits and found.get("auto_advance") is False


def reason_of(error: dict[str, Any]) -> str | None:
    """The issuer's reason of a decline, or the error's code. Reasons that a thief could learn from are not told."""
    reason = error.get("decline_code") or error.get("code")
    return "generic_decline" if reason in _NOT_TOLD else reason


def _line(line: dict[str, Any]) -> InvoiceLine:
    parent, priced = line.get("parent") or {}, (line.get("pricing") or {}).get("price_details") or {}
    details = (parent.get(f"{name}_details") or {} for name in ("invoice_item", "subscription_item"))
    return InvoiceLine(
        price=id_of(priced.get("price")),
        amount_minor=line["amount"],
        is_proration=any(each.get("proration") is True for each in details),
        period=(line["period"]["start"] * SECOND, line["period"]["end"] * SECOND),
    )


def _intent(invoice: dict[str, Any]) -> dict[str, Any]:
    attempt = newest_payment(invoice)
    intent = attempt["payment"].get("payment_intent") if attempt else None
    return intent if isinstance(intent, dict) else {}


def _change(metadata: dict[str, Any] | None) -> str | None:
    return (metadata or {}).get(CHANGE) or None


def summed(amounts: Iterable[dict[str, Any]] | None) -> int:
    """The sum of amounts that may be left out."""
    return sum(each["amount"] for each in amounts or ())


def _instant(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * SECOND
