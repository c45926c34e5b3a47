"""The product's own refund: whether there may be one, and how much money unused credits are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import with_state
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values.errors import Forbidden, NotRefundable
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller

MAX_OWN_REFUNDS = 20  # of one purchase; they are kept in its row
MAX_FAILED_KEPT = 20  # as many that failed beside them, the newest: one that is forgotten is as one that never was
_REFUNDABLE = frozenset({"completed", "partially_refunded"})


def check_caller(policy: Policy, purchase: Purchase, caller: Caller, now: int) -> None:
    """Whether the policy that the purchase was made under gives money back to whoever asks (IS-27, NP-32, X-31).

    Raises NotRefundable where it gives nothing back, or no more; Forbidden for a buyer where the seller decides.
    """
    rule = policy.refunds
    if rule.refundable == "never":
        raise NotRefundable(reason="policy")
    if caller.kind == "service":
        return
    if rule.refundable == "case_by_case":
        raise Forbidden
    settlement = purchase.settlement
    paid = (settlement.paid_at or settlement.at) if settlement else now
    if rule.within_days is not None and now >= paid + rule.within_days * DAY:
        raise NotRefundable(reason="too_late", within_days=rule.within_days)


def check_state(purchase: Purchase, unused: int, debt: int) -> None:
    """Raises NotRefundable for what is not paid, disputed, or refunded in full; while credits are owed; and where the `unused`
    credits of its lot are worth less than the smallest unit of money. A refund that is refused takes none of the places.
    """
    if purchase.state not in _REFUNDABLE or any(each.is_whole for each in purchase.own_refunds):
        raise NotRefundable(reason="state", state=purchase.state)
    if not purchase.credits or purchase.reversal.clawed_of(purchase.unit) >= purchase.credits:
        raise NotRefundable(reason="nothing_unused")
    if debt:
        raise NotRefundable(reason="shortfall")
    if not unused:
        raise NotRefundable(reason="nothing_unused")
    if not _money_for(purchase, unused):
        raise NotRefundable(reason="too_little")
    if sum(each.state != "failed" for each in purchase.own_refunds) >= MAX_OWN_REFUNDS:
        raise NotRefundable(reason="too_many")


def with_refund_begun(purchase: Purchase, key: str, actor: str, now: int) -> Purchase:
    """The purchase with one more refund of its own, whose credits are to be taken next."""
    number = max((each.number for each in purchase.own_refunds), default=0) + 1
    failed = [each.number for each in purchase.own_refunds if each.state == "failed"]
    forgotten = failed[: max(0, len(failed) - MAX_FAILED_KEPT + 1)]
    kept = [each for each in purchase.own_refunds if each.number not in forgotten]
    changed = replace(purchase, own_refunds=(*kept, OwnRefund(number, key, now, actor)))
    return with_state(changed, purchase.state, now)


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
