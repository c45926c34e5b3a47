"""Cancel a plan that renews, take that back, or end it at once. At the gateway first: what it says of an end is followed anyway.

While its period is unpaid a plan that is cancelled ends now: that period was never the buyer's, its invoice is void, and what was
burned of it is owed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import with_ending, with_next_plan, without_plan
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.values.errors import NothingToCancel, NothingToResume, Unavailable
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.end_other_subscriptions import end_for_good
from lotbook.usecases.sales.running_period import plan_of_buying_member
from lotbook.usecases.sales.wishes import agree, mark, unmark

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


def cancel(account_id: str, caller: Caller, *, desk: SalesDesk) -> Account:
    """Cancel by the policy's rule; cancelled already, nothing changes. Raises AccountNotFound, Forbidden, NothingToCancel,
    Unavailable: then it may have happened, and the same call again goes on.
    """
    desk.account_of_buying_member(account_id, caller)
    loaded = plan_of_buying_member(account_id, caller, desk=desk)
    rule = loaded.policy.plan_change.cancellation.when
    sub = loaded.account.subscription
    if not loaded.account.plan_renews or sub is None or rule == "never":
        raise NothingToCancel
    return end_plan(loaded, desk=desk) if rule == "now" else cancel_plan(loaded, desk=desk)


def resume(account_id: str, caller: Caller, *, desk: SalesDesk) -> Account:
    """Go on with the plan after all. Raises AccountNotFound, Forbidden, NothingToResume, Unavailable."""
    loaded = desk.account_of_buying_member(account_id, caller)
    sub = loaded.account.subscription
    if not loaded.account.plan_renews or sub is None or (sub.cancel_at is None and sub.next_plan is None):
        raise NothingToResume
    if sub.cancel_at is not None and not loaded.policy.plan_change.cancellation.resumable:
        raise NothingToResume
    return take_back(loaded, desk=desk)


def cancel_plan(loaded: LoadedAccount, *, desk: SalesDesk) -> Account:
    """At the end of the running period, or now where that is unpaid. Raises Unavailable."""
    account, now = loaded.account, desk.clock.now()
    sub = account.subscription
    period = billing_period(loaded.policy.plan(account.plan_id), account, now)
    if sub is None or period is None:
        raise NothingToCancel
    if sub.failed_start is not None:
        return end_plan(loaded, desk=desk)
    desk.plans.set_ending(sub.subscription, ends=True, key=f"{account.version}")

    def change(found: LoadedAccount) -> Account:
        then = with_time(found.policy, found.account, desk.clock.now())
        is_same = then.subscription is not None and then.subscription.subscription == sub.subscription
        return with_ending(found.policy, then, period[1]) if is_same else then

    return _told(account.account_id, change_account(account.account_id, change, desk), desk)


def take_back(loaded: LoadedAccount, *, desk: SalesDesk) -> Account:
    """Neither end nor another plan is to come any more; the gateway charges the present plan's price again.

    Raises NothingToResume, also where the gateway has ended the subscription; Unavailable.
    """
    account = loaded.account
    sub = account.subscription
    if sub is None or not is_live(sub.subscription, desk=desk):
        raise NothingToResume
    row = mark(loaded, desk=desk)
    desk.plans.set_ending(sub.subscription, ends=False, key=f"{account.version}")
    desk.plans.swap_plan(sub.subscription, sub.item, sub.price, key=f"back.{account.version}")

    def change(found: LoadedAccount) -> Account:
        then = with_time(found.policy, found.account, desk.clock.now())
        return with_next_plan(with_ending(found.policy, then, None), None)

    after = change_account(account.account_id, change, desk)
    _look_again(account.account_id, row, desk)
    return _told(account.account_id, after, desk)


def _look_again(account_id: str, row: Purchase | None, desk: SalesDesk) -> None:
    """Somebody may have told the gateway a wish of a moment ago. It is taken back all the same: the recheck can look, too."""
    try:
        agree(account_id, desk=desk)
    except Unavailable:
        return
    if row is not None:
        unmark(row, desk=desk)


def is_live(subscription: str, *, desk: SalesDesk) -> bool:
    """Whether the gateway may still renew it: what it has ended cannot go on. Raises Unavailable."""
    facts = desk.plans.subscription(subscription)
    return facts is not None and facts.is_live


def end_plan(loaded: LoadedAccount, *, desk: SalesDesk) -> Account:
    """Now: nothing is collected for it any more, then the account leaves it. Raises Unavailable."""
    account = loaded.account
    sub = account.subscription
    if sub is None:
        raise NothingToCancel
    end_for_good(sub.subscription, desk=desk)

    def change(found: LoadedAccount) -> Account:
        now = desk.clock.now()
        then = with_time(found.policy, found.account, now)
        is_same = then.subscription is not None and then.subscription.subscription == sub.subscription
        return without_plan(found.policy, then, now) if is_same else then

    return _told(account.account_id, change_account(account.account_id, change, desk), desk)


def _told(account_id: str, account: Account, desk: SalesDesk) -> Account:
    """The books hear of it: their next instant may have come nearer. The account as it is then."""
    desk.credits.renew(account_id)
    desk.follow_pauses(account_id)
    return desk.accounts.get(account_id) or account
