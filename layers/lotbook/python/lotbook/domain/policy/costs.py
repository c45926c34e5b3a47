"""What an action burns, by the policy's cost table (NP-58, DF-24..27, D19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.rated import Rating
from lotbook.domain.policy.plan_checks import MAX_CREDITS
from lotbook.domain.values import money
from lotbook.domain.values.errors import InvalidRequest

if TYPE_CHECKING:
    from lotbook.domain.credits.rated import CountedUsage
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.domain.policy.parts import Cost


def rated(published: PublishedPolicy, usage: CountedUsage) -> Rating:
    """The calculation of what was used, by this very version.

    Raises InvalidRequest for an action or a quantity that the policy does not price (it names those that there are), for usage
    that costs nothing, so that there is nothing to burn, and for more than one burn can take.
    """
    costs = {cost.action: cost for cost in published.policy.costs}
    cost = costs.get(usage.action)
    if cost is None:
        raise InvalidRequest.of("usage.action", "unknown_action", _there_are("action", costs))
    rating = Rating(cost.action, published.version, cost.rounding, cost.min, _counted(cost, usage))
    if rating.credits == 0:
        told = f"{usage.action} with these quantities costs nothing: there is nothing to burn."
        raise InvalidRequest.of("usage", "costs_nothing", told)
    if rating.credits > MAX_CREDITS:
        told = f"{usage.action} with these quantities costs {rating.credits} credits; one burn takes {MAX_CREDITS} at most."
        raise InvalidRequest.of("usage", "range", told)
    return rating


def _counted(cost: Cost, usage: CountedUsage) -> tuple[tuple[str | None, int, str], ...]:
    """In the policy's order; the flat part first, where there is one."""
    for name in usage.quantities:
        if name not in cost.rates:
            raise InvalidRequest.of("usage.quantities", "unknown_quantity", _there_are("quantity", cost.rates))
    flat = ((None, 1, money.to_text(cost.flat)),) if cost.flat else ()
    named = (
        (name, usage.quantities[name], money.to_text(rate))
        for name, rate in cost.rates.items()
        if name in usage.quantities
    )
    return (*flat, *named)


def _there_are(what: str, names: object) -> str:
    known = ", ".join(names)  # type: ignore[arg-type]
    return f"{what} must be one of {known}." if known else f"there is no {what} here that is priced."
