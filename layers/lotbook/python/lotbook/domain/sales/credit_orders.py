"""What credits come to: a quantity by the policy's rule, or one of its packs, at the price of a plan."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import validity
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import Pack, TopUp
from lotbook.domain.sales.checkout_times import checkout_end
from lotbook.domain.sales.eligibility import top_up_price_refusal, top_up_refusal
from lotbook.domain.sales.items import Order, OrderLine, PackItem, TopUpItem
from lotbook.domain.sales.prices import companions_of, packs_for, unit_price
from lotbook.domain.values.errors import QuantityNotAllowed, UnknownPack
from lotbook.domain.values.money import line_minor, to_major


def credits_order(policy: Policy, plan: Plan, account: Account, item: TopUpItem | PackItem, *, now: int) -> Order:
    """Credits as this plan sells them. Raises QuantityNotAllowed, UnknownPack."""
    if policy.top_up.mode == "packs" and not packs_for(policy, account.currency):
        return Order(lines=(), refusal=top_up_refusal(policy, plan) or top_up_price_refusal(policy, plan))
    match item:
        case TopUpItem(credits=credits) if policy.top_up.mode == "packs":
            return _pack_order(policy, plan, account, _pack_of_size(policy, account, credits), now)
        case TopUpItem(credits=credits):
            return _quantity_order(policy, plan, account, credits, now)
        case PackItem(pack_id=pack_id):
            return _pack_order(policy, plan, account, _pack_of_id(policy, account, pack_id), now)


def _quantity_order(policy: Policy, plan: Plan, account: Account, credits: int, now: int) -> Order:
    _check_quantity(policy.top_up, credits)
    price = unit_price(policy, plan, account.currency)
    lines: tuple[OrderLine, ...] = ()
    if price is not None:
        lines = (OrderLine(unit_title(policy), credits, price, line_minor(credits, price, account.currency)),)
    return _top_up_order(policy, plan, account, lines, credits, now)


def _pack_order(policy: Policy, plan: Plan, account: Account, found: tuple[Pack, int], now: int) -> Order:
    pack, price_minor = found
    line = OrderLine(
        f"{pack.credits:,} {unit_title(policy).lower()}", 1, to_major(price_minor, account.currency), price_minor
    )
    return _top_up_order(policy, plan, account, (line,), pack.credits, now)


def _top_up_order(
    policy: Policy, plan: Plan, account: Account, lines: tuple[OrderLine, ...], credits: int, now: int
) -> Order:
    expires_at = validity(policy, plan, account, now)
    # The page may be paid until it ends, and credits that arrive after a period's end live to the end of the next one.
    page_ends_at = checkout_end(now, policy.checkout_ttl_minutes)
    ends_with_period = policy.validity_of(plan).rule in ("billing_period_end", "credit_reset")
    is_near = ends_with_period and expires_at is not None and expires_at <= page_ends_at
    return Order(
        lines=lines,
        credits=credits,
        companions=companions_of(policy, credits),
        expires_at=expires_at,
        late_expires_at=validity(policy, plan, account, page_ends_at) if is_near else None,
        refusal=top_up_refusal(policy, plan) or (None if lines else top_up_price_refusal(policy, plan)),
    )


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


def unit_title(policy: Policy) -> str:
    """The first unit as a line of an order names it."""
    return policy.units[0].replace("_", " ").capitalize()
