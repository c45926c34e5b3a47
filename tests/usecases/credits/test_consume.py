"""Consume on the fake store: once per key, in burn order, exact to the instant, and what each path costs in calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import Draw, Entry, burn_name
from lotbook.domain.credits.lots import Lot, LotKind
from lotbook.domain.credits.orders import Unreadable
from lotbook.domain.credits.requests import Balance, Burned, BurnRequest
from lotbook.domain.values.errors import (
    AccountNotFound,
    AccountPaused,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    Unavailable,
)
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.pause_books import pause_account
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

NOW = 1_000_000
A, U = "acc", "credits"


@dataclass
class World:
    """An account with its store, clock and process."""

    books: FakeBooks = field(default_factory=FakeBooks)
    at: int = NOW
    prunes: Prunes = field(default_factory=Prunes)
    renewals: int = 0

    def now(self) -> int:
        return self.at

    def renew(self, account_id: str) -> None:
        self.renewals += 1

    def grant(
        self, name: str, credits: int, expires_at: int | None = None, kind: LotKind = "plan", **more: int
    ) -> None:
        rank = {"free": 0, "promotional": 1, "plan": 2, "purchased": 3}[kind]
        lot = Lot(name, U, kind, credits, rank, more.get("effective_at", NOW), expires_at, more.get("created_at", NOW))
        is_periods = "renews_at" in more
        grant_lot(A, lot, desk=credit_desk(self.books, self), renews_at=more.get("renews_at"), of_renewal=is_periods)

    def burn(self, key: str, credits: int, **more: Any) -> Burned:
        request = BurnRequest(credits, reference=more.get("reference"), unit=more.get("unit", U))
        return consume(A, key, request, desk=credit_desk(self.books, self, self.renew, prunes=self.prunes))

    def balance(self) -> Balance:
        return read_balance(A, U, desk=credit_desk(self.books, self, self.renew))

    def statement(self, limit: int = 25) -> list[Entry]:
        entries: list[Entry] = []
        cursor: str | None = None
        for _ in range(1_000):
            page = list_entries(A, U, limit, cursor, desk=credit_desk(self.books, self, self.renew))
            entries += page.entries
            cursor = page.next_cursor
            if cursor is None:
                return entries
        raise AssertionError("the statement does not end")


@pytest.fixture
def world() -> World:
    return World()


def test_a_burn_crosses_lots_in_burn_order(world: World) -> None:
    """Kind first, then soonest expiry with never last, then earliest grant, then lot id."""
    world.grant("lot_5", 1, kind="purchased")
    world.grant("lot_4", 1, NOW + 9_000, kind="purchased")
    world.grant("lot_3", 1, NOW + 5_000, kind="plan", created_at=NOW + 1)
    world.grant("lot_2", 1, NOW + 5_000, kind="plan")
    world.grant("lot_1", 1, NOW + 90_000, kind="free")
    burned = world.burn("k", 5)
    assert [draw.lot_id for draw in burned.draws] == ["lot_1", "lot_2", "lot_3", "lot_4", "lot_5"]
    assert burned.available == 0


def test_d15_the_same_key_answers_the_first_answer_for_ever(world: World) -> None:
    """D15, D20: also after its receipt is gone, after other burns, and after its lot died."""
    world.grant("lot_a", 10, NOW + 5_000)
    first = world.burn("k", 4)
    world.burn("j", 1)
    world.burn("i", 1)
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
    world.at = NOW + 6_000
    again = world.burn("k", 4)
    assert again.replayed
    assert (again.entry_id, again.draws, again.available, again.at) == (
        first.entry_id,
        first.draws,
        first.available,
        first.at,
    )
    assert not first.replayed


def test_t16_the_same_key_with_another_body_is_refused_and_burns_nothing(world: World) -> None:
    world.grant("lot_a", 10)
    world.burn("k", 4)
    for credits, reference in ((5, None), (4, "other")):
        with pytest.raises(IdempotencyKeyReused):
            world.burn("k", credits, reference=reference)
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
    with pytest.raises(IdempotencyKeyReused):
        world.burn("k", 5)
    assert world.balance().available == 6


def test_d35_a_refusal_burns_nothing_and_the_same_key_may_succeed_later(world: World) -> None:
    """D35: the figures of a refusal are those of the moment."""
    world.grant("lot_a", 3)
    with pytest.raises(InsufficientCredits) as refused:
        world.burn("k", 4)
    assert refused.value.data == {"requested": 4, "available": 3}
    world.grant("lot_b", 1)
    assert world.burn("k", 4).draws == (Draw("lot_a", 3), Draw("lot_b", 1))


@pytest.mark.parametrize(("after", "left"), [(-1, 10), (0, 0), (1, 0)])
def test_d21_x_01_a_lot_is_dead_at_its_expiry_without_any_sweep(world: World, after: int, left: int) -> None:
    """D21, T14: spendable one millisecond before, dead at the instant."""
    world.grant("lot_a", 10, NOW + 5_000)
    world.at = NOW + 5_000 + after
    assert world.balance().available == left
    if left:
        assert world.burn("k", 10).draws == (Draw("lot_a", 10),)
    else:
        with pytest.raises(InsufficientCredits):
            world.burn("k", 1)
        assert world.statement()[0].kind == "expired"
        assert world.statement()[0].at == NOW + 5_000


def test_d26_grant_expiry_and_burn_at_one_instant(world: World) -> None:
    """D26: at the boundary the old lot is dead, the new one alive, and nothing is counted twice."""
    world.grant("lot_a", 10, NOW + 5_000)
    world.burn("k", 3)
    world.at = NOW + 5_000
    world.grant("lot_b", 4, NOW + 9_000, effective_at=NOW + 5_000)
    assert world.burn("j", 4).draws == (Draw("lot_b", 4),)
    assert [entry.kind for entry in world.statement()] == ["consumed", "granted", "expired", "consumed", "granted"]
    assert sum(entry.credits for entry in world.statement()) == 0


def test_t15_a_future_lot_is_spendable_from_its_own_instant(world: World) -> None:
    world.grant("lot_f", 5, NOW + 9_000, effective_at=NOW + 2_000)
    assert (world.balance().available, world.balance().waiting) == (0, 5)
    with pytest.raises(InsufficientCredits):
        world.burn("k", 1)
    world.at = NOW + 2_000
    assert world.burn("k", 5).available == 0


def test_d37_the_statement_adds_up_to_the_balance_page_by_page(world: World) -> None:
    """D37: and every entry tells what could be spent after it."""
    world.grant("lot_a", 50, NOW + 5_000)
    for number in range(30):
        world.burn(f"k{number}", 1 + number % 3 % 2)
    world.at = NOW + 5_000
    for limit in (1, 7, 100):
        entries = world.statement(limit)
        assert len(entries) == 32
        assert sum(entry.credits for entry in entries) == world.balance().available == 0
        seqs = [entry.seq for entry in entries]
        assert seqs == sorted(seqs, reverse=True)
    available = 0
    for entry in reversed(world.statement()):
        available += entry.credits
        assert entry.available_after == available


def test_a_foreign_cursor_is_refused(world: World) -> None:
    world.grant("lot_a", 5)
    for cursor in ("", "x", "W10", "é", "WyJrIiwxLFtdXQ", "[" * 900):
        with pytest.raises(InvalidRequest):
            list_entries(A, U, 5, cursor, desk=credit_desk(world.books, world, world.renew))


def test_a_paused_account_is_refused_and_a_replay_is_still_answered(world: World) -> None:
    world.grant("lot_a", 5)
    first = world.burn("k", 1)
    pause_account(A, [U], "payment_overdue", 2, desk=credit_desk(world.books, world))
    with pytest.raises(AccountPaused) as refused:
        world.burn("j", 1)
    assert refused.value.data == {"pause_reason": "payment_overdue"}
    assert world.burn("k", 1).entry_id == first.entry_id
    pause_account(A, [U], None, 1, desk=credit_desk(world.books, world))
    with pytest.raises(AccountPaused):
        world.burn("j", 1)
    pause_account(A, [U], None, 3, desk=credit_desk(world.books, world))
    assert world.burn("j", 1).credits == 1


def test_a_unit_that_the_account_has_not_is_refused_after_asking_renewal_once(world: World) -> None:
    with pytest.raises(InvalidRequest):
        world.burn("k", 1, unit="nothing")
    assert world.renewals == 1


def test_an_account_that_is_not_there_is_not_found(world: World) -> None:
    def renew(account_id: str) -> None:
        raise AccountNotFound

    with pytest.raises(AccountNotFound):
        consume(A, "k", BurnRequest(1), desk=credit_desk(world.books, world, renew))


def test_burns_wait_for_a_renewal_and_a_renewal_that_does_not_come_is_bounded(world: World) -> None:
    world.grant("lot_a", 5, renews_at=NOW + 1_000)
    world.at = NOW + 1_000
    with pytest.raises(Unavailable):
        world.burn("k", 1)
    assert world.renewals == 2

    def renew(account_id: str) -> None:
        world.grant("lot_b", 7, renews_at=NOW + 2_000)

    burned = consume(A, "k", BurnRequest(8), desk=credit_desk(world.books, world, renew))
    assert burned.available == 4


def test_t22_a_customers_key_named_like_ours_is_only_a_key(world: World) -> None:
    world.grant("lot_a", 10)
    for number, key in enumerate(("lot#lot_a", "void#1", "res#x", "use", "k" * 255, "#", ".", " ")):
        assert world.burn(key, 1).available == 9 - number


def test_t21_a_malformed_order_is_refused_and_never_fatal(world: World) -> None:
    world.grant("lot_a", 10)
    world.books.ask(A, U, Unreadable("lot#nonsense"))
    assert world.burn("k", 1).available == 9
    noted = world.books.entry(A, U, "lot#nonsense")
    assert noted
    assert (noted.kind, noted.reason) == ("noted", "refused")


def test_t01_a_late_duplicate_gives_its_credits_back_to_the_lot(world: World) -> None:
    """F2: and the next burn draws from a tape that was laid anew."""
    world.grant("lot_a", 3)
    world.burn("k", 1)
    world.burn("j", 1)
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
    assert world.burn("k", 1).replayed
    assert world.burn("i", 1).draws == (Draw("lot_a", 1),)
    assert world.balance().available == 0
    assert [entry.kind for entry in world.statement(1)] == ["consumed", "consumed", "consumed", "granted"]


def test_receipts_of_workers_that_are_gone_are_cleared(world: World) -> None:
    world.grant("lot_a", 100)
    for number in range(5):
        consume(A, f"k{number}", BurnRequest(1), desk=credit_desk(world.books, world, world.renew, prunes=Prunes()))
    world.at += 60_000
    world.burn("k", 1)
    book = world.books.get(A, U)
    assert book
    assert list(book.receipts) == [burn_name("k")]


def test_a_hundred_lots_burn_as_one(world: World) -> None:
    for number in range(120):
        world.grant(f"lot_{number:03d}", 2, NOW + 10_000 + number * 1_000)
    assert len(world.burn("k", 230).draws) == 115
    assert world.balance().available == 10
    world.at = NOW + 10_000_000
    assert world.balance().available == 0
    assert sum(entry.credits for entry in world.statement(100)) == 0


def test_d33_large_numbers_stay_exact(world: World) -> None:
    """D33: integers from end to end."""
    world.grant("lot_a", 1_000_000_000_000)
    world.grant("lot_b", 1_000_000_000_000)
    assert world.burn("k", 1_000_000_000_000).available == 1_000_000_000_000
    assert world.burn("j", 999_999_999_999).available == 1


def test_d41_opening_a_book_twice_keeps_what_is_there(world: World) -> None:
    """D41."""
    world.grant("lot_a", 5)
    assert not open_book(A, U, desk=credit_desk(world.books, world))
    assert world.balance().available == 5


def test_t23_a_fresh_consume_is_two_writes_and_no_read(world: World) -> None:
    world.grant("lot_a", 100)
    world.books.calls.clear()
    for number in range(10):
        world.burn(f"k{number}", 1)
    assert world.books.calls == {"burn": 10, "put_entry": 10}
    book = world.books.get(A, U)
    assert book
    assert list(book.receipts) == [burn_name("k9")]  # each burn took out the receipt before it


def test_t23_an_immediate_duplicate_is_two_calls_and_no_read(world: World) -> None:
    world.grant("lot_a", 100)
    world.burn("k", 1)
    world.books.calls.clear()
    assert world.burn("k", 1).replayed
    assert world.books.calls == {"burn": 1, "put_entry": 1}


def test_d37_a_burn_that_was_given_back_leaves_no_trace_in_the_statement(world: World) -> None:
    """D37: a late duplicate's worker dies before its turn, others burn on: every figure is as if it had never been."""
    world.grant("lot_a", 10)
    world.burn("k", 2)
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
    memo = Memo("consume", 2, world.at, "system", BurnRequest(2).digest)
    assert world.books.burn(A, U, burn_name("k"), memo, ()).done
    world.burn("j", 1)
    pending = [(entry.kind, entry.available_after) for entry in world.statement(1)]
    assert world.balance().available == 7
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
    world.burn("i", 1)
    settled = [(entry.kind, entry.available_after) for entry in world.statement(1)]
    assert pending == [("consumed", 7), ("consumed", 8), ("granted", 10)]
    assert settled == [("consumed", 6), *pending]
