"""What a purchase that was paid means for the cards on file: its card may have been kept, and may be the new default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import keeps_card
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.sales.quotes import PlanItem
from lotbook.usecases.sales.follow_cards import follow_cards

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def keep_card(purchase: Purchase, *, desk: SalesDesk) -> None:
    """Look at the cards after a purchase that keeps its own, however often; does nothing for any other purchase.

    A plan's card becomes the default; a card that was kept on request only where it is alone, or replaces one whose
    automatic payment failed. Raises AccountNotFound, Unavailable; the purchase is settled all the same.
    """
    if purchase.state in SETTLED and keeps_card(purchase):
        adopted = _card_of(purchase, desk) if isinstance(purchase.item, PlanItem) else None
        follow_cards(purchase.account_id, desk=desk, adopted=frozenset({adopted} if adopted else ()))


def _card_of(purchase: Purchase, desk: SalesDesk) -> str | None:
    session = purchase.gateway_refs.checkout_session
    payment = desk.gateway.checkout(session).payment if session else None
    return payment.payment_method if payment else None
