"""Put an account on a plan that sales agreed on. Nothing is charged; what billed plans are changed by is `plans/change.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.plans.agreed import with_agreed_plan
from lotbook.usecases.sales.change_plan import change_account

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


def check_agreed_plan(account_id: str, plan_id: str, *, desk: SalesDesk) -> None:
    """Raises what `agree_on_plan` would be refused with; changes nothing."""
    loaded = desk.account(account_id)
    with_agreed_plan(loaded.policy, loaded.account, plan_id, desk.clock.now())


def agree_on_plan(account_id: str, plan_id: str, *, desk: SalesDesk) -> None:
    """The plan from now on, with its credits, and the old plan's by the policy's rule. Sent again, nothing changes.

    Raises AccountNotFound, UnknownPlan, AccountClosed, NotEligible (billed through the gateway), Unavailable: asked again, it goes on.
    """

    def change(loaded: LoadedAccount) -> Account:
        return with_agreed_plan(loaded.policy, loaded.account, plan_id, desk.clock.now())

    change_account(account_id, change, desk)
    desk.credits.renew(account_id)
    desk.follow_pauses(account_id)
