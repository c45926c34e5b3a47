"""Where the gateway's invoices of automatic purchases disagree with our rows. Pure, as `differences`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.differences import IDENTITY, Difference, Stray
from lotbook.domain.sales.auto_verdicts import unequal_charge
from lotbook.domain.sales.purchase import SETTLED, WAITING

if TYPE_CHECKING:
    from lotbook.domain.reconciliation.differences import DifferenceKind
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.purchase import Purchase

PAYABLE = frozenset({"open", "buyer"})


def of_auto_invoice(facts: AutoCharge, row: Purchase | None, deployment: Deployment) -> list[Difference]:
    """An invoice of ours against the row that its mark names (D5, D8, D9, D30)."""
    if row is None:
        kind: DifferenceKind = "paid_unknown_purchase" if facts.state == "paid" else "open_unknown_purchase"
        tag = facts.tag
        is_over = facts.state in ("declined", "void")
        return [] if is_over else [Difference(kind, tag.account_id, tag.purchase_id, facts.invoice)]
    if row.gateway_refs.invoice not in (None, facts.invoice):
        return [_about(row, "paid_twice", facts)] if facts.state == "paid" else []
    if facts.state != "paid":
        return _unpaid(facts, row)
    wrong = unequal_charge(row, facts, deployment)
    if wrong:
        return [_about(row, "identity_mismatch" if set(wrong) & IDENTITY else "amount_mismatch", facts, *wrong)]
    return [] if row.state in SETTLED else [_about(row, "paid_but_not_completed", facts)]


def _unpaid(facts: AutoCharge, row: Purchase) -> list[Difference]:
    """Credits without money; a row that waits for what will not come; a page that may still be paid for what has failed."""
    if row.state in SETTLED:
        return [_about(row, "completed_but_not_paid", facts, facts.state)]
    waits = row.state in WAITING
    is_behind = facts.state in ("declined", "void") if waits else facts.state in PAYABLE
    return [_about(row, "purchase_behind", facts, facts.state)] if is_behind else []


def stray_of_auto_invoice(facts: AutoCharge, now: int) -> Stray:
    """The money of an invoice that no row explains."""
    return Stray(
        name=facts.payment_intent or facts.invoice,
        found_by="reconciliation",
        first_seen_at=now,
        account_id=facts.tag.account_id,
        purchase_id=facts.tag.purchase_id,
        session=None,
        payment_intent=facts.payment_intent,
        total_minor=facts.total_minor,
        currency=facts.currency,
    )


def _about(row: Purchase, kind: DifferenceKind, facts: AutoCharge, *fields: str) -> Difference:
    return Difference(kind, row.account_id, row.purchase_id, facts.invoice, fields)
