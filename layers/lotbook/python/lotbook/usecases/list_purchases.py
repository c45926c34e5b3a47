"""List an account's purchases, newest first (NP-45)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.domain.purchase import Purchase
    from lotbook.ports import PurchaseStore


@dataclass(frozen=True, slots=True)
class PurchasePage:
    """One page; `next_after` is the purchase id to go on after, None at the end."""

    purchases: tuple[Purchase, ...]
    next_after: str | None


def list_purchases(account_id: str, limit: int, after: str | None, *, purchases: PurchaseStore) -> PurchasePage:
    """At most `limit` purchases, from below the purchase id `after` (None: from the newest)."""
    found, next_after = purchases.page(account_id, limit, after)
    return PurchasePage(tuple(found), next_after)
