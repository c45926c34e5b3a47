"""One plan that was paid for twice: the later payment goes back at once, whichever of the two was settled first (X-30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.usecases.money_back.follow_money_back import follow_money_back

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def send_back_paid_twice(purchase: Purchase, *, desk: SalesDesk) -> Purchase:
    """The purchase after its plan was settled: what was paid twice is on its way back. What is cut short, the schedule does.

    Raises PurchaseNotFound, Unavailable.
    """
    account = desk.accounts.get(purchase.account_id) if purchase.plan and purchase.state in SETTLED else None
    waiting = [each.purchase_id for each in account.terms if each.is_twice and not each.step] if account else []
    for purchase_id in waiting:
        if desk.purchases.get(purchase.account_id, purchase_id) is not None:
            follow_money_back(purchase.account_id, purchase_id, desk=desk)
    return desk.purchase(purchase.account_id, purchase.purchase_id) if waiting else purchase
