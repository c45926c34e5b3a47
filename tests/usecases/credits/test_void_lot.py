"""What a void leaves for refunds that come after it, and for those that fail: it is nobody's money (decision 148)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.credits.refusals import NothingToVoid
from lotbook.domain.credits.views import OneLot
from lotbook.usecases.credits import void_lot as voiding
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.lots import claw_back, freeze_lot, restore_lot
from lotbook.usecases.credits.order import place
from lotbook.usecases.credits.read_lot import read_lot
from lotbook.usecases.credits.void_lot import Voided, VoidLot, void_lot
from tests.fakes.idempotency import FakeIdempotency
from tests.usecases.credits.test_holds_and_claw_backs import A, U, World


class Voiding(World):
    """A lot of 100 of which 30 were burned."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = FakeIdempotency()
        self.grant("lot_a", 100)
        self.burn("k", 30)

    def void(self, credits: int | None = None, key: str = "v") -> Voided:
        return void_lot(A, U, VoidLot("lot_a", key, credits, "sent twice", "key_1"), desk=self.desk, keys=self.keys)

    def refund(self, credits: int, claim: str = "re_1") -> tuple[int, int]:
        done = claw_back(A, U, ClawBack("lot_a", claim, credits), desk=self.desk)
        return done.removed, done.shortfall

    def refund_failed(self, credits: int, claim: str = "re_1") -> int:
        return restore_lot(A, U, Restore("lot_a", claim, credits), desk=self.desk)

    @property
    def lot(self) -> OneLot:
        """As it is shown, once the ledger is shown to explain the book."""
        book, ledger = self.books.books[A, U], {key[-1]: entry for key, entry in self.books.ledger.items()}
        assert audit(U, book, ledger) == []
        shown = read_lot(A, U, "lot_a", desk=self.desk)
        parts = shown.remaining + shown.held + shown.used + shown.expired + shown.taken_back
        assert parts == shown.lot.credits
        return shown

    @property
    def shortfall(self) -> int:
        return read_balance(A, U, desk=self.desk).shortfall


@pytest.fixture
def world() -> Voiding:
    return Voiding()


@pytest.mark.parametrize(
    ("voided", "refunded", "removed", "short"), [(70, 100, 0, 30), (50, 100, 20, 30), (50, 20, 20, 0)]
)
def test_a_refund_after_a_void_makes_a_shortfall_of_what_was_burned_and_of_nothing_else(
    world: Voiding, voided: int, refunded: int, removed: int, short: int
) -> None:
    assert world.void(voided).credits == voided
    assert world.refund(refunded) == (removed, short)
    assert world.shortfall == short
    assert world.lot.taken_back == voided + removed


def test_a_refund_that_fails_brings_back_what_it_took_and_nothing_of_a_void(world: Voiding) -> None:
    world.void(40)
    assert world.refund(100) == (30, 30)
    assert world.refund_failed(100) == 60
    assert (world.shortfall, world.lot.remaining, world.lot.taken_back) == (0, 30, 40)


def test_a_void_after_a_refund_takes_what_that_left(world: Voiding) -> None:
    assert world.refund(50) == (50, 0)
    assert world.void().credits == 20
    assert world.refund_failed(50) == 50
    assert (world.lot.remaining, world.lot.taken_back) == (50, 20)


def test_a_void_and_a_refund_of_one_turn_add_up_like_two(world: Voiding) -> None:
    """Both wait when the turn comes: what the first took is read from the turn itself."""
    order = ClawBack("lot_a", "voided.k", 100, granted=100, unused_only=True)
    world.books.ask(A, U, order)
    world.books.ask(A, U, ClawBack("lot_a", "zz", 100, granted=100))
    entry, _ = place(A, U, order, desk=world.desk)
    assert (entry.kind, entry.credits, entry.requested) == ("adjusted", -70, -70)
    assert world.shortfall == 30
    assert world.refund_failed(100, "zz") == 30
    assert (world.lot.remaining, world.shortfall) == (0, 0)


def test_a_frozen_lot_loses_what_is_frozen(world: Voiding) -> None:
    freeze_lot(A, U, Freeze("lot_a", "du_1"), desk=world.desk)
    assert world.void().credits == 70
    assert read_balance(A, U, desk=world.desk).frozen == 0
    assert world.lot.state == "frozen", "what a hold gives back to it is frozen still"


def test_what_a_hold_keeps_is_refused_and_the_key_stays_free(world: Voiding) -> None:
    held = world.hold("h", 70)
    before = dict(world.books.ledger)
    with pytest.raises(NothingToVoid) as refused:
        world.void()
    assert refused.value.data == {"lot_id": "lot_a", "held": 70}
    assert world.books.ledger == before
    assert world.keys.find(A, voiding.KEY_SPACE, "v") is None
    world.capture(held.hold_id, 10)
    assert world.void().credits == 60


def test_credits_that_a_burn_took_since_they_were_looked_at_are_no_void_of_nothing(
    world: Voiding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look says that there is something; the turn finds nothing. The answer is a refusal, and the statement shows no entry."""
    monkeypatch.setattr(voiding, "_refuse_if_nothing_is_left", lambda *_: world.burn("late", 70))
    for _ in range(2):
        with pytest.raises(NothingToVoid):
            world.void()
    assert world.lot.taken_back == 0
    assert [entry for entry in world.books.ledger.values() if entry.kind == "adjusted" and entry.is_shown] == []


def test_a_crash_between_marker_and_order_is_finished_by_the_same_key(world: Voiding) -> None:
    asked = VoidLot("lot_a", "v", 10, "sent twice", "key_1")
    world.keys.claim(A, voiding.KEY_SPACE, "v", {"digest": asked.digest})
    assert world.void(10) == replace(world.void(10), replayed=False)
    assert world.lot.taken_back == 10


def test_what_comes_after_the_book_was_read_is_no_part_of_a_lots_figures(
    world: Voiding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two reads a void takes effect: the lot is shown as it was, and adds up."""
    entries_of = world.books.lot_entries

    def late(*asked: str) -> list[Entry]:
        monkeypatch.undo()
        world.void(20)
        return entries_of(*asked)

    monkeypatch.setattr(world.books, "lot_entries", late)
    shown = read_lot(A, U, "lot_a", desk=world.desk)
    assert (shown.remaining, shown.taken_back, shown.used) == (70, 0, 30)
    assert world.lot.taken_back == 20
