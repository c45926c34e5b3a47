"""The plan that waits for its period's end, as the gateway hears of it: another price for the next period, or a schedule.

A schedule gives way to whatever else changes the subscription. So a change that began, and came to nothing, is followed by telling
the wish again; and one that waits for the bank is given up in time for that.

A wish has no row. While account and gateway may differ about it the row of the running period is marked: the recheck looks at it
soon, and tells the gateway what the account wants. So a process that dies in between leaves no renewal at another price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.sales.purchase import CHECK_AGAIN, SETTLED
from lotbook.domain.values import ids
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

ATTEMPTS = 5  # lost races
IN_TIME = HOUR  # before the period's end, what was scheduled for it stands again


def agree(account_id: str, *, desk: SalesDesk) -> None:
    """Tell the gateway what the account wants from the period's end on, until that is what it wants still.

    Whoever tells looks afterwards, so of two who wish at once the gateway ends with what the account ends with. While a change
    for money is under way nothing is told: what comes of it tells. Raises AccountNotFound, Unavailable.
    """
    for _ in range(ATTEMPTS):
        account = desk.account(account_id).account
        sub = account.subscription if account.plan_renews else None
        if sub is None or sub.change is not None:
            return
        _tell(account, desk)
        now = desk.account(account_id).account.subscription
        if now is None or (now.subscription, now.price, now.next_plan) == (sub.subscription, sub.price, sub.next_plan):
            return
    raise Unavailable("The account's plan is changing; ask again.")


def _tell(account: Account, desk: SalesDesk) -> None:
    """The present plan's price, where nothing is wanted. Each time by a key of its own: others may have told something else."""
    sub, again = (
        account.subscription,
        f"{account.version}.{desk.clock.now()}.{ids.fingerprint(desk.entropy.read(10).hex())}",
    )
    if sub is None:
        return
    wish = sub.next_plan
    if wish is not None and wish.months:
        desk.plans.schedule_plan(sub.subscription, wish.price, months=wish.months, at=wish.at)
    else:
        desk.plans.swap_plan(sub.subscription, sub.item, wish.price if wish else sub.price, key=again)


def tell_wish(account: Account, *, desk: SalesDesk) -> None:
    """After a change for money that came to nothing: a schedule has not survived it, and nothing was told meanwhile.

    Raises Unavailable.
    """
    if account.plan_renews and account.subscription is not None and account.subscription.next_plan is not None:
        _tell(account, desk)


def waits_until(account: Account, at: int) -> int:
    """Until when a change may wait for the bank that could wait until `at`."""
    sub = account.subscription
    wish = sub.next_plan if sub is not None else None
    return min(at, wish.at - IN_TIME) if wish is not None and wish.months else at


def mark(loaded: LoadedAccount, *, desk: SalesDesk) -> Purchase | None:
    """The running period's row, to be looked at again soon, until `unmark`; None where it waits, and is looked at anyway.

    Raises Unavailable.
    """
    account, sub = loaded.account, loaded.account.subscription
    period = billing_period(loaded.policy.plan(account.plan_id), account, desk.clock.now())
    if sub is None or period is None:
        return None
    known = sub.period(period[0], account.plan_id)
    name = known.purchase_id if known else renewal_row_id(account.account_id, sub.subscription, period[0])
    for _ in range(ATTEMPTS):
        row = desk.purchases.get(account.account_id, name)
        if row is None or row.state not in SETTLED or row.check_at is not None:
            return None
        try:
            return desk.purchases.save(replace(row, check_at=desk.clock.now() + CHECK_AGAIN))
        except Conflict:
            continue
    raise Unavailable("The period is being settled; send the same request again.")


def unmark(row: Purchase, *, desk: SalesDesk) -> Purchase:
    """Account and gateway agree. Where somebody has written the row meanwhile the schedule looks at it: that does no harm."""
    try:
        return desk.purchases.save(replace(row, check_at=None))
    except Conflict:
        return row


def finish_wish(row: Purchase, *, desk: SalesDesk) -> None:
    """What the recheck does with a plan's row: account and gateway agree afterwards. Raises AccountNotFound, Unavailable."""
    if not row.renews:
        return
    sub = desk.account(row.account_id).account.subscription
    is_marked = row.state in SETTLED and row.check_at is not None
    if is_marked or (sub is not None and sub.next_plan is not None):
        agree(row.account_id, desk=desk)
