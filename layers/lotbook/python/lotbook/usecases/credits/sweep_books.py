"""The scheduled expiry: journal what ended, renew what is due. Nothing depends on it; it keeps the statements timely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values import instants
from lotbook.usecases.credits.settle_book import settle_book
from lotbook.usecases.sweeping import Bounds, sweep
from lotbook.usecases.sweeping import Swept as Swept

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.credits.desk import CreditDesk

MAX_BOOKS_A_RUN = 1_000
MAX_FAILURES_A_RUN = 200  # past this it is not some poisoned book but the store: stop, the alarm rings anyway
BATCH = 20  # books that are settled side by side before the run looks at its time again
MIN_TIME_LEFT = 15 * instants.SECOND  # what a batch may take when every call in it is retried


def sweep_books(
    *,
    due: DueIndex,
    desk: CreditDesk,
    time_left: Callable[[], int],
) -> Swept:
    """Settle and renew the books that are due. Raises an ExceptionGroup as `sweeping.sweep` does."""
    items = due.due("book", desk.clock.now(), MAX_BOOKS_A_RUN + MAX_FAILURES_A_RUN)

    def settle(item: DueItem) -> None:
        settle_book(item.account_id, item.name, desk=desk)
        desk.renew(item.account_id)

    return sweep("book", items, settle, Bounds(MAX_BOOKS_A_RUN, MAX_FAILURES_A_RUN, BATCH, MIN_TIME_LEFT), time_left)
