"""One deployment in memory: accounts, policies, books and a clock, with what the tests of accounts ask of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import Balance, Burned, BurnRequest
from lotbook.domain.policy.document import Policy
from lotbook.usecases.accounts.open_account import OpenAccount, Opened, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.statement import list_entries
from tests import patience
from tests.fakes.accounts import FakeAccounts, FakePolicies, ManualClock, a_policy
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

_ACME: dict[str, Any] = {"account_id": "acme", "policy_id": "shop", "region": "US", "email": "a@b.example"}


class Crash(Exception):
    """The worker is gone."""


class World:
    """One deployment in memory."""

    def __init__(
        self, policy: Policy | None = None, start: str = "2026-01-15T10:00:00", books: FakeBooks | None = None
    ):
        self.clock = ManualClock(start)
        self.accounts = FakeAccounts()
        self.policies = FakePolicies(policy or a_policy(free_credits=10))
        self.books = books or FakeBooks()
        self.keys = 0

    def open(self, plan_id: str | None = "monthly", **changes: str) -> Opened:
        command = OpenAccount(**(_ACME | {"plan_id": plan_id} | changes))
        return self.send(command, self.renew)

    def send(self, command: OpenAccount, renew: Callable[[str], None]) -> Opened:
        return open_account(
            command,
            accounts=self.accounts,
            policies=self.policies,
            desk=credit_desk(self.books, self.clock, renew),
        )

    def renew(self, account_id: str = "acme", *, at_once: bool = False) -> None:
        renew_account(
            account_id,
            accounts=self.accounts,
            policies=self.policies,
            desk=credit_desk(self.books, self.clock),
            at_once=at_once,
        )

    def balance(self, unit: str = "credits") -> Balance:
        return read_balance("acme", unit, desk=credit_desk(self.books, self.clock, self.renew))

    def lots(self) -> list[tuple[str, int]]:
        return [(lot.kind, lot.remaining) for lot in self.balance().lots]

    def burn(self, credits: int) -> Burned:
        self.keys += 1
        request = BurnRequest(credits=credits)
        return consume("acme", f"key-{self.keys}", request, desk=credit_desk(self.books, self.clock, self.renew))

    def burned_kinds(self, credits: int) -> list[tuple[str, int]]:
        drawn = self.burn(credits).draws
        self.balance()  # journals the grants that a crash left in the book
        kinds = {entry.lot.lot_id: entry.lot.kind for entry in self.books.ledger.values() if entry.lot}
        return [(kinds[draw.lot_id], draw.credits) for draw in drawn]

    def entries(self) -> list[tuple[str, int]]:
        page = list_entries("acme", "credits", 100, None, desk=credit_desk(self.books, self.clock, self.renew))
        assert page.next_cursor is None
        return [(entry.kind, entry.credits) for entry in reversed(page.entries)]

    def granted(self) -> list[tuple[str, int]]:
        return [entry for entry in self.entries() if entry[0] == "granted"]

    def buy(self, credits: int = 50, expires_at: int | None = None) -> None:
        now = self.clock.now()
        rank = self.policies.newest("shop").policy.rank("purchased")
        lot = Lot(f"lot_bought_{now}", "credits", "purchased", credits, rank, now, expires_at, now)
        grant_lot("acme", lot, desk=credit_desk(self.books, self.clock, self.renew))

    def check_sum(self) -> None:
        found = self.balance()
        owned = found.available + found.held + found.frozen - found.shortfall
        assert sum(credits for _, credits in self.entries()) == owned


REQUEST = OpenAccount("acme", "shop", "US", "a@b.example", "monthly")


def crash(_: str) -> None:
    raise Crash


def burn_one(world: World, key: str, credits: int = 1) -> Burned:
    return consume("acme", key, BurnRequest(credits=credits), desk=credit_desk(world.books, world.clock, world.renew))


def together(workers: int, work) -> None:  # type: ignore[no-untyped-def]
    """All at once; whatever one of them raises is raised here."""
    barrier = Barrier(workers)

    def run(number: int) -> None:
        barrier.wait(patience.SECONDS)
        work(number)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(run, number) for number in range(workers)]:
            done.result()
