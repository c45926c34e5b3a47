"""Holds, claw-backs, verdicts and freezes on the fake store: what each does to lots, shortfall and statement."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.ledger import Draw
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze
from lotbook.domain.credits.requests import BatchItem, BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.values.errors import (
    HoldClosed,
    HoldNotFound,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    LotNotFound,
)
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, decide_lot, freeze_lot, grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.credits.statement import list_entries
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

NOW = 1_000_000
A, U = "acc", "credits"


class World:
    """An account with its store, clock and process. Every reading also proves that the ledger explains the book."""

    def __init__(self) -> None:
        self.books, self.at = FakeBooks(), NOW
        self.desk = credit_desk(self.books, self, prunes=Prunes())

    def now(self) -> int:
        return self.at

    def grant(self, name: str, credits: int, expires_at: int | None = None, *, provisional: bool = False) -> None:
        lot = Lot(name, U, "plan", credits, 0, NOW, expires_at, NOW, provisional=provisional)
        grant_lot(A, lot, desk=self.desk)

    def burn(self, key: str, credits: int) -> Any:
        return consume(A, key, BurnRequest(credits), desk=self.desk)

    def hold(self, key: str, credits: int, ttl: int = 60) -> Any:
        return hold(A, key, HoldRequest(credits, ttl_seconds=ttl), desk=self.desk)

    def capture(self, hold_id: str, credits: int, key: str = "c") -> Any:
        return resolve_hold(A, ResolveHold(hold_id, key, credits, "service"), desk=self.desk)

    def release(self, hold_id: str, key: str = "r") -> Any:
        return resolve_hold(A, ResolveHold(hold_id, key, None, "service"), desk=self.desk)

    def claw(self, credits: int, claim: str = "re_1", lot_id: str = "lot_a") -> Any:
        return claw_back(A, U, ClawBack(lot_id, claim, credits), desk=self.desk)

    def figures(self) -> tuple[int, int, int, int]:
        """(available, held, frozen, shortfall), which the statement must explain."""
        balance = read_balance(A, U, desk=self.desk)
        book = self.books.get(A, U)
        assert book
        assert audit(U, book, {key[-1]: entry for key, entry in self.books.ledger.items()}) == []
        owned = balance.available + balance.held + balance.frozen - balance.shortfall
        assert sum(entry.credits for entry in self.statement()) == owned
        return balance.available, balance.held, balance.frozen, balance.shortfall

    def statement(self) -> tuple[Any, ...]:
        return list_entries(A, U, 100, None, desk=self.desk).entries

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.statement()]


@pytest.fixture
def world() -> World:
    made = World()
    made.grant("lot_a", 10)
    return made


def test_a_hold_takes_credits_out_of_reach_and_names_its_lots(world: World) -> None:
    held = world.hold("h", 4)
    assert held.draws == (Draw("lot_a", 4),)
    assert world.figures() == (6, 4, 0, 0)
    (lot,) = read_balance(A, U, desk=world.desk).lots
    assert (lot.remaining, lot.held) == (6, 4)


def test_d18_a_hold_sent_again_is_the_same_hold(world: World) -> None:
    """D18: at once, after its receipt is gone, and after it was resolved."""
    first = world.hold("h", 4)
    assert world.hold("h", 4).hold_id == first.hold_id
    bring_up_to_date(A, U, desk=world.desk)
    again = world.hold("h", 4)
    assert (again.hold_id, again.replayed) == (first.hold_id, True)
    world.capture(first.hold_id, 4)
    assert world.hold("h", 4).replayed
    assert world.figures() == (6, 0, 0, 0)


def test_consume_and_hold_share_one_key_space(world: World) -> None:
    world.hold("h", 4)
    with pytest.raises(IdempotencyKeyReused):
        world.burn("h", 4)
    world.burn("k", 4)
    with pytest.raises(IdempotencyKeyReused):
        world.hold("k", 4)


@pytest.mark.parametrize("captured", [0, 1, 3, 4])
def test_d19_a_capture_keeps_the_first_credits_in_burn_order_and_returns_the_rest(captured: int) -> None:
    """D19: from nothing to all of the hold, never more, never less than nothing."""
    world = World()
    world.grant("lot_a", 2, NOW + 90_000)
    world.grant("lot_b", 8)
    held = world.hold("h", 4)
    answer = world.capture(held.hold_id, captured)
    assert (answer.captured, answer.released, answer.available) == (captured, 4 - captured, 10 - captured)
    assert world.figures() == (10 - captured, 0, 0, 0)
    left = {lot.lot_id: lot.remaining for lot in read_balance(A, U, desk=world.desk).lots}
    assert left.get("lot_a", 0) == max(0, 2 - captured)


@pytest.mark.parametrize("credits", [-1, 5])
def test_d19_a_capture_outside_the_hold_is_refused_and_changes_nothing(world: World, credits: int) -> None:
    """D19."""
    held = world.hold("h", 4)
    with pytest.raises(InvalidRequest):
        world.capture(held.hold_id, credits)
    assert world.figures() == (6, 4, 0, 0)


def test_t10_a_hold_is_resolved_once_and_a_replay_answers_the_same(world: World) -> None:
    held = world.hold("h", 4)
    first = world.capture(held.hold_id, 1)
    again = world.capture(held.hold_id, 1)
    assert (again.captured, again.released, again.available, again.replayed) == (1, 3, first.available, True)
    with pytest.raises(IdempotencyKeyReused):
        world.capture(held.hold_id, 2)
    with pytest.raises(HoldClosed) as closed:
        world.release(held.hold_id)
    assert closed.value.data == {"state": "captured"}
    assert world.kinds() == ["released", "captured", "held", "granted"]


def test_a_hold_that_is_not_there_is_not_found(world: World) -> None:
    burned = world.burn("k", 1)
    for hold_id in ("hold_nothing", "", burned.entry_id, "hold_" + "0" * 24):
        with pytest.raises(HoldNotFound):
            world.release(hold_id)


def test_d17_a_hold_lapses_at_its_instant_and_its_credits_are_back_before_any_402(world: World) -> None:
    """D17: no sweep has run; the one who needs the credits brings them back."""
    held = world.hold("h", 4, ttl=60)
    world.at = held.expires_at - 1
    with pytest.raises(InsufficientCredits):
        world.burn("k", 10)
    world.at = held.expires_at
    assert world.burn("k", 10).available == 0
    with pytest.raises(HoldClosed) as closed:
        world.capture(held.hold_id, 4)
    assert closed.value.data == {"state": "lapsed"}


def test_a_lapsed_hold_answers_lapsed_even_to_the_first_who_asks(world: World) -> None:
    held = world.hold("h", 4, ttl=60)
    world.at = held.expires_at
    with pytest.raises(HoldClosed) as closed:
        world.capture(held.hold_id, 4)
    assert closed.value.data == {"state": "lapsed"}
    assert world.figures() == (10, 0, 0, 0)


def test_held_credits_outlive_their_lot_and_expire_when_they_come_back(world: World) -> None:
    world.grant("lot_0", 3, NOW + 5_000)
    held = world.hold("h", 3)
    world.at = NOW + 6_000
    assert world.figures() == (10, 3, 0, 0)
    world.capture(held.hold_id, 1)
    assert world.figures() == (10, 0, 0, 0)
    assert world.kinds()[:3] == ["expired", "released", "captured"]


def test_d13_what_was_burned_of_a_lot_that_is_clawed_back_becomes_shortfall(world: World) -> None:
    """D13: in full; later grants pay it first, lots that are there do not."""
    world.burn("k", 7)
    world.grant("lot_b", 5)
    clawed = world.claw(10)
    assert (clawed.removed, clawed.shortfall) == (3, 7)
    assert world.figures() == (5, 0, 0, 7)
    world.grant("lot_c", 9)
    assert world.figures() == (7, 0, 0, 0)


def test_d11_the_same_claim_takes_effect_once_and_others_add_up(world: World) -> None:
    """D10, D11."""
    world.burn("k", 4)
    world.claw(3)
    assert world.claw(3).replayed
    world.claw(7, "re_2")
    assert world.figures() == (0, 0, 0, 4)


def test_t17_a_claw_back_counts_held_credits_as_burned_and_their_return_pays(world: World) -> None:
    held = world.hold("h", 4)
    world.claw(10)
    assert world.figures() == (0, 4, 0, 4)
    world.release(held.hold_id)
    assert world.figures() == (0, 0, 0, 0)


def test_t18_a_claw_back_of_a_dead_lot_takes_only_what_was_burned() -> None:
    world = World()
    world.grant("lot_a", 10, NOW + 5_000)
    world.burn("k", 4)
    world.at = NOW + 5_000
    world.claw(10)
    assert world.figures() == (0, 0, 0, 4)


def test_t18_a_claw_back_that_meets_the_expiry_in_its_own_turn_takes_only_what_was_burned() -> None:
    """The turn that expires the lot is the one that claws it back."""
    world = World()
    world.grant("lot_a", 10, NOW + 5_000)
    world.burn("k", 4)
    bring_up_to_date(A, U, desk=world.desk)
    world.at = NOW + 5_000
    world.claw(10)
    world.claw(10, "re_2")
    assert world.figures() == (0, 0, 0, 4)


def test_a_claw_back_of_an_unknown_lot_is_to_be_tried_again(world: World) -> None:
    with pytest.raises(LotNotFound):
        world.claw(1, lot_id="lot_nothing")


def test_t19_the_first_verdict_on_a_provisional_lot_stands(world: World) -> None:
    world.grant("lot_p", 5, provisional=True)
    assert [lot.state for lot in read_balance(A, U, desk=world.desk).lots] == ["open", "provisional"]
    assert decide_lot(A, U, "lot_p", "confirmed", desk=world.desk) == "confirmed"
    assert decide_lot(A, U, "lot_p", "void", desk=world.desk) == "confirmed"
    assert [lot.state for lot in read_balance(A, U, desk=world.desk).lots] == ["open", "open"]
    world.grant("lot_q", 5, provisional=True)
    for _ in range(2):
        assert decide_lot(A, U, "lot_q", "void", desk=world.desk) == "void"
    assert world.figures() == (15, 0, 0, 0)


def test_d12_a_frozen_lot_cannot_be_spent_until_it_thaws(world: World) -> None:
    """D12."""
    world.burn("k", 4)
    assert freeze_lot(A, U, Freeze("lot_a", "dp_1"), desk=world.desk) == 6
    assert world.figures() == (0, 0, 6, 0)
    with pytest.raises(InsufficientCredits):
        world.burn("j", 1)
    assert freeze_lot(A, U, Freeze("lot_a", "dp_1", thaw=True), desk=world.desk) == 6
    assert world.figures() == (6, 0, 0, 0)


def test_a_frozen_lot_that_is_lost_is_clawed_back(world: World) -> None:
    world.burn("k", 4)
    freeze_lot(A, U, Freeze("lot_a", "dp_1"), desk=world.desk)
    world.claw(10)
    assert world.figures() == (0, 0, 0, 4)


def test_a_frozen_lot_still_dies_at_its_instant() -> None:
    world = World()
    world.grant("lot_a", 10, NOW + 5_000)
    freeze_lot(A, U, Freeze("lot_a", "dp_1"), desk=world.desk)
    world.at = NOW + 5_000
    assert world.figures() == (0, 0, 0, 0)


def test_a_batch_answers_each_item_by_itself_in_order(world: World) -> None:
    items = [
        BatchItem("a", BurnRequest(4)),
        BatchItem("b", BurnRequest(7)),
        BatchItem("a", BurnRequest(4)),
        BatchItem("a", BurnRequest(5)),
        BatchItem("c", BurnRequest(6)),
    ]
    answer = consume_batch(A, items, desk=world.desk)
    assert (answer.unit, answer.available) == (U, 0)
    assert [(result.key, result.status, result.code) for result in answer.results] == [
        ("a", "consumed", None),
        ("b", "refused", "insufficient_credits"),
        ("a", "replayed", None),
        ("a", "refused", "idempotency_key_reused"),
        ("c", "consumed", None),
    ]
    assert world.figures() == (0, 0, 0, 0)
