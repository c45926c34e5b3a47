"""Stripe's balance transactions as our own rows.

`amount` and `fee` are in the currency that the account settles in; the charge, refund or dispute behind a transaction has the amount
in the currency of the payment (https://docs.stripe.com/api/balance_transactions/object, `source`). `reporting_category` is what
Stripe's reports go by, not `type` (https://docs.stripe.com/reports/reporting-categories).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.events import tag_of
from lotbook.adapters.stripe.facts import id_of
from lotbook.domain.reports.payments import Moved
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.domain.reports.payments import Mark
    from lotbook.domain.sales.gateway import Deployment, Tag


def moved(found: dict[str, Any], deployment: Deployment) -> Moved:
    """A transaction with its source; one whose source is no payment's (a payout, a fee) has no payment."""
    source = found.get("source")
    source = source if isinstance(source, dict) else {}
    tag, payment = tag_of(source), id_of(source.get("payment_intent"))
    currency = source.get("currency", "") if payment else ""
    is_ours = tag.is_of(deployment) and tag.is_whole
    return Moved(
        transaction=found["id"],
        at=found["created"] * SECOND,
        category=found["reporting_category"],
        currency=found["currency"],
        gross=found["amount"],
        fee=found["fee"],
        payment=payment,
        paid_currency=currency,
        paid=_paid(found, source) if payment else 0,
        mark=_mark(tag, deployment),
        account_id=tag.account_id if is_ours else None,
        purchase_id=tag.purchase_id if is_ours else None,
    )


def _paid(found: dict[str, Any], source: dict[str, Any]) -> int:
    """In the currency of the payment: the amount itself, or the source's with its sign where it was exchanged."""
    amount: int = found["amount"]
    if found["currency"] == source["currency"]:
        return amount
    paid: int = source["amount"]
    return -paid if amount < 0 else paid


def _mark(tag: Tag, deployment: Deployment) -> Mark:
    if tag.app is None:
        return "none"
    return "ours" if tag.is_of(deployment) else "other"
