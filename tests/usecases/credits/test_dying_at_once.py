"""More lots die at one instant than one turn ends: the schedule, a reader and a burner go on until all have (decision 188)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lotbook.domain.credits.dying import MAX_LOTS_A_TURN
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.turn import Want, turn
from tests.audit import assert_explained
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

A, U, START = "acc", "credits", 1_800_000_000_000
LOTS = 2 * MAX_LOTS_A_TURN + 7


class Clock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


def burns(desk: CreditDesk) -> None:
    assert consume(A, "k", BurnRequest(3), desk=desk).draws[0].lot_id == "lot_stays"


def reads(desk: CreditDesk) -> None:
    assert read_balance(A, U, desk=desk).available == 10


def sweeps(desk: CreditDesk) -> None:
    bring_up_to_date(A, U, desk=desk)


@pytest.mark.parametrize("act", [burns, reads, sweeps], ids=lambda act: act.__name__)
def test_all_lots_die_however_many_they_are_and_no_credit_of_them_burns(act: Callable[[CreditDesk], None]) -> None:
    books, clock = FakeBooks(), Clock()
    desk = credit_desk(books, clock, prunes=Prunes())
    open_book(A, U, desk=desk)
    made = [Lot(f"lot_{n:04d}", U, "purchased", 2, 1, START, START + DAY, START) for n in range(LOTS)]
    made.append(Lot("lot_stays", U, "purchased", 10, 3, START, None, START))
    asked = Want(orders=tuple(map(Grant, made)), known={})
    assert turn(A, U, books.books[A, U], desk=desk, want=asked).won
    assert books.books[A, U].shelved, "most of them wait on the shelf"
    clock.at += DAY
    books.calls.clear()
    act(desk)
    assert books.calls["swap"] == 3
    died = [entry for entry in books.ledger.values() if entry.kind == "expired"]
    assert -sum(entry.credits for entry in died) == 2 * LOTS
    assert len({draw.lot_id for entry in died for draw in entry.draws}) == LOTS
    assert_explained(books)
