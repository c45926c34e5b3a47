"""Every interleaving of small worlds whose book has room for one lot: the shelf under burns, grants, deaths and crashes.

Numbers in docstrings: bug classes D15, D21, D37.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.credits import shelf
from lotbook.domain.credits.book import Book
from lotbook.usecases.credits import burn as burning
from lotbook.usecases.credits import turn as turns
from tests.simulation import explorer as exploring
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, capture, claw, freeze, grant, place_hold, read, turn_book
from tests.simulation.oracle import really_left
from tests.simulation.worlds import Scope, State, Violation, worlds

FOUR_LOTS = (grant("A", 2), grant("B", 1), grant("C", 2), grant("D", 1))
WORLDS: dict[str, Scope] = {
    "burns_past_the_tape": Scope(((burn("k", 3),), (burn("j", 2),)), before=FOUR_LOTS, max_receipts=2, crashes=1),
    "duplicates_past_the_tape": Scope(((burn("k", 3),), (burn("k", 3),)), before=FOUR_LOTS, max_receipts=2, lates=1),
    "all_of_it_twice_over": Scope(((burn("k", 6),), (burn("j", 1),)), before=FOUR_LOTS, max_receipts=2),
    "a_grant_while_burning_past_the_tape": Scope(
        ((grant("0", 1),), (burn("k", 4),)), before=FOUR_LOTS, max_receipts=2, crashes=1
    ),
    "a_lot_on_the_shelf_dies": Scope(
        ((burn("k", 3),), (burn("j", 2),)),
        before=(grant("A", 2), grant("B", 1), grant("C", 2, expires=1)),
        max_receipts=2,
        ticks=1,
    ),
    "a_lot_on_the_shelf_is_taken_back": Scope(
        ((claw("C", "r", 2),), (burn("k", 4),)), before=FOUR_LOTS, max_receipts=2, crashes=1
    ),
    "a_hold_over_the_shelf": Scope(
        ((place_hold("h", 4), capture("h", 1)), (burn("k", 2),)), before=FOUR_LOTS, max_receipts=2
    ),
    "reading_the_shelf": Scope(
        ((read(),), (burn("k", 3),), (turn_book(),)), before=(grant("A", 2), grant("B", 2)), max_receipts=2
    ),
}

LARGE: dict[str, Scope] = {  # minutes: only in the soak
    "a_lot_on_the_shelf_is_frozen": Scope(
        ((freeze("C"), freeze("C", thaw=True)), (burn("k", 4),)), before=FOUR_LOTS, max_receipts=2
    ),
}


@pytest.fixture(autouse=True)
def _room_for_one_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MAX_LOTS", 1)
    monkeypatch.setattr(shelf, "PAGE_LOTS", 2)

    def left(state: State) -> int:
        book = state.book
        if book is None or not book.shelf:
            return really_left(state)
        return really_left(state._replace(book=shelf.with_shelf_taken_down(book, state.entries)))

    monkeypatch.setattr(exploring, "really_left", left)


# Workers die over the shelf in the first world, and die in these two in the soak.
@pytest.mark.parametrize(
    "scope", worlds(WORLDS, ("a_grant_while_burning_past_the_tape", "a_lot_on_the_shelf_is_taken_back"))
)
def test_d15_no_interleaving_over_the_shelf_breaks_an_invariant(
    scope: Scope, record_property: Callable[[str, object], None]
) -> None:
    """D15, D21, D37: the book names one lot, the rest waits on pages, and the credits add up at every moment."""
    explored = Explorer(scope).run()
    record_property("states", explored.states)
    print(f"{explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", LARGE)
def test_d15_no_interleaving_over_the_shelf_of_a_larger_world_breaks_an_invariant(name: str) -> None:
    """The same, minutes long."""
    explored = Explorer(LARGE[name]).run()
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


def _pages_after_the_swap(patch: pytest.MonkeyPatch) -> None:
    """The page is written when the book names it already: a crash in between loses its lots."""
    with_shelf_put_up = shelf.with_shelf_put_up
    late: list[Any] = []

    def hide(unit: str, laid: Book, pages: Any, need: int) -> tuple[Book, list[Any]]:
        book, fresh = with_shelf_put_up(unit, laid, pages, need)
        late[:] = fresh
        return replace(book, outcomes={**book.outcomes, **{page.name: page for page in late}}), []

    patch.setattr(turns, "with_shelf_put_up", hide)


def _short_by_the_tape_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        burning.Burn,
        "_is_plainly_short",
        lambda self, book: book.available < self.request.credits and not book.receipts and self.now < book.until,
    )


def _shelf_forgets_what_was_burned(patch: pytest.MonkeyPatch) -> None:
    """A lot that comes to the tape keeps its place on the shelf."""
    with_shelf_put_up = shelf.with_shelf_put_up

    def greedy(unit: str, laid: Book, pages: Any, need: int) -> tuple[Book, list[Any]]:
        book, fresh = with_shelf_put_up(unit, laid, pages, need)
        return (replace(book, shelf=tuple(pages) or book.shelf), fresh)

    patch.setattr(turns, "with_shelf_put_up", greedy)


@pytest.mark.parametrize("mutation", [_pages_after_the_swap, _short_by_the_tape_alone, _shelf_forgets_what_was_burned])
def test_t26_taking_a_guard_of_the_shelf_out_is_noticed(
    mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)
    with pytest.raises((Violation, KeyError)):  # KeyError: the oracle itself finds a page that nobody wrote
        _explore_all()


def _explore_all() -> None:
    for scope in WORLDS.values():
        Explorer(scope).run()
