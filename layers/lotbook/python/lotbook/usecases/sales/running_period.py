"""The running period's payment, heard of before anything takes the period for unpaid: its event may be late, or held (E2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.sales.purchase import WAITING
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.sales.settle_renewal import settle_renewal

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

ATTEMPTS = 8  # lost races: each means that somebody else moved the row on


def hear_of_running_period(loaded: LoadedAccount, *, desk: SalesDesk) -> bool:
    """Settle the running period's row where it waits; whether there was one. No call where the period is decided.

    Raises Conflict, Unavailable.
    """
    account, sub = loaded.account, loaded.account.subscription
    if sub is None or not account.plan_renews:
        return False
    period = billing_period(loaded.policy.plan(account.plan_id), account, desk.clock.now())
    if period is None or sub.period(period[0], account.plan_id) is not None:
        return False
    row = desk.purchases.get(account.account_id, renewal_row_id(account.account_id, sub.subscription, period[0]))
    if row is None or row.state not in WAITING:
        return False
    settle_renewal(row, desk=desk)
    return True


def plan_of_buying_member(account_id: str, caller: Caller, *, desk: SalesDesk) -> LoadedAccount:
    """The account of a member who may buy, brought to now, with what the gateway knows of its running period.

    It writes: whoever calls it has asked before whether the caller may.

    Raises AccountNotFound, Forbidden, Unavailable.
    """
    desk.credits.renew(account_id)
    for _ in range(ATTEMPTS):
        loaded = desk.account_of_buying_member(account_id, caller)
        try:
            return desk.account(account_id) if hear_of_running_period(loaded, desk=desk) else loaded
        except Conflict:
            continue
    raise Unavailable("The period is being settled; send the same request again.")
