"""Prices before tax, and the tax, as a policy gives them for an account. None: there is no price."""

from __future__ import annotations

from decimal import Decimal

from lotbook.domain.plans.changes import credit_price
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import Pack
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.money import price_each


def unit_price(policy: Policy, plan: Plan, currency: str) -> Decimal | None:
    """What one credit costs on this plan, in major units (IS-01, NP-50, GC-03; MK-12); None for packs or without a price."""
    if policy.top_up.mode != "quantity":
        return None
    if policy.top_up.pricing == "fixed":
        return policy.top_up.unit_prices.get(currency)
    return credit_price(plan, currency)


def paid_each(purchase: Purchase) -> Decimal | None:
    """What one credit of the purchase was bought for, in major units, before tax; None where it brought none."""
    if not purchase.credits:
        return None
    return price_each(purchase.credits_subtotal_minor, purchase.credits, purchase.currency)


def packs_for(policy: Policy, currency: str) -> tuple[tuple[Pack, int], ...]:
    """The packs on sale in this currency with their price in minor units, in the policy's order (DF-03)."""
    if policy.top_up.mode != "packs":
        return ()
    return tuple((pack, pack.prices_minor[currency]) for pack in policy.top_up.packs if currency in pack.prices_minor)


def companions_of(policy: Policy, credits: int) -> tuple[tuple[str, int], ...]:
    """What comes with so many bought credits in other units, cut to whole numbers; nothing is left out silently but 0."""
    grants = ((each.unit, int(each.per_credit * credits)) for each in policy.top_up.companions)
    return tuple((unit, amount) for unit, amount in grants if amount)
