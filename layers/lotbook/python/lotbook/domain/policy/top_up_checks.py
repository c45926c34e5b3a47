"""What must be true of how credits are sold beside plans: quantities, prices, packs, validity, companions, automation."""

from __future__ import annotations

from collections.abc import Iterator

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.plan_checks import (
    ID_ALLOWED,
    MANDATE_ALLOWED,
    MAX_CREDITS,
    NEEDS_MANDATE,
    price_findings,
    sold_currencies,
)
from lotbook.domain.policy.plans import Validity
from lotbook.domain.policy.top_ups import AutoTopUp
from lotbook.domain.values import ids
from lotbook.domain.values.decimals import RATE_DECIMALS, fits
from lotbook.domain.values.money import UNIT_PRICE_DECIMALS

MAX_PACKS = 100
MAX_VALIDITY_MONTHS = 1_200
MAX_UNIT_PRICE = 1_000_000  # major units
MAX_SURCHARGE_RATE = 10
PRICE_ALLOWED = f"a decimal above 0, at most {MAX_UNIT_PRICE}, of at most {UNIT_PRICE_DECIMALS} decimals"


def top_up_findings(policy: Policy) -> Iterator[Finding]:
    """Everything about `top_up` and `auto_top_up`."""
    match policy.top_up.mode:
        case "quantity":
            yield from _quantity(policy)
            yield from _by_plan(policy) if policy.top_up.pricing == "plan" else _unit_prices(policy)
        case "packs":
            yield from _packs(policy)
        case "none":
            pass
    yield from _strangers(policy)
    yield from _validities(policy)
    yield from _companions(policy)
    yield from _automatic(policy)


def _quantity(policy: Policy) -> Iterator[Finding]:
    rule = policy.top_up
    if not 1 <= rule.step <= MAX_CREDITS:
        yield Finding("top_up.step", shown(rule.step), f"1 to {MAX_CREDITS}")
        return
    if not 1 <= rule.min <= MAX_CREDITS or rule.min % rule.step:
        yield Finding("top_up.min", shown(rule.min), f"a multiple of step, 1 to {MAX_CREDITS}")
    if rule.max is not None and (not rule.min <= rule.max <= MAX_CREDITS or rule.max % rule.step):
        yield Finding("top_up.max", shown(rule.max), f"a multiple of step, from min to {MAX_CREDITS}, or null")


def _unit_prices(policy: Policy) -> Iterator[Finding]:
    prices, sold = policy.top_up.unit_prices, sold_currencies(policy)
    if set(prices) != sold:
        allowed = f"a price in each of {', '.join(sorted(sold))}, and no other"
        yield Finding("top_up.unit_prices", shown(prices), allowed)
    for currency, price in prices.items():
        if not 0 < price <= MAX_UNIT_PRICE or not fits(price, UNIT_PRICE_DECIMALS):
            yield Finding(f"top_up.unit_prices.{currency}", shown(price), PRICE_ALLOWED)


def _by_plan(policy: Policy) -> Iterator[Finding]:
    """Plan price / plan credits exists only where the plan has both (MK-12)."""
    for place, plan in enumerate(policy.plans):
        if plan.top_up_allowed and not (plan.credits and plan.prices_minor):
            allowed = "false on a plan without price or credits, as top_up.pricing is plan"
            yield Finding(f"plans.{place}.top_up_allowed", "true", allowed)


def _packs(policy: Policy) -> Iterator[Finding]:
    packs = policy.top_up.packs
    if not 1 <= len(packs) <= MAX_PACKS:
        yield Finding("top_up.packs", f"{len(packs)} packs", f"1 to {MAX_PACKS}")
    for place, pack in enumerate(packs):
        path = f"top_up.packs.{place}"
        if not ids.GRAMMAR.fullmatch(pack.pack_id):
            yield Finding(f"{path}.pack_id", shown(pack.pack_id), ID_ALLOWED)
        if not 1 <= pack.credits <= MAX_CREDITS:
            yield Finding(f"{path}.credits", shown(pack.credits), f"1 to {MAX_CREDITS}")
        if any(pack.pack_id == other.pack_id for other in packs[:place]):
            yield Finding(f"{path}.pack_id", shown(pack.pack_id), "each id once")
        if any(pack.credits == other.credits for other in packs[:place]):
            yield Finding(f"{path}.credits", shown(pack.credits), "each size once")
        yield from price_findings(f"{path}.prices_minor", pack.prices_minor, policy)


def _strangers(policy: Policy) -> Iterator[Finding]:
    """Values that the mode does not use would be read as if they counted."""
    rule = policy.top_up
    by_fixed_price = rule.mode == "quantity" and rule.pricing == "fixed"
    if rule.unit_prices and not by_fixed_price:
        yield Finding("top_up.unit_prices", shown(rule.unit_prices), "only with mode quantity and pricing fixed")
    if rule.packs and rule.mode != "packs":
        yield Finding("top_up.packs", f"{len(rule.packs)} packs", "only with mode packs")
    if rule.pricing == "plan" and rule.mode != "quantity":
        yield Finding("top_up.pricing", '"plan"', "plan only with mode quantity")


def _validities(policy: Policy) -> Iterator[Finding]:
    yield from _validity("top_up.validity", policy.top_up.validity)
    for place, plan in enumerate(policy.plans):
        if plan.top_up_validity is not None:
            yield from _validity(f"plans.{place}.top_up_validity", plan.top_up_validity)


def _validity(path: str, rule: Validity) -> Iterator[Finding]:
    if rule.rule == "after_purchase" and not 1 <= (rule.months or 0) <= MAX_VALIDITY_MONTHS:
        yield Finding(f"{path}.months", shown(rule.months), f"1 to {MAX_VALIDITY_MONTHS} with rule after_purchase")
    if rule.rule != "after_purchase" and rule.months is not None:
        yield Finding(f"{path}.months", shown(rule.months), "only with rule after_purchase")


def _companions(policy: Policy) -> Iterator[Finding]:
    for place, each in enumerate(policy.top_up.companions):
        path = f"top_up.companions.{place}"
        if each.unit not in policy.units[1:]:
            yield Finding(f"{path}.unit", shown(each.unit), "a unit of `units` other than the first")
        if any(each.unit == other.unit for other in policy.top_up.companions[:place]):
            yield Finding(f"{path}.unit", shown(each.unit), "each unit once")
        if not 0 < each.per_credit <= MAX_UNIT_PRICE or not fits(each.per_credit, UNIT_PRICE_DECIMALS):
            yield Finding(f"{path}.per_credit", shown(each.per_credit), PRICE_ALLOWED)


def _automatic(policy: Policy) -> Iterator[Finding]:
    rule, top_up = policy.auto_top_up, policy.top_up
    for place, plan in enumerate(policy.plans):
        if plan.auto_top_up_allowed and (rule is None or not plan.top_up_allowed):
            allowed = "true only with auto_top_up, on a plan that may top up"
            yield Finding(f"plans.{place}.auto_top_up_allowed", "true", allowed)
    if rule is None:
        return
    for currency in sorted(NEEDS_MANDATE & sold_currencies(policy)):
        yield Finding("auto_top_up", f"an automatic charge in {currency}", MANDATE_ALLOWED)
    if top_up.mode != "quantity":
        yield Finding("auto_top_up", f"top_up.mode {top_up.mode}", "only with top_up.mode quantity")
    yield from _amounts(policy, rule)
    if not 0 <= rule.surcharge_rate <= MAX_SURCHARGE_RATE or not fits(rule.surcharge_rate, RATE_DECIMALS):
        allowed = f'a decimal from "0" to "{MAX_SURCHARGE_RATE}", of at most {RATE_DECIMALS} decimals; 30 % is "0.30"'
        yield Finding("auto_top_up.surcharge_rate", shown(rule.surcharge_rate), allowed)


def _amounts(policy: Policy, rule: AutoTopUp) -> Iterator[Finding]:
    """What one purchase is, and when it is due: said once, in quantities that are sold."""
    said = {"auto_top_up.credits": rule.credits}
    if rule.amount is not None:
        said |= {"auto_top_up.amount.credits": rule.amount.credits, "auto_top_up.amount.up_to": rule.amount.up_to}
    given = {path: number for path, number in said.items() if number is not None}
    if len(given) != 1:
        path = "auto_top_up.amount" if rule.amount is not None else "auto_top_up.credits"
        yield Finding(path, ", ".join(sorted(given)) or "nothing", "one of credits, amount.credits and amount.up_to")
    for path, number in given.items():
        is_sold = policy.top_up.step < 1 or number % policy.top_up.step == 0
        if not 1 <= number <= MAX_CREDITS or not is_sold:
            yield Finding(path, shown(number), f"a multiple of top_up.step, 1 to {MAX_CREDITS}")
    up_to = rule.up_to or MAX_CREDITS
    if not 1 <= rule.trigger.below <= up_to:
        allowed = f"1 to {up_to}: what is bought ends what it was bought for"
        yield Finding("auto_top_up.trigger.below", shown(rule.trigger.below), allowed)
