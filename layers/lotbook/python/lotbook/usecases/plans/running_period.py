"""The running period's payment, heard of before a change of plan: one that is paid already is not void (E2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import renewal_row_id
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.sales.purchase import WAITING
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


def hear_of_running_period(loaded: LoadedAccount, desk: SalesDesk) -> bool:
    """Settle the running period's row where it waits: its event may be late, or held. Whether there was one to settle.

    No call where the period is decided. Raises Unavailable.
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
    settle_purchase(account.account_id, row.purchase_id, desk=desk)
    return True
