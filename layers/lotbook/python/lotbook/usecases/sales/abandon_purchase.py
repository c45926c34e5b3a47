"""Abandon: the buyer closed the window. The page is ended at the gateway first, so that nobody pays it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import WAITING, Purchase, with_state
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk

ABANDON_ATTEMPTS = 5


def abandon_purchase(account_id: str, purchase_id: str, caller: Caller, *, desk: SalesDesk) -> Purchase:
    """The purchase: `abandoned`, or `completed` where it turns out to be paid (NP-28, NP-34).

    Raises AccountNotFound, Forbidden, PurchaseNotFound, Unavailable.
    """
    desk.account_of_buyer(account_id, caller)
    return end_order(account_id, purchase_id, desk=desk)


def end_order(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Purchase:
    """The same for nobody in particular. Raises PurchaseNotFound, Unavailable."""
    for _ in range(ABANDON_ATTEMPTS):
        try:
            purchase = _abandon(desk.purchase(account_id, purchase_id), desk)
        except Conflict:
            continue
        keep_card(purchase, desk=desk)  # it may turn out to be paid, and its webhook may never come
        return purchase
    raise Unavailable


def _abandon(purchase: Purchase, desk: SalesDesk) -> Purchase:
    if purchase.is_by_card and purchase.state in WAITING and purchase.gateway_refs.invoice is not None:
        desk.plans.void_invoice(purchase.gateway_refs.invoice)  # what waits for the bank's question never comes then
    elif purchase.has_page and purchase.state in WAITING and purchase.settlement is None:
        session = desk.session_of(purchase)
        if session is None:
            return desk.purchases.save(with_state(purchase, "abandoned", desk.clock.now()))
        desk.gateway.expire_checkout(purchase, session)
    # Whether it was ended or had been paid: the gateway's present state says, not the answer to our call.
    return settle_purchase(purchase.account_id, purchase.purchase_id, desk=desk)
