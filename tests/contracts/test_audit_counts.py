"""What the scheduled audit costs on the table, counted by our own meter and gated at equality: calls, write units, read units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.ledger_items import entry_key, entry_values
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.sweeps import DynamoSweeps
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.values.instants import DAY
from lotbook.usecases.audit.audit_account import Auditing
from lotbook.usecases.audit.audit_accounts import audit_accounts
from tests import table as tables
from tests.fakes.accounts import an_account
from tests.fakes.long_ledger import A, LongLedger, U
from tests.fakes.outbox import filed
from tests.meter import Metered
from tests.quick_moto import mock_aws

OF_A_RUN = 9  # calls, whatever is due: eight shards of the index, and what failed before
Counts = tuple[int, int, int]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield tables.dynamodb()


class Filed:
    """A long ledger on a metered table."""

    def __init__(self, client: Any, history: int) -> None:
        self.ledger, self.seq, self.raw = LongLedger(history), 0, tables.create(client, f"lotbook-{history}")
        self.meter = Metered(client)
        self.table, self.clock = Table(self.meter, self.raw.name), self.ledger.clock
        DynamoAccounts(self.raw).create(an_account(account_id=A))
        DynamoAudits(self.raw).postpone(A, self.clock.instant)
        self.file()

    def file(self) -> None:
        """What is new in the ledger, in the table; the book as it is then."""
        new = [entry for entry in self.ledger.books.ledger.values() if entry.seq > self.seq]
        self.seq = self.ledger.book.head.seq
        tables.put_back(self.raw, [to_item(entry_key(A, U, entry.name) | entry_values(entry)) for entry in new])
        filed(DynamoStatement(self.raw), A, U, [StatementLine(entry.seq, entry) for entry in new])
        books = DynamoBooks(self.raw)
        old = books.get(A, U)
        written: Book = replace(self.ledger.book, version=(old.version + 1) if old else 0)
        assert books.create(A, U, written) if old is None else books.swap(A, U, old, written).done

    def run(self) -> tuple[int, Counts]:
        """One run of the schedule: entries that were replayed, and what it cost."""
        self.meter.reset()
        audits = DynamoAudits(self.table)
        books, statement = DynamoBooks(self.table), DynamoStatement(self.table)
        auditing = Auditing(audits, books, DynamoPurchases(self.table), self.clock, statement)
        checked = audit_accounts(
            due=DynamoDueIndex(self.table),
            auditing=auditing,
            units_of=lambda _: (U,),
            memory=DynamoSweeps(self.table),
            time_left=lambda: 900_000,
        )
        for each in checked.sweep.failures:
            raise each.error
        assert (checked.accounts, checked.sweep.failures, checked.more) == (1, (), False)
        return checked.entries, self.meter.counts()

    def next_day(self, new: int) -> Counts:
        self.clock.instant += DAY
        self.ledger.burn(new)
        if new:
            self.file()
        entries, counts = self.run()
        assert entries == new
        return counts


def test_d37_a_day_costs_what_is_new_whatever_the_history_is(client: Any) -> None:
    """Calls, write units and strongly consistent read units, with 30 and with 300 entries of history.

    A quiet account is five calls: its mark, the book and the book's mark, the newest purchase, and when it is looked at again.
    """
    days: dict[int, list[Counts]] = {}
    firsts: dict[int, Counts] = {}
    for history in (30, 300):
        filed = Filed(client, history)
        entries, firsts[history] = filed.run()
        assert entries == history
        days[history] = [filed.next_day(new) for new in (0, 1, 100)]
    assert days[30] == days[300] == [(OF_A_RUN + 5, 1, 13), (OF_A_RUN + 9, 2, 16), (OF_A_RUN + 9, 2, 116)]
    assert firsts[30] == (22, 4, 47)
    assert firsts[300] == (22 + 2 * 2, 4, 322), "what was never audited is read once, a hundred entries with two calls"
