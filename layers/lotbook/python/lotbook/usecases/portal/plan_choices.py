"""The plans side by side, and whether a visitor can move to each: the same answer that the call behind its button would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.plans.moving import Present
from lotbook.domain.sales.eligibility import change_under_way, is_buyer
from lotbook.domain.sales.offers import offers
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.plans.changes import ChangeOfPlan
    from lotbook.domain.policy.plans import Plan
    from lotbook.domain.sales.offers import PlanOffer
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan as its row shows it. `change` is None for the present one; `can_move`: its button leads somewhere."""

    plan: Plan
    offer: PlanOffer
    change: ChangeOfPlan | None
    can_move: bool

    @property
    def is_bought(self) -> bool:
        """Whether money is taken at once."""
        return self.change is not None and self.change.when == "now" and self.plan.is_paid


def plan_choices(loaded: LoadedAccount, caller: Caller, now: int) -> tuple[PlanChoice, ...]:
    """Every plan that is offered, and the present one."""
    policy, account = loaded.policy, loaded.account
    present = Present(policy, account, (), now)
    is_open = is_buyer(policy, account.account_id, caller) and account.state != "closed"
    is_free = change_under_way(account) is None
    found = []
    for offer in offers(loaded.published, account, caller, now).plans:
        plan = policy.plan(offer.plan_id)
        change = None if plan is present.plan else present.change_to(plan)
        can_move = change is not None and is_open and is_free and _leads(loaded, plan, change, offer)
        found.append(PlanChoice(plan, offer, change, can_move))
    return tuple(found)


def _leads(loaded: LoadedAccount, plan: Plan, change: ChangeOfPlan, offer: PlanOffer) -> bool:
    account, present = loaded.account, loaded.policy.plan(loaded.account.plan_id)
    if plan.contact_url is not None or change.when == "never":
        return False
    if change.when == "now" and plan.is_paid:
        return offer.allowed
    if not account.plan_renews or account.subscription is None:
        return False
    if plan.plan_id == loaded.policy.starting_plan_id and not plan.renews:
        return account.subscription.cancel_at is None
    is_chosen = account.subscription.next_plan is not None and account.subscription.next_plan.plan_id == plan.plan_id
    return plan.renews and plan.interval == present.interval and not is_chosen
