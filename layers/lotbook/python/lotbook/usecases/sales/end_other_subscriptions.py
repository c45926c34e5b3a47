"""One account, one subscription: what else of it may still charge the buyer ends at the gateway (X-30).

Which one counts is what the account says, by the instants of payments. One whose purchase is not settled yet is left alone: it
may turn out to be the one that counts, and its own settling comes here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import WAITING
from lotbook.usecases.alarms import alarm

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.subscription_facts import SubscriptionFacts
    from lotbook.usecases.sales.desk import SalesDesk

EVER = 0


def end_other_subscriptions(account: Account, *, desk: SalesDesk) -> None:
    """End those of the account that do not pay for its plan, with their open invoices. Raises Unavailable."""
    present = account.subscription.subscription if account.subscription and account.plan_renews else None
    for customer in account.customers:
        for found in desk.plans.subscriptions(customer):
            if found.subscription != present and found.is_live and _is_settled(account, found, desk):
                alarm("subscription_replaced", account_id=account.account_id, subscription=found.subscription)
                end_for_good(found.subscription, desk=desk)


def void_replaced(account: Account, *, desk: SalesDesk) -> None:
    """Drafts and open invoices of periods that a change of plan has replaced are never charged (X-25). Raises Unavailable."""
    sub = account.subscription
    if sub is None or not account.plan_renews:
        return
    for invoice in desk.plans.plan_invoices(sub.subscription, EVER):
        is_of_plan = any(line.price == sub.price and line.period[0] >= sub.anchor for line in invoice.lines)
        if invoice.state in ("draft", "open") and not is_of_plan:
            desk.plans.void_invoice(invoice.invoice)


def end_for_good(subscription: str, *, desk: SalesDesk) -> None:
    """End a subscription so that nothing of it is ever collected: it first, then its drafts and open invoices."""
    desk.plans.end_subscription(subscription)
    for invoice in desk.plans.plan_invoices(subscription, EVER):
        if invoice.state in ("draft", "open"):
            desk.plans.void_invoice(invoice.invoice)


def _is_settled(account: Account, found: SubscriptionFacts, desk: SalesDesk) -> bool:
    if found.tag.account_id != account.account_id or found.tag.purchase_id is None:
        return False
    row = desk.purchases.get(account.account_id, found.tag.purchase_id)
    return row is not None and not (row.state in WAITING and row.settlement is None)
