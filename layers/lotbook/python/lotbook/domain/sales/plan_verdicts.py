"""The gateway's invoice of a subscription against a frozen row: by its lines, never by a status, an amount paid or an event's name.

A line that is no proration, at a price of ours and for the frozen amount, says which plan was paid for; its `period` says for when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.sales.items import PlanRenewalItem
from lotbook.domain.sales.purchase import GatewayRefs, Purchase, with_settlement
from lotbook.domain.sales.verdicts import failure_of, tax_slack
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.subscription_facts import InvoiceLine, PlanInvoiceFacts

InvoiceNews = Literal["paid", "coming", "failed", "never"]


def plan_line(row: Purchase, invoice: PlanInvoiceFacts) -> InvoiceLine | None:
    """The line of the row's plan; None where the invoice has none. A renewal's is that of its own period."""
    if row.plan is None or row.plan.price is None:
        return None
    wanted = row.period[0] if row.period and isinstance(row.item, PlanRenewalItem) else None
    for line in invoice.lines:
        is_ours = line.price == row.plan.price and line.amount_minor == row.plan.price_minor and not line.is_proration
        if is_ours and wanted in (None, line.period[0]):
            return line
    return None


def unequal_invoice(row: Purchase, invoice: PlanInvoiceFacts, deployment: Deployment) -> tuple[str, ...]:
    """Names of the fields that say that this invoice does not pay for this row (D8). None: it does."""
    discount = row.move.discount_minor if row.move else 0
    amounts = [line.amount_minor for line in invoice.lines]
    is_renewal = isinstance(row.item, PlanRenewalItem)
    expected = {
        "app": invoice.tag.is_of(deployment),
        "livemode": invoice.livemode == deployment.live,
        "account": invoice.tag.account_id == row.account_id,
        "subscription": row.gateway_refs.subscription in (None, invoice.subscription),
        "customer": row.customer in (None, invoice.customer),
        "currency": invoice.currency == row.currency,
        "line": plan_line(row, invoice) is not None,
        "discount": not discount or -discount in amounts,
        "subtotal": is_renewal or invoice.subtotal_minor == row.subtotal_minor,
        "total": is_renewal or abs(invoice.total_minor - row.total_minor) <= tax_slack(row),
    }
    return tuple(name for name, holds in expected.items() if not holds)


def news_of(invoice: PlanInvoiceFacts) -> InvoiceNews:
    """What is known of the payment: `failed` is evidence, silence is not (X-26)."""
    if invoice.state == "paid":
        return "paid"
    if invoice.state in ("void", "uncollectible"):
        return "never"
    failed = (
        invoice.is_parked or invoice.is_finalization_failed or invoice.needs_buyer or invoice.decline_code is not None
    )
    tried = invoice.state == "open" and invoice.attempts > 0 and not _is_under_way(invoice)
    return "failed" if failed or tried else "coming"


def with_invoice(row: Purchase, invoice: PlanInvoiceFacts) -> Purchase:
    """The row with what its invoice says of it: the gateway's ids, its page while it can be paid there, why it failed."""
    payment = invoice.payment.payment_intent if invoice.payment else None
    session = row.gateway_refs.checkout_session
    refs = GatewayRefs(session, payment, invoice.invoice, invoice.subscription, invoice.number)
    page = invoice.hosted_url if invoice.state == "open" and isinstance(row.item, PlanRenewalItem) else row.checkout_url
    failure = row.failure if invoice.state == "paid" else failure_of(invoice.decline_code) or row.failure
    return replace(
        row, gateway_refs=refs, customer=row.customer or invoice.customer, checkout_url=page, failure=failure
    )


def with_paid_invoice(row: Purchase, invoice: PlanInvoiceFacts, now: int, expires_at: int | None = None) -> Purchase:
    """The row with its settlement: its period is the line's, its money what was really asked for (tax may have changed)."""
    line = plan_line(row, invoice)
    paid_at = invoice.payment.paid_at if invoice.payment and invoice.payment.paid_at else invoice.paid_at
    known = replace(with_invoice(row, invoice), period=line.period if line else row.period, failure=None)
    if isinstance(row.item, PlanRenewalItem) or row.tax:
        tax = replace(row.tax, amount_minor=invoice.tax_minor) if row.tax else None
        known = replace(known, tax=tax, subtotal_minor=invoice.subtotal_minor, total_minor=invoice.total_minor)
    return with_settlement(known, now, expires_at, max(row.created_at, min(paid_at or now, now)))


def _is_under_way(invoice: PlanInvoiceFacts) -> bool:
    return invoice.payment is not None and invoice.payment.state in ("processing", "succeeded")
