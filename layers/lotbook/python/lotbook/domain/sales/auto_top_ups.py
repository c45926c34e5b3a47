"""Whether an automatic purchase may be made now, how big it is, and what it costs (MK-16..23, X-05..07, X-27).

Pure: account, policy, need and instant give the same decision. When somebody asks is decided elsewhere.
"""

from __future__ import annotations

from fractions import Fraction

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, in_period
from lotbook.domain.accounts.pauses import PAUSED_FOR_SHORTFALL, reasons_of
from lotbook.domain.accounts.plan_states import plan_state
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import AutoTopUp
from lotbook.domain.sales.auto_history import Reason
from lotbook.domain.sales.eligibility import PLAN_NOT_ELIGIBLE
from lotbook.domain.sales.items import OrderLine, Tax
from lotbook.domain.sales.prices import unit_price
from lotbook.domain.values.errors import NotEligible
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.domain.values.money import (
    STRIPE_LIMITS,
    in_minor,
    line_minor,
    part_of,
    rounded_minor,
    tax_minor,
)

NEVER_ON = AutoRecord()
AUTOMATIC_LINE, SURCHARGE_LINE = "Credits, automatic purchase", "Surcharge"  # mails know them


@dataclass(frozen=True, slots=True)
class Need:
    """What the account has to spend and owes, and what one burn asks for; `wanted` 0: nobody burns, it runs low."""

    available: int
    wanted: int = 0
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What an automatic purchase comes to. `total_minor` is with tax."""

    units: int
    credits: int
    lines: tuple[OrderLine, ...]
    subtotal_minor: int
    tax: Tax | None
    total_minor: int


@dataclass(frozen=True, slots=True)
class PeriodAllowance:
    """What the credit period allows and has used: the record as it is in that period, which begins at `start`."""

    record: AutoRecord
    start: int
    cap: int  # units
    unit: int  # credits

    @property
    def units_left(self) -> int:
        """How many units may still be bought: never more credits than the plan has, whatever size units had before (MK-19)."""
        return max(0, self.cap * self.unit - self.record.used_credits) // self.unit

    def has_money_for(self, total_minor: int) -> bool:
        """Whether the account's own limit allows it. What is reserved counts."""
        limit = self.record.limit_minor
        return limit is None or self.record.spent_minor + total_minor <= limit


def automatic_lines(policy: Policy, plan: Plan, currency: str, units: int = 1) -> tuple[OrderLine, ...]:
    """The lines of a charge for so many units: the price by hand, and the surcharge as a line of its own (MK-23).

    The total of both is rounded once, half up; the surcharge is what that is more than the rounded base (X-27).
    Raises NotEligible where the plan has no automatic purchase or is too small for one unit (MK-46, X-05).
    """
    rule = policy.auto_top_up
    price = unit_price(policy, plan, currency)
    if rule is None or price is None or not rule.cap(plan, policy.top_up.step):
        raise NotEligible(PLAN_NOT_ELIGIBLE, "This plan has no automatic purchase.")
    credits = rule.unit(policy.top_up.step) * units
    base = line_minor(credits, price, currency)
    lines = (OrderLine(AUTOMATIC_LINE, credits, price, base),)
    if not rule.surcharge_rate:
        return lines
    total = rounded_minor(credits * in_minor(price, currency) * (1 + Fraction(rule.surcharge_rate)), currency)
    return (*lines, OrderLine(SURCHARGE_LINE, credits, part_of(price, rule.surcharge_rate), total - base))


def charge_of(policy: Policy, account: Account, units: int) -> Charge:
    """What so many units cost the account now, with tax on the rounded subtotal. Raises NotEligible."""
    plan, currency = policy.plan(account.plan_id), account.currency
    lines = automatic_lines(policy, plan, currency, units)
    subtotal = sum(line.amount_minor for line in lines)
    rule = policy.tax_for(account.region, currency)
    tax = Tax(rule.name, rule.rate, tax_minor(subtotal, rule.rate, currency)) if rule else None
    return Charge(units, lines[0].quantity, lines, subtotal, tax, subtotal + (tax.amount_minor if tax else 0))


def bounds_of(policy: Policy, account: Account, at: int) -> PeriodAllowance:
    """The bounds of the credit period that holds `at`; `account`: as it stands then. A cap of 0: the plan is not eligible."""
    plan, rule, step = policy.plan(account.plan_id), policy.auto_top_up, policy.top_up.step
    start = credit_period(plan, account, at)[0]
    cap = rule.cap(plan, step) if rule is not None and unit_price(policy, plan, account.currency) is not None else 0
    record = in_period(account.auto or NEVER_ON, start)
    return PeriodAllowance(record, record.period_start, cap, rule.unit(step) if rule else 1)


def is_due(rule: AutoTopUp, need: Need) -> bool:
    """Whether a purchase is due: a burn cannot be covered, or what is left is below the trigger (X-06)."""
    return need.wanted > need.available or need.available < rule.trigger.below


def units_for(rule: AutoTopUp, step: int, need: Need) -> int:
    """How many units one charge buys: what is owed and what a burn lacks, in whole units, or up to the target (X-07)."""
    missing = need.wanted - need.available
    if rule.up_to is not None:
        missing = max(rule.up_to, need.wanted) - need.available
    return max(1, -(-(need.debt + max(0, missing)) // rule.unit(step)))


def decided(policy: Policy, account: Account, need: Need, at: int, *, is_on: bool) -> Charge | Reason:
    """The purchase that may be made now, or the first reason why there is none. `account`: as it stands at `at`."""
    refusal = standing_refusal(policy, account, is_on=is_on)
    return within_bounds(policy, account, need, at) if refusal is None else refusal


def within_bounds(policy: Policy, account: Account, need: Need, at: int) -> Charge | Reason:
    """What the need comes to, as far as cap and money limit allow it with what is reserved; else the reason."""
    rule, bounds = policy.auto_top_up, bounds_of(policy, account, at)
    if rule is None or not bounds.cap:
        return "plan_not_eligible"
    units = units_for(rule, policy.top_up.step, need)
    if units > bounds.units_left:
        return "cap_reached" if not bounds.units_left or units == 1 else "shortfall_too_large"
    charge = charge_of(policy, account, units)
    if not bounds.has_money_for(charge.total_minor):
        return "limit_reached"
    if not STRIPE_LIMITS.allow(charge.total_minor, account.currency):
        return "plan_not_eligible" if units == 1 else "shortfall_too_large"
    return charge


def standing_refusal(policy: Policy, account: Account, *, is_on: bool) -> Reason | None:
    """Why the account buys nothing automatically, whatever its bounds. What pays a shortfall may be bought while paused for it."""
    record = account.auto or NEVER_ON
    if not is_on:
        return "switched_off_everywhere"
    if account.state == "closed" or not record.enabled:
        return "disabled"
    if record.charge is not None:
        return "charging"
    if record.suspended is not None:
        return "suspended"
    if plan_state(policy, account) == "past_due":
        return "past_due"
    return "paused" if set(reasons_of(account)) - {PAUSED_FOR_SHORTFALL} else None
