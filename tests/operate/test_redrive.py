"""Dead letters done again: each queue by its remedy, on the engine's queues and stream, with functions in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from operate import publish_again, redrive
from tests.deploy.test_template import RESOURCES
from tests.functions.conftest import open_account
from tests.operate.drill import FUNCTION_ARN, Deployment, deployed
from tests.operate.terminal import on

pytestmark = pytest.mark.engine
WITHIN = {
    "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00Z",
    "approximateArrivalOfLastRecord": "2027-12-31T00:00:00Z",
}


@pytest.fixture
def live(dynamo_engine: str) -> Iterator[Deployment]:
    with deployed(dynamo_engine) as made:
        open_account(made.api, "acme")
        yield made


def run(live: Deployment, *arguments: str) -> int:
    yes = [] if arguments[0] == "list" else ["--yes"]
    return on(live.stack(), "letters", *arguments, *yes)


def put(live: Deployment, queue: str, body: Any, **attributes: str) -> None:
    told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    live.client("sqs").send_message(QueueUrl=live.queues[queue], MessageBody=json.dumps(body), MessageAttributes=told)


def waiting(live: Deployment, queue: str) -> list[Any]:
    """What is in the queue and can be seen."""
    sqs, found = live.client("sqs"), []
    for _ in range(20):
        page = sqs.receive_message(QueueUrl=live.queues[queue], MaxNumberOfMessages=10).get("Messages", [])
        found += [json.loads(each["Body"]) for each in page]
        if not page:
            return found
    raise AssertionError("it never ends")


def letter_about(live: Deployment, **changes: str) -> dict[str, Any]:
    """A letter of the stream's event source about all that the table's stream has."""
    arn = live.table.client.describe_table(TableName=live.table.name)["Table"]["LatestStreamArn"]
    streams = live.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
    iterator = streams.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    numbers = [each["dynamodb"]["SequenceNumber"] for each in streams.get_records(ShardIterator=iterator)["Records"]]
    ends = {"startSequenceNumber": numbers[0], "endSequenceNumber": numbers[-1]}
    about = {"streamArn": arn, "shardId": shard["ShardId"], **ends, **WITHIN}
    return {"DDBStreamBatchInfo": about | changes}


def test_op_6_every_queue_of_dead_letters_has_its_remedy() -> None:
    ends = {
        alarm["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"].split(".")[0]
        for alarm in RESOURCES.values()
        if alarm["Type"] == "AWS::CloudWatch::Alarm" and alarm["Properties"]["Namespace"] == "AWS/SQS"
    }
    assert set(redrive.REMEDIES) == ends


def test_op_6_mails_and_automatic_purchases_go_back_to_their_queue_and_a_look_takes_nothing(
    live: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        put(live, "FailedMails", {"detail": {"id": number}})
    put(live, "FailedAutoTopUps", {"account_id": "acme"})
    assert run(live, "list") == run(live, "list") == 0
    assert "FailedMails 12 0" in " ".join(capsys.readouterr().out.split())
    assert run(live, "again") == 0
    assert sorted(each["detail"]["id"] for each in waiting(live, "Mails")) == list(range(12))
    assert waiting(live, "AutoTopUps") == [{"account_id": "acme"}]
    assert waiting(live, "FailedMails") == waiting(live, "FailedAutoTopUps") == []


def test_op_6_a_run_of_a_schedule_is_run_once_however_many_letters_ask_for_it(live: Deployment) -> None:
    """Lambda's letter names function and event; the scheduler's is the event, and names the function beside it."""
    arn = FUNCTION_ARN.format("fn-reconcile")
    asked = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
    put(live, "FailedRuns", {"requestContext": {"functionArn": f"{arn}:$LATEST"}, "requestPayload": asked})
    put(live, "FailedRuns", asked, TARGET_ARN=f"{arn}:$LATEST")
    put(live, "FailedRuns", {}, TARGET_ARN=FUNCTION_ARN.format("somebody-elses"))
    assert run(live, "again", "--queue", "FailedRuns") == 1, "one is left: it is none of this stack's"
    assert [event for _, event in live.invoked] == [asked]


def test_op_6_what_fails_again_stays(live: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    live.broken.add("fn-reconcile")
    put(live, "FailedRuns", {}, TARGET_ARN=FUNCTION_ARN.format("fn-reconcile"))
    assert run(live, "again", "--queue", "FailedRuns") == 1
    assert "FailedRuns 1 0" in " ".join(capsys.readouterr().out.split())


def test_op_6_records_of_the_stream_are_read_from_it_and_handed_over(live: Deployment) -> None:
    live.buy(100)
    live.burn(5)
    put(live, "FailedChanges", letter_about(live))
    assert run(live, "again", "--queue", "FailedChanges") == 0
    kinds = {each.kind for each in live.bus.published}
    assert {"credits.granted", "credits.consumed", "purchase.created", "purchase.completed"} <= kinds
    assert waiting(live, "FailedChanges") == []


def test_op_6_what_the_stream_has_no_more_comes_from_the_table(
    live: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """Letters hold numbers only, and the stream forgets after 24 hours: the ledger does not."""
    live.buy(100)
    live.burn(5)
    put(
        live,
        "FailedChanges",
        letter_about(live, streamArn="arn:aws:dynamodb:us-east-1:000000000000:table/gone/stream/1"),
    )
    assert run(live, "again", "--queue", "FailedChanges") == 0
    assert "3 entries, 1 purchases" in capsys.readouterr().out
    assert {"credits.granted", "credits.consumed", "purchase.completed"} <= {each.kind for each in live.bus.published}
    assert waiting(live, "FailedChanges") == []


def again(live: Deployment, *arguments: str) -> int:
    return on(live.stack(), "events", "again", *arguments, "--yes")


def test_op_6_publish_again_counts_stops_at_its_bound_goes_on_and_knows_its_period(
    live: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live.buy(100)
    for _ in range(4):
        live.burn(1)
    capsys.readouterr()
    assert again(live, "--from", "2026-01-01", "--dry-run") == 0
    assert capsys.readouterr().out == "Would be published again: 6 entries, 1 purchases; 0 failed\n"
    assert live.bus.published == []
    assert again(live, "--from", "2030-01-01") == 0
    assert capsys.readouterr().out == "Published again: nothing; 0 failed\n"
    assert again(live, "--from", "2026-02-01", "--to", "2026-01-01") == 2

    whole = publish_again.Walk._asked
    monkeypatch.setattr(publish_again.Walk, "_asked", lambda self: {**whole(self), "Limit": 4})
    place: list[str] = []
    seen = 0
    for _ in range(20):
        code = again(live, "--from", "2026-01-01", "--most", "1", *place)
        out = capsys.readouterr().out.partition("Published again")[2]
        seen += sum(
            int(part.split()[0]) for part in out.partition(": ")[2].partition(";")[0].split(", ") if part != "nothing"
        )
        if code == 0:
            break
        place = out[out.index("--after ") :].replace("'", "").split()
    assert seen >= 7
    assert place, "a bound of one record ends a run before the table does"
    assert sum(each.kind == "purchase.completed" for each in live.bus.published) >= 1
    assert {number for each in live.bus.published if each.kind == "credits.consumed" for number in _numbers(each)} == {
        3,
        4,
        5,
        6,
    }


def _numbers(told: Any) -> set[int]:
    return {number for first, last in told.detail["seqs"] for number in range(first, last + 1)}


def test_op_6_what_the_function_fails_is_named_and_the_rest_is_done(
    live: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    live.burn(5)
    poison = {"pk": {"S": "U#acme#x"}, "sk": {"S": "use"}, "unit": {"S": "credits"}, "at": {"N": "1800000000000"}}
    live.table.client.put_item(TableName=live.table.name, Item=poison)
    assert again(live, "--from", "2026-01-01") == 1
    assert "failed: U#acme#x use" in capsys.readouterr().out
    assert {each.kind for each in live.bus.published} >= {"credits.granted", "credits.consumed"}
