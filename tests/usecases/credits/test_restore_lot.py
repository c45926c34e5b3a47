"""Claw-backs that are given up again: of used, held, expired and frozen lots, in any mixture."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import InsufficientCredits
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import claw_back, freeze_lot, grant_lot, restore_lot
from tests.examples import examples
from tests.fakes.accounts import ManualClock
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

GRANTED = 100
DIES = 5 * HOUR
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("burn"), st.integers(1, 60)),
        st.tuples(st.just("claw"), st.integers(1, 60)),
        st.tuples(st.just("restore"), st.integers(1, 60)),
        st.tuples(st.just("wait"), st.integers(1, 4)),
        st.tuples(st.just("freeze"), st.just(0)),
    ),
    max_size=12,
)


class Account:
    """Two lots: `bad`, which is clawed back and dies after five hours, and `good`, which neither does."""

    def __init__(self) -> None:
        self.books, self.clock = FakeBooks(), ManualClock()
        now = self.clock.now() // SECOND * SECOND
        self.wanted = self.steps = 0
        self.frozen = False
        for name, expires_at in (("bad", now + DIES), ("good", None)):
            lot = Lot(f"lot_{name}", "credits", "purchased", GRANTED, 0, now, expires_at, now)
            grant_lot("acme", lot, desk=credit_desk(self.books, self.clock))

    def do(self, deed: str, size: int) -> None:
        self.steps += 1
        step = f"s{self.steps}"
        if deed == "burn":
            request = BurnRequest(credits=size, unit="credits", actor="key")
            with suppress(InsufficientCredits):
                consume("acme", step, request, desk=credit_desk(self.books, self.clock, lambda _: None))
        elif deed == "wait":
            self.clock.instant += size * HOUR
        elif deed == "freeze":
            freeze_lot(
                "acme",
                "credits",
                Freeze("lot_bad", step, thaw=self.frozen),
                desk=credit_desk(self.books, self.clock),
            )
            self.frozen = not self.frozen
        elif deed == "claw" and self.wanted + size <= GRANTED:
            self.wanted += size
            claw_back(
                "acme",
                "credits",
                ClawBack("lot_bad", step, size),
                desk=credit_desk(self.books, self.clock),
            )
        elif deed == "restore" and size <= self.wanted:
            self.wanted -= size
            restore_lot(
                "acme",
                "credits",
                Restore("lot_bad", step, size),
                desk=credit_desk(self.books, self.clock),
            )

    def owned(self) -> int:
        found = read_balance("acme", "credits", desk=credit_desk(self.books, self.clock, lambda _: None))
        return found.available + found.frozen + found.held - found.shortfall

    def total(self, *kinds: str) -> int:
        return sum(entry.credits for entry in self.books.ledger.values() if entry.kind in kinds)

    def is_explained(self) -> None:
        ledger = {entry.name: entry for entry in self.books.ledger.values()}
        assert audit("credits", self.books.books["acme", "credits"], ledger) == []


@settings(max_examples=examples(50), deadline=None)
@given(deeds)
@pytest.mark.slow
def test_d_11_d_13_what_is_given_up_again_was_taken_and_the_ledger_explains_it(sequence: list[tuple[str, int]]) -> None:
    """D11, D13, D37: at every moment; never more is taken than the target, and giving all up leaves nothing taken."""
    account = Account()
    for deed, size in sequence:
        account.do(deed, size)
        assert account.owned() == account.total("granted", "consumed", "expired", "clawed_back", "adjusted"), (
            "the statement adds up to the balance"
        )
        died = -sum(e.credits for e in account.books.ledger.values() if e.name.startswith("lot#lot_bad#x#"))
        assert -account.total("clawed_back", "adjusted") == min(account.wanted, GRANTED - died)
        account.is_explained()
    if account.wanted:
        account.do("restore", account.wanted)
    assert account.total("clawed_back", "adjusted") == 0
    account.is_explained()


def test_d_13_burned_credits_are_owed_again_after_a_refund_that_failed_and_came_once_more() -> None:
    """D12, D13: 100 sold, 40 burned, all clawed back, given up, clawed back: 40 are owed each time, once."""
    account = Account()
    account.do("burn", 40)
    assert account.total("consumed") == -40
    for _ in range(3):
        account.do("claw", 100)
        assert account.owned() == GRANTED - 40
        account.do("restore", 100)
        assert account.owned() == 2 * GRANTED - 40


def test_d_21_what_comes_back_to_a_dead_lot_dies_with_it() -> None:
    """D21: the shortfall is paid first, the rest is never spendable."""
    account = Account()
    account.do("burn", 40)
    account.do("claw", 100)
    account.do("wait", 6)
    account.do("restore", 100)
    assert account.owned() == GRANTED
    assert account.total("expired") == -60


def test_unused_only_makes_no_shortfall() -> None:
    """IS-27's counterpart: the product's own refund takes what is there."""
    account = Account()
    account.do("burn", 40)
    taken = claw_back(
        "acme",
        "credits",
        ClawBack("lot_bad", "mine", 100, unused_only=True),
        desk=credit_desk(account.books, account.clock),
    )
    assert (taken.removed, taken.shortfall, account.owned()) == (60, 0, GRANTED)
    assert (
        restore_lot(
            "acme",
            "credits",
            Restore("lot_bad", "mine", 60),
            desk=credit_desk(account.books, account.clock),
        )
        == 60
    )
    account.is_explained()
