"""What time does to books: holds lapse, lots expire, periods end. Schedules call it; nothing depends on it.

A burn or a read that meets something due does not wait for a schedule (D17). Schedules keep the statements timely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import Book
from lotbook.usecases.credits.resolve_hold import lapse
from lotbook.usecases.credits.turn import turn
from lotbook.usecases.sweeping import MAX_ITEMS_A_RUN, Work

if TYPE_CHECKING:
    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TURNS = 12  # of one book: seven lapse as many holds as a book may have, the others may be lost to a busy account


def bring_up_to_date(account_id: str, unit: str, *, desk: CreditDesk) -> Book | None:
    """Lapse the book's holds, journal what expired, do what waits. The book after it; None when there is none.

    Losing to a busy account is no error: the work was done by the call that won.
    """
    book = desk.books.get(account_id, unit)
    for _ in range(MAX_TURNS):
        if book is None:
            return None
        now = max(desk.clock.now(), book.since)
        if not (book.until <= now or book.receipts or book.outcomes or book.orders or book.has_lapsed(now)):
            return book
        turned = turn(account_id, unit, book, desk=desk)
        book = turned.book
        if turned.won and not book.has_lapsed(now) and (now < book.until or book.renews_at <= now):
            return book  # else more lots have died at once than one turn takes
    return book


def books_due(*, due: DueIndex, desk: CreditDesk) -> Work:
    """The books to bring up to date and to renew, for `sweeping.sweep`."""

    def update(item: DueItem) -> None:
        desk.renew(item.account_id)  # the period first: what is owed is paid in the order in which things happened
        bring_up_to_date(item.account_id, item.name, desk=desk)

    return Work("book", due.due("book", desk.clock.now(), MAX_ITEMS_A_RUN), update, due.postpone)


def holds_due(*, due: DueIndex, desk: CreditDesk) -> Work:
    """The holds to give back, for `sweeping.sweep`; those that were resolved by a worker that died are finished.

    The first hold of a book takes with it all of the book's that have lapsed: the others cost no call of their own.
    """
    done = set[tuple[str, str]]()

    def give_back(item: DueItem) -> None:
        done.update((item.account_id, name) for name in lapse(item.account_id, item.name, desk=desk))

    def postpone(item: DueItem, until: int) -> DueItem | None:
        return None if (item.account_id, item.name) in done else due.postpone(item, until)

    return Work("hold", due.due("hold", desk.clock.now(), MAX_ITEMS_A_RUN), give_back, postpone)
