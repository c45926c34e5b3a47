"""What dies together is one entry, of at most so many lots; and is kept in less bytes than a list of ids."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.ledger_items import entry_of, entry_values
from lotbook.adapters.dynamo.packed_draws import packed_draws, unpacked_draws
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.dying import MAX_LOTS_A_TURN, MAX_LOTS_AN_ENTRY, TOGETHER_FROM, deaths
from lotbook.domain.credits.ledger import Draw, Entry, expired_name, share_of, together_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY

U, START, END = "credits", 1_800_000_000_000, 1_800_000_000_000 + DAY


def a_lot(number: int, expires_at: int | None = END) -> Lot:
    lot_id = ids.derived("lot", START - number * 1_000, str(number))
    return Lot(lot_id, U, "purchased", number + 1, 3, START, expires_at, START)


def with_lots(lots: list[Lot]) -> Book:
    orders = {order.order_id: order for order in map(Grant, lots)}
    return lay(U, Book(since=START, orders=orders), Journaled(), START)


@pytest.mark.parametrize(
    ("lots", "sizes"),
    [
        (1, [1]),
        (2, [1, 1]),
        (3, [3]),
        (MAX_LOTS_AN_ENTRY, [MAX_LOTS_AN_ENTRY]),
        (MAX_LOTS_AN_ENTRY + 1, [MAX_LOTS_AN_ENTRY, 1]),
    ],
)
def test_lots_of_one_instant_share_an_entry_from_three_on(lots: int, sizes: list[int]) -> None:
    found = list(deaths([(END, Draw(f"lot_{number:02d}", 1)) for number in range(lots)], MAX_LOTS_A_TURN))
    assert [len(death.draws) for death in found] == sizes
    assert {death.is_together for death in found} == {lots >= TOGETHER_FROM}


def test_lots_of_other_instants_have_entries_of_their_own_the_earliest_first() -> None:
    rests = [(END + at, Draw(f"lot_{at}{number}", 1)) for at in (2, 0, 1) for number in range(at + 1)]
    found = list(deaths(rests, MAX_LOTS_A_TURN))
    assert [(death.expires_at - END, len(death.draws)) for death in found] == [(0, 1), (1, 1), (1, 1), (2, 3)]


def test_an_entry_says_what_each_lot_lost_and_the_lots_before_are_read_as_they_were() -> None:
    laid = lay(U, with_lots([a_lot(0), a_lot(1), a_lot(2), a_lot(3, None)]), Journaled(), END)
    (entry,) = laid.outcomes.values()
    assert entry.name == together_name(END, entry.seq)
    assert (entry.kind, entry.at, entry.credits, entry.available_after) == ("expired", END, -6, 4)
    assert {draw.lot_id: draw.credits for draw in entry.draws} == {a_lot(n).lot_id: n + 1 for n in range(3)}
    assert (laid.available, laid.has_died_together) == (4, True)
    share = share_of(entry, a_lot(2).lot_id)
    assert (share.name, share.credits, share.draws) == (entry.name, -3, (Draw(a_lot(2).lot_id, 3),))
    assert entry_of(entry.name, entry_values(entry)) == entry
    alone = Entry(expired_name("lot_a", 9), U, "expired", END, 9, credits=-4, draws=(Draw("lot_a", 4),))
    assert not alone.is_together
    assert formats.NAME not in entry_values(alone), "a lot that dies alone is written as every release reads it"


def test_more_lots_than_a_turn_takes_die_in_the_next_ones_and_none_burns_meanwhile() -> None:
    """Whatever dies at once: a turn's outcomes have room in the book, and nothing is lost."""
    lots = [a_lot(number) for number in range(2 * MAX_LOTS_A_TURN + 7)]
    book, gone, turns = with_lots([*lots, a_lot(9_999, None)]), Counter[str](), 0
    while book.until <= END:
        book = lay(U, book, Journaled(), END)
        turns += 1
        assert book.available == 10_000, "what is dead is on no tape"
        died = [draw for entry in book.outcomes.values() for draw in entry.draws]
        assert len(died) <= MAX_LOTS_A_TURN
        gone.update({draw.lot_id: draw.credits for draw in died})
        assert turns < 9, "it ends"
    assert turns == 3
    assert gone == {lot.lot_id: lot.credits for lot in lots}
    assert not book.waiting


@given(
    st.lists(st.tuples(st.integers(0, 2**41), st.binary(min_size=10, max_size=10), st.integers(1, 2**60)), max_size=60)
)
def test_packed_draws_are_the_draws(made: list[tuple[int, bytes, int]]) -> None:
    draws = tuple(Draw(ids.at_time("lot", at, entropy), credits) for at, entropy, credits in made)
    content = packed_draws(draws)
    assert content is not None
    assert unpacked_draws(content) == draws


def test_ids_of_others_are_kept_as_they_are() -> None:
    assert packed_draws((Draw("lot_a", 1),)) is None
    entry = Entry(together_name(END, 3), U, "expired", END, 3, credits=-6, draws=tuple(Draw(n, 2) for n in "abc"))
    assert entry_of(entry.name, entry_values(entry)) == entry
