"""Receipts of workers that are gone: each costs bytes in every burn, so past a few of them a burn takes them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import Entry, burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
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
            assert self.books.burn(A, U, burn_name(f"gone-{number}"), Memo("consume", 1, self.at, "x", "d"), ()).done

    def burn(self, key: str, credits: int = 1) -> None:
        consume(A, key, BurnRequest(credits), desk=credit_desk(self.books, self, prunes=self.prunes))

    def ledger(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in self.books.ledger.values()}

    def left(self) -> set[str]:
        return set(self.books.books[A, U].receipts)


def account(gone: int = 0, age: int = 1_000) -> Account:
    """Workers burned and died before they answered, so long ago."""
    made = Account()
    made.leave_receipts(gone)
    made.at += age
    return made


@pytest.mark.parametrize(
    ("gone", "age", "stay"),
    [
        (4, 1_000, 4),  # few: others pay for them
        (5, 1_000, 0),
        (5, 999, 5),  # their workers may still be at work
        (30, 1_000, 5),  # 25 a write; the next burn takes the others
    ],
)
def test_bounds_more_than_four_receipts_older_than_a_second_are_taken_out(gone: int, age: int, stay: int) -> None:
    of = account(gone, age)
    of.burn("k")
    assert len(of.left() - {burn_name("k")}) == stay
    assert of.books.calls["swap"] == 1, "the grant's: a turn would lose to every other burn of a busy account"


def test_the_oldest_receipts_go_first() -> None:
    of = account(30)
    of.burn("k")
    assert of.left() == {burn_name("k"), *(burn_name(f"gone-{number}") for number in range(25, 30))}


def test_what_was_burned_and_never_journaled_is_journaled_before_its_receipt_goes() -> None:
    of = account(5)
    assert not any(name.endswith("gone-0") for name in of.ledger())
    of.burn("k")
    burned = [of.books.entry(A, U, burn_name(f"gone-{number}")) for number in range(5)]
    assert [entry.requested if entry else None for entry in burned] == [1] * 5
    assert audit(U, of.books.books[A, U], of.ledger()) == []


def test_d15_burns_that_are_void_are_given_back_by_a_turn_and_not_taken_out() -> None:
    """Their keys stand for earlier burns: taken out like the others, five credits would be lost."""
    of = account()
    for number in range(5):
        of.burn(f"gone-{number}")
    bring_up_to_date(A, U, desk=credit_desk(of.books, of))
    of.leave_receipts(5)  # the same keys again, by workers that died before they found out
    of.at += 1_000
    of.burn("k")
    book = of.books.books[A, U]
    assert book.available == 100 - 5 - 1
    assert audit(U, book, of.ledger()) == []


def test_a_burn_that_comes_between_does_not_keep_the_receipts_in() -> None:
    """Every burn moves the position, so a turn would have lost here."""
    of = account(5)
    look_up = of.books.entries

    def and_then_burned(*asked: Any) -> Any:
        found = look_up(*asked)
        assert of.books.burn(A, U, burn_name("between"), Memo("consume", 1, of.at, "x", "d"), ()).done
        return found

    of.books.entries = and_then_burned  # type: ignore[assignment, method-assign]
    of.burn("k")
    assert of.left() == {burn_name("k"), burn_name("between")}


def test_a_burns_own_receipt_is_not_counted_among_the_stale_ones() -> None:
    of = Account()
    of.burn("first")
    of.leave_receipts(4)
    of.at += 60_000
    of.burn("second")  # takes the first one's receipt out
    assert len(of.left()) == 5


def test_where_the_table_has_no_room_for_another_write_the_next_burn_takes_them_out_in_its_own() -> None:
    """A hot account's writes are throttled: the burn is done and answered, and the next one pays nothing more."""
    of = account(5)
    of.books.prune = unavailable  # type: ignore[assignment, method-assign]
    of.burn("k")
    assert len(of.left()) == 6
    of.burn("j")
    assert of.left() == {burn_name("j")}


def test_f1_a_receipt_whose_key_was_burned_again_is_left_and_the_others_go() -> None:
    of = account(5)
    of.books.prune = unavailable  # type: ignore[assignment, method-assign]
    of.burn("k")
    bring_up_to_date(A, U, desk=credit_desk(of.books, of))
    of.leave_receipts(1)  # the first of them again, by a worker that died before it found out
    of.burn("j")
    assert of.left() == {burn_name("j"), burn_name("gone-0")}


def unavailable(*_: Any) -> Any:
    raise Unavailable(retry_after_seconds=1)
