"""Periods under real concurrency: threads, each with its own stores, against the local engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.requests import BurnRequest
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import books_due
from tests import engine, patience, table
from tests.fakes.accounts import FakePolicies, ManualClock, a_policy
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import swept

pytestmark = pytest.mark.engine
WORKERS = 12


class Worker:
    """A process of the deployment: stores of its own on the one table."""

    def __init__(self, found: Table, clock: ManualClock) -> None:
        self.accounts, self.books, self.due = DynamoAccounts(found), DynamoBooks(found), DynamoDueIndex(found)
        self.policies, self.clock = FakePolicies(a_policy(free_credits=10)), clock

    def renew(self, account_id: str) -> None:
        renew_account(
            account_id, accounts=self.accounts, policies=self.policies, desk=credit_desk(self.books, self.clock)
        )

    def open(self) -> bool:
        command = OpenAccount("acme", "shop", "US", "a@b.example", "monthly")
        return open_account(
            command,
            accounts=self.accounts,
            policies=self.policies,
            desk=credit_desk(self.books, self.clock, self.renew),
        ).created

    def burn(self, key: str, credits: int) -> None:
        request = BurnRequest(credits=credits)
        consume("acme", key, request, desk=credit_desk(self.books, self.clock, self.renew))

    def sweep(self) -> None:
        swept(books_due(due=self.due, desk=credit_desk(self.books, self.clock, self.renew)), self.clock)

    def lots(self) -> list[tuple[str, int]]:
        found = read_balance("acme", "credits", desk=credit_desk(self.books, self.clock, self.renew))
        return [(lot.kind, lot.remaining) for lot in found.lots]


@pytest.fixture
def workers(dynamo_engine: str) -> list[Worker]:
    """Some workers on an empty table, each with a client of its own, as processes have."""
    made = table.create(engine.client(dynamo_engine), f"lotbook-{uuid4().hex}")
    clock = ManualClock()
    return [Worker(Table(engine.product(dynamo_engine), made.name), clock) for _ in range(WORKERS)]


def together(workers: list[Worker], work: Callable[[int, Worker], object]) -> list[object]:
    """All at once; whatever one of them raises is raised here."""
    barrier = Barrier(len(workers))

    def run(number: int) -> object:
        barrier.wait(patience.SECONDS)
        return work(number, workers[number])

    with ThreadPoolExecutor(len(workers)) as pool:
        return [done.result() for done in [pool.submit(run, number) for number in range(len(workers))]]


def test_d_41_many_requests_open_one_account_with_one_period(workers: list[Worker]) -> None:
    """D41: one of them created it, all of them answer, the first period is granted once."""
    assert together(workers, lambda _, worker: worker.open()).count(True) == 1
    assert workers[0].lots() == [("free", 10), ("plan", 100)]


def test_d_02_d_26_burns_and_schedules_at_a_periods_first_instant_renew_it_once(workers: list[Worker]) -> None:
    """D2, D15, D26: every other worker is the schedule; burns draw free credits, then the plan's, and none is lost."""
    workers[0].open()
    workers[0].burn("before", 60)
    workers[0].clock.set("2026-02-15T10:00:00")
    together(workers, lambda number, worker: worker.sweep() if number % 2 else worker.burn(f"race-{number}", 5))
    assert workers[0].lots() == [("plan", 110 - 5 * (WORKERS // 2))]
    assert list(workers[0].due.due("book", workers[0].clock.now(), 10)) == []
