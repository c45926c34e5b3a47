"""What automatic purchases cost and how many a period may have. When they happen is decided elsewhere (MK-16..23)."""

from __future__ import annotations

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.sales.eligibility import PLAN_NOT_ELIGIBLE
from lotbook.domain.sales.items import OrderLine
from lotbook.domain.sales.prices import unit_price
from lotbook.domain.values.errors import NotEligible
from lotbook.domain.values.money import line_minor, part_of


def automatic_lines(policy: Policy, plan: Plan, currency: str, units: int = 1) -> tuple[OrderLine, ...]:
    """The lines of a charge for so many units: the price by hand, and the surcharge as a line of its own (MK-23).

    Raises NotEligible where the plan has no automatic purchase or is too small for one unit (MK-46, X-05).
    """
    rule = policy.auto_top_up
    price = unit_price(policy, plan, currency)
    if rule is None or price is None or not rule.cap(plan):
        raise NotEligible(PLAN_NOT_ELIGIBLE, "This plan has no automatic purchase.")
    credits = rule.credits * units
    lines = (OrderLine("Credits, automatic purchase", credits, price, line_minor(credits, price, currency)),)
    if not rule.surcharge_rate:
        return lines
    surcharge = part_of(price, rule.surcharge_rate)
    return (*lines, OrderLine("Surcharge", credits, surcharge, line_minor(credits, surcharge, currency)))
