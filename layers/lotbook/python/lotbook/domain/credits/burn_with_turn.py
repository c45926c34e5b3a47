"""A burn that comes right behind a turn, in the turn's own write: what a burn of its own would leave, one write sooner."""

from __future__ import annotations

from lotbook.domain.credits.book import Book, Memo, Receipt
from lotbook.domain.credits.hold_pages import is_full
from lotbook.domain.credits.ledger import OpenHold, Pointer
from lotbook.domain.values.light_dataclasses import replace


def with_burn(book: Book, name: str, memo: Memo) -> Book | None:
    """The turned book after the burn; None where the burn's own write would refuse it."""
    in_time = book.since <= memo.at < book.until and not book.orders
    is_new = name not in book.receipts and name not in book.outcomes and name not in book.holds
    if not in_time or not is_new or book.pause_reason is not None or book.available < memo.credits:
        return None
    holds = dict(book.holds)
    if memo.kind == "hold":
        if is_full(book):
            return None
        holds[name] = OpenHold(memo.due or 0, memo.credits)
    return replace(
        book,
        position=book.position + memo.credits,
        available=book.available - memo.credits,
        head=Pointer(name, book.head.seq + 1),
        receipts={**book.receipts, name: Receipt(memo, book.position, book.head)},
        holds=holds,
    )
