"""Recheck: the buyer says that money went and no credits came (NP-29, NP-31)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.money_back.paid_twice import send_back_paid_twice
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk


def recheck_purchase(account_id: str, purchase_id: str, caller: Caller, *, desk: SalesDesk) -> Purchase:
    """Ask the gateway again and act on its answer; however often, the credits come once, and go with the money that went back.

    Raises AccountNotFound, Forbidden, PurchaseNotFound, Unavailable.
    """
    desk.account_of_buyer(account_id, caller)
    purchase = settle_purchase(account_id, purchase_id, desk=desk)
    keep_card(purchase, desk=desk)
    send_back_paid_twice(purchase, desk=desk)
    return follow_money_back(account_id, purchase_id, desk=desk) if purchase.state in SETTLED else purchase
