"""The turn: a settled book and what is asked of it give the next book. Each row is one turn, drawn before and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.book import Book, Memo, Receipt
from lotbook.domain.credits.ledger import Draw, Entry, OpenHold, Pointer, claw_name, restored_name
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Order, Renewal, Restore, Unreadable
from lotbook.domain.credits.turn import Clawed, Journaled, lay
from lotbook.domain.values.instants import FAR_FUTURE
from tests.domain.credits.drawings import U, drawn, lots_of, picture, rows, told

LOTS = lots_of("""
lot  rank  effective  expires  made
a    0     0          10       1
b    0     0          never    2
c    1     20         never    3
d    1     0          30       4
""")

TURNS = """
now  before                  asked                  after                      written
9    AAaaabb                 -                      ..aaabb                    -
10   AAaaabb                 -                      ..bb                       expired aaa
11   AAAAABb                 -                      ......b                    -
19   bb wait:ccc             -                      bb wait:ccc                -
20   bb wait:ccc             -                      bbccc                      -
30   bb frozen:dd            -                      bb                         expired dd
9    bb                      grant a2               aabb                       granted aa
9    Bbb                     grant c2               .bb wait:cc                granted cc
10   bb                      grant a2               bb                         granted aa, expired aa
20   bb                      grant c2               bbcc                       granted cc
9    bb debt:3               grant d5               bbdd                       granted ddddd paid:3
9    bb debt:3               grant d2               bb debt:1                  granted dd paid:2
9    bb debt:3               grant d3               bb                         granted ddd paid:3
9    AAaaabb                 void 0-2               ..aaaaabb                  void
9    AABb debt:3             void 1-3               ...abb debt:3              void
10   AAabb                   void 0-1               ..bb                       void, expired aa
9    AAAbb                   back aa                ...aabb                    released aa
9    AAAbb debt:1            back aab               ...abbb                    released aab paid:1
10   AAAbb                   back aab               ...bbb                     released aab, expired aa
9    AAabb                   freeze a               ..bb frozen:a              frozen a
9    AAbb                    freeze a               ..bb frozen:               frozen
9    bb                      freeze a               bb frozen:                 frozen
10   bb                      freeze a               bb                         noted
9    bb                      thaw a                 bb                         noted
10   AAabb                   freeze a               ..bb                       expired a, noted
9    bb frozen:a             thaw a                 abb                        unfrozen a
9    abb                     thaw a                 abb                        noted
9    bb frozen:a             freeze a               bb frozen:a                noted
10   bb frozen:a             thaw a                 bb                         expired a, noted
9    bb wait:c               freeze c               bb frozen:c                frozen c
20   bb frozen:c             thaw c                 bbc                        unfrozen c
9    aabb                    claw a2/2              bb                         clawed_back aa
9    Aabb                    claw a2/2              .bb debt:1                 clawed_back a
9    AAbb                    claw a2/2              ..bb debt:2                clawed_back
10   Aabb                    claw a2/2              .bb debt:1                 expired a, clawed_back
9    Aabb                    unused a2/2            .bb                        clawed_back a
9    bb frozen:aa            claw a2/2              bb frozen:                 clawed_back aa
9    aabb                    claw a1/2              abb                        clawed_back a
9    abb                     nonsense               abb                        noted
9    abb                     grant d1 + claw d1/1   abb                        granted d, clawed_back d
9    abb debt:2              back a + grant d3      abbdd                      released a paid:1, granted ddd paid:1
"""


def asked_of(book: Book, text: str) -> tuple[Book, Journaled]:
    """The book with what is asked of it, and what a settled ledger says."""
    settled = Journaled(lots=LOTS)
    for part in text.split(" + "):
        word, _, rest = part.partition(" ")
        match word:
            case "-":
                pass
            case "void":
                start, stop = map(int, rest.split("-"))
                memo = Memo("consume", stop - start, 5, "me", "digest")
                book = replace(book, receipts={"k": Receipt(memo, start, Pointer("before", 7))})
                settled = replace(settled, void=frozenset({"k"}))
            case "back":
                book, settled = _given_back(book, settled, rest)
            case _:
                order = _order(word, rest)
                book = replace(book, orders=dict(book.orders) | {order.order_id: order})
    return book, settled


def _given_back(book: Book, settled: Journaled, credits: str) -> tuple[Book, Journaled]:
    memo = Memo("resolve", 0, 5, "me", "digest", hold="h", by="release")
    back = tuple(Draw(name, credits.count(name)) for name in dict.fromkeys(credits))
    captured = Entry("res#h", U, "captured", 5, 8, Pointer("before", 7), hold="h", back=back, by="release", actor="me")
    receipts = {"res#h": Receipt(memo, book.position, Pointer("before", 7))}
    return replace(book, receipts=receipts), replace(settled, resolved={"res#h": captured})


def _order(word: str, rest: str) -> Order:
    name, number = rest[:1], rest[1:]
    match word:
        case "grant":
            return Grant(replace(LOTS[name], credits=int(number)))
        case "claw" | "unused":
            credits, granted = map(int, number.split("/"))
            return ClawBack(name, "re_1", credits, granted, unused_only=word == "unused")
        case "freeze" | "thaw":
            return Freeze(name, "dp_1", thaw=word == "thaw")
        case _:
            return Unreadable(word)


@pytest.mark.parametrize(("now", "before", "asked", "after", "written"), rows(TURNS))
def test_one_turn(now: str, before: str, asked: str, after: str, written: str) -> None:
    book, settled = asked_of(drawn(before, LOTS), asked)
    laid = lay(U, book, settled, int(now))
    assert (picture(laid), told(list(laid.outcomes.values()))) == (after, written)


@pytest.mark.parametrize(("now", "before", "asked", "after", "written"), rows(TURNS))
def test_i2_the_credits_of_every_turn_add_up(now: str, before: str, asked: str, after: str, written: str) -> None:
    """What the account owned, plus what the entries say, plus what a void burn or a hold gives back, is what it owns."""
    book, settled = asked_of(drawn(before, LOTS), asked)
    laid = lay(U, book, settled, int(now))
    changed = sum(entry.credits for entry in laid.outcomes.values())
    returned = sum(entry.requested for entry in laid.outcomes.values() if entry.kind == "void")
    returned += sum(
        draw.credits for entry in laid.outcomes.values() if entry.kind == "released" for draw in entry.draws
    )
    assert _owned(laid) == _owned(book) + changed + returned
    assert laid.available == laid.end - laid.position
    assert [entry.available_after for entry in laid.outcomes.values()][-1:] in ([], [laid.available])


def _owned(book: Book) -> int:
    return book.available + sum(aside.left for aside in (*book.waiting, *book.frozen)) - book.debt


def test_the_chain_of_a_turns_entries_has_no_gap_and_each_says_what_could_be_spent_after_it() -> None:
    book, settled = asked_of(drawn("AAabb debt:1", LOTS), "void 0-2 + grant d3 + freeze a")
    laid = lay(U, book, settled, 9)
    entries = list(laid.outcomes.values())
    assert [entry.seq for entry in entries] == [8, 9, 10]
    assert [entry.before.seq for entry in entries] == [7, 8, 9]
    assert (laid.head.name, laid.head.seq) == (entries[-1].name, 10)
    assert [entry.available_after for entry in entries] == [5, 2, 4], (
        "aaabb, then bb, then bbdd: orders in the order of their ids"
    )


# A lot of 10; what the ledger knows of it already, what is asked, and what is taken now.
CLAWS = """
left  expired  targets  taken  asked  removed  short
10    0        0        0      10     10       0
4     0        0        0      10     4        6
4     0        0        0      4      4        0
4     0        0        0      5      4        1
4     2        0        0      10     4        4
0     10       0        0      10     0        0
0     0        4        4      6      0        6
0     3        4        4      6      0        3
6     0        4        4      6      6        0
"""


@pytest.mark.parametrize(("left", "expired", "targets", "taken", "asked", "removed", "short"), rows(CLAWS))
def test_d13_what_was_burned_becomes_shortfall_and_what_expired_does_not(
    left: str, expired: str, targets: str, taken: str, asked: str, removed: str, short: str
) -> None:
    order = ClawBack("b", "re_2", int(asked), 10)
    book = replace(drawn("b" * int(left) or "-", LOTS), orders={order.order_id: order})
    known = Clawed(int(expired), int(targets), int(taken))
    laid = lay(U, book, Journaled(clawed={"b": known}), 9)
    (entry,) = laid.outcomes.values()
    assert (entry.removed, laid.debt) == (int(removed), int(short))
    assert entry.credits == -int(removed) - int(short)
    assert entry.requested == int(asked)


# What claw-backs were to take and took so far, how much of the target falls, and what comes back.
RESTORED = """
targets  taken  off  debt  back  paid  after
10       10     10   0     10    0     bbbbbbbbbb
10       10     4    0     4     0     bbbb
10       6      4    0     0     0     -
10       6      5    0     1     0     b
10       6      10   4     6     4     bb
0        0      5    0     0     0     -
"""


@pytest.mark.parametrize(("targets", "taken", "off", "debt", "back", "paid", "after"), rows(RESTORED))
def test_d12_what_was_taken_beyond_the_target_that_is_left_comes_back(
    targets: str, taken: str, off: str, debt: str, back: str, paid: str, after: str
) -> None:
    """Where credits had expired, less was taken than was asked, so less comes back."""
    order = Restore("b", "re_1", int(off))
    book = replace(drawn(f"- debt:{debt}", LOTS), orders={order.order_id: order})
    settled = Journaled(lots=LOTS, clawed={"b": Clawed(0, int(targets), int(taken))})
    laid = lay(U, book, settled, 9)
    (entry,) = laid.outcomes.values()
    assert (entry.kind, entry.credits, entry.paid, entry.requested) == ("adjusted", int(back), int(paid), int(off))
    assert picture(laid) == after
    assert sum(draw.credits for draw in entry.draws) == int(back)
    assert all(draw.credits for draw in entry.draws), "no draw of nothing"


def test_a_restoration_for_a_lot_that_nobody_knows_is_noted_and_moves_nothing() -> None:
    order = Restore("b", "re_1", 5)
    laid = lay(U, replace(drawn("a", LOTS), orders={order.order_id: order}), Journaled(), 9)
    assert (picture(laid), told(list(laid.outcomes.values()))) == ("a", "noted")


def test_d11_two_claw_backs_of_one_turn_know_of_each_other() -> None:
    """Each is asked for what is left of the lot: together they take no more than there was."""
    first, second = ClawBack("b", "re_1", 3, 4), ClawBack("b", "re_2", 4, 4)
    book = replace(drawn("BBbb", LOTS), orders={order.order_id: order for order in (second, first)})
    laid = lay(U, book, Journaled(), 9)
    assert list(laid.outcomes) == [claw_name("b", "re_1"), claw_name("b", "re_2")], "in the order of their ids"
    assert [(entry.removed, -entry.credits) for entry in laid.outcomes.values()] == [(2, 3), (0, 1)]
    assert laid.debt == 2


def test_a_claw_back_and_its_restoration_in_one_turn_come_to_nothing() -> None:
    claw, back = ClawBack("b", "re_1", 3, 4), Restore("b", "re_0", 3)
    book = replace(drawn("Bbbb", LOTS), orders={claw.order_id: claw, back.order_id: back})
    laid = lay(U, book, Journaled(lots=LOTS), 9)
    assert list(laid.outcomes) == [restored_name("b", "re_0"), claw_name("b", "re_1")], (
        "ids decide: the restoration first"
    )
    assert picture(laid) == "."


RENEWALS = """
known  order       after
-      grant 50    50
40     grant 50    50
50     grant 40    50
40     40 to 60    60
41     40 to 60    41
40     40 to -     -
"""


@pytest.mark.parametrize(("known", "asked", "after"), rows(RENEWALS))
def test_the_renewal_instant_never_moves_back_by_a_grant_and_moves_only_from_what_it_was(
    known: str, asked: str, after: str
) -> None:
    """A late renewal that moved it back would renew a period twice."""
    order: Order
    if asked.startswith("grant"):
        order = Grant(replace(LOTS["b"], credits=1), renews_at=_renewal(asked.split()[1]))
    else:
        was, to = asked.split(" to ")
        order = Renewal(_renewal(was), _renewal(to))
    book = replace(drawn("a", LOTS, renews_at=_renewal(known)), orders={order.order_id: order})
    laid = lay(U, book, Journaled(), 9)
    assert laid.renews_at == _renewal(after)
    assert list(laid.outcomes) == [order.order_id], "whether it moved anything or not, it is done"


def _renewal(cell: str) -> int:
    return FAR_FUTURE if cell == "-" else int(cell)


HORIZONS = """
now  book            renews  until
1    bb              -       -
1    aabb            -       10
1    aabb            9       9
1    aabb            11      10
1    bb wait:c       -       20
1    bb frozen:d     -       30
1    bb frozen:c     -       -
1    AAbb            -       -
1    bb frozen:aadd  -       10
"""


@pytest.mark.parametrize(("now", "book", "renews", "until"), rows(HORIZONS))
def test_a_book_is_valid_until_the_first_thing_happens_in_it(now: str, book: str, renews: str, until: str) -> None:
    """D21: a lot that dies, on the tape or frozen; one whose time comes; the renewal. A used-up lot ends nothing."""
    laid = lay(U, drawn(book, LOTS, renews_at=_renewal(renews)), Journaled(), int(now))
    assert (laid.since, laid.until) == (int(now), _renewal(until))


def test_a_done_order_is_dropped_and_a_new_version_written() -> None:
    order = Grant(replace(LOTS["b"], credits=5))
    book = replace(drawn("a", LOTS), orders={order.order_id: order}, until=0)
    laid = lay(U, book, Journaled(done=frozenset({order.order_id})), 9)
    assert (picture(laid), laid.orders, dict(laid.outcomes), laid.version) == ("a", {}, {}, book.version + 1)


def test_d17_a_void_hold_is_no_open_hold_and_another_stays_open() -> None:
    memo = Memo("hold", 1, 5, "me", "digest", due=60)
    book = replace(
        drawn("AAa", LOTS),
        receipts={"h": Receipt(memo, 0, Pointer("p", 5)), "i": Receipt(memo, 1, Pointer("h", 6))},
        holds={"h": OpenHold(60, 1), "i": OpenHold(60, 1)},
    )
    laid = lay(U, book, Journaled(void=frozenset({"h"})), 9)
    assert set(laid.holds) == {"i"}
    assert picture(laid) == "..aa"
    (marker,) = laid.outcomes.values()
    assert (marker.kind, marker.requested, marker.skips) == ("void", 1, Pointer("p", 5))


def test_x_01_what_dies_is_written_as_of_its_death_and_what_came_too_late_as_of_now() -> None:
    book, settled = asked_of(drawn("AAabb", LOTS), "back a")
    dead = [entry for entry in lay(U, book, settled, 15).outcomes.values() if entry.kind == "expired"]
    assert [(entry.at, -entry.credits) for entry in dead] == [(10, 1), (15, 1)]
    assert [entry.name for entry in dead] == ["lot#a#x#8", "lot#a#x#10"], "named by its own number: a lot can die twice"


def test_released_credits_of_a_dead_lot_are_marked_as_removed() -> None:
    book, settled = asked_of(drawn("AABb", LOTS), "back aab")
    released = lay(U, book, settled, 10).outcomes["ret#h"]
    assert (released.removed, released.paid, released.hold, released.by) == (2, 0, "h", "release")
    book, settled = asked_of(drawn("AABb debt:1", LOTS), "back aab")
    released = lay(U, book, settled, 10).outcomes["ret#h"]
    assert (released.removed, released.paid) == (1, 1), "what paid the debt did not die"


def test_d17_a_void_resolution_burned_nothing_so_nothing_comes_back() -> None:
    """Two workers ended one hold: the second one's receipt is void, and gives back what it took, which is nothing."""
    memo = Memo("resolve", 2, 5, "me", "digest", hold="h", by="capture")
    book = replace(drawn("AAab", LOTS), receipts={"res#h": Receipt(memo, 2, Pointer("before", 7))})
    laid = lay(U, book, Journaled(void=frozenset({"res#h"})), 9)
    assert picture(laid) == "..ab"
    (marker,) = laid.outcomes.values()
    assert (marker.kind, marker.name, marker.requested) == ("void", "void#8", 0)


def test_a_turn_at_the_instant_of_the_one_before_counts_what_is_on_the_tape() -> None:
    book, settled = asked_of(replace(drawn("aab", LOTS), since=9), "grant d2")
    (granted,) = lay(U, book, settled, 9).outcomes.values()
    assert granted.available_after == 5


def test_d12_two_restorations_of_one_turn_know_of_each_other() -> None:
    """Ten were taken of ten; two refunds of four fail: eight come back, not more, and two stay gone."""
    orders = [Restore("b", claim, 4) for claim in ("re_1", "re_2")]
    book = replace(drawn("BBBBBBBBBB", LOTS), orders={order.order_id: order for order in orders})
    laid = lay(U, book, Journaled(lots=LOTS, clawed={"b": Clawed(0, 10, 10)}), 9)
    assert [entry.credits for entry in laid.outcomes.values()] == [4, 4]
    third = Restore("b", "re_3", 4)
    again = replace(laid, orders={third.order_id: third}, outcomes={})
    (entry,) = lay(U, again, Journaled(lots=LOTS, clawed={"b": Clawed(0, 2, 2)}), 9).outcomes.values()
    assert entry.credits == 2


def test_lots_that_differ_by_nothing_but_their_id_are_laid_in_its_order() -> None:
    twins = {name: replace(LOTS["b"], lot_id=name) for name in "zyx"}
    assert picture(lay(U, drawn("zyx", twins), Journaled(), 9)) == "xyz"


def test_a_lot_of_which_the_ledger_knows_nothing_was_never_clawed_back() -> None:
    assert Clawed() == Clawed(expired=0, targets=0, taken=0)
