"""Which kind of change a wanted plan is, when it takes effect, and what it does to credits, as the policy says (MK-43, IS-58)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import CarriedUntil, CompanionRule, Plan, UnusedOf, When
from lotbook.domain.values import money

ChangeKind = Literal["first", "upgrade", "downgrade"]
PlanCredits = Literal["forfeit", "carry", "convert"]
PurchasedCredits = Literal["keep", "carry", "convert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfPlan:
    """A wanted plan as seen from the present one.

    `first`: up from a plan that nobody paid for, so nothing of it is carried or converted (X-21). There is no sideways: of two
    plans one is the higher (MK-43); where another version of the policy made them equal, it counts as a move down, which costs
    nobody anything at once. `plan_credits` and `purchased_credits` are of the first unit; `companions` of the others (X-24).
    """

    kind: ChangeKind
    when: When
    plan_credits: PlanCredits = "forfeit"
    purchased_credits: PurchasedCredits = "keep"
    unused_of: UnusedOf = "credit_period"
    carried_until: CarriedUntil = "credit_period_end"
    companions: CompanionRule = "follow"

    @property
    def converts(self) -> bool:
        """Whether credits may become a discount (MK-40)."""
        return "convert" in (self.plan_credits, self.purchased_credits)


def change_of(policy: Policy, present: Plan, wanted: Plan, currency: str) -> ChangeOfPlan:
    """The change from one plan to another one. `policy`: the one that the present plan's rules are read from (X-33)."""
    if wanted.place > present.place:
        return _upgrade(policy, present, currency)
    rules = policy.plan_change.downgrade
    when = rules.when if wanted.is_paid else rules.to_free_when
    if when != "now" or not present.price_minor(currency):
        return ChangeOfPlan(
            kind="downgrade", when=when
        )  # at a period's end nothing is left; without a price nothing counts
    return ChangeOfPlan(
        kind="downgrade",
        when=when,
        plan_credits=rules.plan_credits,
        purchased_credits=rules.purchased_credits,
        unused_of=rules.unused_of,
        carried_until=rules.carried_until,
        companions=rules.companions,
    )


def credit_price(plan: Plan, currency: str) -> Decimal | None:
    """What one credit costs as a part of the plan's price, in major units (MK-12); None where it has no price or no credits."""
    price_minor = plan.price_minor(currency)
    if not price_minor or not plan.credits:
        return None
    return money.price_each(price_minor, plan.credits_a_billing_period(), currency)


def _upgrade(policy: Policy, present: Plan, currency: str) -> ChangeOfPlan:
    rules = policy.plan_change.upgrade
    if not present.price_minor(currency):
        return ChangeOfPlan(kind="first" if not present.is_paid else "upgrade", when="now")
    has_worth = credit_price(present, currency) is not None
    return ChangeOfPlan(
        kind="upgrade",
        when="now",
        plan_credits=rules.plan_credits if rules.plan_credits != "convert" or has_worth else "forfeit",
        purchased_credits=rules.purchased_credits if has_worth else "keep",
        unused_of=rules.unused_of,
        carried_until=rules.carried_until,
        companions=rules.companions,
    )
