"""The scheduled look at closed accounts whose closing is not done: for `sweeping.sweep`, until the gateway has heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.closing.close_account import LAST_LOOK, shut_here
from lotbook.usecases.closing.end_at_gateway import end_at_gateway
from lotbook.usecases.sweeping import Bounds, Work

if TYPE_CHECKING:
    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.closing.close_account import ClosingDesk

DUE_KIND = "closing"
LEAST_TIME_LEFT = 45_000  # milliseconds that one look may take when the gateway is slow
ONE_BY_ONE = Bounds(100, batch=1, workers=1, time_left=LEAST_TIME_LEFT)


def closings_due(*, desk: ClosingDesk, due: DueIndex, bounds: Bounds = ONE_BY_ONE) -> Work:
    """The accounts to look at."""

    def settle(item: DueItem) -> None:
        finish_closing(item.account_id, desk=desk)

    return Work(DUE_KIND, due.due(DUE_KIND, desk.sales.clock.now(), bounds.items), settle, due.postpone, bounds)


def finish_closing(account_id: str, *, desk: ClosingDesk) -> None:
    """Do what closing has left. Whoever asks for another look meanwhile gets it. Raises Unavailable."""
    closings, now = desk.sales.closings, desk.sales.clock.now()
    work, account = closings.get(account_id), desk.sales.accounts.get(account_id)
    if work is None:
        return
    if (
        account is None or account.closing is None
    ):  # whoever asked died before the account was closed, and had no answer
        closings.finish(account_id, work.asks)
        return
    shut_here(account_id, desk=desk)
    end_at_gateway(account_id, desk=desk.sales)
    last = account.closing.at + LAST_LOOK
    if now < last:
        closings.look_again(account_id, last, work.asks)
    else:
        closings.finish(account_id, work.asks)
