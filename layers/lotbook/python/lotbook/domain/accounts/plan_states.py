"""What an account shows of its plan's fortune: running, behind with a payment, to be over, or over."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.accounts.account import Account
from lotbook.domain.policy.document import Policy

PlanState = Literal["active", "past_due", "canceling", "ended"]


def plan_state(policy: Policy, account: Account) -> PlanState:
    """`account`: as it stands now. `past_due` until the plan is paid or over, also while it is paused (X-26).

    `canceling`: the buyer has cancelled and the paid time still runs. `ended`: on the starting plan after another one.
    """
    sub = account.subscription
    if account.plan_renews and sub is not None:
        return "past_due" if sub.failed_start is not None else "active" if sub.cancel_at is None else "canceling"
    had_another = sub is not None or account.moves_made > 0 or bool(account.terms)
    is_back = account.plan_id == policy.starting_plan_id and account.plan_billing == "none"
    return "ended" if had_another and is_back else "active"
