"""A burn behind a turn is what a burn of its own would leave, and is refused where that one would be refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.book import Book, Memo, Receipt, Segment
from lotbook.domain.credits.burn_with_turn import with_burn
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.ledger import CHAIN_END, OpenHold, Pointer
from lotbook.domain.credits.orders import Freeze
from tests.fakes.books import FakeBooks

NOW = 1_000_000
TAPE = (Segment(10, "lot_A", 0, None, NOW),)
BOOK = Book(position=2, head=Pointer("before", 7), available=8, since=NOW, tape=TAPE, version=3)
BURN = Memo("consume", 5, NOW, "service", "digest")
HOLD = replace(BURN, kind="hold", due=NOW + 5)
OPEN = {f"h{number}": OpenHold(NOW + 5, 1) for number in range(HOLDS_IN_BOOK)}
RECEIPT = Receipt(BURN, 0, CHAIN_END)
ORDER = Freeze("lot_A", "dispute")


@pytest.mark.parametrize(
    ("book", "memo", "burns"),
    [
        (BOOK, BURN, True),
        (BOOK, HOLD, True),
        (BOOK, replace(BURN, credits=8), True),
        (BOOK, replace(BURN, credits=9), False),
        (BOOK, replace(BURN, at=NOW - 1), False),  # a clock behind the turn's
        (replace(BOOK, until=NOW), BURN, False),
        (replace(BOOK, until=NOW + 1), BURN, True),
        (replace(BOOK, pause_reason="overdue"), BURN, False),
        (replace(BOOK, receipts={"k": RECEIPT}), BURN, False),
        (replace(BOOK, receipts={"j": RECEIPT}), BURN, True),
        (replace(BOOK, holds={"k": OpenHold(NOW + 5, 1)}), BURN, False),
        (replace(BOOK, holds=OPEN), BURN, True),
        (replace(BOOK, holds=OPEN), HOLD, False),
        (replace(BOOK, orders={ORDER.order_id: ORDER}, until=0), BURN, False),
    ],
)
def test_x_08_it_burns_exactly_where_a_burn_of_its_own_would(book: Book, memo: Memo, burns: bool) -> None:
    store = FakeBooks()
    store.create("acc", "credits", book)
    alone = store.burn("acc", "credits", "k", memo, ())
    assert (with_burn(book, "k", memo) is not None) == alone.done == burns
    if burns:
        assert with_burn(book, "k", memo) == alone.book
