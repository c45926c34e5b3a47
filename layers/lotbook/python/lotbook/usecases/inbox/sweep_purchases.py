"""The scheduled recheck: purchases whose webhook never came, whose page ended, or whose settling was cut short (NP-31, D9).

A run does bounded work. What it leaves is still in the index and comes first in the next run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import CHECK_AGAIN, SETTLED, Purchase
from lotbook.domain.values.errors import Conflict
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.sales.desk import SalesDesk

DUE_KIND = "purchase"
LEAST_TIME_LEFT = 45_000  # milliseconds that one look may take when the gateway is slow
MAX_PURCHASES_A_RUN = 100  # one gateway read each, at its limit of 25 a second some four seconds' worth


@dataclass(frozen=True, slots=True)
class Swept:
    """How many purchases were looked at, and how many of them are decided now."""

    checked: int
    decided: int


def sweep_purchases(
    *, desk: SalesDesk, due: DueIndex, time_left: Callable[[], int], limit: int = MAX_PURCHASES_A_RUN
) -> Swept:
    """Look at what is due. Raises Unavailable at the first purchase that the gateway does not answer for.

    Each is postponed before it is looked at, so one that cannot be settled never stands in the way of the others.
    `time_left`: milliseconds until the function is stopped.
    """
    checked = decided = 0
    for item in due.due(DUE_KIND, desk.clock.now(), limit):
        if time_left() < LEAST_TIME_LEFT:
            break
        if _claimed(item, desk) is None:
            continue
        after = settle_purchase(item.account_id, item.name, desk=desk)
        keep_card(after, desk=desk)
        if after.check_at is not None and after.state in SETTLED:  # a refund, or a step of one, was cut short
            after = follow_money_back(item.account_id, item.name, desk=desk)
        checked += 1
        decided += after.check_at is None
    return Swept(checked, decided)


def _claimed(item: DueItem, desk: SalesDesk) -> Purchase | None:
    """The purchase, postponed; None where the index lags behind or somebody else is at it."""
    now = desk.clock.now()
    purchase = desk.purchases.get(item.account_id, item.name)
    if purchase is None or purchase.check_at is None or purchase.check_at > now:
        return None
    try:
        return desk.purchases.save(replace(purchase, check_at=now + CHECK_AGAIN))
    except Conflict:
        return None
