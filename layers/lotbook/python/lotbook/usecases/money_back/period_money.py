"""Money of one period of a plan that renews: what goes back takes that period's credits with it, and no other's (X-28).

All of the running period's money gone, the plan ends here and at the gateway. In part, each lot of the period loses its share,
rounded down. An open dispute freezes the period's lots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.period_money import with_dispute, with_money_gone
from lotbook.domain.accounts.periods import plan_lots
from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import PaidPeriod, without_plan
from lotbook.domain.accounts.subscriptions import BillingPeriod
from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import Freeze
from lotbook.usecases.accounts.load_account import policy_under
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.lots import freeze_lot
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.end_other_subscriptions import end_for_good

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import Reversal
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


def lots_of_payment(purchase: Purchase, *, desk: SalesDesk) -> list[Lot]:
    """The plan lots that the row's period has brought so far; none where another payment counts for it (X-30)."""
    account = desk.account(purchase.account_id).account
    period = _period(purchase, account)
    if period is None:
        return []
    policy = policy_under(account, period.plan_id, period.policy_version, policies=desk.policies)
    names = [ledger.granted_name(lot.lot_id) for lot in plan_lots(policy, account, period, desk.clock.now())]
    found = desk.books.entries(purchase.account_id, purchase.unit, names) if names else {}
    return [entry.lot for name in names if (entry := found.get(name)) is not None and entry.lot is not None]


def _period(purchase: Purchase, account: Account) -> BillingPeriod | None:
    plan, period = purchase.plan, purchase.period
    if plan is None or period is None:
        return None
    known = account.subscription.period(period[0], plan.plan_id) if account.subscription else None
    if known is not None:
        return known if known.purchase_id == purchase.purchase_id and known.state == "paid" else None
    if any(each.is_twice and each.purchase_id == purchase.purchase_id for each in account.terms):
        return None
    start, end = period
    name, version = purchase.purchase_id, purchase.policy_version
    return BillingPeriod(start, end, plan.plan_id, "paid", name, None, anchor=start, policy_version=version)


def end_if_running(purchase: Purchase, *, desk: SalesDesk) -> None:
    """All the row's money is gone: the plan whose running period it paid for ends, at the gateway first. Raises Unavailable."""
    subscription, paid = purchase.gateway_refs.subscription, purchase.period
    if (
        subscription is None
        or paid is None
        or not _is_running(desk.account(purchase.account_id).account, purchase, desk)
    ):
        return
    end_for_good(subscription, desk=desk)

    def change(found: LoadedAccount) -> Account:
        now = desk.clock.now()
        account = with_time(found.policy, found.account, now)
        return without_plan(found.policy, account, now, gone=True) if _is_running(account, purchase, desk) else account

    change_account(purchase.account_id, change, desk)
    desk.credits.renew(purchase.account_id)


def note_share(purchase: Purchase, target: Reversal, *, desk: SalesDesk) -> None:
    """Months of the period that are still to come bring their share only: noted before anything is taken. Raises Unavailable."""
    period = _paid_period(purchase)
    if period is None:
        return

    def change(found: LoadedAccount) -> Account:
        return with_money_gone(found.account, period, target.plan_minor, purchase.total_minor)

    change_account(purchase.account_id, change, desk)


def _paid_period(purchase: Purchase) -> PaidPeriod | None:
    refs, paid, plan = purchase.gateway_refs, purchase.period, purchase.plan
    if refs.subscription is None or paid is None or plan is None:
        return None
    version, name = purchase.policy_version, purchase.purchase_id
    return PaidPeriod(refs.subscription, plan.plan_id, version, *paid, name, refs.invoice)


def _is_running(account: Account, purchase: Purchase, desk: SalesDesk) -> bool:
    sub, period, plan = account.subscription, purchase.period, purchase.plan
    if not account.plan_renews or sub is None or period is None or plan is None:
        return False
    known = sub.period(period[0], plan.plan_id)
    is_its = known is not None and known.purchase_id == purchase.purchase_id and period[0] >= sub.anchor
    is_its = is_its and sub.subscription == purchase.gateway_refs.subscription
    return is_its and account.plan_id == plan.plan_id and period[0] <= desk.clock.now() < period[1]


def share_of(purchase: Purchase, lot: Lot, reversal: Reversal) -> int:
    """Credits of a lot of the row's period that go with the money that is gone; rounded down, all of them with all of it."""
    charged = purchase.total_minor
    return lot.credits * min(reversal.plan_minor, charged) // charged if charged else 0


def freeze_period_lots(purchase: Purchase, target: Reversal, *, thaw: bool, desk: SalesDesk) -> None:
    """While the payment is disputed the period's lots cannot be spent, and its further months bring none. Raises Unavailable.

    That is noted before the lots are frozen, so that none comes after. Once it is over, the running month brings what is its own.
    """
    period = _paid_period(purchase)
    if period is not None:
        since = None if thaw else desk.clock.now()
        noted = change_account(purchase.account_id, lambda found: with_dispute(found.account, period, since), desk)
    for lot in lots_of_payment(purchase, desk=desk):
        freeze_lot(purchase.account_id, lot.unit, Freeze(lot.lot_id, target.claim, thaw), desk=desk.credits)
    if thaw and period is not None and noted.plan_renews:
        ports = desk.accounts, desk.policies
        renew_account(purchase.account_id, accounts=ports[0], policies=ports[1], desk=desk.credits, at_once=True)
