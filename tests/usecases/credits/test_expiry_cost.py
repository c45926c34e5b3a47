"""What the scheduled expiry costs: by accounts that are due, and by what died there; not by lots that live (issue 3).

20,000 lots over 2,000 accounts, two runs of a schedule. Exactness needs no schedule at all: it only journals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.keys import DUE_SHARDS
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.values.instants import DAY, FAR_FUTURE
from lotbook.ports.shop import DueItem
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import books_due, bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.sweeping import MAX_ITEMS_A_RUN
from tests import table
from tests.audit import assert_explained
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import FakeDue, swept
from tests.meter import Metered
from tests.quick_moto import mock_aws

pytestmark = pytest.mark.slow

U = "credits"
START = 1_800_000_000_000

ACCOUNTS, LOTS_EACH = 2_000, 10
WRITES = ("swap", "put_entry", "tidy", "burn", "ask", "resolve", "create", "hold_done")


class Clock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


def _due(books: FakeBooks) -> FakeDue:
    """The due index over books in memory."""

    def listed(_kind: str) -> Iterator[DueItem]:
        for (account_id, unit), book in books.books.items():
            if book.until != FAR_FUTURE:
                yield DueItem(account_id, unit, book.until)

    def find(item: DueItem) -> DueItem | None:
        book = books.books.get((item.account_id, item.name))
        return None if book is None else DueItem(item.account_id, item.name, book.until)

    return FakeDue(listed, find)


def _none(account_id: str) -> None:
    """Nothing renews here."""


def _a_lot(account: int, number: int, dies_on_day: int) -> Lot:
    expires_at = START + dies_on_day * DAY
    return Lot(f"lot_{account:05d}{number:02d}", U, "plan", 10, 1, START, expires_at, START)


@pytest.fixture(scope="module")
def many() -> FakeBooks:
    """Ten lots an account; lot n dies on day n+1, but for every 20th account, where a first one dies on day 0.5."""
    books = FakeBooks()
    for account in range(ACCOUNTS):
        lots = [_a_lot(account, number, number + 2) for number in range(LOTS_EACH)]
        if account % 20 == 0:
            lots[0] = replace(lots[0], expires_at=START + DAY // 2)
        orders = {order.order_id: order for order in map(Grant, lots)}
        laid = lay(U, Book(since=START, orders=orders), Journaled(), START)
        books.books[f"acc-{account}", U] = replace(laid, outcomes={})
        for entry in laid.outcomes.values():
            books.ledger[f"acc-{account}", U, entry.name] = entry
    return books


def _sweep(books: FakeBooks, clock: Clock) -> tuple[int, int, Counter[str]]:
    """Runs until nothing is left: (books turned, runs, calls)."""
    books.calls.clear()
    turned = 0
    for run in range(1, 100):
        run_of = swept(books_due(due=_due(books), desk=credit_desk(books, clock, _none)), clock)
        turned += run_of.finished
        if not run_of.more:
            return turned, run, Counter(books.calls)
    raise AssertionError("the sweep does not end")


def test_d21_the_schedules_cost_follows_the_accounts_that_are_due(many: FakeBooks) -> None:
    """X-01: at most three writes an account due; all lots that live and all other accounts cost nothing."""
    clock = Clock()
    assert sum(len(book.tape) for book in many.books.values()) == ACCOUNTS * LOTS_EACH
    assert _sweep(many, clock) == (0, 1, Counter())  # nothing is due: not one call to the books
    clock.at = START + DAY // 2
    due = ACCOUNTS // 20
    turned, runs, calls = _sweep(many, clock)
    assert (turned, runs) == (due, 1)
    writes = sum(calls[name] for name in WRITES)
    assert writes == 3 * due, calls
    assert sum(calls.values()) == 4 * due, calls
    assert sum(len(book.tape) for book in many.books.values()) == ACCOUNTS * LOTS_EACH - due
    assert _sweep(many, clock) == (0, 1, Counter())
    for account in (0, 20, 21, ACCOUNTS - 20):
        assert_explained(many, f"acc-{account}")


def test_d21_all_accounts_due_at_one_instant_take_bounded_runs(many: FakeBooks) -> None:
    """Runs of a thousand books, each a bounded piece of work; and whoever burns meanwhile needs none of them."""
    clock = Clock()
    clock.at = START + DAY // 2
    _sweep(many, clock)  # the day before, if no other test has played it
    clock.at = START + 2 * DAY
    burned = consume(f"acc-{ACCOUNTS - 1}", "k", BurnRequest(1), desk=credit_desk(many, clock, _none, prunes=Prunes()))
    assert burned.draws[0].lot_id == f"lot_{ACCOUNTS - 1:05d}01", "the first lot is dead, by the clock alone"
    turned, runs, calls = _sweep(many, clock)
    due = ACCOUNTS - ACCOUNTS // 20 - 1  # but those whose first lot had died before, and the one that was burned
    assert turned == due
    assert runs == -(-due // MAX_ITEMS_A_RUN)
    assert sum(calls[name] for name in WRITES) == 3 * due


@pytest.fixture
def on_a_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        made = table.create(client)
        yield Metered(client), made


def test_d21_an_account_due_takes_three_write_units_and_an_empty_index_a_constant(on_a_table: Any) -> None:
    """By our own meter: the swap, the entry of what died, and taking its outcome out; lots that live add none."""
    meter, made = on_a_table
    books, clock = DynamoBooks(Table(meter, made.name)), Clock()
    for number in range(LOTS_EACH):
        grant_lot("acc-0", _a_lot(0, number, number + 1), desk=credit_desk(books, clock))
    queries = Counter[str]()
    index = DynamoDueIndex(Table(_Counting(made.client, queries), made.name))
    assert list(index.due("book", clock.now(), 1_200)) == []
    assert queries == {"query": DUE_SHARDS}
    clock.at = START + DAY
    assert [item.account_id for item in index.due("book", clock.now(), 1_200)] == ["acc-0"]
    meter.reset()
    bring_up_to_date("acc-0", U, desk=credit_desk(books, clock))
    assert meter.counts() == (4, 3, 1)
    assert_explained(made, "acc-0")


class _Counting:
    """Counts the calls that reach a client."""

    def __init__(self, client: Any, calls: Counter[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self._calls[operation] += 1
            return getattr(self._client, operation)(**request)

        return call
