"""Ask a book for something rare, and see it done: grants, claw-backs, freezes, renewal instants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import Book
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.turn import turn

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.orders import Order
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 25  # each lost try is another call's success: an account this busy answers "send it again"


def place(account_id: str, unit: str, order: Order, *, desk: CreditDesk) -> tuple[Entry, bool]:
    """The order's entry, and whether it had taken effect before. It takes effect once, however often it is placed.

    Raises Unavailable when the account is too busy; the next turn of the book may then still do the order.
    """
    for attempt_number in range(MAX_TRIES):
        entry = desk.books.entry(account_id, unit, order.order_id)
        if entry is not None:
            return entry, attempt_number == 0
        attempt = desk.books.ask(account_id, unit, order)
        if attempt.book is None:
            open_book(account_id, unit, desk=desk)
            continue
        turned = turn(account_id, unit, attempt.book, desk=desk)
        if turned.won and order.order_id in turned.outcomes:
            return turned.outcomes[order.order_id], False
    raise Unavailable(retry_after_seconds=1)


def open_book(account_id: str, unit: str, *, desk: CreditDesk) -> bool:
    """Open an account's book of one unit; whether it was opened now. First uses may race: one of them opens it (D41)."""
    return desk.books.create(account_id, unit, Book(since=desk.clock.now()))
