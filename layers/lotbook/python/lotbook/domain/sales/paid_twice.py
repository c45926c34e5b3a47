"""One plan that was paid for twice: the later payment goes back by itself (X-30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import WAITING, Failure, Purchase, with_state
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account

PAID_TWICE = Failure("paid_twice", "The same plan had been paid for already; this payment goes back.")


def is_paid_twice(account: Account, purchase_id: str) -> bool:
    """Whether this purchase's plan was paid for by an earlier payment, too, and ran at that time."""
    return any(each.is_twice and each.purchase_id == purchase_id for each in account.terms)


def twins_of(account: Account, purchase: Purchase) -> tuple[str, ...]:
    """The other purchases of the same plan whose money is to go back."""
    plan_id = purchase.plan.plan_id if purchase.plan else None
    twice = (each for each in account.terms if each.is_twice and each.plan_id == plan_id)
    return tuple(each.purchase_id for each in twice if each.purchase_id != purchase.purchase_id)


def with_paid_twice(purchase: Purchase, now: int) -> Purchase:
    """The settled purchase with all its money to be sent back, once; the schedule sees to it at once."""
    if purchase.failure == PAID_TWICE:
        return purchase
    gone = purchase.refunded_minor + sum(each.amount_minor for each in purchase.own_refunds if each.state == "reserved")
    number = max((each.number for each in purchase.own_refunds), default=0) + 1
    amount = purchase.total_minor - gone
    refund = OwnRefund(number, "", now, "system", "reserved", amount_minor=amount, is_whole=True)
    changed = replace(purchase, failure=PAID_TWICE, own_refunds=(*purchase.own_refunds, refund))
    return replace(with_state(changed, changed.state, now), check_at=now)


def same_open_order(order: Purchase, other: Purchase, now: int) -> bool:
    """Whether the other is an order of the same plan, alike in all that its buyer sees, whose page can still be paid."""
    if other.plan is None or other.state not in WAITING or other.settlement is not None:
        return False
    alike = all(getattr(order, name) == getattr(other, name) for name in _SEEN_BY_THE_BUYER)
    accepted = [each.consent.refund_policy_version if each.consent else None for each in (order, other)]
    return alike and accepted[0] == accepted[1] and other.checkout_url is not None and now < other.checkout_expires_at


_SEEN_BY_THE_BUYER = ("item", "lines", "total_minor", "currency", "success_url", "cancel_url", "save_payment_method")
