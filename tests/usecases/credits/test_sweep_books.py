"""The scheduled expiry: bounded, resumable, and not stopped by one account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.ports.shop import DueItem
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.expiry import books_due
from lotbook.usecases.sweeping import FIRST_PAUSE, MIN_TIME_LEFT, Bounds, Swept
from tests.fakes.accounts import FakeAccounts, FakePolicies, ManualClock, a_policy
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import FakeDue, FakeMemory, swept

PLENTY = Bounds()


class World:
    """Some accounts that all renew on the 15th; those named in `poisoned` cannot be renewed."""

    def __init__(self, accounts: int) -> None:
        self.clock = ManualClock("2026-01-15T10:00:00")
        self.accounts, self.policies, self.books = FakeAccounts(), FakePolicies(a_policy()), FakeBooks()
        self.poisoned: set[str] = set()
        self.due, self.memory = FakeDue(self.listed), FakeMemory()
        for number in range(accounts):
            open_account(
                OpenAccount(f"account-{number:03d}", "shop", "US", "a@b.example", "monthly"),
                accounts=self.accounts,
                policies=self.policies,
                desk=credit_desk(self.books, self.clock, self.renew),
            )

    def renew(self, account_id: str) -> None:
        if account_id in self.poisoned:
            raise BrokenInvariant(f"{account_id} is poisoned")
        renew_account(
            account_id, accounts=self.accounts, policies=self.policies, desk=credit_desk(self.books, self.clock)
        )

    def listed(self, _kind: str) -> Iterator[DueItem]:
        for (account_id, unit), book in self.books.books.items():
            if book.until != FAR_FUTURE:
                yield DueItem(account_id, unit, book.until)

    def sweep(self, bounds: Bounds = PLENTY, **more: Any) -> Swept:
        work = books_due(due=self.due, desk=credit_desk(self.books, self.clock, self.renew))
        return swept(replace(work, bounds=bounds), self.clock, self.memory, **more)

    def renewed(self) -> int:
        """How many accounts have got their second period, journaled."""
        return sum(entry.kind == "granted" for entry in self.books.ledger.values()) - len(self.books.books)

    def expired(self) -> int:
        return sum(entry.kind == "expired" for entry in self.books.ledger.values())


def test_a_run_journals_what_ended_and_renews_what_is_due_and_the_next_finds_nothing() -> None:
    world = World(5)
    assert world.sweep() == Swept(0, more=False)
    world.clock.set("2026-02-15T10:00:00")
    assert world.sweep() == Swept(5, more=False)
    assert (world.expired(), world.renewed()) == (5, 5)
    assert world.sweep() == Swept(0, more=False)
    assert (world.expired(), world.renewed()) == (5, 5)


def test_d_05_a_run_finishes_an_opening_that_crashed() -> None:
    """D5: nobody ever came back for that account."""
    world = World(0)
    world.poisoned = {"account-000"}  # its first renewal fails
    with pytest.raises(BrokenInvariant):
        open_account(
            OpenAccount("account-000", "shop", "US", "a@b.example", "monthly"),
            accounts=world.accounts,
            policies=world.policies,
            desk=credit_desk(world.books, world.clock, world.renew),
        )
    world.poisoned = set()
    assert world.sweep() == Swept(1, more=False)
    assert sum(entry.kind == "granted" for entry in world.books.ledger.values()) == 1


def test_a_run_does_bounded_work_and_the_next_goes_on() -> None:
    world = World(20)
    world.clock.set("2026-02-15T10:00:00")
    runs = [world.sweep(Bounds(8, batch=4)) for _ in range(3)]
    assert runs == [Swept(8, more=True), Swept(8, more=True), Swept(4, more=False)]
    assert world.renewed() == 20


def test_a_run_that_is_short_of_time_begins_nothing() -> None:
    world = World(10)
    world.clock.set("2026-02-15T10:00:00")
    assert world.sweep(time_left=MIN_TIME_LEFT - 1) == Swept(0, more=True)
    assert world.renewed() == 0


def test_d_31_a_poisoned_account_does_not_stop_the_others_and_is_named_at_the_end() -> None:
    """D31: nothing stops silently. The run fails, so that its alarm rings, but only after everybody else was served."""
    world = World(6)
    world.poisoned = {"account-000", "account-003"}
    world.clock.set("2026-02-15T10:00:00")
    with pytest.raises(ExceptionGroup) as failed:
        world.sweep()
    assert world.renewed() == 4
    assert sorted(str(error) for error in failed.value.exceptions) == [
        "account-000 is poisoned",
        "account-003 is poisoned",
    ]
    assert "book credits of account account-000" in failed.value.exceptions[0].__notes__[0]
    world.poisoned = set()
    assert world.sweep() == Swept(0, more=False), "they wait"
    world.clock.instant += FIRST_PAUSE
    assert world.sweep() == Swept(2, more=False)


def test_d_31_more_poisoned_accounts_than_a_run_settles_do_not_starve_the_rest() -> None:
    """D31: they are the longest overdue, so the first runs meet them; they are moved back, and the third run is for the others."""
    world = World(12)
    world.poisoned = {f"account-{number:03d}" for number in range(8)}
    world.clock.set("2026-02-15T10:00:00")
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            world.sweep(Bounds(4, batch=2))
    assert world.sweep(Bounds(4, batch=2)).finished == 4
    assert world.renewed() == 4
