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
WHENEVER = 0


def place(
    account_id: str, unit: str, order: Order, *, desk: CreditDesk, of_renewal: bool = False
) -> tuple[Entry, bool]:
    """The order's entry, and whether it had taken effect before. It takes effect once, however often it is placed.

    A period that has ended unseen is renewed first, unless the order is `of_renewal` itself: else credits of months that
    are over would pay a debt that is made now, and what comes in now would pay one that those months have paid.
    Raises Unavailable when the account is too busy; the next turn of the book may then still do the order.
    """
    for attempt_number in range(MAX_TRIES):
        entry = desk.books.entry(account_id, unit, order.order_id)
        if entry is not None:
            return entry, attempt_number == 0
        now = WHENEVER if of_renewal or desk.is_renewing else desk.clock.now()
        attempt = desk.books.ask(account_id, unit, order, now)
        if attempt.book is None:
            open_book(account_id, unit, desk=desk)
            continue
        if not attempt.done and attempt.book.renews_at <= now and order.order_id not in attempt.book.orders:
            desk.renew(account_id)
            continue
        turned = turn(account_id, unit, attempt.book, desk=desk)
        if turned.won and order.order_id in turned.outcomes:
            return turned.outcomes[order.order_id], False
    raise Unavailable(retry_after_seconds=1)


def open_book(account_id: str, unit: str, *, desk: CreditDesk) -> bool:
    """Open an account's book of one unit; whether it was opened now. First uses may race: one of them opens it (D41)."""
    return desk.books.create(account_id, unit, Book(since=desk.clock.now()))
