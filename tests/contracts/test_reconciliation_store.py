"""The reconciliation journal, strays, and purchases by time, in the table and in the fakes: the same answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import made as made_by_time
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.made import DynamoPurchaseLists
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.reconciliation.differences import ComparedPeriod, Difference, Stray
from lotbook.domain.reconciliation.strays import StrayNote
from lotbook.domain.sales.purchase import new_purchase_id
from lotbook.domain.values import ids, instants
from lotbook.ports.reconciliation import Noted, Progress
from lotbook.ports.shop import KeyUse
from tests.fakes.purchases import ORDERED, a_purchase
from tests.fakes.reconciliation import FakeJournal, FakeStrays

FOUND = Difference("amount_mismatch", "acme", "pur_1", "cs_1", ("total", "tax"))
STRAY = Stray("pi_1", "event", 7, "acme", "pur_1", "cs_1", "pi_1", "evt_1")


@pytest.fixture(params=["table", "fake"])
def journal(request: pytest.FixtureRequest, table: Table) -> Any:
    return DynamoReconciliation(table) if request.param == "table" else FakeJournal()


@pytest.fixture(params=["table", "fake"])
def strays(request: pytest.FixtureRequest, table: Table) -> Any:
    return DynamoReconciliation(table) if request.param == "table" else FakeStrays()


def test_a_note_is_written_once_a_day_and_never_changed(journal: Any) -> None:
    note = Noted(ORDERED, FOUND, "found")
    assert journal.note(note) is True
    assert journal.note(replace(note, at=ORDERED + instants.HOUR)) is False
    assert journal.note(replace(note, outcome="open")) is True
    assert journal.note(replace(note, difference=replace(FOUND, fields=("total",)))) is True
    assert journal.note(replace(note, at=ORDERED + instants.DAY)) is True


def test_notes_say_what_where_and_when_and_hold_no_amount(table: Table) -> None:
    DynamoReconciliation(table).note(Noted(ORDERED, FOUND, "open"))
    (item,) = table.client.scan(TableName=table.name)["Items"]
    assert item["pk"] == {"S": "R#2026-01-15"}
    assert item["sk"]["S"].startswith("amount_mismatch#")
    assert item["sk"]["S"].endswith("#open")
    assert {name: next(iter(value.values())) for name, value in item.items() if name not in ("pk", "sk", "fields")} == {
        "f": "1",
        "at": str(ORDERED),
        "difference": "amount_mismatch",
        "severity": "critical",
        "repair": True,
        "outcome": "open",
        "account_id": "acme",
        "purchase_id": "pur_1",
        "reference": "cs_1",
    }


def test_progress_is_kept_by_name_until_it_is_cleared(journal: Any) -> None:
    progress = Progress(ComparedPeriod(1_000, 2_000), "refunds", "re_1")
    assert journal.progress("scheduled") is None
    journal.save_progress("scheduled", progress)
    journal.save_progress("other", replace(progress, after=None))
    assert journal.progress("scheduled") == progress
    assert journal.progress("other") == replace(progress, after=None)
    for _ in range(2):
        journal.clear_progress("scheduled")
    assert journal.progress("scheduled") is None


def test_s4_what_was_compared_is_kept_by_run_and_page(journal: Any) -> None:
    """The same page again says the same; another run, or another period of the same name, has compared nothing."""
    progress = Progress(ComparedPeriod(1_000, 2_000), "checkouts", None)
    assert journal.seen("scheduled", progress.period) == set()
    for _ in range(2):
        journal.keep_seen("scheduled", progress, {"cs_1", "cs_2"}, 1_000)
    journal.keep_seen("scheduled", replace(progress, after="cs_2"), {"cs_3"}, 1_000)
    assert journal.seen("scheduled", progress.period) == {"cs_1", "cs_2", "cs_3"}
    assert journal.seen("scheduled", ComparedPeriod(1_001, 2_000)) == journal.seen("other", progress.period) == set()


def test_d_05_a_stray_is_kept_once_and_learns_what_was_not_known(strays: Any) -> None:
    """D5: the event names the payment, the reconciliation its amount; neither overwrites the other."""
    assert strays.keep(STRAY) is True
    assert (
        strays.keep(replace(STRAY, found_by="reconciliation", first_seen_at=9, total_minor=5, currency="usd")) is False
    )
    assert strays.keep(replace(STRAY, total_minor=6, account_id="evil")) is False
    assert strays.keep(replace(STRAY, name="pi_2")) is True
    kept = [replace(STRAY, total_minor=5, currency="usd"), replace(STRAY, name="pi_2")]
    assert [case.stray for case in strays.strays(10)] == kept
    assert [[case.stray.name for case in strays.strays(1, after)] for after in (None, "pi_1", "pi_2")] == [
        ["pi_1"],
        ["pi_2"],
        [],
    ]
    assert strays.stray("pi_1").stray == kept[0]
    assert strays.stray("pi_3") is None


def test_what_became_of_a_stray_is_notes_in_the_order_of_time_and_the_last_one_counts(strays: Any) -> None:
    """D5: nothing is overwritten, whoever was wrong."""
    for name in ("pi_1", "pi_10"):
        strays.keep(replace(STRAY, name=name))
    later = StrayNote("pi_1", 20, "ann", "Not his after all.", closes=False)
    first = StrayNote("pi_1", 10, "bob", "Refunded.", closes=True)
    assert strays.stray("pi_1").is_open
    assert strays.note_stray(first)
    assert not strays.stray("pi_1").is_open
    assert strays.note_stray(later)
    assert not strays.note_stray(replace(later, text="other", closes=True)), "what is written stays"
    assert strays.stray("pi_1").notes == (first, later)
    assert [(case.stray.name, case.is_open, len(case.notes)) for case in strays.strays(10)] == [
        ("pi_1", True, 2),
        ("pi_10", True, 0),
    ]
    assert strays.keep(replace(STRAY, total_minor=5)) is False
    assert len(strays.stray("pi_1").notes) == 2


def at(moment: int, **changes: Any) -> Any:
    name = new_purchase_id(moment, moment.to_bytes(12, "big"))
    return a_purchase(purchase_id=name, created_at=moment, **changes)


def read_all(lists: DynamoPurchaseLists, period: ComparedPeriod) -> list[str]:
    found: list[str] = []
    after = None
    for _ in range(1_000):
        page = lists.made(period, after)
        found += [name.purchase_id for name in page.rows]
        if page.after is None:
            return sorted(found)
        after = page.after
    raise AssertionError("the list does not end")


def test_purchases_are_found_by_the_time_they_were_made_whatever_they_wait_for(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X-01: `[start, end)`; waiting, decided, decided and waiting again (money that goes back): each exactly once."""
    monkeypatch.setattr(made_by_time, "PAGE", 2)
    purchases, lists = DynamoPurchases(table), DynamoPurchaseLists(table)
    expected = []
    for number in range(40):
        row = at(ORDERED + number * 1_000, check_at=ORDERED + instants.DAY)
        purchases.place(row, KeyUse(f"fp-{number}", row.purchase_id, "d"))
        expected.append(row.purchase_id)
        if number % 2:
            row = purchases.save(replace(row, state="completed", check_at=None))
        if number % 4 == 3:
            purchases.save(replace(row, check_at=ORDERED + 2 * instants.DAY))
    assert read_all(lists, ComparedPeriod(ORDERED, ORDERED + 40_000)) == sorted(expected)
    assert read_all(lists, ComparedPeriod(ORDERED + 3_000, ORDERED + 7_000)) == sorted(expected[3:7])
    assert read_all(lists, ComparedPeriod(ORDERED - 9_000, ORDERED)) == []


def test_d_09_what_waits_for_nothing_is_not_looked_at_by_the_schedule(table: Table) -> None:
    """D9: the index of purchases by time is not the index of what is due."""
    purchases = DynamoPurchases(table)
    row = at(ORDERED, check_at=ORDERED)
    purchases.place(row, KeyUse("fp", row.purchase_id, "d"))
    purchases.save(replace(row, state="completed", check_at=None))
    assert list(DynamoDueIndex(table).due("purchase", instants.FAR_FUTURE, 10)) == []


@pytest.mark.parametrize("moment", [0, 1, ORDERED, instants.FAR_FUTURE])
def test_an_id_says_when_it_was_made(moment: int) -> None:
    assert ids.time_of(ids.derived("pur", moment, "x")) == moment


@pytest.mark.parametrize("name", ["", "pur_", "pur_short", "pur_ILOU000000aaaaaaaaaaaaaaaa", "ümlaut_ääääääääää"])
def test_what_is_no_such_id_has_no_time(name: str) -> None:
    assert ids.time_of(name) is None
