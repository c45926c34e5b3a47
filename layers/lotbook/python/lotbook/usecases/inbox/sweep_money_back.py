"""The schedule's look at refunds, disputes and late payments whose events nobody acknowledged: the gateway keeps that list (D9, X-18).

A run does bounded work, and what it leaves is in the list of the next run: an event leaves it when it is delivered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.values import instants
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from lotbook.usecases.inbox.sweep_purchases import LEAST_TIME_LEFT

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.sales.gateway import EventHint
    from lotbook.usecases.sales.desk import SalesDesk

WINDOW = 14 * instants.DAY  # the gateway tries for three days, and keeps events for thirty
# A slow payment may come after it had failed, when nothing else looks at the purchase any more.
LATE = "checkout.session.async_payment_succeeded"
MAX_PAYMENTS_A_RUN = 50  # about four gateway reads each


@dataclass(frozen=True, slots=True)
class SweptMoneyBack:
    """How many payments were followed or settled, and how many of them could not be followed now."""

    followed: int
    left: int


def sweep_money_back(*, desk: SalesDesk, time_left: Callable[[], int]) -> SweptMoneyBack:
    """Follow what was not heard of; the newest event of a payment stands for all of them.

    One that fails does not stand in the way of the others. Raises Unavailable when the gateway does not list its events.
    """
    if time_left() < LEAST_TIME_LEFT:
        return SweptMoneyBack(0, 0)
    since = desk.clock.now() - WINDOW
    latest: dict[tuple[str, bool], EventHint] = {}
    for hint in desk.gateway.undelivered(tuple(sorted(MONEY_BACK | {LATE})), since):
        latest[hint.payment_intent or hint.event_id, hint.kind == LATE] = hint
    followed = left = 0
    for hint in list(latest.values())[:MAX_PAYMENTS_A_RUN]:
        if time_left() < LEAST_TIME_LEFT:
            break
        try:
            followed += handle_event(hint, desk=desk).outcome in ("followed", "settled")
        except Unavailable:
            left += 1
    return SweptMoneyBack(followed, left)
