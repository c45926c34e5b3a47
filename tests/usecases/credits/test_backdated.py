"""D27: what is granted late, for earlier, counts from the moment it is there; what was said before stays said.

Nothing is derived from a snapshot: the book is the present, the ledger the past, and neither is computed from the other.
"""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import Burned, BurnRequest
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries
from tests.audit import assert_explained
from tests.fakes.accounts import ManualClock
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

A, U = "acc", "credits"


class World:
    """One account; lots are given by when they began, in hours from now."""

    def __init__(self) -> None:
        self.books, self.clock, self.prunes = FakeBooks(), ManualClock(), Prunes()
        self.start = self.clock.instant

    def grant(self, name: str, credits: int, began: int, dies: int | None = None) -> None:
        expires_at = None if dies is None else self.start + dies * HOUR
        at = self.start + began * HOUR
        lot = Lot(f"lot_{name}", U, "plan", credits, 1, at, expires_at, at)
        grant_lot(A, lot, desk=credit_desk(self.books, self.clock))

    def burn(self, key: str, credits: int) -> Burned:
        return consume(
            A, key, BurnRequest(credits), desk=credit_desk(self.books, self.clock, _none, prunes=self.prunes)
        )

    def available(self) -> int:
        return read_balance(A, U, desk=credit_desk(self.books, self.clock, _none)).available

    def statement(self) -> list[tuple[str, int, int]]:
        page = list_entries(A, U, 100, None, desk=credit_desk(self.books, self.clock, _none))
        return [(entry.kind, entry.credits, entry.available_after) for entry in page.entries]


def _none(account_id: str) -> None:
    """Nothing renews here."""


def test_d27_a_backdated_lot_burns_in_its_place_from_now_on_and_changes_no_entry() -> None:
    """D27: it began, and was made, before everything else; the next burn draws from it, earlier burns stay as they were."""
    world = World()
    world.grant("new", 10, began=0)
    first = world.burn("k", 4)
    told = world.statement()
    world.grant("old", 10, began=-48)
    assert world.available() == 16
    second = world.burn("j", 12)
    assert [(draw.lot_id, draw.credits) for draw in second.draws] == [("lot_old", 10), ("lot_new", 2)]
    assert world.burn("k", 4) == replace(first, replayed=True)
    assert world.statement()[-len(told) :] == told
    assert_explained(world.books)


def test_d27_a_lot_whose_whole_life_is_past_is_journaled_and_never_spendable() -> None:
    """D27, D26: granted and expired in one turn; the statement has both, the balance neither."""
    world = World()
    world.grant("live", 5, began=0)
    world.grant("past", 10, began=-48, dies=-24)
    assert world.available() == 5
    assert [(kind, credits) for kind, credits, _ in world.statement()][:2] == [("expired", -10), ("granted", 10)]
    assert world.burn("k", 5).available == 0
    assert_explained(world.books)


def test_d27_a_burn_with_a_clock_behind_the_book_takes_the_books_time() -> None:
    """D27, T7: a worker whose clock is a day slow neither wakes dead lots nor dates its burn before the turn it follows."""
    world = World()
    world.grant("dying", 10, began=0, dies=1)
    world.grant("living", 10, began=0)
    world.clock.instant = world.start + 2 * HOUR
    assert world.available() == 10
    world.clock.instant = world.start + 2 * HOUR - DAY
    burned = world.burn("k", 1)
    assert [draw.lot_id for draw in burned.draws] == ["lot_living"]
    assert burned.at >= world.start + 2 * HOUR
    assert_explained(world.books)
