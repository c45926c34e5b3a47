"""What must be true of a policy's plans, and of a new version's plans beside the version before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.plans import INTERVAL_MONTHS, Plan
from lotbook.domain.values import ids
from lotbook.domain.values.money import CURRENCIES, STRIPE_LIMITS
from lotbook.domain.values.urls import HTTPS_ALLOWED, is_https

ID_ALLOWED = "letters, digits, _ and -, at most 64, no sign in front"
MAX_PLANS = 100
MAX_CREDITS = 1_000_000_000_000
MAX_TERM_DAYS = 3_660
MAX_CREDIT_PERIOD_MONTHS = 120
# Cards of India need a mandate, and a notice before each charge: in its currency nothing is charged by itself yet.
NEEDS_MANDATE = frozenset({"inr"})
MANDATE_ALLOWED = "another currency: cards of this one need a mandate before they can be charged without their holder"


def sold_currencies(policy: Policy) -> set[str]:
    """Every currency that an account of this policy can have."""
    return {policy.currencies.default, *policy.currencies.by_region.values()}


def plan_findings(policy: Policy) -> Iterator[Finding]:
    """Each plan by itself, then the plans beside each other."""
    if not 1 <= len(policy.plans) <= MAX_PLANS:
        yield Finding("plans", f"{len(policy.plans)} plans", f"1 to {MAX_PLANS}")
    for place, plan in enumerate(policy.plans):
        path = f"plans.{place}"
        yield from _one(path, plan)
        yield from _interval(path, plan)
        yield from _prices(path, plan, policy)
        for other in policy.plans[:place]:
            if other.plan_id == plan.plan_id:
                yield Finding(f"{path}.plan_id", shown(plan.plan_id), "each id once")
            elif other.place == plan.place:
                allowed = f"another level, tier or interval than {other.plan_id}, so that one of them is the higher"
                yield Finding(f"{path}.level", shown(plan.level), allowed)
    yield from _starting(policy)


def dropped_plans(newest: Policy, policy: Policy) -> Iterator[Finding]:
    """Plans of the newest version that are gone: an account may be on one, and would be lost."""
    kept = {plan.plan_id for plan in policy.plans}
    for plan in newest.plans:
        if plan.plan_id not in kept:
            allowed = f"a version that keeps plan {plan.plan_id}, with offered: false if nobody should move to it"
            yield Finding("plans", f"no plan {plan.plan_id}", allowed, code="plan_dropped")


def moved_default(newest: Policy, policy: Policy) -> Iterator[Finding]:
    """The first unit stays the first: calls that name none mean it, and processes remember it (N7)."""
    if policy.units[0] != newest.units[0]:
        allowed = f"{newest.units[0]} first, as in the version before: calls that name no unit mean it"
        yield Finding("units.0", shown(policy.units[0]), allowed, code="default_unit_moved")


def _starting(policy: Policy) -> Iterator[Finding]:
    plan_ids = [plan.plan_id for plan in policy.plans if plan.offered and plan.contact_url is None]
    if policy.starting_plan_id not in plan_ids:
        yield Finding("starting_plan_id", shown(policy.starting_plan_id), f"one of {', '.join(plan_ids)}")


def _one(path: str, plan: Plan) -> Iterator[Finding]:
    if not ids.GRAMMAR.fullmatch(plan.plan_id):
        yield Finding(f"{path}.plan_id", shown(plan.plan_id), ID_ALLOWED)
    if not 0 <= plan.credits <= MAX_CREDITS:
        yield Finding(f"{path}.credits", shown(plan.credits), f"0 to {MAX_CREDITS}")
    if plan.contact_url is not None and not is_https(plan.contact_url):
        yield Finding(f"{path}.contact_url", shown(plan.contact_url), HTTPS_ALLOWED)


def _interval(path: str, plan: Plan) -> Iterator[Finding]:
    if plan.interval == "term" and not 1 <= (plan.term_days or 0) <= MAX_TERM_DAYS:
        yield Finding(f"{path}.term_days", shown(plan.term_days), f"1 to {MAX_TERM_DAYS} with interval term")
    if plan.interval != "term" and plan.term_days is not None:
        yield Finding(f"{path}.term_days", shown(plan.term_days), "only with interval term")
    months = INTERVAL_MONTHS[plan.interval]
    fits = 1 <= plan.credit_period_months <= MAX_CREDIT_PERIOD_MONTHS
    if not fits or (months and months % plan.credit_period_months):
        allowed = f"1 to {MAX_CREDIT_PERIOD_MONTHS}" + (
            f", dividing the {months} months of the interval" if months else ""
        )
        yield Finding(f"{path}.credit_period_months", shown(plan.credit_period_months), allowed)


def _prices(path: str, plan: Plan, policy: Policy) -> Iterator[Finding]:
    if plan.contact_url is not None and plan.prices_minor:
        yield Finding(f"{path}.prices_minor", shown(plan.prices_minor), "no price on a plan that is sold by contact")
    if plan.contact_url is None and plan.interval == "none" and plan.prices_minor:
        yield Finding(f"{path}.prices_minor", shown(plan.prices_minor), "no price without an interval to pay for")
    if plan.contact_url is None and plan.interval != "none":
        yield from price_findings(f"{path}.prices_minor", plan.prices_minor, policy)
    if plan.renews:
        for currency in sorted(NEEDS_MANDATE.intersection(plan.prices_minor)):
            yield Finding(
                f"{path}.prices_minor.{currency}", f"a price of a plan that renews in {currency}", MANDATE_ALLOWED
            )


def price_findings(path: str, prices_minor: Mapping[str, int], policy: Policy) -> Iterator[Finding]:
    """A price in each currency that is sold in and in no other, each of which the gateway can charge."""
    sold = sold_currencies(policy)
    if set(prices_minor) != sold:
        yield Finding(path, shown(prices_minor), f"a price in each of {', '.join(sorted(sold))}, and no other")
    for currency, price_minor in prices_minor.items():
        if currency in CURRENCIES and not STRIPE_LIMITS.allow(price_minor, currency):
            allowed = f"{STRIPE_LIMITS.least(currency)} to {STRIPE_LIMITS.max_minor} in minor units"
            yield Finding(f"{path}.{currency}", shown(price_minor), allowed)
