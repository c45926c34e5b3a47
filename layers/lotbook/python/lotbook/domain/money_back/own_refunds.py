"""The product's own refund: whether there may be one, and how much money unused credits are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import with_state
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values.errors import NotRefundable

if TYPE_CHECKING:
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase

MAX_OWN_REFUNDS = 20  # of one purchase; they are kept in its row
_REFUNDABLE = frozenset({"completed", "partially_refunded"})


def check_policy(policy: Policy) -> None:
    """Raises NotRefundable where the policy that the purchase was made under gives nothing back (IS-27, NP-32)."""
    if policy.refunds.refundable == "never":
        raise NotRefundable(reason="policy")


def check_state(purchase: Purchase, debt: int) -> None:
    """Raises NotRefundable for what is not paid, disputed, or refunded in full; and while credits are owed."""
    if purchase.state not in _REFUNDABLE:
        raise NotRefundable(reason="state", state=purchase.state)
    if not purchase.credits or purchase.reversal.clawed_of(purchase.unit) >= purchase.credits:
        raise NotRefundable(reason="nothing_unused")
    if debt:
        raise NotRefundable(reason="shortfall")
    if len(purchase.own_refunds) >= MAX_OWN_REFUNDS:
        raise NotRefundable(reason="too_many")


def with_refund_begun(purchase: Purchase, key: str, actor: str, now: int) -> Purchase:
    """The purchase with one more refund of its own, whose credits are to be taken next."""
    refund = OwnRefund(len(purchase.own_refunds) + 1, key, now, actor)
    return with_state(replace(purchase, own_refunds=(*purchase.own_refunds, refund)), purchase.state, now)


def with_refund_reserved(purchase: Purchase, refund: OwnRefund, credits: int, now: int) -> Purchase:
    """The purchase once `credits` unused ones are gone for the refund: its money is fixed, to the minor unit.

    Money is rounded up over all own refunds together: in the buyer's favour, by less than one minor unit in all.
    """
    amount = _money_for(purchase, credits)
    held = replace(refund, state="reserved" if amount else "failed", credits=credits, amount_minor=amount)
    unit, was = purchase.unit, purchase.reversal
    clawed = {**dict(was.clawed), unit: was.clawed_of(unit) + credits} if credits else dict(was.clawed)
    changed = replace(with_own(purchase, held), reversal=replace(was, clawed=tuple(sorted(clawed.items()))))
    return with_state(changed, changed.state, now)


def with_own(purchase: Purchase, refund: OwnRefund) -> Purchase:
    """The purchase with this state of one of its own refunds."""
    own = tuple(refund if each.number == refund.number else each for each in purchase.own_refunds)
    return replace(purchase, own_refunds=own)


def _money_for(purchase: Purchase, credits: int) -> int:
    held = [each for each in purchase.own_refunds if each.holds_credits]
    together = sum(each.credits for each in held) + credits
    money = -(-purchase.credits_minor * together // purchase.credits) - sum(each.amount_minor for each in held)
    return max(0, min(money, purchase.total_minor - purchase.refunded_minor)) if credits else 0
