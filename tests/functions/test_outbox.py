"""The stream's function: whole records in, the statement filed, events out, and an answer that names what failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.outbox import app
from local.cloud.lambda_json import as_json
from lotbook import settings, wiring
from lotbook.adapters.dynamo import stream
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values import instants
from lotbook.domain.values.errors import BrokenInvariant
from tests.fakes.outbox import RecordingBus
from tests.fakes.samples import published
from tests.functions.conftest import ACCOUNT as ACCOUNT_PATH
from tests.functions.conftest import Api

ACCOUNT = {"account_id": "acme"}


@pytest.fixture
def bus(shop: Api, monkeypatch: pytest.MonkeyPatch) -> RecordingBus:
    recording = RecordingBus()
    monkeypatch.setattr(wiring, "bus", lambda: recording)
    wiring.outlets.cache_clear()
    return recording


def items(table: Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.client.scan(TableName=table.name)["Items"]
    return found


def records(table: Table) -> list[dict[str, Any]]:
    """Every item of the table as the stream's record of its making."""
    return [record(item, f"{number:05d}") for number, item in enumerate(items(table))]


def record(
    item: dict[str, Any], number: str, name: str = "INSERT", old: dict[str, Any] | None = None
) -> dict[str, Any]:
    images = {"Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": item, "SequenceNumber": number}
    told: dict[str, Any] = as_json({"eventName": name, "dynamodb": images | ({"OldImage": old} if old else {})})
    return told


def burned(api: Api, *credits: int) -> None:
    for amount in credits:
        api.call("POST /v1/accounts/{account_id}/consume", {"credits": amount}, key=api.fresh(), path=ACCOUNT).ok()


def test_issue_3_the_function_files_the_statement_and_publishes(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    burned(shop, 3, 7)
    assert app.handler({"Records": records(environment)}, None) == {"batchItemFailures": []}
    assert {each.kind for each in bus.published} == {"credits.granted", "credits.consumed", "credits.exhausted"}
    lines = [item for item in items(environment) if item["pk"]["S"] == "S#acme#credits"]
    assert sorted(int(item["sk"]["S"]) for item in lines) == [1, 2, 3]
    assert all(len(item["sk"]["S"]) == 12 for item in lines)


def test_d_35_the_statement_is_the_same_before_and_after_the_stream(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    """D35: the lag of the stream is not seen."""
    burned(shop, 1, 2)

    def shown() -> Any:
        return shop.call("GET /v1/accounts/{account_id}/entries", path=ACCOUNT).ok()

    before = shown()
    assert [entry["credits"] for entry in before["entries"]] == [-2, -1, 10]
    app.handler({"Records": records(environment)}, None)
    assert shown() == before


def test_issue_3_a_poison_record_is_reported_alone_and_the_others_are_done(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    burned(shop, 3)
    good = records(environment)
    poison = [
        record(to_item({"pk": "U#acme#x", "sk": "use", "unit": "credits"}), "70000"),  # an entry without its fields
        record(
            to_item({"pk": "L#acme#credits", "sk": "lot#x", "unit": 7, "kind": "granted", "at": 1, "seq": 1}), "70001"
        ),
        record(to_item({"pk": "A#acme", "sk": "purchase#pur_x", "state": "completed"}), "70002"),
    ]
    answer = app.handler({"Records": [*poison[:2], *good, poison[2]]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": number} for number in ("70000", "70001", "70002")]}
    assert {each.kind for each in bus.published} == {"credits.granted", "credits.consumed"}


@pytest.mark.parametrize("raised", [RecursionError(), BrokenInvariant("x"), ArithmeticError()], ids=repr)
def test_s4_a_record_that_raises_anything_is_reported_alone_and_its_account_is_named(
    shop: Api,
    bus: RecordingBus,
    environment: Table,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    raised: Exception,
) -> None:
    """S4: only five kinds of errors were reading errors; any other failed the whole batch, a hundred accounts' records."""
    burned(shop, 3)
    read = entry_of

    def poisoned(name: str, values: dict[str, Any]) -> Entry:
        if name == "poison":
            raise raised
        return read(name, values)

    monkeypatch.setattr(stream, "entry_of", poisoned)
    poison = record(to_item({"pk": "U#bad#poison", "sk": "use"}), "70000")
    answer = app.handler({"Records": [poison, *records(environment)]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "70000"}]}
    assert {each.kind for each in bus.published} == {"credits.granted", "credits.consumed"}
    assert f'"record":"70000","account_id":"bad","error":"{type(raised).__name__}"' in caplog.text


def test_issue_3_what_must_come_again_is_reported_in_the_streams_order(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    burned(shop, 3)
    bus.fails = 1
    ledger = [each for each in records(environment) if each["dynamodb"]["Keys"]["pk"]["S"][0] in "LU"]
    answer = app.handler({"Records": ledger}, None)
    numbers = [each["dynamodb"]["SequenceNumber"] for each in ledger]
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == numbers
    assert app.handler({"Records": ledger}, None) == {"batchItemFailures": []}


def test_issue_3_books_statements_and_marks_of_schedules_are_passed_over(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    """What the function writes comes back by the stream where a filter is missing: it must not feed itself."""
    burned(shop, 3)
    app.handler({"Records": records(environment)}, None)
    bus.published.clear()
    others = [each for each in records(environment) if each["dynamodb"]["Keys"]["pk"]["S"][0] in "ABSP"]
    ledger = [each for each in records(environment) if each["dynamodb"]["Keys"]["pk"]["S"][0] == "U"]
    changed = [each | {"eventName": "MODIFY"} for each in ledger]
    note = record(to_item({"pk": "U#acme#x", "sk": "meta#d", "metadata": {}}), "80000")
    assert app.handler({"Records": [*others, *changed, note]}, None) == {"batchItemFailures": []}
    assert not bus.published


def test_b3_x_33_a_version_cannot_drop_the_unit_that_the_stream_has_seen_granted(
    api: Api, environment: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B3, X-33: while nobody has credits of it, it may go and come back; after that the refusal names it and an account."""
    monkeypatch.setattr(wiring, "bus", RecordingBus)
    wiring.outlets.cache_clear()
    whole = dict(published("make").document)
    companions = {key: value for key, value in whole["top_up"].items() if key != "companions"}  # type: ignore[attr-defined]
    less = {**whole, "units": ["credits"], "top_up": companions, "assumptions": []}
    place = {"policy_id": "make"}
    put = "PUT /v1/policies/{policy_id}"
    assert [api.call(put, each, path=place).ok(201)["version"] for each in (whole, less, whole)] == [1, 2, 3]
    api.call(
        "POST /v1/accounts", {"account_id": "acme", "policy_id": "make", "region": "US", "email": "a@b.example"}
    ).ok(201)
    gift = {"kind": "promotional", "credits": 5, "unit": "data_transfer_mb", "reason": "gift"}
    api.call(f"POST {ACCOUNT_PATH}/grants", gift, key="k", path=ACCOUNT).ok(201)
    assert app.handler({"Records": records(environment)}, None) == {"batchItemFailures": []}
    (error,) = api.call(put, less, path=place).problem(422, "invalid_request")["errors"]
    assert (error["field"], error["code"]) == ("units", "unit_in_use")
    assert error["allowed"] == "a version that keeps unit data_transfer_mb: account acme uses it"
    renamed = {**whole, "title": "Make, renamed"}
    assert api.call(put, renamed, path=place).ok(201)["version"] == 4


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("each", [("acme", 1), ("other", 1)]),
        ("together", [(None, 2)]),
        ("none", []),
    ],
)
def test_issue_14_burns_are_told_as_the_deployment_says(
    shop: Api, bus: RecordingBus, environment: Table, monkeypatch: pytest.MonkeyPatch, way: str, told: list[Any]
) -> None:
    """By the parameter BurnEvents; everything else is told by itself in every way."""
    monkeypatch.setenv("BURN_EVENTS", way)
    settings.settings.cache_clear()
    wiring.outlets.cache_clear()
    burned(shop, 3)
    theirs = [
        record(item | {"pk": {"S": item["pk"]["S"].replace("#acme#", "#other#")}}, f"9{number:04d}")
        for number, item in enumerate(items(environment))
        if item["pk"]["S"].startswith("U#")
    ]
    assert app.handler({"Records": [*records(environment), *theirs]}, None) == {"batchItemFailures": []}
    burns = [each for each in bus.published if each.kind == "credits.consumed"]
    assert [(each.account_id, len(each.detail.get("totals", [1]))) for each in burns] == told
    assert "credits.granted" in {each.kind for each in bus.published}
    wiring.outlets.cache_clear()
    monkeypatch.setenv("BURN_EVENTS", "some")
    settings.settings.cache_clear()
    with pytest.raises(ValueError, match="each, together, none"):
        wiring.outlets()


def test_issue_14_lots_that_died_together_are_filed_and_told_from_records_as_lambda_has_them(
    shop: Api, bus: RecordingBus, environment: Table
) -> None:
    """Bytes are base 64 in the stream's events, and such an entry packs its draws into bytes."""
    ends = instants.to_text(shop.clock.now() + instants.DAY)
    for number in range(3):
        body = {"credits": 2 + number, "expires_at": ends, "kind": "promotional", "reason": "spring"}
        shop.call("POST /v1/accounts/{account_id}/grants", body, key=f"g-{number}", path=ACCOUNT).ok(201)
    shop.clock.instant += 2 * instants.DAY
    shop.call("GET /v1/accounts/{account_id}/balance", path=ACCOUNT).ok()
    [item] = [each for each in items(environment) if "#x#" in each["sk"]["S"]]
    assert app.handler({"Records": [record(item, "00001")]}, None) == {"batchItemFailures": []}
    [event] = [each for each in bus.published if each.kind == "credits.expired"]
    assert sorted(each["credits"] for each in event.detail["lots"]) == [2, 3, 4]
    [line] = [each for each in items(environment) if each["pk"]["S"] == "S#acme#credits"]
    assert "lot#@" in json.dumps(as_json(line))
