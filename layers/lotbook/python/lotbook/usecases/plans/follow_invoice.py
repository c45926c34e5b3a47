"""An invoice of a subscription, brought to the row that it pays for: a first plan's, a change's, or a period's.

Which row that is follows from the invoice itself: its note of a change, its line's price and period. What has no line of a plan
of ours grants nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.sales.items import PlanRenewalItem
from lotbook.domain.sales.plan_verdicts import plan_line
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales.settle_plan_order import settle_plan_order
from lotbook.usecases.sales.settle_purchase import settle_purchase
from lotbook.usecases.sales.settle_renewal import move_period, settle_renewal

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts
    from lotbook.usecases.sales.desk import SalesDesk

FOLLOW_ATTEMPTS = 8  # lost races: each means that somebody else moved the row on
FIRST = "subscription_create"  # says which row is looked at, never what it brings


def follow_invoice(account_id: str, invoice: str, *, desk: SalesDesk) -> Purchase | None:
    """The row of the invoice after a look at it; None where it is about no plan of ours.

    Raises AccountNotFound, Unavailable.
    """
    desk.credits.renew(account_id)  # so that the row of the period is there
    for _ in range(FOLLOW_ATTEMPTS):
        facts = desk.plans.plan_invoice(invoice)
        row = None if facts is None else row_of(account_id, facts, desk=desk)
        if facts is None or row is None:
            return _without_row(account_id, facts, desk)
        try:
            return _settled(row, facts, desk)
        except Conflict:
            continue
    raise Unavailable("The purchase is being settled; ask again.")


def row_of(account_id: str, facts: PlanInvoiceFacts, *, desk: SalesDesk) -> Purchase | None:
    """The row that the invoice is for, if there is one."""
    for name in (facts.change, facts.tag.purchase_id if facts.reason == FIRST else None):
        row = desk.purchases.get(account_id, name) if name else None
        if row is not None and row.gateway_refs.invoice in (None, facts.invoice) and plan_line(row, facts) is not None:
            return row
    for line in facts.lines:
        if not line.is_proration and line.price is not None:
            row = desk.purchases.get(account_id, renewal_row_id(account_id, facts.subscription, line.period[0]))
            if row is not None:
                return row
    return None


def _settled(row: Purchase, facts: PlanInvoiceFacts, desk: SalesDesk) -> Purchase:
    if row.state in SETTLED:
        return row
    if isinstance(row.item, PlanRenewalItem):
        return settle_renewal(row, desk=desk, invoice=facts)
    if row.is_by_card:
        return settle_plan_order(row, desk=desk, invoice=facts)
    return settle_purchase(row.account_id, row.purchase_id, desk=desk)


def _without_row(account_id: str, facts: PlanInvoiceFacts | None, desk: SalesDesk) -> Purchase | None:
    """Paid, and no row of ours: the period may begin elsewhere than we thought, which rings; else it is no plan's."""
    if facts is None or facts.state != "paid":
        return None
    if move_period(account_id, facts, desk=desk):
        alarm("period_moved", account_id=account_id, invoice=facts.invoice, subscription=facts.subscription)
        row = row_of(account_id, facts, desk=desk)
        return None if row is None else settle_renewal(row, desk=desk, invoice=facts)
    return None
