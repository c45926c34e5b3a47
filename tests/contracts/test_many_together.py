"""Many accounts in one call to the table or the bus: what is left over, what is refused for one of them, and what it all costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bench import whole
from lotbook.adapters import bus
from lotbook.adapters.bus import EventBridgeBus
from lotbook.adapters.dynamo import batches
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.latches import DynamoLatches
from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.refusals import ServiceRefused
from lotbook.api.requests.burning import MAX_METADATA_KEYS, MAX_METADATA_VALUE_CHARACTERS
from lotbook.domain.credits import batches as batches_of_lines
from lotbook.domain.credits.batches import BatchLine
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS, LINED, Entry, granted_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.news.alerts import Latch
from lotbook.domain.news.announcements import make, of_burns
from lotbook.domain.values.errors import Unavailable
from lotbook.ports.news import Owner
from lotbook.usecases.credits.file_statement import file_statements
from tests.fakes.accounts import an_account

U, NOW = "credits", 1_700_000_000_000
NAMES = [f"acc-{number:02d}" for number in range(30)]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    kept: list[float] = []
    monkeypatch.setattr(batches, "pause", kept.append)
    return kept


def entry(seq: int, **more: Any) -> Entry:
    return Entry(f"n{seq}", U, "consumed", NOW, seq, credits=-seq, **more)


def lines(*accounts: str, each: int = 1) -> list[tuple[Owner, StatementLine]]:
    return [((name, U), StatementLine(seq, entry(seq))) for name in accounts for seq in range(1, each + 1)]


class Spoiled:
    """A table's client: `spoil` says what becomes of a call, None that it is answered as ever."""

    def __init__(self, client: Any, spoil: Any) -> None:
        self._client, self._spoil = client, spoil
        self.calls: list[tuple[str, Any]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls.append((operation, request))
            spoiled = self._spoil(len(self.calls), request, lambda: getattr(self._client, operation)(**request))
            return getattr(self._client, operation)(**request) if spoiled is None else spoiled

        return call


def puts(request: Any) -> list[Any]:
    ((_, found),) = request["RequestItems"].items()
    return list(found)


def test_d20_what_the_service_leaves_of_a_batch_is_put_again_after_a_pause(aws: Table, pauses: list[float]) -> None:
    def leave_one(number: int, request: Any, _go_on: Any) -> Any:
        if number > 2:
            return None
        *most, last = puts(request)
        if most:
            aws.client.batch_write_item(RequestItems={aws.name: most})
        return {"UnprocessedItems": {aws.name: [last]}}

    client = Spoiled(aws.client, leave_one)
    owners = DynamoStatement(Table(client, aws.name)).file(lines("left-a", "left-b"))
    assert owners == {("left-a", U), ("left-b", U)}
    assert [len(puts(request)) for _, request in client.calls] == [2, 1, 1]
    assert len(pauses) == 2
    assert all(0 <= pause <= batches.PAUSE_SECONDS * 2 for pause in pauses)
    assert [len(DynamoStatement(aws).page(name, U, 99, 9)) for name in ("left-a", "left-b")] == [1, 1]


def test_d20_what_is_left_after_a_bound_fails_those_whose_it_is_and_nobody_else(
    aws: Table, pauses: list[float]
) -> None:
    def leave_theirs(_number: int, request: Any, _go_on: Any) -> Any:
        theirs = [each for each in puts(request) if each["PutRequest"]["Item"]["pk"]["S"] == f"S#{NAMES[7]}#{U}"]
        others = [each for each in puts(request) if each not in theirs]
        if others:
            aws.client.batch_write_item(RequestItems={aws.name: others})
        return {"UnprocessedItems": {aws.name: theirs} if theirs else {}}

    client = Spoiled(aws.client, leave_theirs)
    entries = {(name, U): [entry(1), entry(2)] for name in NAMES}
    failed = file_statements(entries, statement=DynamoStatement(Table(client, aws.name)))
    assert {owner: type(why) for owner, why in failed.items()} == {(NAMES[7], U): Unavailable}
    assert len(client.calls) == 3 - 1 + batches.MAX_TRIES  # sixty lines in three calls, one of them tried out
    assert all(len(DynamoStatement(aws).page(name, U, 99, 9)) == 2 for name in NAMES if name != NAMES[7])


@pytest.mark.parametrize(
    ("code", "outcome"), [("ValidationException", ServiceRefused), ("ThrottlingException", Unavailable)]
)
def test_s4_a_call_that_is_refused_for_one_accounts_line_is_made_again_account_by_account(
    aws: Table, code: str, outcome: type[Exception]
) -> None:
    """S4: one item that the service does not take fails the whole call of 25."""

    def refuse_theirs(_number: int, request: Any, _go_on: Any) -> Any:
        if any(each["PutRequest"]["Item"]["pk"]["S"] == f"S#{NAMES[3]}#{U}" for each in puts(request)):
            answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, "BatchWriteItem")

    client = Spoiled(aws.client, refuse_theirs)
    entries = {(name, U): [entry(3)] for name in NAMES}
    failed = file_statements(entries, statement=DynamoStatement(Table(client, aws.name)))
    assert {owner: type(why) for owner, why in failed.items()} == {(NAMES[3], U): outcome}
    assert len(client.calls) == 2 + 25
    filed = [name for name in NAMES if 3 in [line.seq for line in DynamoStatement(aws).page(name, U, 99, 9)]]
    assert filed == [name for name in NAMES if name != NAMES[3]]


def test_a_line_that_is_filed_again_by_a_batch_has_the_same_content(aws: Table) -> None:
    for _ in range(2):
        DynamoStatement(aws).file(lines("again", each=5))
    assert [line.entry for line in DynamoStatement(aws).page("again", U, 99, 9)] == [
        entry(seq) for seq in range(5, 0, -1)
    ]


def test_d20_keys_that_the_service_leaves_are_asked_for_again_and_after_a_bound_nobody_answered(
    aws: Table, pauses: list[float]
) -> None:
    latches = DynamoLatches(aws)
    owners = [(f"kept-{number}", U) for number in range(3)]
    for account_id, unit in owners:
        latches.save(account_id, unit, Latch(seq=7))

    def leave_the_last(number: int, request: Any, _go_on: Any) -> Any:
        asked = request["RequestItems"][aws.name]
        *most, last = asked["Keys"]
        if number > 2 or not most:
            return None
        answer = aws.client.batch_get_item(RequestItems={aws.name: {**asked, "Keys": most}})
        return answer | {"UnprocessedKeys": {aws.name: {**asked, "Keys": [last]}}}

    found = DynamoLatches(Table(Spoiled(aws.client, leave_the_last), aws.name)).of(owners)
    assert {owner: latch.seq for owner, latch in found.items()} == dict.fromkeys(owners, 7)
    assert len(pauses) == 1

    def leave_all(_number: int, request: Any, _go_on: Any) -> Any:
        return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}

    client = Spoiled(aws.client, leave_all)
    with pytest.raises(Unavailable):
        DynamoLatches(Table(client, aws.name)).of(owners)
    assert len(client.calls) == batches.MAX_TRIES


def test_d20_accounts_that_the_service_leaves_are_asked_for_again_like_all_else(
    aws: Table, pauses: list[float]
) -> None:
    for number in range(2):
        DynamoAccounts(aws).create(an_account(account_id=f"left-{number}"))
    names = ["left-0", "left-1", "left-nobody", "left-0"]

    def leave_all_once(number: int, request: Any, _go_on: Any) -> Any:
        return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]} if number == 1 else None

    found = DynamoAccounts(Table(Spoiled(aws.client, leave_all_once), aws.name)).get_many(names)
    assert (sorted(found), len(pauses)) == (["left-0", "left-1"], 1)


def test_t25_what_an_old_answer_has_not_is_asked_for_again_consistently(aws: Table) -> None:
    """T25: a grant of a moment ago. What is there never changes, so an old answer that has it is right."""
    lot = Lot("lot_a", U, "purchased", 9, 3, NOW, None, NOW)
    granted = Entry(granted_name("lot_a"), U, "granted", NOW, 1, credits=9, lot=lot)
    DynamoBooks(aws).put_entry("just-now", granted)

    def old(_number: int, request: Any, go_on: Any) -> Any:
        return None if request["RequestItems"][aws.name]["ConsistentRead"] else {"Responses": {}, "UnprocessedKeys": {}}

    client = Spoiled(aws.client, old)
    place = ("just-now", U, "lot_a")
    assert DynamoManyAccounts(Table(client, aws.name)).lots([place]) == {place: lot}
    assert [request["RequestItems"][aws.name]["ConsistentRead"] for _, request in client.calls] == [False, True]
    client.calls.clear()
    assert DynamoManyAccounts(Table(Spoiled(aws.client, lambda *_: None), aws.name)).lots([place]) == {place: lot}


def test_issue_14_a_burn_costs_one_line_one_look_and_a_share_of_few_calls(aws: Table) -> None:
    """Calls, write and read units and events of four burns of four accounts, counted at the table."""
    found = whole.of_the_stream(aws.client, 4, 1)
    assert {way: (each.write_units, each.read_units, each.events) for way, each in found.items()} == {
        "each": (4, 4, 4),
        "together": (4, 4, 1),
        "none": (4, 4, 0),
    }
    assert {way: each.calls for way, each in found.items()} == {"each": 3, "together": 3, "none": 2}


def test_issue_14_all_in_a_million_scattered_burns_cost_at_most_4_35_and_3_35_with_their_events_together() -> None:
    """Of a hundred accounts: calls as tests/usecases/news/test_many_accounts.py counts them, units as above."""
    burn, mb = 2.537, 1_769
    each = whole.Followed(100, 15, 100, 100, 100, 0)
    assert whole.all_in(burn, each, mb) <= 4.35
    assert whole.all_in(burn, replace(each, calls=6, events=1), mb) <= 3.35


# --- the bus ----------------------------------------------------------------------------------------------------------


class Events:
    """EventBridge as it counts: ten entries, and 256 KB of them together."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the service's name
        size = sum(
            14 + sum(len(each[name].encode()) for name in ("Source", "DetailType", "Detail")) for each in Entries
        )
        assert size <= 256 * 1024
        assert len(Entries) <= 10
        self.calls.append(len(Entries))
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}] * len(Entries)}


def test_events_of_many_accounts_go_by_ten_and_by_what_a_call_takes() -> None:
    """Metadata may make an event of 180 KB: ten of them would be refused together."""
    big, small = "ä" * 60_000, "x"
    told = [make("credits.consumed", NOW, "acme", {"noted": text}, number) for number, text in enumerate([big] * 4)]
    told += [make("credits.consumed", NOW, "acme", {"noted": small}, number) for number in range(4, 30)]
    assert len(big.encode()) > bus.MAX_CALL_BYTES // 3
    events = Events()
    assert EventBridgeBus(events, "bus").offer(told) == []
    assert (sum(events.calls), len(events.calls)) == (30, 4)  # two; two and eight; ten; eight


@pytest.mark.parametrize("character", ["x", "ä", "信", "😀", "\x01"])
def test_bounds_a_total_with_as_much_metadata_as_it_tells_is_taken_whatever_the_characters(character: str) -> None:
    """An emoji that JSON escapes is twelve bytes: three burns with full metadata were an event that no bus took, ever again."""
    size = MAX_METADATA_VALUE_CHARACTERS
    note = {f"{number:02d}": character * (size - 4) for number in range(MAX_METADATA_KEYS)}
    lines = batches_of_lines.to_text([BatchLine(1, character * 70)] * 100)
    lined = replace(entry(4, requested=100), digest="d" * DIGEST_CHARACTERS + LINED, lines=lines)
    burns = [*(entry(seq, requested=1) for seq in range(1, 4)), lined]
    (total,) = of_burns("acme", U, burns, {each.name: note for each in burns[:3]})
    assert (len(total.detail["noted"]), total.detail["noted_left_out"]) == (3, 0)
    assert (len(total.detail["batches"]), total.detail["batches_left_out"]) == (1, 0)
    events = Events()
    assert EventBridgeBus(events, "bus").offer([total]) == []
    assert events.calls == [1]
