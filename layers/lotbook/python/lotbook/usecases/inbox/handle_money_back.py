"""Events about money that goes back: find the purchase, settle it if that is still to be done, bring its lots along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import PurchaseNotFound, Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import EventHint, Tag
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

# All lead to the same look at the same payment. Early fraud warnings are not among them: they move no money.
MONEY_BACK = frozenset(
    {
        "charge.refunded",
        "charge.refund.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The purchase that an event is about, as its mark says."""

    account_id: str
    purchase_id: str


def handle_money_back(hint: EventHint, *, desk: SalesDesk) -> Purchase | None:
    """The purchase, followed; None where the event is about no purchase of this deployment.

    Raises Unavailable while the purchase is unknown or cannot be settled yet, so that the event is delivered again (D14).
    """
    owner = _owner(hint, desk)
    if owner is None:
        return None
    try:
        purchase = settle_purchase(owner.account_id, owner.purchase_id, desk=desk)
    except PurchaseNotFound:
        alarm("purchase_missing", account_id=owner.account_id, purchase_id=owner.purchase_id, event_id=hint.event_id)
        raise Unavailable("The purchase of this event is not known here.") from None
    if purchase.state not in SETTLED:
        if purchase.state == "failed":  # money that did not match was never granted: nothing can be taken back
            return purchase
        raise Unavailable("The purchase of this event is not settled yet.")
    if hint.payment_intent not in (None, purchase.gateway_refs.payment_intent):
        alarm("payment_unknown", account_id=owner.account_id, purchase_id=owner.purchase_id, event_id=hint.event_id)
        return purchase
    return follow_money_back(owner.account_id, owner.purchase_id, desk=desk)


def _owner(hint: EventHint, desk: SalesDesk) -> Owner | None:
    """By the object's own mark; refunds of the dashboard and disputes carry none, their payment does."""
    tag: Tag | None = hint.tag
    if hint.tag.app is None and hint.payment_intent is not None:
        tag = desk.gateway.owner(hint.payment_intent)
    if tag is None or not tag.is_of(desk.gateway.deployment) or not tag.account_id or not tag.purchase_id:
        return None
    return Owner(tag.account_id, tag.purchase_id)
