"""More lots than the book has room for: they wait on the shelf, and nothing is refused while credits exist."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lotbook.adapters.dynamo.book_items import book_of, book_values
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.domain.credits import book as book_module
from lotbook.domain.credits import shelf as subject
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze
from lotbook.domain.credits.requests import Burned, BurnRequest, Held, HoldRequest, ResolveHold
from lotbook.domain.news.notices import left_to_expire
from lotbook.domain.values.errors import BrokenInvariant, InsufficientCredits, InvalidRequest
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, freeze_lot, grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.credits.statement import list_entries
from tests import table
from tests.audit import assert_explained
from tests.fakes.accounts import ManualClock
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.quick_moto import mock_aws

A, U = "acc", "credits"


class World:
    """One account over books in memory."""

    def __init__(self, books: FakeBooks | DynamoBooks) -> None:
        self.books, self.clock, self.prunes = books, ManualClock(), Prunes()
        self.start = self.clock.instant
        self.number = 0

    def grant(
        self, credits: int = 1, *, rank: int = 1, expires: int | None = None, effective: int = 0, made: int = 0
    ) -> str:
        """A lot; instants in seconds from the start."""
        self.number += 1
        lot_id = f"lot_{self.number:05d}"
        expires_at = None if expires is None else self.start + expires * SECOND
        at = self.start + effective * SECOND
        grant_lot(
            A,
            Lot(lot_id, U, "plan", credits, rank, at, expires_at, self.start + made),
            desk=credit_desk(self.books, self.clock),
        )
        return lot_id

    def burn(self, key: str, credits: int = 1) -> Burned:
        return consume(
            A, key, BurnRequest(credits), desk=credit_desk(self.books, self.clock, _none, prunes=self.prunes)
        )

    def hold(self, key: str, credits: int) -> Held:
        return hold(A, key, HoldRequest(credits), desk=credit_desk(self.books, self.clock, _none, prunes=self.prunes))

    def later(self, seconds: int) -> None:
        self.clock.instant = self.start + seconds * SECOND

    @property
    def book(self) -> Book:
        found = self.books.get(A, U)
        assert found
        return found

    def available(self) -> int:
        return read_balance(A, U, desk=credit_desk(self.books, self.clock, _none)).available


def _none(account_id: str) -> None:
    """Nothing renews here."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> World:
    """Room for four lots, pages of three, burns of eight lots at most."""
    monkeypatch.setattr(subject, "MAX_LOTS", 4)
    monkeypatch.setattr(subject, "PAGE_LOTS", 3)
    return World(FakeBooks())


def test_lots_beyond_the_books_room_wait_on_the_shelf_and_burn_in_order(small: World) -> None:
    lots = [small.grant(2, made=number) for number in range(12)]
    assert len(small.book.tape) <= 4
    assert small.book.shelf
    assert (small.book.spendable, small.available()) == (24, 24)
    drawn = [draw.lot_id for number in range(12) for draw in small.burn(f"k{number}", 2).draws]
    assert drawn == lots
    assert small.available() == 0
    with pytest.raises(InsufficientCredits):
        small.burn("more")
    assert_explained(small.books)
    assert not small.book.shelf


def test_a_burn_may_need_more_lots_than_the_book_has_room_for(small: World) -> None:
    """No refusal while credits exist: the tape becomes as long as one burn needs it."""
    lots = [small.grant(1, made=number) for number in range(20)]
    burned = small.burn("wide", 15)
    assert [draw.lot_id for draw in burned.draws] == lots[:15]
    assert burned.available == 5 == small.available()
    assert len(small.book.tape) >= 15, "the burn's own tape stays until the next turn"
    bring_up_to_date(A, U, desk=credit_desk(small.books, small.clock))
    assert len(small.book.tape) <= 4
    assert_explained(small.books)


def test_a_402_tells_all_that_is_there_and_costs_nothing(small: World) -> None:
    for number in range(10):
        small.grant(1, made=number)
    with pytest.raises(InsufficientCredits) as refused:
        small.burn("too much", 11)
    assert refused.value.data == {"requested": 11, "available": 10}
    small.burn("all", 10)
    assert_explained(small.books)


def test_one_burn_has_a_widest_reach_that_is_said_not_hidden(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WIDEST_BURN", 8)
    monkeypatch.setattr("lotbook.usecases.credits.burn.WIDEST_BURN", 8)
    for number in range(12):
        small.grant(1, made=number)
    with pytest.raises(InvalidRequest):
        small.burn("k", 9)
    assert small.burn("j", 8).available == 4
    assert small.burn("k", 4).available == 0, "the key was not used up by the refusal"
    assert_explained(small.books)


def test_a_lot_that_burns_earlier_displaces_those_on_the_tape(small: World) -> None:
    for number in range(9):
        small.grant(5, rank=2, made=number)
    before = small.book
    early = small.grant(1, rank=0)
    assert small.book.tape[0].lot_id == early
    assert len(small.book.tape) <= 4
    assert small.book.spendable == before.spendable + 1
    assert small.burn("k").draws[0].lot_id == early
    middle = small.grant(1, rank=3)
    assert middle not in {part.lot_id for part in small.book.tape}
    assert_explained(small.books)


def test_lots_on_the_shelf_expire_at_their_instant(small: World) -> None:
    """D21: by the clock alone, though the book does not name them."""
    for number in range(6):
        small.grant(1, rank=1, made=number)
    dying = small.grant(7, rank=9, expires=10)
    assert dying not in {part.lot_id for part in small.book.tape}
    small.later(9)
    assert small.available() == 13
    small.later(10)
    with pytest.raises(InsufficientCredits):
        small.burn("k", 7)
    assert small.available() == 6
    assert_explained(small.books)


def test_future_lots_on_the_shelf_come_to_burn_at_their_instant(small: World) -> None:
    for number in range(7):
        small.grant(1, effective=20, made=number)
    first = small.grant(3, rank=0, effective=10)
    assert small.available() == 0
    small.later(10)
    assert small.burn("k", 3).draws[0].lot_id == first
    small.later(20)
    assert small.burn("j", 7).available == 0
    assert_explained(small.books)


def test_claw_back_freeze_and_give_back_reach_lots_on_the_shelf(small: World) -> None:
    lots = [small.grant(2, made=number) for number in range(10)]
    clawed = claw_back(
        A,
        U,
        ClawBack(lots[9], "refund", 2),
        desk=credit_desk(small.books, small.clock),
    )
    assert (clawed.removed, clawed.shortfall) == (2, 0)
    assert freeze_lot(A, U, Freeze(lots[8], "dispute"), desk=credit_desk(small.books, small.clock)) == 2
    held = small.hold("h", 16)
    assert held.available == 0
    with pytest.raises(InsufficientCredits):
        small.burn("k")
    resolve_hold(A, ResolveHold(hold_id_of(A, burn_name("h")), "c", 1, "x"), desk=credit_desk(small.books, small.clock))
    assert small.available() == 15
    assert freeze_lot(A, U, Freeze(lots[8], "dispute", thaw=True), desk=credit_desk(small.books, small.clock)) == 2
    assert small.burn("k", 17).available == 0
    assert_explained(small.books)


def test_the_statement_runs_on_over_the_shelf(small: World) -> None:
    """Every entry says what could be spent right after it, shelf included."""
    for number in range(8):
        small.grant(3, made=number)
    for number in range(6):
        small.burn(f"k{number}", 2)
    page = list_entries(A, U, 50, None, desk=credit_desk(small.books, small.clock, _none))
    available = small.available()
    for entry in page.entries:
        assert entry.available_after == available, entry
        available -= entry.credits
    assert available == 0


@pytest.mark.parametrize("crash_at", range(1, 13))
def test_a_crash_at_any_call_leaves_every_credit_where_it_was(small: World, crash_at: int) -> None:
    """Pages are written before the book that names them: a page that no book names is nothing."""
    for number in range(7):
        small.grant(2, made=number)
    calls = 0

    class Crash(BaseException):
        pass

    def count(operation: str, about: str) -> None:
        nonlocal calls
        calls += 1
        if calls == crash_at:
            raise Crash

    assert isinstance(small.books, FakeBooks)
    small.books.before = count
    try:
        small.burn("wide", 11)
        small.grant(4, rank=0)
        crashed = False
    except Crash:
        crashed = True
    small.books.before = None
    small.number = 7
    assert small.burn("wide", 11).credits == 11
    small.grant(4, rank=0)
    assert small.available() == 7
    assert_explained(small.books)
    assert crashed, "the story has fewer calls: shorten the range"


@pytest.mark.parametrize("seed", range(12))
def test_random_histories_over_a_tiny_book_add_up(small: World, seed: int) -> None:
    """Grants of all ranks and lives, burns of any width, holds, claw-backs: the auditor after each step."""
    rng = random.Random(seed)
    lots: list[str] = []
    holds: list[str] = []
    lots.append(small.grant(3))
    for step in range(60):
        match rng.randrange(8):
            case 0 | 1 | 2:
                life = rng.choice([None, None, step + rng.randrange(1, 20)])
                lots.append(
                    small.grant(
                        rng.randrange(1, 4),
                        rank=rng.randrange(3),
                        expires=life,
                        effective=rng.choice([0, 0, step + 3]) if life is None else 0,
                        made=step,
                    )
                )
            case 3 | 4:
                _try(lambda step=step: small.burn(f"k{step}", rng.randrange(1, 9)))
            case 5:
                if _try(lambda step=step: small.hold(f"h{step}", rng.randrange(1, 6))):
                    holds.append(f"h{step}")
            case 6 if holds:
                name = hold_id_of(A, burn_name(holds.pop()))
                resolve_hold(A, ResolveHold(name, f"r{step}", None, "x"), desk=credit_desk(small.books, small.clock))
            case 7 if lots:
                lot_id = rng.choice(lots)
                claw_back(
                    A,
                    U,
                    ClawBack(lot_id, f"c{step}", rng.randrange(1, 3)),
                    desk=credit_desk(small.books, small.clock),
                )
            case _:
                small.later(step)
        if lots:
            assert_explained(small.books)
            assert len(small.book.tape) <= 9
            assert len({rest for page in small.book.shelf for rest in [page]}) == len(small.book.shelf)


def _try(act: object) -> bool:
    try:
        act()
    except InsufficientCredits:
        return False
    return True


@pytest.fixture
def on_a_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(subject, "MAX_LOTS", 4)
    monkeypatch.setattr(subject, "PAGE_LOTS", 3)
    with mock_aws():
        made = table.create(table.dynamodb())
        world = World(DynamoBooks(made))
        world.table = made  # type: ignore[attr-defined]
        yield world


@pytest.mark.store
def test_the_table_keeps_the_shelf_as_the_fake_does(on_a_table: World) -> None:
    world = on_a_table
    for number in range(11):
        world.grant(2, rank=number % 3, made=number, effective=30 if number == 4 else 0)
    freeze_lot(
        A,
        U,
        Freeze("lot_00003", "dispute"),
        desk=credit_desk(world.books, world.clock),
    )
    assert world.book.shelf
    assert world.burn("wide", 17).available == 1
    world.later(30)
    assert world.available() == 3
    assert_explained(world.table)  # type: ignore[attr-defined]
    burned = world.burn("rest", 3)
    assert burned.available == 0
    assert_explained(world.table)  # type: ignore[attr-defined]
    assert replace(book_of(book_values(world.book)), pause_reason=None) == world.book


@pytest.mark.slow
def test_hundreds_of_lots_are_burned_to_the_last_credit_with_a_book_of_a_few_kilobytes() -> None:
    """The real bounds: the book stays small, and one burn takes what hundreds of lots have."""
    world = World(FakeBooks())
    for number in range(500):
        world.grant(1, made=number)
    assert len(world.book.tape) <= book_module.MAX_LOTS
    assert len(str(book_values(world.book))) < 12_000
    assert world.burn("some", 150).available == 350
    assert world.burn("many", 349).available == 1
    assert left_to_expire(world.book, U, "lot_00499", world.clock.instant) is None
    assert world.burn("last").available == 0
    assert_explained(world.books)


def test_past_the_last_bound_a_grant_is_refused_and_everything_else_goes_on(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        small.grant(1, made=number)
    monkeypatch.setattr(subject, "MAX_OPEN_LOTS", 8)
    with pytest.raises(BrokenInvariant):
        small.grant(5)
    assert small.burn("k", 12).available == 0
    assert_explained(small.books)


def test_turns_that_change_nothing_on_the_shelf_write_no_page(small: World) -> None:
    """Lots come back in dozens; an expiry or a grant at the tape's front leaves the shelf's pages alone."""
    for number in range(30):
        small.grant(10, rank=5, made=number)
    pages = small.book.shelf
    small.burn("k", 5)
    bring_up_to_date(A, U, desk=credit_desk(small.books, small.clock))
    assert small.book.shelf == pages
    changed = 0
    for number in range(20):
        before = set(small.book.shelf)
        small.burn(f"b{number}", 10)
        bring_up_to_date(A, U, desk=credit_desk(small.books, small.clock))
        changed += len(set(small.book.shelf) - before)
    assert changed <= 12, "a page every other lot at the most, with room for four"
    assert_explained(small.books)
