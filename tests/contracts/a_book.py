"""A book for contracts: one lot on its tape, and as many receipts or orders as a bound needs."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.credits.book import Book, Memo, Receipt, Segment
from lotbook.domain.credits.ledger import OpenHold, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant, Order, Renewal
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.ports.books import BookStore

NOW = 1_000_000
HORIZON = NOW + 9_000
A, U = "acc", "credits"


def opened(books: BookStore, credits: int = 10) -> Book:
    """A book with one lot on its tape, valid for `NOW <= now < HORIZON`."""
    books.create(A, U, Book(since=NOW))
    lot = Lot("lot_a", U, "plan", credits, 2, NOW, HORIZON, NOW)
    asked = books.ask(A, U, Grant(lot))
    assert asked.book
    swapped = books.swap(A, U, asked.book, lay(U, asked.book, Journaled(), NOW))
    assert swapped.done
    assert swapped.book
    books.tidy(A, U, list(swapped.book.outcomes))
    book = books.get(A, U)
    assert book
    return book


def planted(books: BookStore, *, receipts: int = 0, orders: int = 0, holds: int = 1) -> Book:
    """A book with a thousand credits, and so many receipts, orders and holds of one credit; the first hold is `h`."""
    burned = {f"r{number}": Receipt(memo(), number, Pointer(f"r{number - 1}", number)) for number in range(receipts)}
    waiting: dict[str, Order] = {order.order_id: order for order in map(_an_order, range(orders))}
    book = Book(
        since=NOW,
        until=HORIZON,
        position=receipts,
        head=Pointer(f"r{receipts - 1}", receipts),
        available=1_000 - receipts,
        tape=(Segment(1_000, "lot_a", 2, HORIZON, NOW),),
        receipts=burned,
        orders=waiting,
        holds={f"h{number or ''}": OpenHold(NOW + 60, 1) for number in range(holds)},
    )
    assert books.create(A, U, book)
    return book


def _an_order(number: int) -> Order:
    return Renewal(NOW, NOW + number)


def memo(credits: int = 1, at: int = NOW, **fields: object) -> Memo:
    """What a consume of the book writes about itself."""
    return replace(Memo("consume", credits, at, "service", "digest"), **fields)  # type: ignore[arg-type]


def hold_memo(credits: int = 1, at: int = NOW, due: int = NOW + 60) -> Memo:
    """What a hold writes about itself."""
    return memo(credits, at, kind="hold", due=due)


def resolve_memo(hold: str, credits: int = 1, at: int = NOW, by: str = "capture") -> Memo:
    """What a resolution writes about itself."""
    return memo(credits, at, kind="resolve", hold=hold, by=by)
