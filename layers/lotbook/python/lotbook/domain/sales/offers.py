"""What an account may buy now: top-ups, plans, custom payment, and what has to be accepted. Fields are the contract's."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import term_end
from lotbook.domain.accounts.validity import validity
from lotbook.domain.advice.advise import AdviceGiven
from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.document import Policy, PublishedPolicy
from lotbook.domain.policy.parts import Consent, Support
from lotbook.domain.policy.plans import Interval, Plan, ValidityRule
from lotbook.domain.sales.eligibility import (
    CURRENCY_NOT_SOLD,
    buyer_refusal,
    custom_payment_refusal,
    plan_price_refusal,
    plan_refusal,
    top_up_price_refusal,
    top_up_refusal,
)
from lotbook.domain.sales.prices import packs_for, unit_price
from lotbook.domain.values.access import Caller
from lotbook.domain.values.light_dataclasses import dataclass

Change = Literal["current", "upgrade", "downgrade", "contact"]


@dataclass(frozen=True, slots=True)
class PackOffer:
    """A pack and its price before tax."""

    pack_id: str
    credits: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ExpiryOffer:
    """When credits bought now would expire; `at` None means never."""

    rule: ValidityRule
    at: int | None


@dataclass(frozen=True, slots=True)
class TopUpOffer:
    """Buying credits by hand. `min`, `max`, `step` and `unit_price` (major units) are None unless `mode` is quantity.

    `max` is None, too, where there is no maximum; `unit_price` where the account's plan gives none.
    """

    mode: Literal["quantity", "packs", "none"]
    min: int | None
    max: int | None
    step: int | None
    unit_price: Decimal | None
    packs: tuple[PackOffer, ...]
    expires: ExpiryOffer
    allowed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan as seen from the account's present one. `amount_minor` is None where the plan has no price here."""

    plan_id: str
    title: str
    amount_minor: int | None
    interval: Interval
    term_days: int | None
    credits: int  # its own, of one credit period
    free_credits: int  # in addition, of one credit period
    change: Change
    contact_url: str | None
    entitlements: tuple[str, ...]
    allowed: bool
    reason: str | None  # why this caller cannot buy it now, as the purchase would say
    ends_at: int | None = None  # of the present plan: the end of its term (NP-53)


@dataclass(frozen=True, slots=True)
class Offers:
    """The answer of `GET .../offers`. `plan` is the id of the present plan."""

    currency: str
    payment_label: str
    plan: str
    free_credits: int
    top_up: TopUpOffer
    plans: tuple[PlanOffer, ...]
    custom_payment: bool
    consent: Consent | None
    support: Support | None
    advice: tuple[AdviceGiven, ...] = ()


def offers(published: PublishedPolicy, account: Account, caller: Caller, now: int) -> Offers:
    """What `caller` may buy for `account` at `now`. What is not open to the caller is shown, with the reason."""
    policy = published.policy
    present = policy.plan(account.plan_id)
    return Offers(
        currency=account.currency,
        payment_label=policy.payment_for(account.region, account.currency).label,
        plan=present.plan_id,
        free_credits=policy.free_credits,
        top_up=_top_up(policy, present, account, caller, now),
        plans=tuple(
            _plan(Present(policy, account, (), now), plan, buyer_refusal(policy, account, caller))
            for plan in policy.plans
            if plan is present or _is_offered(plan, account.currency)
        ),
        custom_payment=custom_payment_refusal(policy, account.currency) is None,
        consent=policy.consent,
        support=policy.support,
    )


def _top_up(policy: Policy, present: Plan, account: Account, caller: Caller, now: int) -> TopUpOffer:
    rule, by_quantity = policy.top_up, policy.top_up.mode == "quantity"
    price = unit_price(policy, present, account.currency)
    packs = tuple(
        PackOffer(pack.pack_id, pack.credits, price_minor) for pack, price_minor in packs_for(policy, account.currency)
    )
    priced = price is not None or bool(packs)
    refusal = top_up_refusal(policy, present) or (None if priced else top_up_price_refusal(policy, present))
    reason = buyer_refusal(policy, account, caller) or refusal
    return TopUpOffer(
        mode=rule.mode,
        min=rule.min if by_quantity else None,
        max=rule.max if by_quantity else None,
        step=rule.step if by_quantity else None,
        unit_price=price,
        packs=packs,
        expires=ExpiryOffer(policy.validity_of(present).rule, validity(policy, present, account, now)),
        allowed=reason is None,
        reason=reason,
    )


def _plan(present: Present, plan: Plan, refused: str | None) -> PlanOffer:
    policy, account = present.policy, present.account
    price_minor = plan.price_minor(account.currency)
    costs_nothing = not plan.is_paid
    reason = refused or plan_refusal(present, plan)
    return PlanOffer(
        plan_id=plan.plan_id,
        title=plan.title,
        amount_minor=0 if costs_nothing else price_minor,
        interval=plan.interval,
        term_days=plan.term_days,
        credits=plan.credits,
        free_credits=policy.free_credits,
        change=_change(present, plan),
        contact_url=plan.contact_url,
        entitlements=plan.entitlements,
        allowed=reason is None,
        reason=reason,
        ends_at=term_end(policy, account) if plan.plan_id == account.plan_id else None,
    )


def _is_offered(plan: Plan, currency: str) -> bool:
    """Not in a currency that the policy does not sell it in (any more): what has no price is no upgrade."""
    is_priced = plan.contact_url is not None or plan.price_minor(currency) is not None
    return plan.offered and (is_priced or plan_price_refusal(plan) != CURRENCY_NOT_SOLD)


def _change(present: Present, plan: Plan) -> Change:
    if plan.plan_id == present.account.plan_id:
        return "current"
    if plan.contact_url is not None:
        return "contact"
    return "downgrade" if present.change_to(plan).kind == "downgrade" else "upgrade"
