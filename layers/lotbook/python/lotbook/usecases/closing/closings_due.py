"""The scheduled look at closed accounts whose closing is not done: for `sweeping.sweep`, until the gateway has heard of it.

One that is to be erased is erased then, as much of it as a look takes, and the next look goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.closing.close_account import LAST_LOOK, ClosingDesk, shut_here
from lotbook.usecases.closing.end_at_gateway import end_at_gateway
from lotbook.usecases.closing.erase_account import STREAM_KEEPS, ErasingDesk, erase_some, with_erased
from lotbook.usecases.sweeping import Bounds, Work

if TYPE_CHECKING:
    from lotbook.domain.accounts.closing import Closing
    from lotbook.ports.closings import ClosingWork
    from lotbook.ports.shop import DueIndex, DueItem

DUE_KIND = "closing"
LEAST_TIME_LEFT = 45_000  # milliseconds that one look may take when the gateway is slow
ONE_BY_ONE = Bounds(100, batch=1, workers=1, time_left=LEAST_TIME_LEFT)


@dataclass(frozen=True, slots=True)
class EndingDesk:
    """The ports of the schedule: those of closing, and those of erasing."""

    closing: ClosingDesk
    erasing: ErasingDesk


def closings_due(*, desk: EndingDesk, due: DueIndex, bounds: Bounds = ONE_BY_ONE) -> Work:
    """The accounts to look at."""

    def settle(item: DueItem) -> None:
        finish_closing(item.account_id, desk=desk)

    now = desk.closing.sales.clock.now()
    return Work(DUE_KIND, due.due(DUE_KIND, now, bounds.items), settle, due.postpone, bounds)


def finish_closing(account_id: str, *, desk: EndingDesk) -> None:
    """Do what closing has left. Whoever asks for another look meanwhile gets it. Raises Unavailable."""
    sales = desk.closing.sales
    work, account = sales.closings.get(account_id), sales.accounts.get(account_id)
    if work is None:
        return
    if (
        account is None or account.closing is None
    ):  # whoever asked died before the account was closed, and had no answer
        sales.closings.finish(account_id, work.asks)
        return
    shut_here(account_id, desk=desk.closing)
    end_at_gateway(account_id, desk=sales)
    at = _next_look(account_id, account.closing, work, desk)
    if at is None:
        sales.closings.finish(account_id, work.asks)
    else:
        sales.closings.look_again(account_id, at, work.asks)


def _next_look(account_id: str, closing: Closing, work: ClosingWork, desk: EndingDesk) -> int | None:
    """When to look again; None: all is done."""
    now, last = desk.closing.sales.clock.now(), closing.at + LAST_LOOK
    if closing.erase_asked_at is not None:
        if not erase_some(account_id, work.place, desk=desk.erasing):
            return now
        last = max(last, with_erased(account_id, desk=desk.closing.sales) + STREAM_KEEPS)
    return last if now < last else None
