"""What must be true of a policy's changes of plan and of its renewals: nobody loses what was paid for by an oversight."""

from __future__ import annotations

from collections.abc import Iterator

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.plans import INTERVAL_MONTHS, Plan

MAX_GRACE_DAYS = 366
MAX_ENDS_AFTER_DAYS = 366
KINDS_OF_CREDITS = ("plan_credits", "purchased_credits")


def plan_change_findings(policy: Policy) -> Iterator[Finding]:
    """Upgrades, downgrades and renewals, each by itself and beside the plans."""
    yield from _upgrade(policy)
    yield from _downgrade(policy)
    yield from _renewal(policy)


def _upgrade(policy: Policy) -> Iterator[Finding]:
    """Converting credits to money needs a price per credit to convert them at (MK-40); proration does not exist (D28)."""
    upgrade = policy.plan_change.upgrade
    for name in KINDS_OF_CREDITS:
        if getattr(upgrade, name) == "convert" and policy.top_up.pricing != "plan":
            yield Finding(f"plan_change.upgrade.{name}", '"convert"', "convert only where top_up.pricing is plan")
    if not upgrade.resets_cycle and any(plan.prices_minor for plan in policy.plans):
        allowed = "true where a plan has a price: without a new anchor a part of the price would have to be charged"
        yield Finding("plan_change.upgrade.resets_cycle", "false", allowed)


def _downgrade(policy: Policy) -> Iterator[Finding]:
    downgrade = policy.plan_change.downgrade
    if downgrade.when != "now":
        for name in KINDS_OF_CREDITS:
            if getattr(downgrade, name) == "carry":
                allowed = "carry only with when: now; at a period's end nothing is left to be carried"
                yield Finding(f"plan_change.downgrade.{name}", '"carry"', allowed)
        return
    ahead = next((plan for plan in policy.plans if _is_paid_ahead(plan)), None)
    if ahead is None:
        return
    why = f"months of {ahead.plan_id} that were paid for and will not come must not be lost"
    if downgrade.unused_of != "billing_period":
        allowed = f"billing_period with when: now, as {why}"
        yield Finding("plan_change.downgrade.unused_of", shown(downgrade.unused_of), allowed)
    if downgrade.plan_credits != "carry":
        yield Finding(
            "plan_change.downgrade.plan_credits", shown(downgrade.plan_credits), f"carry with when: now, as {why}"
        )


def _renewal(policy: Policy) -> Iterator[Finding]:
    """Grace is a part of the time after which an unpaid plan ends (X-26)."""
    renewal = policy.plan_change.renewal
    grace_fits = 0 <= renewal.grace_days <= MAX_GRACE_DAYS
    if not grace_fits:
        yield Finding("plan_change.renewal.grace_days", shown(renewal.grace_days), f"0 to {MAX_GRACE_DAYS}")
    least = renewal.grace_days if grace_fits else 0
    if not least <= renewal.ends_after_days <= MAX_ENDS_AFTER_DAYS:
        allowed = f"from grace_days ({least}) to {MAX_ENDS_AFTER_DAYS}: a plan does not end while its grace lasts"
        yield Finding("plan_change.renewal.ends_after_days", shown(renewal.ends_after_days), allowed)


def _is_paid_ahead(plan: Plan) -> bool:
    """Whether one payment of the plan is for credit periods that come later (X-22)."""
    return plan.renews and plan.credits > 0 and INTERVAL_MONTHS[plan.interval] > plan.credit_period_months
