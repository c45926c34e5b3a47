"""The order summary: what an item costs an account now, to the cent, and whether this caller may buy it.

Pure: the same policy version, account, item and instant give the same quote. The total of a line is rounded once, half
up, in the currency's minor unit; tax is taken on the rounded subtotal; credits never depend on either (X-16, X-17).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import credit_period, validity
from lotbook.domain.policy.document import Policy, PublishedPolicy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import Pack, TopUp
from lotbook.domain.sales.checkout_times import checkout_end
from lotbook.domain.sales.eligibility import (
    buyer_refusal,
    custom_payment_refusal,
    move_refusal,
    plan_price_refusal,
    top_up_price_refusal,
    top_up_refusal,
)
from lotbook.domain.sales.prices import companions_of, packs_for, unit_price
from lotbook.domain.values import instants
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import (
    AlreadyOnPlan,
    AmountNotChargeable,
    ContactOnly,
    QuantityNotAllowed,
    UnknownPack,
    UnknownPlan,
)
from lotbook.domain.values.money import STRIPE_LIMITS, ChargeLimits, line_minor, tax_minor, to_major


@dataclass(frozen=True, slots=True)
class TopUpItem:
    """A number of credits."""

    credits: int


@dataclass(frozen=True, slots=True)
class PackItem:
    """One of the policy's packs."""

    pack_id: str


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A move to another plan; with `credits` or `pack_id` extra credits in the same order (IS-25, NP-54)."""

    plan_id: str
    credits: int | None = None
    pack_id: str | None = None

    @property
    def extra(self) -> TopUpItem | PackItem | None:
        """The credits that are bought with it."""
        if self.pack_id is not None:
            return PackItem(self.pack_id)
        return None if self.credits is None else TopUpItem(self.credits)


@dataclass(frozen=True, slots=True)
class CustomPaymentItem:
    """A payment that adds no credits (NP-11, NP-56). `amount_minor` is before tax, in the account's currency."""

    amount_minor: int
    remark: str


@dataclass(frozen=True, slots=True)
class PlanRenewalItem:
    """One more period of a plan that renews. Nobody orders it: its row is made when the period begins."""

    plan_id: str


Item = TopUpItem | PackItem | PlanItem | CustomPaymentItem
RowItem = Item | PlanRenewalItem  # what a purchase may be of


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`amount_minor` is `quantity x unit_price`, rounded once, half up. `unit_price` is in major units, exact."""

    description: str
    quantity: int
    unit_price: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Tax:
    """`amount_minor` is `rate` of the rounded subtotal, rounded half up."""

    name: str
    rate: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The plan in an order: its own credits of one credit period, and for how many days of 24 hours it is bought.

    `term_days` is 0 for plans that are billed by the month or year: for those `months` is the interval, `price_minor` what one
    costs before tax, and `price` the gateway's name of it.
    """

    plan_id: str
    credits: int
    term_days: int
    months: int = 0
    price_minor: int = 0
    price: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The order summary (NP-16). `allowed` False with a `reason` is about who asks; the summary is shown all the same.

    `credits` is all that the order brings: those bought, which are `lot_credits`, and the plan's own of one credit period.
    `expires_at` is that of the bought ones; where none are bought, the end of the plan's first credit period.
    `lines` is empty where the account's plan gives no price at all; then `allowed` is False.
    """

    item: Item
    lines: tuple[OrderLine, ...]
    credits: int
    companions: tuple[tuple[str, int], ...]  # (unit, credits), with the same validity
    expires_at: int | None
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    consent_required: bool
    allowed: bool
    reason: str | None  # the code that a purchase would be refused with
    payment_label: str
    plan: PlanPart | None  # what the purchase leads to
    late_expires_at: int | None = (
        None  # near the end of the period that they end with: where they arrive after it
    )

    @property
    def lot_credits(self) -> int:
        """What the purchase's own lot will hold."""
        return self.credits - (self.plan.credits if self.plan else 0)


@dataclass(frozen=True, slots=True)
class _Order:
    """What an item comes to, before anybody asks who buys it. `lines` is empty where there is no price."""

    lines: tuple[OrderLine, ...]
    credits: int = 0
    companions: tuple[tuple[str, int], ...] = ()
    expires_at: int | None = None
    plan: PlanPart | None = None
    refusal: str | None = None
    late_expires_at: int | None = None


def quote(
    published: PublishedPolicy,
    account: Account,
    item: Item,
    caller: Caller,
    now: int,
    *,
    limits: ChargeLimits = STRIPE_LIMITS,
) -> Quote:
    """The order summary of `item` for `account`, if it were bought at `now`.

    Raises QuantityNotAllowed, UnknownPack, UnknownPlan, ContactOnly, AlreadyOnPlan, AmountNotChargeable.
    """
    policy = published.policy
    order = _order(policy, account, item, now)
    subtotal_minor = sum(line.amount_minor for line in order.lines)
    tax = _tax(policy, account, subtotal_minor)
    total_minor = subtotal_minor + (tax.amount_minor if tax else 0)
    if order.lines and not limits.allow(total_minor, account.currency):
        raise AmountNotChargeable(min_minor=limits.least(account.currency), max_minor=limits.max_minor)
    reason = buyer_refusal(policy, account, caller) or order.refusal
    return Quote(
        item=item,
        lines=order.lines,
        credits=order.credits,
        companions=order.companions,
        expires_at=order.expires_at,
        subtotal_minor=subtotal_minor,
        tax=tax,
        total_minor=total_minor,
        currency=account.currency,
        consent_required=policy.consent is not None,
        allowed=reason is None,
        reason=reason,
        payment_label=policy.payment_for(account.region, account.currency).label,
        plan=order.plan,
        late_expires_at=order.late_expires_at,
    )


def _order(policy: Policy, account: Account, item: Item, now: int) -> _Order:
    plan = policy.plan(account.plan_id)
    match item:
        case TopUpItem() | PackItem():
            return _credits_order(policy, plan, account, item, now)
        case PlanItem():
            return _plan_order(policy, plan, account, item, now)
        case CustomPaymentItem(amount_minor=amount_minor):
            return _custom_order(policy, account, amount_minor)


def _credits_order(policy: Policy, plan: Plan, account: Account, item: TopUpItem | PackItem, now: int) -> _Order:
    if policy.top_up.mode == "packs" and not packs_for(policy, account.currency):
        return _Order(lines=(), refusal=top_up_refusal(policy, plan) or top_up_price_refusal(policy, plan))
    match item:
        case TopUpItem(credits=credits) if policy.top_up.mode == "packs":
            return _pack_order(policy, plan, account, _pack_of_size(policy, account, credits), now)
        case TopUpItem(credits=credits):
            return _quantity_order(policy, plan, account, credits, now)
        case PackItem(pack_id=pack_id):
            return _pack_order(policy, plan, account, _pack_of_id(policy, account, pack_id), now)


def _quantity_order(policy: Policy, plan: Plan, account: Account, credits: int, now: int) -> _Order:
    _check_quantity(policy.top_up, credits)
    price = unit_price(policy, plan, account.currency)
    lines: tuple[OrderLine, ...] = ()
    if price is not None:
        lines = (OrderLine(_unit_title(policy), credits, price, line_minor(credits, price, account.currency)),)
    return _top_up_order(policy, plan, account, lines, credits, now)


def _pack_order(policy: Policy, plan: Plan, account: Account, found: tuple[Pack, int], now: int) -> _Order:
    pack, price_minor = found
    line = OrderLine(
        f"{pack.credits:,} {_unit_title(policy).lower()}", 1, to_major(price_minor, account.currency), price_minor
    )
    return _top_up_order(policy, plan, account, (line,), pack.credits, now)


def _top_up_order(
    policy: Policy, plan: Plan, account: Account, lines: tuple[OrderLine, ...], credits: int, now: int
) -> _Order:
    expires_at = validity(policy, plan, account, now)
    # The page may be paid until it ends, and credits that arrive after a period's end live to the end of the next one.
    page_ends_at = checkout_end(now, policy.checkout_ttl_minutes)
    ends_with_period = policy.validity_of(plan).rule in ("billing_period_end", "credit_reset")
    is_near = ends_with_period and expires_at is not None and expires_at <= page_ends_at
    return _Order(
        lines=lines,
        credits=credits,
        companions=companions_of(policy, credits),
        expires_at=expires_at,
        late_expires_at=validity(policy, plan, account, page_ends_at) if is_near else None,
        refusal=top_up_refusal(policy, plan) or (None if lines else top_up_price_refusal(policy, plan)),
    )


def _plan_order(policy: Policy, present: Plan, account: Account, item: PlanItem, now: int) -> _Order:
    """The plan, and the extra credits as the wanted plan sells them: they come to an account that is on it already."""
    wanted = policy.plan(item.plan_id)
    if item.plan_id == account.plan_id:
        raise AlreadyOnPlan
    if not wanted.offered:
        raise UnknownPlan(plans=[plan.plan_id for plan in policy.plans if plan.offered])
    if wanted.contact_url is not None:
        raise ContactOnly(contact_url=wanted.contact_url)
    after = account_after(policy, account, wanted, now)
    price_minor = wanted.price_minor(account.currency)
    lines: tuple[OrderLine, ...] = ()
    if price_minor:
        lines = (OrderLine(_plan_title(wanted), 1, to_major(price_minor, account.currency), price_minor),)
    refusal = move_refusal(policy, present, wanted) if lines else plan_price_refusal(wanted)
    alone = _Order(
        lines=lines,
        credits=wanted.credits,
        expires_at=credit_period(wanted, after, now)[1] if wanted.credits else None,
        plan=PlanPart(wanted.plan_id, wanted.credits, wanted.term_days or 0),
        refusal=refusal,
    )
    if item.extra is None:
        return alone
    extra = _credits_order(policy, wanted, after, item.extra, now)
    return replace(
        alone,
        lines=(*lines, *extra.lines) if lines and extra.lines else (),
        credits=wanted.credits + extra.credits,
        companions=extra.companions,
        expires_at=extra.expires_at,
        refusal=refusal or extra.refusal,
    )


def account_after(policy: Policy, account: Account, wanted: Plan, at: int) -> Account:
    """The account on the plan that it bought at `at`. A term counts from its settlement whatever the cycle does (X-14)."""
    on_it = replace(account, plan_id=wanted.plan_id, plan_ends_at=None)
    if wanted.interval == "term":
        at = instants.cut_to_second(at)
        return replace(on_it, anchor=at, plan_ends_at=at + (wanted.term_days or 0) * instants.DAY)
    return replace(on_it, anchor=at) if policy.plan_change.upgrade.resets_cycle else on_it


def _custom_order(policy: Policy, account: Account, amount_minor: int) -> _Order:
    line = OrderLine("Custom payment", 1, to_major(amount_minor, account.currency), amount_minor)
    return _Order(lines=(line,), refusal=custom_payment_refusal(policy, account.currency))


def _check_quantity(rule: TopUp, credits: int) -> None:
    """Integers only, from `min` to `max`, multiples of `step` (X-15). `True` and `5.0` are not integers."""
    if (
        type(credits) is not int
        or credits < rule.min
        or (rule.max is not None and credits > rule.max)
        or credits % rule.step
    ):
        raise QuantityNotAllowed(min=rule.min, max=rule.max, step=rule.step)


def _pack_of_size(policy: Policy, account: Account, credits: int) -> tuple[Pack, int]:
    """A quantity that is exactly a pack's means that pack; there is no other (DF-03)."""
    for pack, price_minor in packs_for(policy, account.currency):
        if type(credits) is int and pack.credits == credits:
            return pack, price_minor
    raise QuantityNotAllowed(packs=_pack_list(policy, account))


def _pack_of_id(policy: Policy, account: Account, pack_id: str) -> tuple[Pack, int]:
    for pack, price_minor in packs_for(policy, account.currency):
        if pack.pack_id == pack_id:
            return pack, price_minor
    raise UnknownPack(packs=_pack_list(policy, account))


def _pack_list(policy: Policy, account: Account) -> list[dict[str, str | int]]:
    return [{"pack_id": pack.pack_id, "credits": pack.credits} for pack, _ in packs_for(policy, account.currency)]


def _tax(policy: Policy, account: Account, subtotal_minor: int) -> Tax | None:
    rule = policy.tax_for(account.region, account.currency)
    if rule is None:
        return None
    return Tax(rule.name, rule.rate, tax_minor(subtotal_minor, rule.rate, account.currency))


def _unit_title(policy: Policy) -> str:
    return policy.units[0].replace("_", " ").capitalize()


def _plan_title(plan: Plan) -> str:
    length = {"none": "", "month": ", 1 month", "year": ", 1 year", "term": f", {plan.term_days} days"}
    return f"{plan.title}{length[plan.interval]}"
