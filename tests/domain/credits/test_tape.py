"""The tape: what a burn draws, what is left, what a hold keeps, and the entries that everybody computes alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.book import (
    MAX_BURNS_A_WRITE,
    MAX_LOTS,
    MAX_ORDERS,
    MAX_RECEIPTS,
    Book,
    Memo,
    Receipt,
    burn_entry,
    draws_between,
    resolution_entry,
    rests,
    take,
)
from lotbook.domain.credits.hold_pages import lapsing
from lotbook.domain.credits.ledger import CHAIN_END, Draw, OpenHold, Pointer, resolution_name
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import FAR_FUTURE
from tests.domain.credits.drawings import NOTHING, U, credits_of, drawn, lots_of, rows

LOTS = lots_of("""
lot  rank  effective  expires  made
a    0     0          10       1
b    0     0          never    2
c    1     0          never    3
""")

# Positions count from 0; a burn of n credits from position p draws what lies from p to before p + n.
DRAWS = """
tape        from  to  draws
aaabbc      0     1   a
aaabbc      0     3   aaa
aaabbc      2     4   ab
aaabbc      3     5   bb
aaabbc      1     6   aabbc
aaabbc      6     6   -
..aabbc     2     5   aab
AAabbc      2     4   ab
"""


@pytest.mark.parametrize(("tape", "start", "stop", "draws"), rows(DRAWS))
def test_a_burn_draws_what_its_positions_pass_over(tape: str, start: str, stop: str, draws: str) -> None:
    found = draws_between(drawn(tape, LOTS).tape, int(start), int(stop))
    assert credits_of(found) == draws
    assert all(draw.credits for draw in found), "no draw of nothing"


def test_f2_a_burn_past_the_tapes_end_is_a_broken_invariant_and_draws_nothing_silently() -> None:
    with pytest.raises(BrokenInvariant):
        draws_between(drawn("aab", LOTS).tape, 2, 4)


LEFT = """
tape        a   b   c
aaabbc      3   2   1
AAabbc      1   2   1
AAABbc      0   1   1
AAABBC      0   0   0
..abbc      1   2   1
"""


@pytest.mark.parametrize(("tape", "a", "b", "c"), rows(LEFT))
def test_what_is_left_of_each_lot_used_up_ones_too(tape: str, a: str, b: str, c: str) -> None:
    book = drawn(tape, LOTS)
    assert rests(book.tape, book.position) == {"a": int(a), "b": int(b), "c": int(c)}


TAKEN = """
drawn    first  kept    back
aaabb    0      -       aaabb
aaabb    2      aa      abb
aaabb    3      aaa     bb
aaabb    4      aaab    b
aaabb    5      aaabb   -
"""


def as_draws(credits: str) -> tuple[Draw, ...]:
    return () if credits == NOTHING else tuple(Draw(name, credits.count(name)) for name in dict.fromkeys(credits))


@pytest.mark.parametrize(("credits", "first", "kept", "back"), rows(TAKEN))
def test_a_capture_keeps_the_first_credits_in_burn_order(credits: str, first: str, kept: str, back: str) -> None:
    found = take(as_draws(credits), int(first))
    assert tuple(map(credits_of, found)) == (kept, back)
    assert all(draw.credits for part in found for draw in part), "no draw of nothing"


def book_with(memo: Memo, position: int = 2) -> Book:
    receipts = {"k": Receipt(memo, position, Pointer("before", 7))}
    return replace(drawn("AAAAbbc", LOTS), receipts=receipts, shelved=100)


def test_the_entry_of_a_consume_is_a_function_of_receipt_and_tape() -> None:
    """Whoever settles it writes the same: position 2 to 4 of the tape, and what was left right after it."""
    entry = burn_entry(U, book_with(Memo("consume", 2, 5, "me", "digest", "ref")), "k")
    assert (entry.name, entry.kind, entry.at, entry.seq, entry.before) == ("k", "consumed", 5, 8, Pointer("before", 7))
    assert (entry.credits, entry.requested, credits_of(entry.draws)) == (-2, 2, "aa")
    assert entry.available_after == 3 + 100, "the tape's end less where it stopped, and the shelf"
    assert (entry.actor, entry.digest, entry.reference, entry.due) == ("me", "digest", "ref", None)


def test_a_hold_takes_nothing_from_what_the_account_owns() -> None:
    entry = burn_entry(U, book_with(Memo("hold", 2, 5, "me", "digest", due=60)), "k")
    assert (entry.kind, entry.credits, entry.requested, entry.due) == ("held", 0, 2, 60)
    assert credits_of(entry.draws) == "aa"


def test_the_entry_of_a_capture_keeps_some_and_gives_the_rest_back() -> None:
    held = replace(burn_entry(U, book_with(Memo("hold", 3, 5, "me", "digest", "ref", due=60), 3), "k"), name="h")
    memo = Memo("resolve", 2, 6, "you", "other", hold="h", by="capture")
    entry = resolution_entry(U, book_with(memo, 6), "k", held)
    assert (entry.name, entry.kind, entry.hold, entry.by) == (resolution_name("h"), "captured", "h", "capture")
    assert (credits_of(entry.draws), credits_of(entry.back), entry.credits, entry.requested) == ("ab", "b", -2, 2)
    assert (entry.reference, entry.actor, entry.digest) == ("ref", "you", "other"), "the hold's reference"
    assert entry.available_after == 7 - 6 + 100, "a resolution moves no position"


def test_a_book_knows_its_end_and_what_can_be_spent() -> None:
    book = replace(drawn("..aab", LOTS), shelved=4)
    assert (book.end, book.available, book.spendable) == (5, 3, 7)
    empty = Book(position=9, head=CHAIN_END)
    assert (empty.end, empty.spendable) == (9, 0)


def test_holds_whose_time_is_over_come_soonest_first_those_of_this_very_instant_too() -> None:
    book = Book(holds={"x": OpenHold(11, 1), "y": OpenHold(10, 1), "z": OpenHold(9, 1)})
    assert lapsing(book.holds, 10) == ["z", "y"]
    assert lapsing(book.holds, 8) == []
    assert (book.has_lapsed(9), book.has_lapsed(8)) == (True, False)


def test_a_receipts_number_follows_the_link_before_it() -> None:
    assert Receipt(Memo("consume", 1, 0, "me", "d"), 0, Pointer("p", 41)).seq == 42


def test_a_new_book_is_empty_and_valid_from_the_beginning_to_the_end_of_time() -> None:
    book = Book()
    numbers = (book.position, book.available, book.since, book.debt, book.version, book.pause_version, book.shelved)
    assert numbers == (0, 0, 0, 0, 0, 0, 0)
    assert (book.until, book.renews_at, book.head) == (FAR_FUTURE, FAR_FUTURE, CHAIN_END)


def test_bounds_of_a_book() -> None:
    """What DynamoDB takes in one call and one expression, and what every burn pays for: a change is a decision."""
    assert (MAX_RECEIPTS, MAX_BURNS_A_WRITE, MAX_ORDERS, MAX_LOTS) == (100, 25, 50, 100)
