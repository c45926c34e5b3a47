"""Statement, latches and notices: the fakes and the table answer alike. And the bus, of whose answers some are refusals."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lotbook.adapters.bus import BATCH, MAX_PUBLISH_TRIES, EventBridgeBus
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.credits.ledger import Draw, Entry, Pointer, granted_name, void_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.statement_lines import StatementLine, lines_of
from lotbook.domain.news.alerts import EXHAUSTED, Latch, Said
from lotbook.domain.news.announcements import Announcement, make
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.ports.news import LatchStore, NoticeStore, StatementStore
from tests.fakes.outbox import FakeLatches, FakeNotices, FakeStatement, filed

NOW = 1_700_000_000_000
U = "credits"


@dataclass(frozen=True)
class Stores:
    statement: StatementStore
    latches: LatchStore
    notices: NoticeStore
    due: Any


@pytest.fixture(params=["fake", "table"])
def stores(request: pytest.FixtureRequest, aws: Table) -> Stores:
    if request.param == "fake":
        notices = FakeNotices()
        return Stores(FakeStatement(), FakeLatches(), notices, notices)
    return Stores(DynamoStatement(aws), DynamoLatches(aws), DynamoNotices(aws), DynamoDueIndex(aws))


@pytest.fixture
def account(request: pytest.FixtureRequest) -> str:
    """An account of the test's own."""
    return request.node.name.replace("[", "-").replace("]", "")[:60]


def entry(seq: int, **more: Any) -> Entry:
    return Entry(f"n{seq}", U, "consumed", NOW, seq, Pointer(f"n{seq - 1}", seq - 1), credits=-seq, **more)


RICH = Entry(
    granted_name("lot_a"),
    U,
    "granted",
    NOW,
    1,
    Pointer("", 0),
    credits=9,
    draws=(Draw("lot_a", 9),),
    available_after=9,
    paid=2,
    reference="order 7",
    purchase_id="pur_1",
    lot=Lot("lot_a", U, "purchased", 9, 3, NOW, None, NOW, purchase_id="pur_1"),
)


def test_issue_3_lines_come_back_as_they_were_filed_newest_first(stores: Stores, account: str) -> None:
    marker = Entry(void_name(3), U, "void", NOW, 12, Pointer("n11", 11), requested=5, skips=Pointer("n2", 2))
    lines = [*lines_of(RICH), *lines_of(entry(2)), *lines_of(entry(11)), *lines_of(marker)]
    filed(stores.statement, account, U, lines)
    found = stores.statement.page(account, U, 10**11, 100)
    assert found == sorted(lines, key=lambda line: -line.seq)
    assert [line.seq for line in found] == [12, 11, 3, 2, 1]
    assert found[2].is_gap


def test_issue_3_a_page_ends_below_the_number_asked_and_at_its_limit(stores: Stores, account: str) -> None:
    filed(
        stores.statement, account, U, [StatementLine(seq, entry(seq)) for seq in range(1, 61)]
    )  # more than one write takes
    assert [line.seq for line in stores.statement.page(account, U, 41, 3)] == [40, 39, 38]
    assert [line.seq for line in stores.statement.page(account, U, 3, 10)] == [2, 1]
    assert stores.statement.page(account, U, 1, 10) == []
    assert stores.statement.page(account, "other", 41, 3) == []


def test_issue_3_filing_again_changes_nothing(stores: Stores, account: str) -> None:
    lines = [StatementLine(seq, entry(seq)) for seq in range(1, 4)]
    for _ in range(3):
        filed(stores.statement, account, U, lines)
    assert stores.statement.page(account, U, 10, 10) == lines[::-1]


def test_d_34_a_latch_is_written_under_its_version(stores: Stores, account: str) -> None:
    """D34: two batches of one account at the same time."""
    fresh = stores.latches.get(account, U)
    assert fresh == Latch()
    latch = replace(fresh, seq=4, base=10, base_seq=1, said={75: Said(NOW, 4, 0), EXHAUSTED: Said(0, 0, 0)})
    stores.latches.save(account, U, latch)
    with pytest.raises(Conflict):
        stores.latches.save(account, U, latch)
    kept = stores.latches.get(account, U)
    assert kept == replace(latch, version=1)
    moved = replace(kept, said={}, armed_by={75: 9, 90: 8}, seq=9)
    stores.latches.save(account, U, moved)
    assert stores.latches.get(account, U) == replace(moved, version=2)
    with pytest.raises(Conflict):
        stores.latches.save(account, U, kept)
    assert stores.latches.get(account, "other") == Latch()


def test_issue_3_a_noted_lot_is_due_at_its_instant_until_it_is_done(stores: Stores, account: str) -> None:
    stores.notices.note(account, U, "lot_a", NOW)
    stores.notices.note(account, U, "lot_a", NOW)
    found = [item for item in stores.due.due("notice", NOW, 500) if item.account_id == account]
    assert [(item.name, item.due_at) for item in found] == [("credits#lot_a", NOW)]
    assert not [item for item in stores.due.due("notice", NOW - 1, 500) if item.account_id == account]
    for _ in range(2):
        stores.notices.done(account, U, "lot_a")
    assert not [item for item in stores.due.due("notice", NOW, 500) if item.account_id == account]


# --- the table's own troubles -----------------------------------------------------------------------------------------


def refusing(code: str) -> Any:
    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "call")  # type: ignore[typeddict-item]

    return call


def test_a_throttled_table_is_unavailable_and_a_refusal_crashes() -> None:
    for code, outcome in (("ThrottlingException", Unavailable), ("ValidationException", ServiceRefused)):
        client = SimpleNamespace(**dict.fromkeys(("batch_write_item", "query", "batch_get_item"), refusing(code)))
        with pytest.raises(outcome):
            filed(DynamoStatement(Table(client, "t")), "a", U, [StatementLine(1, entry(1))])
        with pytest.raises(outcome):
            DynamoStatement(Table(client, "t")).page("a", U, 1, 1)
        with pytest.raises(outcome):
            DynamoLatches(Table(client, "t")).get("a", U)


# --- the bus ----------------------------------------------------------------------------------------------------------


@dataclass
class Events:
    """EventBridge that refuses some entries; `refused` names them by call."""

    refused: list[set[int]] = field(default_factory=list)
    calls: list[list[dict[str, Any]]] = field(default_factory=list)

    def put_events(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        assert len(entries) <= BATCH
        refused = self.refused[len(self.calls)] if len(self.calls) < len(self.refused) else set()
        self.calls.append(entries)
        results = [
            {"ErrorCode": "ThrottlingException"} if at in refused else {"EventId": "e"} for at in range(len(entries))
        ]
        return {"FailedEntryCount": len(refused), "Entries": results}


def announcements(count: int) -> list[Announcement]:
    return [make("credits.expired", NOW, "acme", {"n": number}, number) for number in range(count)]


def told(entries: list[dict[str, Any]]) -> list[int]:
    return [json.loads(entry["Detail"])["n"] for entry in entries]


def test_issue_3_an_event_has_our_id_its_type_time_and_account() -> None:
    events = Events()
    (one,) = announcements(1)
    EventBridgeBus(events, "bus").publish([one])
    ((entry,),) = events.calls
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("bus", "lotbook", "credits.expired")
    assert entry["Time"].timestamp() == NOW / 1_000
    detail = {"id": one.announcement_id, "at": "2023-11-14T22:13:20Z", "account_id": "acme", "n": 0}
    assert json.loads(entry["Detail"]) == detail


def test_issue_3_only_what_the_bus_refused_is_sent_again() -> None:
    events = Events(refused=[{1, 3}, {0}])
    EventBridgeBus(events, "bus").publish(announcements(12))
    assert [told(call) for call in events.calls] == [[*range(10)], [1, 3], [1], [10, 11]]


def test_issue_3_what_the_bus_never_takes_is_unavailable_after_a_bound() -> None:
    events = Events(refused=[{0}] * 100)
    with pytest.raises(Unavailable):
        EventBridgeBus(events, "bus").publish(announcements(1))
    assert len(events.calls) == MAX_PUBLISH_TRIES


def test_a_bus_that_does_not_answer_is_unavailable_and_one_that_forbids_crashes() -> None:
    def unreachable(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="http://bus")

    for call, outcome in (
        (unreachable, Unavailable),
        (refusing("InternalException"), Unavailable),
        (refusing("AccessDeniedException"), ServiceRefused),
    ):
        with pytest.raises(outcome):
            EventBridgeBus(SimpleNamespace(put_events=call), "bus").publish(announcements(1))
