"""The card that a plan is charged to is the account's default, and an unpaid period is tried with a new one at once (IS-24).

The account remembers which card the gateway was told, so a crash in between is made up for by the next look at the cards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.sales.items import PlanRenewalItem
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import AccountNotFound, Conflict
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.sales.settle_renewal import settle_renewal

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.subscriptions import Subscription
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts
    from lotbook.usecases.sales.desk import SalesDesk

ATTEMPTS = 5
EVER = 0


def use_for_plan(account_id: str, default: str | None, *, desk: SalesDesk) -> None:
    """Charge renewals to this card, and what is open of an unpaid period now, once for each card.

    Raises AccountNotFound, Unavailable; asked again, it goes on.
    """
    _with_plan(account_id, default, _use, desk)


def is_paid_late(row: Purchase, now: int) -> bool:
    """Whether the row is a renewal that was paid only after its period: later ones may wait where nobody collects them."""
    is_renewal = isinstance(row.item, PlanRenewalItem) and row.period is not None and row.period[1] <= now
    return is_renewal and row.state in SETTLED


def pay_later_periods(account_id: str, default: str | None, *, desk: SalesDesk) -> None:
    """What waits after a late payment: the running period's invoice is paid with the card, once; others are void.

    Raises AccountNotFound, Unavailable.
    """
    _with_plan(account_id, default, _pay_what_waits, desk)


def _with_plan(
    account_id: str, card: str | None, do: Callable[[Account, Subscription, str, SalesDesk], None], desk: SalesDesk
) -> None:
    """Do it for the account's subscription, if it has one, and a card; anew where somebody else was faster."""
    for _ in range(ATTEMPTS):
        account = desk.accounts.get(account_id)
        if account is None:
            raise AccountNotFound
        if card is None or account.subscription is None or not account.plan_renews:
            return
        try:
            do(account, account.subscription, card, desk)
        except Conflict:
            continue
        return


def _use(account: Account, sub: Subscription, default: str, desk: SalesDesk) -> None:
    if sub.card == default:  # it was tried, or is tried by the gateway as its own rules have it
        return
    desk.plans.use_card(sub.subscription, default)
    _pay_what_waits(account, sub, default, desk)
    _remember(account.account_id, sub.subscription, default, desk)


def _pay_what_waits(account: Account, sub: Subscription, card: str, desk: SalesDesk) -> None:
    """The newest unpaid invoice is paid, drafts that nobody collects among them; those of periods that are over are void.

    A period that is over is paid only where nothing newer is unpaid and the account waits for just that one.
    Raises Conflict, Unavailable.
    """
    desk.credits.renew(account.account_id)
    made = desk.plans.plan_invoices(sub.subscription, EVER)
    stuck = [each for each in made if each.state == "open" or each.is_parked]
    is_newest = True
    for invoice in stuck:
        row = desk.purchases.get(account.account_id, _row_id(account, invoice) or "")
        if row is None or row.period is None:
            continue
        is_due = desk.clock.now() < row.period[1] or row.period[0] == sub.failed_start
        if is_newest and is_due:
            told = desk.plans.pay_invoice(invoice.invoice, card)
        else:
            told = desk.plans.void_invoice(invoice.invoice)
        is_newest = False
        settle_renewal(row, desk=desk, invoice=told)


def _row_id(account: Account, invoice: PlanInvoiceFacts) -> str | None:
    lines = (line for line in invoice.lines if not line.is_proration and line.price is not None)
    for line in lines:
        return renewal_row_id(account.account_id, invoice.subscription, line.period[0])
    return None


def _remember(account_id: str, subscription: str, card: str, desk: SalesDesk) -> None:
    account = desk.accounts.get(account_id)
    if account is None or account.subscription is None or account.subscription.subscription != subscription:
        return
    desk.accounts.save(replace(account, subscription=replace(account.subscription, card=card)))
