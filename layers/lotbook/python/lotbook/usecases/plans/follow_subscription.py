"""A subscription as the gateway has it now, brought into the account: cancelled or resumed at its portal, ended there.

Our clock decides when a plan is over. What the gateway ends by itself ends with the period that was paid, or as unpaid as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import with_ending, with_gateway_end
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.sales.purchase import SETTLED
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import SubscriptionFacts
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


def follow_subscription(account_id: str, subscription: str, *, desk: SalesDesk) -> Account:
    """The account after a look at its subscription; one that it does not live from changes nothing.

    The gateway is asked after the account was read, and the account is written as it was read: an older look overrules nothing.
    Raises AccountNotFound, Unavailable.
    """

    def change(loaded: LoadedAccount) -> Account:
        now = desk.clock.now()
        account = with_time(loaded.policy, loaded.account, now)
        sub = account.subscription
        if not account.plan_renews or sub is None or sub.subscription != subscription:
            return account
        facts = desk.plans.subscription(subscription)
        return account if facts is None else _followed(loaded, account, facts, now)

    account = change_account(account_id, change, desk)
    desk.credits.renew(account_id)
    desk.follow_pauses(account_id)
    return account


def _followed(loaded: LoadedAccount, account: Account, facts: SubscriptionFacts, now: int) -> Account:
    running = billing_period(loaded.policy.plan(account.plan_id), account, now)
    sub = account.subscription
    if running is None or sub is None:
        return account
    if facts.is_live:
        return with_ending(loaded.policy, account, None if facts.cancel_at is None else running[1])
    over = with_gateway_end(loaded.policy, account, min(facts.ended_at or now, now), now)
    return with_time(loaded.policy, over, now)


def settle_first(account_id: str, subscription: str, *, desk: SalesDesk) -> Purchase | None:
    """The purchase that a subscription came with, settled, where the account does not know the subscription yet; else None.

    Raises AccountNotFound, Unavailable.
    """
    known = desk.account(account_id).account.subscription
    if known is not None and known.subscription == subscription:
        return None
    facts = desk.plans.subscription(subscription)
    if facts is None or facts.tag.account_id != account_id or facts.tag.purchase_id is None:
        return None
    row = desk.purchases.get(account_id, facts.tag.purchase_id)
    if row is None or row.state in SETTLED:
        return None
    return settle_purchase(account_id, row.purchase_id, desk=desk)
