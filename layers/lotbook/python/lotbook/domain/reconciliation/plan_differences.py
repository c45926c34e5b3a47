"""Where the gateway's subscriptions and their invoices disagree with our rows and accounts. Pure, as `differences`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.differences import IDENTITY, Difference, DifferenceKind, Stray
from lotbook.domain.sales.plan_verdicts import unequal_invoice
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.instants import HOUR

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts

SETTLES_WITHIN = HOUR  # a plan that was paid for just now may still be on its way to its account
OF_OURS = frozenset({*IDENTITY, "subscription"})


def of_plan_invoice(facts: PlanInvoiceFacts, row: Purchase | None, deployment: Deployment) -> list[Difference]:
    """An invoice of a subscription of ours against the row that it is for (T5: money without a row is no plan's)."""
    if row is None:
        account_id = facts.tag.account_id
        return [Difference("paid_unknown_purchase", account_id, None, facts.invoice)] if is_money(facts) else []
    if facts.state != "paid":
        settled = row.state in SETTLED and row.gateway_refs.invoice == facts.invoice
        return [_about(row, "completed_but_not_paid", facts.invoice, facts.state)] if settled else []
    if row.gateway_refs.invoice not in (None, facts.invoice) and row.state in SETTLED:
        return [_about(row, "paid_twice", facts.invoice)] if is_money(facts) else []
    wrong = unequal_invoice(row, facts, deployment)
    if wrong:
        return [_about(row, _mismatch(wrong), facts.invoice, *wrong)]
    return [] if row.state in SETTLED else [_about(row, "paid_but_not_completed", facts.invoice)]


def of_subscription(facts: SubscriptionFacts, account: Account | None, now: int) -> list[Difference]:
    """A subscription that may still charge somebody, against what its account knows: another one, or none, or an end."""
    if not facts.is_live or facts.status == "incomplete" or now - facts.created_at < SETTLES_WITHIN:
        return []
    known = account.subscription if account else None
    if known is not None and known.subscription == facts.subscription and known.ended_at is None:
        return []
    return [Difference("subscription_unknown", facts.tag.account_id, facts.tag.purchase_id, facts.subscription)]


def is_money(facts: PlanInvoiceFacts) -> bool:
    """Whether somebody paid something for it."""
    return facts.state == "paid" and facts.paid_minor > 0


def stray_of_plan_invoice(facts: PlanInvoiceFacts, now: int) -> Stray:
    """The money of an invoice that no row explains."""
    payment = facts.payment.payment_intent if facts.payment else None
    return Stray(
        name=payment or facts.invoice,
        found_by="reconciliation",
        first_seen_at=now,
        account_id=facts.tag.account_id,
        purchase_id=None,
        session=None,
        payment_intent=payment,
        total_minor=facts.total_minor,
        currency=facts.currency,
    )


def _mismatch(wrong: tuple[str, ...]) -> DifferenceKind:
    if set(wrong) & OF_OURS:
        return "identity_mismatch"
    return "currency_mismatch" if "currency" in wrong else "amount_mismatch"


def _about(row: Purchase, kind: DifferenceKind, reference: str, *fields: str) -> Difference:
    return Difference(kind, row.account_id, row.purchase_id, reference, fields)
