"""What a plan comes to: its price, the discount for credits that are not used (MK-40), and credits in the same order (IS-25)."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.plans.moving import Moving, Present, moving
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import INTERVAL_MONTHS, Plan
from lotbook.domain.sales.credit_orders import credits_order, unit_title
from lotbook.domain.sales.eligibility import move_refusal, plan_price_refusal
from lotbook.domain.sales.items import Order, OrderLine, PlanItem, PlanPart
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AlreadyOnPlan, ContactOnly, UnknownPlan
from lotbook.domain.values.light_dataclasses import replace
from lotbook.domain.values.money import ChargeLimits, to_major


def plan_order(present: Present, item: PlanItem, limits: ChargeLimits) -> Order:
    """The plan, and the extra credits as the wanted plan sells them: they come to an account that is on it already.

    Raises AlreadyOnPlan, UnknownPlan, ContactOnly, QuantityNotAllowed, UnknownPack.
    """
    policy, account, now = present.policy, present.account, present.at
    wanted = _for_sale(policy, account, item.plan_id)
    after = account_after(policy, account, wanted, now)
    extra = None if item.extra is None else credits_order(policy, wanted, after, item.extra, now=now)
    bare = Order(
        lines=(),
        credits=wanted.credits,
        expires_at=credit_period(wanted, after, now)[1] if wanted.credits else None,
        plan=_part(wanted, account.currency),
        refusal=plan_price_refusal(wanted),
    )
    alone = bare
    if wanted.price_minor(account.currency):
        beside_minor = sum(line.amount_minor for line in extra.lines) if extra else 0
        least_minor = limits.least(account.currency)
        alone = _priced(bare, present, wanted, 0 if beside_minor >= least_minor else least_minor)
    return alone if extra is None else _with_extra(alone, extra)


def _for_sale(policy: Policy, account: Account, plan_id: str) -> Plan:
    wanted = policy.plan(plan_id)
    if plan_id == account.plan_id:
        raise AlreadyOnPlan
    if not wanted.offered:
        raise UnknownPlan(plans=[plan.plan_id for plan in policy.plans if plan.offered])
    if wanted.contact_url is not None:
        raise ContactOnly(contact_url=wanted.contact_url)
    return wanted


def _priced(bare: Order, present: Present, wanted: Plan, least_minor: int) -> Order:
    """With its price, and off it what the change converts. `least_minor`: what has to be left of it, if anything is."""
    currency = present.account.currency
    price_minor = wanted.price_minor(currency) or 0
    line = OrderLine(_plan_title(wanted), 1, to_major(price_minor, currency), price_minor)
    refusal = move_refusal(present, wanted)
    if not wanted.renews:
        return replace(bare, lines=(line,), refusal=refusal)
    found = moving(present, wanted, least_minor)
    return replace(bare, lines=(line, *_discount(present.policy, found)), refusal=refusal, move=found.move)


def _discount(policy: Policy, found: Moving) -> tuple[OrderLine, ...]:
    title = f"Unused {unit_title(policy).lower()}"
    return tuple(OrderLine(title, part.credits, -part.price, -part.amount_minor) for part in found.parts)


def _part(wanted: Plan, currency: str) -> PlanPart:
    if not wanted.renews:
        return PlanPart(wanted.plan_id, wanted.credits, wanted.term_days or 0)
    months, price_minor = INTERVAL_MONTHS[wanted.interval], wanted.price_minor(currency) or 0
    return PlanPart(wanted.plan_id, wanted.credits, 0, months, price_minor)


def _with_extra(alone: Order, extra: Order) -> Order:
    return replace(
        alone,
        lines=(*alone.lines, *extra.lines) if alone.lines and extra.lines else (),
        credits=alone.credits + extra.credits,
        companions=extra.companions,
        expires_at=extra.expires_at,
        refusal=alone.refusal or extra.refusal,
    )


def account_after(policy: Policy, account: Account, wanted: Plan, at: int) -> Account:
    """The account on the plan that it bought at `at`. A term counts from its settlement whatever the cycle does (X-14)."""
    on_it = replace(account, plan_id=wanted.plan_id, plan_ends_at=None, plan_renews=False, subscription=None)
    if wanted.interval == "term":
        at = instants.cut_to_second(at)
        return replace(on_it, anchor=at, plan_ends_at=at + (wanted.term_days or 0) * instants.DAY)
    if wanted.renews:
        return replace(
            on_it, anchor=at, plan_billing="stripe", plan_renews=True
        )  # its periods are the gateway's
    return replace(on_it, anchor=at) if policy.plan_change.upgrade.resets_cycle else on_it


def _plan_title(plan: Plan) -> str:
    length = {"none": "", "month": ", 1 month", "year": ", 1 year", "term": f", {plan.term_days} days"}
    return f"{plan.title}{length[plan.interval]}"
