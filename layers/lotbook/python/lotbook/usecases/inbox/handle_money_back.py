"""Events about money that goes back: find the purchase, settle it if that is still to be done, bring its lots along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import PurchaseNotFound, Unavailable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.alarms import alarm
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.plans.follow_invoice import row_of
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


# What a look at the gateway has just left in one of these has no money of this purchase: late money comes with its own event.
WITHOUT_MONEY = frozenset({"abandoned", "failed"})


@dataclass(frozen=True, slots=True)
class Owner:
    """The purchase that an event is about, as its mark says."""

    account_id: str
    purchase_id: str


def handle_money_back(hint: EventHint, *, desk: SalesDesk) -> Purchase | None:
    """The purchase, followed; None where the event is about no purchase of this deployment, or about one that is gone.

    Raises Unavailable while the purchase waits for its verdict, so that the event is delivered again (D14): that ends with
    its page or its payment. Of a purchase that had no money nothing can be taken back, and nobody has to come again (B2).
    """
    owner = _owner(hint, desk)
    if owner is None:
        return None
    try:
        purchase = settle_purchase(owner.account_id, owner.purchase_id, desk=desk)
    except PurchaseNotFound:
        _ring("purchase_missing", hint, owner, desk)
        return None
    own = purchase.gateway_refs.payment_intent
    if own is not None and hint.payment_intent not in (None, own):
        _ring("payment_unknown", hint, owner, desk)
        return purchase
    if purchase.state in SETTLED:
        return follow_money_back(owner.account_id, owner.purchase_id, desk=desk)
    if purchase.state in WITHOUT_MONEY:
        return purchase
    raise Unavailable("The purchase of this event is not settled yet.")


def _ring(code: str, hint: EventHint, owner: Owner, desk: SalesDesk) -> None:
    """Unless people have closed the matter: they know, and these are the events of what they did."""
    case = None if hint.payment_intent is None else desk.strays.stray(hint.payment_intent)
    if case is None or case.is_open:
        alarm(code, account_id=owner.account_id, purchase_id=owner.purchase_id, event_id=hint.event_id)


def _owner(hint: EventHint, desk: SalesDesk) -> Owner | None:
    """By the object's own mark; refunds of the dashboard and disputes carry none, their payment does."""
    tag: Tag | None = hint.tag
    if hint.tag.app is None and hint.payment_intent is not None:
        tag = desk.gateway.owner(hint.payment_intent)
    if tag is not None and tag.app is None and hint.payment_intent is not None:
        return _owner_of_plan(hint.payment_intent, desk)
    if tag is None or not tag.is_of(desk.gateway.deployment) or not tag.account_id or not tag.purchase_id:
        return None
    return Owner(tag.account_id, tag.purchase_id)


def _owner_of_plan(payment_intent: str, desk: SalesDesk) -> Owner | None:
    """A payment of a subscription carries no mark: its invoice does, and names the row by its lines (X-28)."""
    invoice = desk.plans.invoice_of_payment(payment_intent)
    if invoice is None or not invoice.tag.is_of(desk.gateway.deployment) or invoice.tag.account_id is None:
        return None
    row = row_of(invoice.tag.account_id, invoice, desk=desk)
    return None if row is None else Owner(row.account_id, row.purchase_id)
