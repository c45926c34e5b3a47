"""The policy that an account lives under: the newest, but for a plan that renews, which stays as it was bought (X-33)."""

from __future__ import annotations

from lotbook.domain.policy.document import Policy
from lotbook.domain.values.light_dataclasses import replace


def pinned(newest: Policy, own: Policy, plan_id: str) -> Policy:
    """The newest version with the plan (price, credits, interval), the rules of its changes and the validity of `own`.

    `own` is the version that the plan was bought under. Everything else, also what other plans cost, is the newest's.
    """
    plan = own.plan(plan_id)
    known = any(each.plan_id == plan_id for each in newest.plans)
    plans = tuple(plan if each.plan_id == plan_id else each for each in newest.plans)
    return replace(
        newest,
        plans=plans if known else (*plans, plan),
        plan_change=own.plan_change,
        top_up=replace(newest.top_up, validity=own.top_up.validity),
    )
