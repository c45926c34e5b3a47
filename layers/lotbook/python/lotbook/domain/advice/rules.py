"""Advice that the product can give before somebody buys: pure rules over figures that the caller has at hand.

None means that there is nothing to say. Advice refuses nothing: a purchase against it is always possible (IS-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.parts import AdviceRules
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass

ALL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do. `credits` with `buy`; `plan_id`, where one is known, with `upgrade` and `review_plan`."""

    action: Literal["buy", "upgrade", "review_plan"]
    credits: int | None = None
    plan_id: str | None = None


def on_shortage(policy: Policy, allowance: int, needed: int, periods: int) -> Advice | None:
    """More is needed than the allowance of a period, for so many periods: buy for a few, move up for more (IS-11, IS-13)."""
    missing = needed - allowance
    if missing <= 0:
        return None
    if periods <= policy.advice.occasional_periods:
        return Advice("buy", credits=purchasable(policy, missing * periods))
    return Advice("upgrade", plan_id=_smallest_plan(policy, needed))


def before_reset(policy: Policy, available: int, expected: int, *, now: int, resets_at: int) -> Advice | None:
    """Close to the reset, what is missing until then is a small purchase (IS-14)."""
    days = policy.advice.bridge_days
    near = days is not None and now < resets_at <= now + days * instants.DAY
    return Advice("buy", credits=purchasable(policy, expected - available)) if near and expected > available else None


def on_steady_use(policy: Policy, allowance: int, used: Sequence[int]) -> Advice | None:
    """Nearly all of the allowance used in each of the last periods: a higher plan is better value (IS-19).

    `used` is by period, the latest last.
    """
    percent, periods = policy.advice.steady_use_percent, policy.advice.steady_periods
    latest = used[-periods:]
    if percent is None or len(latest) < periods or not allowance:
        return None
    steady = all(each * ALL_PERCENT >= percent * allowance for each in latest)
    return Advice("upgrade", plan_id=_smallest_plan(policy, max(allowance + 1, *latest))) if steady else None


def with_buffer(rules: AdviceRules, needed: int) -> int:
    """The need plus the policy's buffer, rounded up (NP-03)."""
    return needed + -(-needed * (rules.buffer_percent or 0) // ALL_PERCENT)


def for_size(policy: Policy, size: int) -> Advice | None:
    """What to buy for something of so many credits (NP-15): the table's size, and past the table its own size and a plan."""
    if not policy.advice.sizes:
        return None
    for row in policy.advice.sizes:
        if size <= row.up_to:
            return Advice("buy", credits=row.credits)
    return Advice("buy", credits=size, plan_id=policy.advice.beyond_sizes_plan_id)


def on_frequent_purchases(policy: Policy, purchases: int) -> Advice | None:
    """So many top-ups in one period that another plan may cost less (DF-06)."""
    often = policy.advice.frequent_purchases
    return Advice("review_plan") if often is not None and purchases >= often else None


def purchasable(policy: Policy, credits: int) -> int | None:
    """The smallest quantity on sale that covers so many credits; None where none does."""
    rule = policy.top_up
    if rule.mode == "packs":
        return min((pack.credits for pack in rule.packs if pack.credits >= credits), default=None)
    if rule.mode == "none":
        return None
    quantity = -(-max(credits, rule.min) // rule.step) * rule.step
    return quantity if rule.max is None or quantity <= rule.max else None


def _smallest_plan(policy: Policy, needed: int) -> str | None:
    enough = [
        plan
        for plan in policy.plans
        if plan.offered and plan.contact_url is None and plan.credits + policy.free_credits >= needed
    ]
    return min(enough, key=lambda plan: plan.place).plan_id if enough else None
