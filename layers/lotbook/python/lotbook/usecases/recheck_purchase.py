"""Recheck: the buyer says that money went and no credits came (NP-29, NP-31)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.access import Caller
    from lotbook.domain.purchase import Purchase
    from lotbook.usecases.sales import Sales


def recheck_purchase(account_id: str, purchase_id: str, caller: Caller, *, sales: Sales) -> Purchase:
    """Ask the gateway again and act on its answer; however often, the credits come once.

    Raises AccountNotFound, Forbidden, PurchaseNotFound, Unavailable.
    """
    sales.account_of_buyer(account_id, caller)
    return settle_purchase(account_id, purchase_id, sales=sales)
