"""Erasing in the table: page by page, from where it stopped, and never a number of the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import erasures, keys
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.erasures import DynamoErasures
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.closing.forgetting import forgotten_entry
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS, NOTED, Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.portal.sessions import Pass, Visitor
from lotbook.domain.values.access import ERASED
from tests.contracts.a_book import NOW, A, U
from tests.fakes.closings import FakeErasures
from tests.fakes.desk import Desk
from tests.fakes.outbox import filed

WHO = "ann@x.example"
BURN = Entry("use-1", U, "consumed", NOW, seq=2, credits=-3, actor=WHO, reference="Ann's job", digest="d" * 12)
LOT = Lot("lot_1", U, "promotional", 5, 1, NOW, None, NOW, actor=WHO, reason="for Ann")
GRANT = Entry("lot#lot_1", U, "granted", NOW, seq=1, credits=5, actor=WHO, lot=LOT)


@pytest.fixture(params=["table", "fake"])
def ledger(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Books, and what erases their entries."""
    if request.param == "fake":
        desk = Desk()
        return desk.books, FakeErasures(desk)
    table = request.getfixturevalue("table")
    return DynamoBooks(table), DynamoErasures(table)


def test_an_entry_loses_who_and_why_and_nothing_else(ledger: tuple[Any, Any]) -> None:
    books, store = ledger
    for entry in (BURN, GRANT):
        books.put_entry(A, entry)
    store.entries(A, [forgotten_entry(BURN)])
    assert store.lot_entries(A, U, None) is None
    assert books.entry(A, U, BURN.name) == replace(BURN, actor=ERASED, reference=None)
    assert books.entry(A, U, GRANT.name) == replace(GRANT, actor=ERASED, lot=replace(LOT, actor=ERASED, reason=ERASED))


def test_what_a_schedule_has_marked_beside_an_open_hold_stays(table: Table) -> None:
    books, held = DynamoBooks(table), Entry("use-9", U, "held", NOW, seq=3, reference="Ann's job", due=NOW + 9)
    books.put_entry(A, held)
    DynamoErasures(table).entries(A, [forgotten_entry(held)])
    (item,) = table.client.scan(TableName=table.name)["Items"]
    assert (item["du"], "reference" in item) == ({"N": str(NOW + 9)}, False)


def pages(work: Any) -> int:
    """How many pages it takes, each from where the one before ended."""
    after, count = None, 0
    for _ in range(20):
        after, count = work(after), count + 1
        if after is None:
            return count
    raise AssertionError("no end")


def test_long_partitions_are_erased_page_by_page(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "PAGE", 2)
    books, store, passes = DynamoBooks(table), DynamoErasures(table), DynamoPasses(table)
    for number in range(5):
        books.note_metadata(A, f"use-{number}", "d" * 12 + NOTED, {"who": WHO})
        visitor = Visitor(A, "owner", WHO, "https://x.example/ann", "en")
        passes.put("session", f"digest-{number}", Pass(visitor, NOW, 0))
        filed(DynamoStatement(table), A, U, [StatementLine(number + 1, replace(BURN, seq=number + 1))])
    passes.begin_round(A)
    assert pages(lambda after: store.notes(A, after)) == 3
    assert pages(lambda after: store.passes(A, after)) in (3, 4)
    assert pages(lambda after: store.lines(A, U, after)) == 3
    assert WHO not in str(table.client.scan(TableName=table.name)["Items"])
    assert passes.find("session", A, "digest-1")[0] == Pass(Visitor(A, "owner", ERASED, None, "en"), NOW, 0)
    assert passes.round_of(A) == 1
    (line, *_) = DynamoStatement(table).page(A, U, 99, 9)
    assert line.entry == replace(BURN, seq=5, actor=ERASED, reference=None)


def test_a_note_of_an_older_release_lies_beside_its_entry_and_is_read_and_erased_there(table: Table) -> None:
    books, digest = DynamoBooks(table), "d" * DIGEST_CHARACTERS + NOTED
    noted = replace(BURN, digest=digest)
    books.put_entry(A, noted)
    old = keys.old_note(A, noted.name, digest) | {"metadata": {"who": WHO}}
    table.client.put_item(TableName=table.name, Item=to_item(old))
    books.note_metadata(A, "use-2", digest, {"who": "new"})
    assert books.metadata(A, [("use-1", digest), ("use-2", digest)]) == {"use-1": {"who": WHO}, "use-2": {"who": "new"}}
    DynamoErasures(table).entries(A, [forgotten_entry(noted)])
    assert books.metadata(A, [("use-1", digest)]) == {"use-1": {}}
