"""Every interleaving of small worlds whose book has room for two open holds and takes three: the page of holds (S3).

Numbers in docstrings: bug classes D15, D17, D18, finding S3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lotbook.domain.credits import hold_pages
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry
from lotbook.usecases.credits import turn as turns
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, capture, claw, grant, place_hold, read, release, turn_book
from tests.simulation.worlds import Scope, Violation, worlds

# Turned with the third: h1 stays in the book, h2 lies on the page, h3 is placed into the room.
THREE_HOLDS = (grant("A", 6), place_hold("h1", ttl=60), place_hold("h2"), place_hold("h3"))
WORLDS: dict[str, Scope] = {
    "the_one_on_the_page_is_captured": Scope(((capture("h2", 1),), (burn("k", 2),)), before=THREE_HOLDS, crashes=1),
    "captured_against_released_on_the_page": Scope(
        ((capture("h2", 1),), (release("h2"),)), before=THREE_HOLDS, lates=1
    ),
    "a_retry_of_the_hold_on_the_page_while_it_is_captured": Scope(
        ((place_hold("h2"),), (capture("h2", 1),)), before=(*THREE_HOLDS, release("h3")), crashes=1
    ),
    "a_retry_of_the_hold_on_the_page_while_the_book_is_full": Scope(
        ((place_hold("h2"),), (release("h1"),)), before=THREE_HOLDS, crashes=1
    ),
    "a_fourth_is_refused_until_one_is_released": Scope(
        ((place_hold("h4"),), (release("h1"),)), before=THREE_HOLDS, crashes=1
    ),
    "two_fourths_at_once": Scope(
        ((place_hold("h4"),), (place_hold("h5"),)), before=(*THREE_HOLDS, release("h3")), max_receipts=2
    ),
    "all_lapse_before_a_burn_of_everything": Scope(
        ((burn("k", 6),), (capture("h2", 1),)),
        before=(grant("A", 6), place_hold("h1", ttl=1), place_hold("h2", ttl=1), place_hold("h3", ttl=1)),
        ticks=1,
    ),
    "they_lapse_while_a_schedule_and_a_reader_look": Scope(
        ((turn_book(),), (read(),)),
        before=(grant("A", 6, expires=2), place_hold("h1", ttl=1), place_hold("h2", ttl=1), place_hold("h3")),
        ticks=1,
        crashes=1,
    ),
    "reading_while_the_page_changes": Scope(((read(),), (capture("h2", 1),)), before=THREE_HOLDS),
    "credits_that_were_paid_for_arrive": Scope(
        ((grant("B", 2),), (claw("A", "r1", 6),)), before=THREE_HOLDS, max_receipts=2
    ),
}


@pytest.fixture(autouse=True)
def _room_for_two_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOLDS_IN_BOOK", 2), ("HOLDS_KEPT", 1), ("MAX_HOLDS", 3), ("MAX_LAPSES_A_TURN", 1)):
        monkeypatch.setattr(hold_pages, name, value)


# Workers die over the page of holds in two worlds, and die in these three in the soak.
@pytest.mark.parametrize(
    "scope",
    worlds(
        WORLDS,
        (
            "a_retry_of_the_hold_on_the_page_while_it_is_captured",
            "a_retry_of_the_hold_on_the_page_while_the_book_is_full",
            "they_lapse_while_a_schedule_and_a_reader_look",
        ),
    ),
)
def test_s3_no_interleaving_over_the_page_of_holds_breaks_an_invariant(
    scope: Scope, record_property: Callable[[str, object], None]
) -> None:
    """S3, D15, D17, D18: the book names two open holds, others wait on a page, and the credits add up at every moment."""
    explored = Explorer(scope).run()
    record_property("states", explored.states)
    print(f"{explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


def test_s3_never_more_holds_are_open_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    swap = hold_pages.with_holds_put_away

    def watched(unit: str, book: Book, holds: dict[str, Any], wanted: str) -> tuple[Book, Entry | None]:
        nonlocal most
        most = max(most, len(holds))
        return swap(unit, book, holds, wanted)

    monkeypatch.setattr(turns, "with_holds_put_away", watched)
    for name in ("two_fourths_at_once", "a_fourth_is_refused_until_one_is_released"):
        Explorer(WORLDS[name]).run()
    assert most == hold_pages.MAX_HOLDS


def _page_never_written(patch: pytest.MonkeyPatch) -> None:
    with_holds_put_away = hold_pages.with_holds_put_away
    patch.setattr(
        turns,
        "with_holds_put_away",
        lambda unit, book, holds, wanted: (with_holds_put_away(unit, book, holds, wanted)[0], None),
    )


def _page_stays_closed_for_a_void_hold(patch: pytest.MonkeyPatch) -> None:
    """A hold is asked again, captured in the book, and stays open on the page."""
    must_open = hold_pages.must_open
    patch.setattr(turns, "must_open", lambda book, wanted, void_hold, now: must_open(book, wanted, False, now))


def _resolved_ones_stay_on_the_page(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "lotbook.domain.credits.turn.open_holds",
        lambda book, page, void: (
            (dict(page.holds) if page else {}) | {name: hold for name, hold in book.holds.items() if name not in void}
        ),
    )


def _lapsed_ones_stay_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(turns, "lapsing", lambda holds, now: [])


RETRY = "a_retry_of_the_hold_on_the_page_while_it_is_captured"


@pytest.mark.parametrize(
    ("mutation", "world"),
    [
        (_page_never_written, "the_one_on_the_page_is_captured"),
        (_page_stays_closed_for_a_void_hold, RETRY),
        (_resolved_ones_stay_on_the_page, RETRY),
        (_lapsed_ones_stay_open, "all_lapse_before_a_burn_of_everything"),
    ],
)
def test_t26_taking_a_guard_of_the_page_out_is_noticed(
    mutation: Callable[[pytest.MonkeyPatch], None], world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)
    with pytest.raises(Violation):
        Explorer(WORLDS[world]).run()
