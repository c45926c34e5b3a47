"""The scheduled recheck: purchases whose webhook never came, whose page ended, or whose settling was cut short (NP-31, D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import Conflict
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.money_back.paid_twice import send_back_paid_twice
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase
from lotbook.usecases.sales.wishes import finish_wish, unmark
from lotbook.usecases.sweeping import Bounds, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.sales.desk import SalesDesk

DUE_KIND = "purchase"
LEAST_TIME_LEFT = 45_000  # milliseconds that one look may take when the gateway is slow
MAX_PURCHASES_A_RUN = 100  # one gateway read each, at its limit of 25 a second some four seconds' worth
ONE_BY_ONE = Bounds(MAX_PURCHASES_A_RUN, batch=1, workers=1, time_left=LEAST_TIME_LEFT)


def purchases_due(
    *, desk: SalesDesk, due: DueIndex, decided: Callable[[Purchase], None], bounds: Bounds = ONE_BY_ONE
) -> Work:
    """The purchases to look at, for `sweeping.sweep`. `decided` hears of each that waits for nothing any more."""

    def settle(item: DueItem) -> None:
        after = settle_purchase(item.account_id, item.name, desk=desk)
        keep_card(after, desk=desk)
        after = send_back_paid_twice(after, desk=desk)
        finish_wish(after, desk=desk)
        if after.check_at is not None and after.state in SETTLED:  # a refund, or a step of one, was cut short
            after = follow_money_back(item.account_id, item.name, desk=desk)
            after = after if after.gateway_refs.payment_intent else unmark(after, desk=desk)
        if after.check_at is None:
            decided(after)

    def postpone(item: DueItem, until: int) -> DueItem | None:
        return _postponed(item, until, desk)

    return Work(DUE_KIND, due.due(DUE_KIND, desk.clock.now(), bounds.items), settle, postpone, bounds)


def _postponed(item: DueItem, until: int, desk: SalesDesk) -> DueItem | None:
    """Under the purchase's version; None where the index lags behind or somebody else is at it."""
    purchase = desk.purchases.get(item.account_id, item.name)
    if purchase is None or purchase.check_at != item.due_at:
        return None
    try:
        desk.purchases.save(replace(purchase, check_at=until))
    except Conflict:
        return None
    return replace(item, due_at=until)
