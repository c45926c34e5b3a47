"""Receipts of workers that are gone: each costs bytes in every burn, so past a few of them a burn turns the book."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

NOW = 1_000_000_000
A, U = "acc", "credits"


@dataclass
class Account:
    """A book with a hundred credits, and a clock."""

    at: int = NOW
    books: FakeBooks = field(default_factory=FakeBooks)
    prunes: Prunes = field(default_factory=Prunes)

    def __post_init__(self) -> None:
        lot = Lot("lot_a", U, "plan", 100, 2, NOW, None, NOW)
        grant_lot(A, lot, desk=credit_desk(self.books, self))

    def now(self) -> int:
        return self.at

    def leave_receipts(self, count: int) -> None:
        """Workers burned one credit each and died before they answered."""
        for number in range(count):
            assert self.books.burn(A, U, f"gone-{number}", Memo("consume", 1, self.at, "x", "d"), None).done

    def burn(self, key: str) -> None:
        consume(A, key, BurnRequest(1), desk=credit_desk(self.books, self, prunes=self.prunes))


@pytest.mark.parametrize(
    ("stale", "age", "turns"),
    [
        (4, 10_000, 0),  # few: others pay for them
        (5, 10_000, 1),
        (5, 9_999, 0),  # their workers may still be at work
    ],
)
def test_bounds_five_receipts_older_than_ten_seconds_are_turned_out(stale: int, age: int, turns: int) -> None:
    account = Account()
    account.leave_receipts(stale)
    account.at += age
    before = account.books.calls["swap"]
    account.burn("k")
    assert account.books.calls["swap"] - before == turns
    assert len(account.books.books[A, U].receipts) == (0 if turns else stale + 1)


def test_a_burns_own_receipt_is_not_counted_among_the_stale_ones() -> None:
    account = Account()
    account.burn("first")
    account.leave_receipts(4)
    account.at += 60_000
    before = account.books.calls["swap"]
    account.burn("second")  # takes the first one's receipt out
    assert account.books.calls["swap"] == before
