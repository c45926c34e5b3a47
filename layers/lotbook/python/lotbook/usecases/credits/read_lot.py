"""One lot with all that became of its credits, at one moment of its book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.hold_pages import open_holds
from lotbook.domain.credits.shelf import with_shelf_taken_down
from lotbook.domain.credits.views import LotStanding, OneLot, one_lot
from lotbook.domain.values.errors import LotNotFound
from lotbook.usecases.credits.balance import DecidedBook, held_by_lot, left_by_lot, read_moment
from lotbook.usecases.credits.book_ledger import BookLedger

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def read_lot(account_id: str, unit: str, lot_id: str, *, desk: CreditDesk) -> OneLot:
    """The lot, if it is one of the unit's. What is due is journaled first; what came after the book was read is left out.

    Raises LotNotFound, and what `read_balance` raises.
    """
    moment = read_moment(account_id, unit, desk=desk)
    events = {entry.name: entry for entry in desk.books.lot_entries(account_id, unit, lot_id)}
    granted = events.get(ledger.granted_name(lot_id))
    if granted is None or granted.lot is None:
        raise LotNotFound
    lot = granted.lot
    seen = [entry for entry in events.values() if entry.seq <= moment.book.head.seq]
    is_undecided = lot.provisional and ledger.decision_name(lot_id) not in events
    return one_lot(
        lot, seen, standing_of(lot_id, moment, BookLedger(account_id, unit, desk.books)), is_undecided=is_undecided
    )


def standing_of(lot_id: str, moment: DecidedBook, of_book: BookLedger) -> LotStanding:
    """What the book has of the lot at that moment, on the tape, aside or on the shelf, and what holds keep of it. Raises Unavailable."""
    book = with_shelf_taken_down(moment.book, of_book.shelf(moment.book))
    left = left_by_lot(book, moment.journaled)
    names = open_holds(book, of_book.hold_page(book), moment.journaled.void)
    held = held_by_lot(of_book.entries(names).values()) if names else {}
    is_frozen = any(aside.lot_id == lot_id for aside in book.frozen)
    return LotStanding(left.get(lot_id, 0), held.get(lot_id, 0), is_frozen, moment.at)
