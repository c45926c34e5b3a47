"""A plan that was agreed on: sales and customer settled it elsewhere, so nothing is ordered, paid or billed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import is_closed
from lotbook.domain.accounts.periods import account_at
from lotbook.domain.accounts.standings import standing_of, with_standing
from lotbook.domain.accounts.terms import Move, PlanStanding
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AccountClosed, NotEligible, Unavailable, UnknownPlan
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy

PLAN_NOT_ELIGIBLE = "plan_not_eligible"


def with_agreed_plan(policy: Policy, account: Account, plan_id: str, now: int) -> Account:
    """The account on that plan from now on, with a move for the old plan's credits; the same account where it is on it already.

    What is left of them is forfeit or goes on as the policy says of a change up or down. Where it would become money, it goes on: there
    is no price that it could be taken off. The new plan's periods count from now.
    Raises UnknownPlan, AccountClosed, NotEligible for a plan that is billed through the gateway, Unavailable within the second in which
    the present plan began: its carried credits and those of this change would have one name.
    """
    plan = policy.plan(plan_id)
    if not plan.offered:
        raise UnknownPlan(plans=[each.plan_id for each in policy.plans if each.offered])
    if is_closed(account):
        raise AccountClosed
    present = account_at(policy, account, now)
    if present.plan_id == plan_id:
        return account
    if present.plan_billing == "stripe":
        raise NotEligible(PLAN_NOT_ELIGIBLE)
    at = instants.cut_to_second(now)
    if account.moves_made and present.anchor == at:
        raise Unavailable("The plan has changed this very second; send the same request again.", retry_after_seconds=1)
    became = PlanStanding(plan_id, at, "external" if plan.is_paid else "none")
    rules = policy.plan_change
    rule = rules.downgrade if plan.place < policy.plan(present.plan_id).place else rules.upgrade
    number = account.moves_made + 1
    move = Move(number, now, standing_of(present), became, carries=plan.is_paid and rule.plan_credits != "forfeit")
    return replace(with_standing(present, became), moves=(*account.moves, move), moves_made=number)
