"""The plan that waits for its period's end, as the gateway hears of it: another price for the next period, or a schedule.

A schedule gives way to whatever else changes the subscription. So a change that began, and came to nothing, is followed by telling
the wish again; and one that waits for the bank is given up in time for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.instants import HOUR

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.sales.desk import SalesDesk

IN_TIME = HOUR  # before the period's end, what was scheduled for it stands again


def tell_wish(account: Account, *, desk: SalesDesk) -> None:
    """The gateway's subscription as the account wants it from the period's end on; no call where it wants nothing.

    Says the same however often it is called. Raises Unavailable.
    """
    sub = account.subscription
    wish = sub.next_plan if sub is not None and account.plan_renews else None
    if sub is None or wish is None:
        return
    if wish.months:
        desk.plans.schedule_plan(sub.subscription, wish.price, months=wish.months, at=wish.at)
    else:
        desk.plans.swap_plan(sub.subscription, sub.item, wish.price, key=f"{wish.change}.{account.version}")


def tell_schedule_again(account: Account, *, desk: SalesDesk) -> None:
    """After a change that came to nothing: a swapped price has survived it, a schedule has not. Raises Unavailable."""
    sub = account.subscription
    if sub is not None and sub.next_plan is not None and sub.next_plan.months:
        tell_wish(account, desk=desk)


def waits_until(account: Account, at: int) -> int:
    """Until when a change may wait for the bank that could wait until `at`."""
    sub = account.subscription
    wish = sub.next_plan if sub is not None else None
    return min(at, wish.at - IN_TIME) if wish is not None and wish.months else at
