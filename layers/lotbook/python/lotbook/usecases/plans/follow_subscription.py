"""A subscription as the gateway has it now, brought into the account: cancelled or resumed at its portal, ended there.

Our clock decides when a plan is over. What the gateway ends by itself ends with the period that was paid, or as unpaid as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import with_ending, with_failure
from lotbook.domain.accounts.validity import billing_period
from lotbook.usecases.sales.change_plan import change_account

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
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
    known = sub.period(running[0], account.plan_id)
    if known is not None and known.state == "paid":
        return with_ending(loaded.policy, account, running[1])
    return with_failure(loaded.policy, account, running[0], now)
