"""Read one purchase as it is kept; asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import PurchaseNotFound

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.shop import PurchaseStore


def read_purchase(account_id: str, purchase_id: str, *, purchases: PurchaseStore) -> Purchase:
    """The purchase of that account; raises PurchaseNotFound, also for another account's (D40)."""
    found = purchases.get(account_id, purchase_id)
    if found is None:
        raise PurchaseNotFound
    return found
