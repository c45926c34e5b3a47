"""Many open holds of one account: a bound with a name, a few calls each when they lapse together, exact all the time (S3, D17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK, MAX_HOLDS
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest, Held, HoldRequest, ResolveHold
from lotbook.domain.values.errors import HoldClosed, InsufficientCredits, TooManyHolds
from lotbook.domain.values.instants import HOUR
from lotbook.ports.shop import DueItem
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date, holds_due
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.sweeping import Bounds
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import swept

A, U, NOW = "acme", "credits", 1_768_471_200_000
GRANTED = 1_000
MOST_CALLS_A_LAPSE = 3


class World:
    """An account with a thousand credits; it is also its own clock and the schedule's list."""

    def __init__(self) -> None:
        self.books, self.at, self.postponed = FakeBooks(), NOW, 0
        self.desk = credit_desk(self.books, self, prunes=Prunes())
        self.open: list[Held] = []
        self.grant("lot_a", GRANTED)

    def now(self) -> int:
        return self.at

    def grant(self, lot_id: str, credits: int) -> None:
        grant_lot(A, Lot(lot_id, U, "plan", credits, 0, self.at, None, self.at), desk=self.desk)

    def place(self, count: int) -> None:
        for _ in range(count):
            self.at += 1_000
            self.open.append(hold(A, f"h{len(self.open)}", HoldRequest(1), desk=self.desk))

    def resolve(self, held: Held, credits: int | None, key: str = "key") -> None:
        resolve_hold(A, ResolveHold(held.hold_id, key, credits), desk=self.desk)

    def figures(self) -> tuple[int, int]:
        """Available and held, which the ledger explains."""
        book = self.books.get(A, U)
        assert book
        assert audit(U, book, {key[-1]: entry for key, entry in self.books.ledger.items()}) == []
        balance = read_balance(A, U, desk=self.desk)
        assert balance.available + balance.held == sum(lot.remaining + lot.held for lot in balance.lots)
        return balance.available, balance.held

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        return iter(
            [DueItem(account_id, name, self.at) for account_id, name in sorted(self.books.holds_due)][:limit]
            if kind == "hold"
            else []
        )

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        self.postponed += 1
        return replace(item, due_at=until) if (item.account_id, item.name) in self.books.holds_due else None


@pytest.fixture
def world() -> World:
    return World()


def test_s3_holds_have_a_bound_with_a_name(world: World) -> None:
    world.place(MAX_HOLDS)
    with pytest.raises(TooManyHolds) as refused:
        hold(A, "one more", HoldRequest(1), desk=world.desk)
    assert refused.value.data == {"open": MAX_HOLDS, "max": MAX_HOLDS}
    assert world.figures() == (GRANTED - MAX_HOLDS, MAX_HOLDS)
    assert consume(A, "k", BurnRequest(1), desk=world.desk).available == GRANTED - MAX_HOLDS - 1
    again = hold(A, "h0", HoldRequest(1), desk=world.desk)
    assert (again.replayed, again.hold_id) == (True, world.open[0].hold_id)


@pytest.mark.parametrize("number", [0, HOLDS_IN_BOOK, MAX_HOLDS // 2, MAX_HOLDS - 1], ids=lambda n: f"the {n}th")
def test_s3_a_full_book_takes_the_next_hold_when_any_one_was_resolved(world: World, number: int) -> None:
    world.place(MAX_HOLDS)
    world.resolve(world.open[number], 1)
    assert hold(A, "one more", HoldRequest(2), desk=world.desk).available == GRANTED - MAX_HOLDS - 2
    assert world.figures() == (GRANTED - MAX_HOLDS - 2, MAX_HOLDS + 1)


def test_s3_what_has_lapsed_makes_room_before_a_hold_is_refused(world: World) -> None:
    world.place(MAX_HOLDS)
    world.at += 2 * HOUR
    assert not hold(A, "room", HoldRequest(1), desk=world.desk).replayed


def test_d17_a_burn_of_everything_gives_all_that_has_lapsed_back_first(world: World) -> None:
    world.place(MAX_HOLDS)
    world.at += 2 * HOUR
    assert consume(A, "k", BurnRequest(GRANTED - 1), desk=world.desk).available == 1, (
        "no 402 while lapsed ones hide credits"
    )
    assert hold(A, "one more", HoldRequest(1), desk=world.desk).available == 0
    assert world.figures() == (0, 1)
    with pytest.raises(HoldClosed) as closed:
        world.resolve(world.open[MAX_HOLDS // 2], 1)
    assert closed.value.data == {"state": "lapsed"}


def test_s3_too_few_credits_are_said_first(world: World) -> None:
    world.place(MAX_HOLDS)
    with pytest.raises(InsufficientCredits):
        hold(A, "too much", HoldRequest(GRANTED), desk=world.desk)


def test_s3_credits_that_were_paid_for_arrive_in_a_book_that_is_full_of_holds(world: World) -> None:
    world.place(MAX_HOLDS)
    world.grant("lot_b", 70)
    assert world.figures() == (GRANTED + 70 - MAX_HOLDS, MAX_HOLDS)


def test_s3_three_hundred_holds_lapse_at_three_calls_each_at_most(world: World) -> None:
    """They were 9.1 calls each: every lapse turned the book."""
    world.place(300)
    world.at += 2 * HOUR
    world.books.calls.clear()
    done = swept(replace(holds_due(due=world, desk=world.desk), bounds=Bounds(workers=1)), world)
    calls = world.books.calls.total() + world.postponed
    print(f"300 holds lapsed with {calls} calls: {dict(world.books.calls)}, {world.postponed} postponed")
    assert (done.finished, done.more) == (1, False)
    assert calls <= 300 * MOST_CALLS_A_LAPSE
    assert world.books.holds_due == set(), "none is left on the schedule's list"
    assert world.figures() == (GRANTED, 0)


def test_s3_one_look_brings_a_full_book_up_to_date(world: World) -> None:
    world.place(MAX_HOLDS)
    world.at += 2 * HOUR
    book = bring_up_to_date(A, U, desk=world.desk)
    assert book
    assert (book.available, book.open_holds) == (GRANTED, 0)


def test_d17_a_lapse_that_died_before_its_entries_were_written_is_finished_by_the_schedule(world: World) -> None:
    """The swap took the holds out of the book; entries and the schedule's list are as the crash left them."""
    world.place(3)
    world.at += 2 * HOUR
    real = world.books.put_entry
    world.books.put_entry = lambda *_: (_ for _ in ()).throw(SystemExit)  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        bring_up_to_date(A, U, desk=world.desk)
    world.books.put_entry = real  # type: ignore[method-assign]
    swept(replace(holds_due(due=world, desk=world.desk), bounds=Bounds(workers=1)), world)
    assert world.books.holds_due == set()
    assert world.figures() == (GRANTED, 0)


@pytest.mark.parametrize(("open_holds", "most"), [(HOLDS_IN_BOOK - 6, 7), (200, 9), (MAX_HOLDS - 1, 12)])
def test_s3_a_hold_and_its_capture_cost_little_more_among_many(world: World, open_holds: int, most: int) -> None:
    """The oldest is captured, as a queue of jobs does."""
    world.place(open_holds)
    pairs = 60
    world.books.calls.clear()
    for number in range(pairs):
        world.place(1)
        world.resolve(world.open[number], 1, f"c{number}")
    calls = world.books.calls.total() / pairs
    print(f"{open_holds} open holds: {calls:.1f} calls a hold and its capture")
    assert calls <= most
    assert world.figures() == (GRANTED - open_holds - pairs, open_holds)
