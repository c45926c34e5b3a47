"""What must be true across the fields of a policy, beyond their types. Pure: an empty answer means it can be published.

Plans and top-ups have modules of their own; here is the rest. Every bound that is checked has a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass

from lotbook.domain.credits.lots import DEFAULT_UNIT, LOT_KINDS
from lotbook.domain.policy.bounds import bound_findings
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.parts import PaymentRule, TaxRule
from lotbook.domain.policy.plan_change_checks import plan_change_findings
from lotbook.domain.policy.plan_checks import MAX_CREDITS, plan_findings, sold_currencies
from lotbook.domain.policy.top_up_checks import top_up_findings
from lotbook.domain.values import ids
from lotbook.domain.values.decimals import MAX_DECIMALS, RATE_DECIMALS, fits
from lotbook.domain.values.money import CURRENCIES
from lotbook.domain.values.regions import EXAMPLE, REGIONS
from lotbook.domain.values.urls import HTTPS_ALLOWED, is_https

UNIT_GRAMMAR = re.compile(r"[a-z][a-z0-9_]{0,39}")
MIN_CHECKOUT_TTL_MINUTES = 31  # the gateway's least is 30, and clocks differ
MAX_CHECKOUT_TTL_MINUTES = 24 * 60 - 1
MAX_RECHECK_AFTER_MINUTES = 30 * 24 * 60
MAX_CONSENT_VERSION_CHARACTERS = 64  # as long as the field in which a buyer sends it
MAX_NOTICE_DAYS = 366
MAX_REFUND_DAYS = 366
MAX_RATE = 1
ADVICE_COUNTS = (
    "buffer_percent",
    "steady_use_percent",
    "steady_periods",
    "occasional_periods",
    "bridge_days",
    "frequent_purchases",
)
ALL_PERCENT = 100


def findings(policy: Policy) -> tuple[Finding, ...]:
    """Everything that is wrong with a policy whose fields have the right types."""
    special = (
        *_identity(policy),
        *_regions(policy),
        *_taxes(policy),
        *plan_findings(policy),
        *plan_change_findings(policy),
        *top_up_findings(policy),
        *_purchase_rules(policy),
        *_refunds(policy),
        *_notices(policy),
        *_costs(policy),
        *_assumptions(policy),
    )
    told = {each.path for each in special}
    return (*special, *(each for each in bound_findings(policy) if each.path not in told))


def _identity(policy: Policy) -> Iterator[Finding]:
    if not ids.GRAMMAR.fullmatch(policy.policy_id):
        yield Finding("policy_id", shown(policy.policy_id), "letters, digits, _ and -, at most 64, no sign in front")
    if not policy.units or len(set(policy.units)) != len(policy.units):
        yield Finding("units", shown(policy.units), "at least one unit, each once")
    for place, unit in enumerate(policy.units):
        if not UNIT_GRAMMAR.fullmatch(unit):
            yield Finding(f"units.{place}", shown(unit), "lower-case letters, digits and _, at most 40")
    if DEFAULT_UNIT in policy.units[1:]:
        allowed = f"{DEFAULT_UNIT} as the first unit or not at all: calls that name no unit mean the first"
        yield Finding("units", shown(policy.units), allowed)
    if sorted(policy.burn_order) != sorted(LOT_KINDS):
        yield Finding("burn_order", shown(policy.burn_order), f"each of {', '.join(LOT_KINDS)} exactly once")
    if not 0 <= policy.free_credits <= MAX_CREDITS:
        yield Finding("free_credits", shown(policy.free_credits), f"0 to {MAX_CREDITS}")


def _regions(policy: Policy) -> Iterator[Finding]:
    yield from _currency("currencies.default", policy.currencies.default)
    for region, currency in policy.currencies.by_region.items():
        yield from _region(f"currencies.by_region.{region}", region)
        yield from _currency(f"currencies.by_region.{region}", currency)
    for place, rule in enumerate(policy.payment):
        yield from _region(f"payment.{place}.region", rule.region)
        yield from _pair(f"payment.{place}", rule, policy)
    if not policy.payment or policy.payment[-1].region or policy.payment[-1].currency:
        allowed = "rules of which the last has neither region nor currency, so that one always matches"
        yield Finding("payment", f"{len(policy.payment)} rules", allowed)


def _taxes(policy: Policy) -> Iterator[Finding]:
    for place, rule in enumerate(policy.taxes):
        yield from _region(f"taxes.{place}.region", rule.region)
        yield from _pair(f"taxes.{place}", rule, policy)
        if not 0 <= rule.rate <= MAX_RATE or not fits(rule.rate, RATE_DECIMALS):
            allowed = f'a decimal from "0" to "1", of at most {RATE_DECIMALS} decimals; 18 % is "0.18"'
            yield Finding(f"taxes.{place}.rate", shown(rule.rate), allowed)


def _purchase_rules(policy: Policy) -> Iterator[Finding]:
    if not policy.buyers or len(set(policy.buyers)) != len(policy.buyers):
        yield Finding("buyers", shown(policy.buyers), "at least one role, each once")
    if not policy.payment_methods:
        yield Finding("payment_methods", "[]", "at least one")
    if not MIN_CHECKOUT_TTL_MINUTES <= policy.checkout_ttl_minutes <= MAX_CHECKOUT_TTL_MINUTES:
        allowed = f"{MIN_CHECKOUT_TTL_MINUTES} to {MAX_CHECKOUT_TTL_MINUTES}"
        yield Finding("checkout_ttl_minutes", shown(policy.checkout_ttl_minutes), allowed)
    if not 1 <= policy.recheck_after_minutes <= MAX_RECHECK_AFTER_MINUTES:
        allowed = f"1 to {MAX_RECHECK_AFTER_MINUTES}"
        yield Finding("recheck_after_minutes", shown(policy.recheck_after_minutes), allowed)
    if policy.consent and not 1 <= len(policy.consent.version) <= MAX_CONSENT_VERSION_CHARACTERS:
        allowed = f"a text of 1 to {MAX_CONSENT_VERSION_CHARACTERS} characters that names the version"
        yield Finding("consent.version", shown(policy.consent.version), allowed)
    if policy.consent and not is_https(policy.consent.url):
        yield Finding("consent.url", shown(policy.consent.url), HTTPS_ALLOWED)
    if policy.support and policy.support.url is not None and not is_https(policy.support.url):
        yield Finding("support.url", shown(policy.support.url), HTTPS_ALLOWED)


def _refunds(policy: Policy) -> Iterator[Finding]:
    days = policy.refunds.within_days
    if days is None:
        return
    if policy.refunds.refundable != "unused":
        yield Finding("refunds.within_days", shown(days), "only with refundable unused: it is for buyers")
    if not 1 <= days <= MAX_REFUND_DAYS:
        yield Finding("refunds.within_days", shown(days), f"1 to {MAX_REFUND_DAYS} days")


def _notices(policy: Policy) -> Iterator[Finding]:
    percents = policy.alerts.purchased_used_percent
    if any(not 1 <= each <= ALL_PERCENT for each in percents) or list(percents) != sorted(set(percents)):
        yield Finding("alerts.purchased_used_percent", shown(percents), "ascending numbers from 1 to 100")
    days = policy.alerts.term_ends_within_days
    if days is not None and not 1 <= days <= MAX_NOTICE_DAYS:
        yield Finding("alerts.term_ends_within_days", shown(days), f"1 to {MAX_NOTICE_DAYS}, or null")
    for name in ADVICE_COUNTS:
        count = getattr(policy.advice, name)
        if count is not None and count < 1:
            yield Finding(f"advice.{name}", shown(count), "1 or more")
    sizes = [(size.up_to, size.credits) for size in policy.advice.sizes]
    if sizes != sorted(set(sizes)):
        yield Finding("advice.sizes", shown(sizes), "ascending sizes")
    plan_id = policy.advice.beyond_sizes_plan_id
    plan_ids = [plan.plan_id for plan in policy.plans]
    if plan_id is not None and plan_id not in plan_ids:
        yield Finding("advice.beyond_sizes_plan_id", shown(plan_id), f"one of {', '.join(plan_ids)}")


def _costs(policy: Policy) -> Iterator[Finding]:
    actions = [cost.action for cost in policy.costs]
    for place, cost in enumerate(policy.costs):
        if actions.count(cost.action) > 1:
            yield Finding(f"costs.{place}.action", shown(cost.action), "each action once")
        for path, value in (("flat", cost.flat), *((f"rates.{name}", rate) for name, rate in cost.rates.items())):
            if not 0 <= value <= MAX_CREDITS or not fits(value):
                allowed = f"0 to {MAX_CREDITS}, of at most {MAX_DECIMALS} decimals"
                yield Finding(f"costs.{place}.{path}", shown(value), allowed)
        if cost.min < 0:
            yield Finding(f"costs.{place}.min", shown(cost.min), "0 or more")


def _assumptions(policy: Policy) -> Iterator[Finding]:
    for place, assumption in enumerate(policy.assumptions):
        if not _resolves(policy, assumption.path):
            allowed = "a dotted path to a value of this policy, with plan and pack ids or places in lists"
            yield Finding(f"assumptions.{place}.path", shown(assumption.path), allowed)


def _currency(path: str, currency: str | None) -> Iterator[Finding]:
    if currency is not None and currency not in CURRENCIES:
        yield Finding(path, shown(currency), f"one of {', '.join(sorted(CURRENCIES))}")


def _region(path: str, region: str | None) -> Iterator[Finding]:
    if region is not None and region not in REGIONS:
        yield Finding(path, shown(region), EXAMPLE)


def _pair(path: str, rule: TaxRule | PaymentRule, policy: Policy) -> Iterator[Finding]:
    """A rule that no account can ever match is a tax that is never charged (N1)."""
    if rule.currency is None:
        return
    sold = sold_currencies(policy) if rule.region is None else {policy.currency_for(rule.region)}
    if rule.currency not in sold:
        of_whom = "accounts" if rule.region is None else f"accounts in {rule.region}"
        allowed = f"a currency that {of_whom} of this policy have: {', '.join(sorted(sold))}"
        yield Finding(f"{path}.currency", shown(rule.currency), allowed)


def _resolves(policy: Policy, path: str) -> bool:
    """Whether a dotted path leads to something: fields, keys, places in lists, or the ids of plans and packs."""
    present: object = policy
    for step in path.split("."):
        if isinstance(present, tuple):
            matches = [each for place, each in enumerate(present) if step in (str(place), *_names(each))]
            if not matches:
                return False
            present = matches[0]
        elif isinstance(present, Mapping):
            if step not in present:
                return False
            present = present[step]
        elif is_dataclass(present) and hasattr(present, step):
            present = getattr(present, step)
        else:
            return False
    return True


def _names(element: object) -> tuple[object, ...]:
    return tuple(getattr(element, name, None) for name in ("plan_id", "pack_id", "action", "unit"))
