"""Bring one book up to date: lapse holds, journal what expired, do what waits. Schedules call it; nothing depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import Book
from lotbook.usecases.credits.resolve_hold import lapse
from lotbook.usecases.credits.turn import turn

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 5


def settle_book(account_id: str, unit: str, *, desk: CreditDesk) -> Book | None:
    """The settled book; None when there is none. Losing to a busy account is no error: whoever won did the work."""
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
