"""The design's named traces, one by one: each fault that drafts of the protocol had, in the very order that showed it.

The explorer plays all orders of such worlds; here one can read what happened. A worker that crashes is one whose write was
made by hand and who never came back. T1, T11, T15-T19, T21-T24 and T26 are elsewhere, under these numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.book import Book, Memo
from lotbook.domain.credits.ledger import Draw, burn_name, granted_name, resolution_name
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import Burned, BurnRequest, HoldRequest
from lotbook.usecases.credits import order as ordering
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.stale_receipts import MAX_STALE, STALE
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.simulation.explorer import Explorer
from tests.simulation.operations import (
    NOW,
    burn,
    capture,
    claw,
    decide,
    freeze,
    grant,
    lot,
    place_hold,
    release,
    turn_book,
    void_unused,
)
from tests.simulation.worlds import ACCOUNT, UNIT, Operation, Scope

EACH: dict[str, tuple[Operation, ...]] = {
    "burn": (burn("j", 2),),
    "late duplicate": (burn("k"),),
    "burn of too much": (burn("j", 9),),
    "grant": (grant("B", 2),),
    "grant again": (grant("A", 4, expires=1),),
    "hold": (place_hold("i", 2),),
    "capture": (capture("h", 1),),
    "capture of all": (capture("h", 2),),
    "release": (release("h"),),
    "claw-back": (claw("A", "r1", 4),),
    "freeze": (freeze("A"),),
    "void of what is unused": (void_unused("A", "v", 4),),
    "void": (decide("P", "void"),),
    "turn_book": (turn_book(),),
}
BEFORE = (
    grant("A", 4, expires=1),
    grant("P", 2, provisional=True),
    burn("k"),
    place_hold("h", 2),
    turn_book(),
)


class Trace:
    """One account and its workers' steps."""

    def __init__(self, credits: int = 3) -> None:
        self.books, self.at = FakeBooks(), NOW
        self.grant("A", credits)

    def now(self) -> int:
        return self.at

    def grant(self, name: str, credits: int, expires: int | None = None) -> None:
        grant_lot(ACCOUNT, lot(name, credits, expires), desk=credit_desk(self.books, self))

    def burn(self, key: str, credits: int = 1, worker: Prunes | None = None) -> Burned:
        worker = worker or Prunes()
        return consume(ACCOUNT, key, BurnRequest(credits), desk=credit_desk(self.books, self, _none, prunes=worker))

    def crash_after_burn(self, key: str, credits: int = 1) -> None:
        """The first write of a consume; its worker is gone before the second."""
        request = BurnRequest(credits)
        memo = Memo("consume", credits, self.at, request.actor, request.digest)
        assert self.books.burn(ACCOUNT, UNIT, burn_name(key), memo, ()).done

    def turn_book(self) -> None:
        bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(self.books, self))

    @property
    def book(self) -> Book:
        return self.books.books[ACCOUNT, UNIT]

    def available(self) -> int:
        """What can be spent; and the ledger explains the book, before and after it is turned."""
        for _ in range(2):
            assert audit(UNIT, self.book, {key[-1]: entry for key, entry in self.books.ledger.items()}) == []
            self.turn_book()
        return read_balance(ACCOUNT, UNIT, desk=credit_desk(self.books, self, _none)).available


def _none(_: str) -> None:
    """Nothing renews here."""


def test_t02_aba_prune_list() -> None:
    """A worker prunes what it burned; meanwhile the same key was burned again, and that receipt must stay."""
    trace, worker = Trace(), Prunes()
    trace.burn("k", worker=worker)
    trace.turn_book()
    trace.crash_after_burn("k")  # a late duplicate
    assert trace.burn("m", worker=worker).draws == (Draw("lot_A", 1),)
    assert trace.available() == 1


def test_t03_late_duplicate_gives_back_to_the_lot() -> None:
    """F2: the positions that a void burn passed are laid anew; the next burn draws credits, not nothing."""
    trace = Trace()
    trace.burn("k")
    trace.burn("j")
    trace.turn_book()
    trace.crash_after_burn("k")
    assert trace.burn("i").draws == (Draw("lot_A", 1),)
    assert trace.available() == 0


def test_t04_turn_journals_before_laying() -> None:
    """F3: a receipt that is not journaled yet is journaled with the tape it was burned on, then the tape changes."""
    trace = Trace(2)
    trace.grant("B", 3)
    trace.burn("k")
    trace.turn_book()
    trace.crash_after_burn("j", 2)  # one of A, one of B
    trace.crash_after_burn("k")
    trace.grant("C", 1)
    assert trace.burn("j", 2).draws == (Draw("lot_A", 1), Draw("lot_B", 1))
    assert trace.available() == 3


@pytest.mark.parametrize("journaled", [False, True])
def test_t05_t09_grant_twice_with_its_outcome_not_journaled_and_with_its_receipt_gone(journaled: bool) -> None:
    """F4, F8: the order is asked again after a turn has done it; turns journal first, and then look orders up."""
    trace = Trace(1)
    asked = trace.books.ask(ACCOUNT, UNIT, Grant(lot("B", 2)))
    assert asked.done
    trace.books.before = _stops_at("put_entry", granted_name("lot_B"))
    with pytest.raises(Gone):
        trace.turn_book()  # the turn has swapped the book, and dies before it journals
    trace.books.before = None
    if journaled:
        trace.turn_book()
        assert granted_name("lot_B") not in trace.book.outcomes
    assert trace.books.ask(ACCOUNT, UNIT, Grant(lot("B", 2))).done
    trace.turn_book()
    assert trace.available() == 3


def test_t06_no_402_while_a_void_burn_hides_credits() -> None:
    """F5."""
    trace = Trace(2)
    trace.burn("k")
    trace.turn_book()
    trace.crash_after_burn("k")
    assert trace.book.available == 0
    assert trace.burn("j").available == 0


def test_t07_slow_clock_takes_book_time() -> None:
    """F6: a burn is not older than the turn before it, and draws from no lot that was not effective then."""
    trace = Trace()
    trace.at += 5_000
    trace.turn_book()
    grant_lot(ACCOUNT, lot("F", 2, expires=9, effective=5), desk=credit_desk(trace.books, trace))
    trace.at -= 4_000
    burned = trace.burn("k", 2)
    assert (burned.at, burned.draws) == (NOW + 5_000, (Draw("lot_F", 2),))


def test_t08_two_deliveries_of_a_grant_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """F7: they help each other instead of moving the version under each other's turns until both give up."""
    monkeypatch.setattr(ordering, "MAX_TRIES", 3)
    twice = Scope(((grant("B", 2),), (grant("B", 2),)), before=(grant("A", 1),))
    assert Explorer(twice).run().outcomes == {(("Granted",), ("Granted",))}
    unguarded = Explorer(replace(twice, without=("order_absent",))).run().outcomes
    assert any(("unavailable",) in told for told in unguarded)


def test_t10_capture_against_release() -> None:
    """F9: one decides, the other is told so; what goes back follows from the decision."""
    world = Scope(((capture("h", 2),), (release("h"),)), before=(grant("A", 3), place_hold("h", 2)), crashes=1)
    told = [[answer for answers in each for answer in answers] for each in Explorer(world).run().outcomes]
    assert all(each.count("Resolved") <= 1 and set(each) <= {"Resolved", "hold_closed"} for each in told)
    assert ["Resolved", "hold_closed"] in told
    assert ["hold_closed", "Resolved"] in told


@pytest.mark.parametrize("name", EACH)
def test_t12_crash_after_each_call(name: str) -> None:
    """Every operation, at every call, the client sending it again or giving up, at an expiry too; then one sweep."""
    assert Explorer(Scope((EACH[name],), before=BEFORE, max_receipts=3, crashes=1, ticks=1)).run().ends > 1


@pytest.mark.parametrize("name", EACH)
def test_t13_every_write_delivered_again_at_the_end_and_doubled(name: str) -> None:
    """What was written is written again: at once, or whenever the network lets go of it."""
    assert Explorer(Scope((EACH[name],), before=BEFORE, max_receipts=3, lates=1, doubles=1)).run().ends > 0


@pytest.mark.parametrize(("after", "left"), [(-1, 2), (0, 0)])
def test_t14_expiry_instant(after: int, left: int) -> None:
    """A void burn of the dying lot is in flight: its credits go back, and die with the lot at the instant."""
    trace = Trace(1)
    trace.grant("B", 3, expires=1)
    trace.burn("k")  # B first: it dies
    trace.turn_book()
    trace.crash_after_burn("k")
    trace.at = NOW + 1_000 + after
    assert trace.available() == 1 + left
    assert [draw.lot_id for draw in trace.burn("j").draws] == ["lot_B" if left else "lot_A"]


def test_t20_decision_made_ret_not_asked_then_sweep() -> None:
    """A capture was decided and its worker died: whoever turns the book next gives the rest back, once."""
    trace = Trace(5)
    hold(ACCOUNT, "h", HoldRequest(4), desk=credit_desk(trace.books, trace, _none, prunes=Prunes()))
    name = burn_name("h")
    memo = Memo("resolve", 1, trace.at, "service", "d", hold=name, by="capture")
    assert trace.books.resolve(ACCOUNT, UNIT, resolution_name(name), memo).done
    assert trace.available() == 4
    assert not trace.books.resolve(ACCOUNT, UNIT, resolution_name(name), memo).done
    assert trace.available() == 4


def test_receipts_of_the_gone_are_taken_out_though_another_burn_comes_between_at_every_write() -> None:
    """Decision 181: a turn would lose to the burns of a busy account for as long as they come."""
    trace, gone = Trace(50), [f"gone-{number}" for number in range(MAX_STALE + 1)]
    for key in gone:
        trace.crash_after_burn(key)
    trace.at += STALE
    others = (f"other-{number}" for number in count())

    def another_burns(called: str, *_: str) -> None:
        if called in ("prune", "swap"):
            trace.books.before = None
            trace.crash_after_burn(next(others))
            trace.books.before = another_burns

    trace.books.before = another_burns
    trace.burn("k")
    trace.books.before = None
    assert trace.book.receipts.keys() == {burn_name("k"), burn_name("other-0")}
    assert trace.available() == 50 - len(gone) - 2


class Gone(BaseException):
    """The worker has crashed."""


def _stops_at(operation: str, name: str) -> Callable[..., None]:
    def before(called: str, about: str = "", *_: object) -> None:
        if (called, about) == (operation, name):
            raise Gone

    return before
