"""The shelf: which lots stay in the book and which wait outside, at the edge of every bound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits import shelf
from lotbook.domain.credits.book import MAX_LOTS, Aside, Book, Segment
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.lots import Lot, Rest
from lotbook.domain.credits.orders import Freeze, Grant, Unreadable
from lotbook.domain.credits.shelf import PAGE_LOTS, with_shelf_put_up, with_shelf_taken_down
from tests.domain.credits.drawings import U, rows

BURNED = 1_000


def laid(lots: int, credits: int = 1, waiting: int = 0, frozen: int = 0) -> Book:
    """A book as a turn lays it: all its lots on the tape, each of so many credits."""
    tape = tuple(Segment(BURNED + credits * (number + 1), name(number), 0, None, number) for number in range(lots))
    asides = [Aside(1, f"aside_{number:05}", 0, 50, None, number) for number in range(waiting + frozen)]
    return Book(
        position=BURNED,
        available=credits * lots,
        tape=tape,
        waiting=tuple(asides[:waiting]),
        frozen=tuple(asides[waiting:]),
    )


def name(number: int) -> str:
    return f"lot_{number:05}"


def page_of(rests: list[Rest], page: str = "shelf#old") -> dict[str, Entry]:
    return {page: Entry(page, U, "shelved", 0, 0, CHAIN_END, rests=tuple(rests))} if rests else {}


def rest(number: int, left: int = 1) -> Rest:
    return Rest(name(number), left, 0, 0, None, number)


# So many lots on the tape that a turn laid; the number of the first that lay on the shelf before; what a burn needs.
STAY = """
lots   first shelved   need   stay   because
99     -               0      99     there is room
100    -               0      100    the last room
101    -               0      75     too many: a quarter of the room is left, so that the next lot writes no page
100    50              0      50     half a book is no reason to bring lots back
100    49              0      100    less than half is: lots come back in dozens
120    49              0      100    as many as there is room for
60     49              0      60     all of them
60     0               0      60     none was left in the book
120    100             0      100    those in front of the shelf
120    101             0      75     too many, whatever lay on the shelf
120    50              50     50     enough for the burn
120    50              51     51     one more for the burn
120    -               110    110    a burn may need more than the book has room for
120    -               120    120    all of them
120    -               999    120    and no more than there are
2500   -               2000   2000   as many lots as one burn may draw from
2500   -               2001   2000   and no more
"""


@pytest.mark.parametrize(("lots", "first", "need", "stay", "because"), rows(STAY))
def test_bounds_the_lots_that_stay_on_the_tape(lots: str, first: str, need: str, stay: str, because: str) -> None:
    before = [] if first == "-" else [rest(number) for number in range(int(first), int(lots))]
    book, _ = with_shelf_put_up(U, laid(int(lots)), page_of(before), int(need))
    assert len(book.tape) == int(stay), because
    assert book.available == int(stay)
    assert book.shelved == int(lots) - int(stay), "nothing is lost between tape and shelf"


def test_the_rows_above_are_about_these_bounds() -> None:
    assert (MAX_LOTS, shelf.WIDEST_BURN, PAGE_LOTS, shelf.MAX_OPEN_LOTS) == (100, 2_000, 400, 100_000)


ASIDES = """
waiting  shelved before  stay
99       0               99
100      0               100
101      0               100
101      1               100
100      1               99
3        3               0
"""


@pytest.mark.parametrize(("asides", "shelved", "stay"), rows(ASIDES))
@pytest.mark.parametrize("kind", ["waiting", "frozen"])
def test_bounds_the_lots_that_stay_aside(kind: str, asides: str, shelved: str, stay: str) -> None:
    """One that is on the shelf comes back when it can be spent, not before: else each turn would write pages anew."""
    book = laid(1, **{kind: int(asides)})
    up = getattr(book, kind)[int(asides) - int(shelved) :]
    before = [Rest(a.lot_id, a.left, a.rank, a.effective_at, a.expires_at, a.created_at, kind == "frozen") for a in up]
    after, pages = with_shelf_put_up(U, book, page_of(before), 0)
    assert len(getattr(after, kind)) == int(stay)
    assert sum(len(page.rests) for page in pages) in (0, int(asides) - int(stay))
    assert all(rest.is_frozen is (kind == "frozen") for page in pages for rest in page.rests)
    assert after.shelved == 0, "none of them can be spent"


def test_a_book_with_room_for_all_its_lots_has_no_shelf() -> None:
    book = laid(100)
    assert with_shelf_put_up(U, book, {}, 0) == (book, [])


def test_what_is_put_up_and_taken_down_again_is_the_same_book() -> None:
    book = laid(250, credits=3, waiting=120, frozen=110)
    up, pages = with_shelf_put_up(U, book, {}, 0)
    assert (len(up.tape), len(up.waiting), len(up.frozen)) == (75, 100, 100)
    assert up.spendable == book.available
    down = with_shelf_taken_down(up, {page.name: page for page in pages})
    assert (down.shelf, down.shelved) == ((), 0)
    back = {aside.lot_id: aside.left for aside in down.waiting if aside.effective_at == 0}
    assert back == {name(number): 3 for number in range(75, 250)}
    assert {a.lot_id for a in down.waiting} - set(back) == {a.lot_id for a in book.waiting}
    assert set(down.frozen) == set(book.frozen)


def test_the_first_lot_on_the_shelf_keeps_what_a_burn_left_of_it() -> None:
    """The tape is cut between lots, and the first one may be half burned."""
    half = replace(laid(2, credits=10), position=BURNED + 4, available=16)
    up, pages = with_shelf_put_up(U, half, page_of([rest(0, 6), rest(1, 10)]), 0)
    assert (up.available, up.shelved, pages) == (16, 0, []), "both came back: less than half a book was on the tape"
    many = laid(101, credits=10)
    many = replace(many, position=BURNED + 4, available=1_006)
    up, (page,) = with_shelf_put_up(U, many, {}, 0)
    assert (up.available, up.shelved) == (746, 260)
    assert [each.left for each in page.rests] == [10] * 26


PAGES = """
shelved  pages
1        1
400      1
401      2
800      2
801      3
"""


@pytest.mark.parametrize(("shelved", "pages"), rows(PAGES))
def test_bounds_a_page_takes_four_hundred_lots(shelved: str, pages: str) -> None:
    book, written = with_shelf_put_up(U, laid(75 + int(shelved)), page_of([rest(75)]), 0)
    assert len(written) == len(book.shelf) == int(pages)
    assert [len(page.rests) for page in written[:-1]] == [PAGE_LOTS] * (int(pages) - 1)
    assert [each for page in written for each in page.rests] == [rest(75 + number) for number in range(int(shelved))]


KEPT = """
lots on the page  one of them changed  the page stays
200               no                   yes
199               no                   no
200               yes                  no
400               no                   yes
"""


@pytest.mark.parametrize(("lots", "changed", "stays"), rows(KEPT))
def test_a_page_stays_while_it_is_half_full_and_every_lot_on_it_is_as_it_was(
    lots: str, changed: str, stays: str
) -> None:
    """A turn writes what changed; small pages are written together with what is new."""
    first = 60
    before = [rest(number) for number in range(first, first + int(lots))]
    if changed == "yes":
        before[7] = rest(first + 7, 2)
    book, written = with_shelf_put_up(U, laid(first + int(lots)), page_of(before), 0)
    assert ("shelf#old" in book.shelf) is (stays == "yes")
    assert (written == []) is (stays == "yes")


def test_a_page_is_named_by_its_content_and_unit() -> None:
    first, second, other = (with_shelf_put_up(unit, laid(101), {}, 0)[1][0].name for unit in (U, U, "data_transfer_mb"))
    assert first == second
    assert first != other


OPEN = """
lots on the shelf  a grant is
2                  done
3                  refused
4                  refused
"""


@pytest.mark.parametrize(("lots", "grant"), rows(OPEN))
def test_bounds_past_the_most_open_lots_a_grant_is_refused_and_every_other_order_is_done(
    monkeypatch: pytest.MonkeyPatch, lots: str, grant: str
) -> None:
    """A turn reads the whole shelf: without a bound, it could not any more."""
    monkeypatch.setattr(shelf, "MAX_OPEN_LOTS", 3)
    asked, freeze = Grant(Lot("new", U, "plan", 1, 0, 0, None, 0)), Freeze("lot_00001", "dp_1")
    pages = page_of([rest(number) for number in range(int(lots))])
    book = Book(shelf=tuple(pages), shelved=int(lots), orders={o.order_id: o for o in (asked, freeze)})
    orders = with_shelf_taken_down(book, pages).orders
    assert orders[freeze.order_id] == freeze
    assert orders[asked.order_id] == (asked if grant == "done" else Unreadable(asked.order_id))


def test_a_book_without_a_shelf_is_taken_down_as_it_is() -> None:
    book = laid(3)
    assert with_shelf_taken_down(book, {}) is book


def test_a_page_is_no_link_of_the_chain() -> None:
    (page,) = with_shelf_put_up(U, laid(101), {}, 0)[1]
    assert (page.kind, page.at, page.seq, page.before, page.unit) == ("shelved", 0, 0, CHAIN_END, U)
