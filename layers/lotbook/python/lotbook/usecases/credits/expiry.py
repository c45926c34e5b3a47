"""What time does to books: holds lapse, lots expire, periods end. Schedules call it; nothing depends on it.

A burn or a read that meets something due does not wait for a schedule (D17). Schedules keep the statements timely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import Book
from lotbook.domain.values import instants
from lotbook.usecases.credits.resolve_hold import ANY_UNIT, lapse
from lotbook.usecases.credits.turn import turn
from lotbook.usecases.sweeping import Bounds, Swept, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 5
MAX_BOOKS_A_RUN = 1_000
MAX_HOLDS_A_RUN = 1_000
MAX_FAILURES_A_RUN = 200  # past this it is not some poisoned book but the store: stop, the alarm rings anyway
BATCH = 20  # items that are brought up to date side by side before the run looks at its time again
MIN_TIME_LEFT = 15 * instants.SECOND  # what a batch may take when every call in it is retried


def bring_up_to_date(account_id: str, unit: str, *, desk: CreditDesk) -> Book | None:
    """Lapse the book's holds, journal what expired, do what waits. The book after it; None when there is none.

    Losing to a busy account is no error: the work was done by the call that won.
    """
    book = desk.books.get(account_id, unit)
    for _ in range(MAX_TRIES):
        if book is None:
            return None
        now = max(desk.clock.now(), book.since)
        lapsed = book.lapsed_holds(now)
        for hold in lapsed:
            lapse(account_id, unit, hold, desk=desk)
        if lapsed:
            book = desk.books.get(account_id, unit) or book
        if not (book.until <= now or book.receipts or book.outcomes or book.orders):
            return book
        turned = turn(account_id, unit, book, desk=desk)
        book = turned.book
        if turned.won:
            return book
    return book


def sweep_books(*, due: DueIndex, desk: CreditDesk, time_left: Callable[[], int]) -> Swept:
    """Bring the books that are due up to date, and renew them. Raises an ExceptionGroup as `sweeping.sweep` does."""

    def update(item: DueItem) -> None:
        bring_up_to_date(item.account_id, item.name, desk=desk)
        desk.renew(item.account_id)

    items = due.due("book", desk.clock.now(), MAX_BOOKS_A_RUN + MAX_FAILURES_A_RUN)
    return sweep("book", items, update, Bounds(MAX_BOOKS_A_RUN, MAX_FAILURES_A_RUN, BATCH, MIN_TIME_LEFT), time_left)


def sweep_holds(*, due: DueIndex, desk: CreditDesk, time_left: Callable[[], int]) -> Swept:
    """Give back the holds that have lapsed; finish those that were resolved by a worker that died before the last step.

    Raises an ExceptionGroup as `sweeping.sweep` does.
    """

    def give_back(item: DueItem) -> None:
        held = desk.books.entry(item.account_id, ANY_UNIT, item.name)
        if held is not None:  # the index names entries, which are never deleted
            lapse(item.account_id, held.unit, item.name, desk=desk)

    items = due.due("hold", desk.clock.now(), MAX_HOLDS_A_RUN + MAX_FAILURES_A_RUN)
    return sweep("hold", items, give_back, Bounds(MAX_HOLDS_A_RUN, MAX_FAILURES_A_RUN, BATCH, MIN_TIME_LEFT), time_left)
