"""The order of a statement, and its last page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Renewal
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.order import open_book, place
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

NOW = 1_000_000_000
A, U = "acc", "credits"


class Shop:
    """An account whose callers read their clocks whenever they like."""

    def __init__(self) -> None:
        self.at = NOW
        self.books = FakeBooks()

    def now(self) -> int:
        return self.at

    def grant(self, credits: int = 100) -> None:
        lot = Lot("lot_a", U, "plan", credits, 2, NOW, None, NOW)
        grant_lot(A, lot, desk=credit_desk(self.books, self))

    def burn(self, key: str, late: int = 0) -> None:
        """Burn one; `late`: what passed since this caller read its clock (milliseconds)."""
        read = _Clock(lambda: self.at - late)
        request = BurnRequest(1)
        consume(A, key, request, desk=credit_desk(self.books, read, _none, prunes=Prunes()))

    def pages(self, limit: int) -> list[tuple[Entry, ...]]:
        found, cursor = [], None
        for _ in range(100):
            page = list_entries(A, U, limit, cursor, desk=credit_desk(self.books, self, _none))
            found.append(page.entries)
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise AssertionError("the statement does not end")


class _Clock:
    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read

    def now(self) -> int:
        return self._read()


def _none(_: str) -> None:
    return


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    made.grant()
    return made


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_d_35_burns_that_raced_are_shown_in_an_order_that_does_not_go_back_in_time(shop: Shop, limit: int) -> None:
    """D35: a caller reads its clock, others burn, then it burns: its place in the ledger is after theirs.

    Entries add up in the order of their places, so the places stay; the instants follow, across pages too.
    """
    for step, late in enumerate([0, 0, 3, 0, 1_500, 1_200, 0, 900, 2_500]):
        shop.at += 1_000
        shop.burn(f"k{step}", late)
    entries = [entry for page in shop.pages(limit) for entry in page]
    assert [entry.available_after for entry in entries] == [*range(91, 100), 100]
    instants = [entry.at for entry in entries]
    assert instants == sorted(instants, reverse=True)
    assert instants[0] == NOW + 6_500
    assert min(instants) == NOW


@pytest.mark.parametrize(("apart", "shown"), [(1, 0), (60_000, 0), (60_001, 60_001)])
def test_an_instant_that_no_race_explains_is_shown_as_it_is(shop: Shop, apart: int, shown: int) -> None:
    """Clocks and slow writes explain up to a minute."""
    shop.at += apart
    shop.burn("now")
    shop.books.burn(A, U, "by hand", Memo("consume", 1, NOW, "x", "d"), ())
    assert [entry.at - NOW for entry in shop.pages(9)[0]] == [0, shown, 0]


@pytest.mark.parametrize(("limit", "lengths"), [(1, [1] * 6), (2, [2] * 3), (3, [3, 3]), (6, [6]), (7, [6])])
def test_lists_the_last_page_says_that_it_is_the_last(limit: int, lengths: list[int]) -> None:
    """Also where entries that are not shown lie before the first one: here the note that a renewal was set."""
    shop = Shop()
    open_book(A, U, desk=credit_desk(shop.books, shop))
    place(A, U, Renewal(FAR_FUTURE, NOW + 90_000_000), desk=credit_desk(shop.books, shop))
    shop.grant()
    for step in range(5):
        shop.burn(f"k{step}")
    assert [len(page) for page in shop.pages(limit)] == lengths
