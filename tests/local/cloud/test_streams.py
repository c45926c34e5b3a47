"""The local stream: the event source's filter, batches, retries, bisection and dead letters; and the whole way on the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.cloud import cloud
from local.cloud.engine import Address
from local.cloud.functions import FunctionFailed, Functions
from local.cloud.published import follow_table
from local.cloud.streams import Deliveries, TableStream, matches, number_of
from local.cloud.template import StreamSource, Template, load
from lotbook import settings, wiring
from lotbook.adapters.dynamo.keys import statement
from lotbook.adapters.dynamo.table import to_item
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.statement import list_entries
from tests.fakes.credit_desk import credit_desk
from tests.fakes.samples import account_on, published

SOURCE = StreamSource("outbox", 4, 3, bisects=True, reports_failures=True, patterns=())


def record(number: int, pk: str = "L#acme#credits", sk: str = "lot#a", name: str = "INSERT") -> dict[str, Any]:
    keys = to_item({"pk": pk, "sk": sk})
    return {"eventName": name, "dynamodb": {"SequenceNumber": f"{number:05d}", "Keys": keys}}


class Function:
    """A function that cannot do some records; `raises` instead of reporting them. Remembers its calls."""

    def __init__(self, *poison: int, raises: bool = False, until: int = 10**9) -> None:
        self.poison, self.raises, self.until = {f"{number:05d}" for number in poison}, raises, until
        self.calls: list[list[int]] = []
        self.done: list[int] = []

    def __call__(self, folder: str, event: Any) -> Any:
        assert folder == "outbox"
        numbers = [number_of(each) for each in event["Records"]]
        self.calls.append([int(number) for number in numbers])
        failed = [number for number in numbers if number in self.poison] if len(self.calls) <= self.until else []
        if failed and self.raises:
            raise FunctionFailed(folder)
        self.done += [int(number) for number in numbers if number not in failed]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def deliveries(function: Function, folder: Path, source: StreamSource = SOURCE) -> Deliveries:
    return Deliveries(source, function, folder / "given-up.jsonl")


def test_records_come_in_batches_in_order(tmp_path: Path) -> None:
    function = Function()
    deliveries(function, tmp_path).deliver([record(number) for number in range(10)])
    assert function.calls == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("raises", [False, True], ids=["reports", "raises"])
def test_issue_3_a_poison_record_ends_alone_in_the_dead_letters_and_blocks_nobody(tmp_path: Path, raises: bool) -> None:
    function = Function(5, raises=raises)
    delivered = deliveries(function, tmp_path)
    delivered.deliver([record(number) for number in range(10)])
    assert sorted(set(function.done)) == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert [number_of(each) for each in delivered.given_up()] == ["00005"]
    assert sum(call == [5] for call in function.calls) == SOURCE.attempts


def test_issue_3_what_failed_for_a_while_is_delivered_from_the_first_failure_on(tmp_path: Path) -> None:
    function = Function(2, until=1)
    delivered = deliveries(function, tmp_path)
    delivered.deliver([record(number) for number in range(4)])
    assert function.calls == [[0, 1, 2, 3], [2], [3]]
    assert delivered.given_up() == []


def test_without_bisection_the_whole_rest_is_tried_and_given_up(tmp_path: Path) -> None:
    function = Function(1)
    delivered = deliveries(
        function, tmp_path, StreamSource("outbox", 4, 2, bisects=False, reports_failures=True, patterns=())
    )
    delivered.deliver([record(number) for number in range(4)])
    assert function.calls == [[0, 1, 2, 3], [1, 2, 3]]
    assert [number_of(each) for each in delivered.given_up()] == ["00001", "00002", "00003"]


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "stream"})


def test_issue_3_the_templates_filter_lets_new_entries_purchases_and_changed_accounts_through_and_nothing_else(
    template: Template,
) -> None:
    (source,) = template.streams

    def passes(pk: str, sk: str, name: str = "INSERT") -> bool:
        return any(matches(pattern, record(1, pk, sk, name)) for pattern in source.patterns)

    assert passes("L#acme#credits", "lot#a")
    assert passes("U#acme#k", "use")
    assert passes("A#acme", "purchase#pur_1")
    assert passes("A#acme", "purchase#pur_1", name="MODIFY")
    assert not passes("B#acme#credits", "book")
    assert not passes("B#acme#credits", "book", name="MODIFY")
    assert not passes("U#acme#k", "use", name="MODIFY")
    assert not passes("U#acme#k", "meta#d")
    assert not passes("S#acme#credits", "000000000001")
    assert not passes("A#acme", "latch#credits")
    assert passes("A#acme", "account", name="MODIFY")
    assert not passes("A#acme", "account")
    assert not passes("A#acme", "purchase#pur_1", name="REMOVE")


def test_issue_3_the_event_source_reports_bisects_and_gives_up_inside_bounds(template: Template) -> None:
    (source,) = template.streams
    assert (source.function, source.bisects, source.reports_failures) == ("outbox", True, True)
    assert 2 <= source.attempts <= 20


# --- on the engine ----------------------------------------------------------------------------------------------------


@pytest.fixture
def running(
    dynamo_engine: str, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, Any]]:
    """The table, the bus and the outbox on the engine; answers what reads the events, and the template's table."""
    for name, value in (template.environment | cloud.credentials(Address(dynamo_engine, "test"))).items():
        monkeypatch.setenv(name, value)
    for cached in (settings.settings, *(each for each in vars(wiring).values() if hasattr(each, "cache_clear"))):
        cached.cache_clear()
    cloud.create_missing(template, {}, dynamo_engine)
    wiring.policies().publish("make", published("make").document)
    wiring.accounts().create(account_on("make", "free"))
    functions = Functions(ROOT / "functions", template.functions)
    with ExitStack() as started:
        yield (
            follow_table(template, functions.invoke, engine_url=dynamo_engine, directory=tmp_path, started=started),
            functions,
        )
    for cached in (settings.settings, *(each for each in vars(wiring).values() if hasattr(each, "cache_clear"))):
        cached.cache_clear()
    wiring.clock.cache_clear()


@pytest.mark.engine
def test_issue_3_from_the_table_by_its_stream_to_statement_and_events(
    running: tuple[Any, Any], tmp_path: Path, dynamo_engine: str, template: Template
) -> None:
    """D34, D35: the real function on a real stream; redelivery from the beginning changes nothing."""
    events, functions = running
    now = wiring.clock().now() // 1_000 * 1_000
    lot = Lot("lot_1", "credits", "purchased", 100, 3, now, None, now)
    grant_lot("acme", lot, desk=credit_desk(wiring.books(), wiring.clock()))
    for at in range(10):
        consume("acme", f"k{at}", BurnRequest(8), desk=credit_desk(wiring.books(), wiring.clock(), lambda _: None))
    told = events()
    kinds = [each["type"] for each in reversed(told)]
    assert kinds[0] == "credits.granted"
    assert sum(each["detail"]["credits"] for each in told if each["type"] == "credits.consumed") == 80
    (low,) = [each for each in told if each["type"] == "credits.low"]
    assert low["detail"]["account_id"] == "acme"
    assert low["detail"]["used_percent"] == 75
    assert set(low) == {"id", "type", "at", "detail"}

    filed = wiring.statement().page("acme", "credits", 10**9, 50)
    assert [line.seq for line in filed] == list(range(11, 0, -1))
    page = list_entries("acme", "credits", 50, None, desk=wiring.reading_desk())
    assert page == list_entries("acme", "credits", 50, None, desk=wiring.credit_desk())
    assert statement("acme", "credits", 11)["sk"] == "000000000011"

    stream = TableStream(dynamo_engine, template.table["TableName"], tmp_path / "again.json")
    (source,) = template.streams
    again = Deliveries(source, functions.invoke, tmp_path / "again.jsonl")
    for records in stream.read():
        again.deliver(records)
    assert not again.given_up()
    assert (
        len([each for each in {each["id"]: each for each in events()}.values() if each["type"] == "credits.low"]) == 1
    )
    assert wiring.statement().page("acme", "credits", 10**9, 50) == filed


@pytest.mark.engine
def test_what_was_delivered_is_not_read_again_after_a_restart(running: Any, tmp_path: Path, dynamo_engine: str) -> None:
    """And a checkpoint that the engine does not know any more begins again instead of stopping for ever."""
    events, _ = running
    events()
    checkpoint = tmp_path / "stream.json"
    table = wiring.table().name
    assert list(TableStream(dynamo_engine, table, checkpoint).read()) == []
    checkpoint.write_text(json.dumps(dict.fromkeys(json.loads(checkpoint.read_text()), "0" * 30)))
    assert sum(len(records) for records in TableStream(dynamo_engine, table, checkpoint).read()) > 0
