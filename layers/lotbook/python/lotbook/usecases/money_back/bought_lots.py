"""The lots in which a purchase's credits are: its own, and those in which changes of plan carried them on (X-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import MAX_TERMS
from lotbook.domain.plans.plan_move import PLAN_CHANGE
from lotbook.domain.sales.purchase import settled_lot_id

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def lots_of_purchase(purchase: Purchase, unit: str, *, desk: SalesDesk) -> tuple[str, ...]:
    """Their ids, the purchase's own first, each followed by the one in which its credits went on.

    Raises BrokenInvariant for a purchase that has no lot.
    """
    found = [settled_lot_id(purchase, unit)]
    for _ in range(MAX_TERMS):
        entries = desk.books.lot_entries(purchase.account_id, unit, found[-1])
        onward = [e.reference for e in entries if e.kind == "clawed_back" and e.reason == PLAN_CHANGE and e.reference]
        if not onward or onward[-1] in found:
            break
        found.append(onward[-1])
    return tuple(found)
