"""`lotbook events tail --stack` on SQS and EventBridge as moto plays them: what is published while it looks, and nothing left behind.

`make deploy-test` looks through the same queue while a purchase is completed on the deployed stack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.events.utils import EventTemplateParser

from operate import tail
from operate.stack import Stack
from tests.operate.terminal import on
from tests.quick_moto import mock_aws

BUS = "lotbook-test"
LOW = {"id": "evt_1", "at": "2026-01-15T10:00:00Z", "account_id": "acme", "unit": "credits"}
OTHER = {**LOW, "id": "evt_2", "account_id": "globex"}


class Publishing:
    """EventBridge's client; as soon as a rule has its target, the deployment publishes."""

    def __init__(self, client: Any, found: list[tuple[str, str, dict[str, str]]]) -> None:
        self._client, self._found = client, found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_targets(self, **asked: Any) -> Any:
        answer = self._client.put_targets(**asked)
        entries = [
            {"EventBusName": BUS, "Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
            for source, kind, detail in self._found
        ]
        self._client.put_events(Entries=entries)
        return answer


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(tail, "SECONDS_A_READ", 0)  # moto waits by sleeping
    # Moto loads a library of JSONPath that is not installed, for templates, which the rule has not.
    monkeypatch.setattr(EventTemplateParser, "parse", staticmethod(lambda **asked: asked["event"]))
    with mock_aws():
        events = boto3.client("events")
        events.create_event_bus(Name=BUS)
        told = [
            ("lotbook", "credits.low", LOW),
            ("somebody.else", "credits.low", {**LOW, "id": "evt_9"}),
            ("lotbook", "credits.consumed", {**LOW, "id": "evt_3"}),
            ("lotbook", "credits.low", OTHER),
        ]
        clients: dict[str, Any] = {"events": Publishing(events, told), "sqs": boto3.client("sqs")}
        yield Stack({}, clients.__getitem__, {"BusName": BUS})


def left(stack: Stack) -> tuple[Any, Any]:
    return stack.client("sqs").list_queues().get("QueueUrls", []), stack.client("events").list_rules(EventBusName=BUS)[
        "Rules"
    ]


def test_what_is_published_while_it_looks_is_a_line_each_and_nothing_is_left(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert on(stack, "events", "tail", "--follow", "1", "--yes") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted((each["id"], each["type"], each["at"]) for each in lines) == [
        ("evt_1", "credits.low", LOW["at"]),
        ("evt_2", "credits.low", LOW["at"]),
        ("evt_3", "credits.consumed", LOW["at"]),
    ]
    assert next(each["detail"] for each in lines if each["id"] == "evt_2") == OTHER
    assert left(stack) == ([], [])


def test_it_shows_what_was_asked_for_alone(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--type", "credits.low", "--account", "globex")
    assert on(stack, "events", "tail", "--follow", "1", "--yes", *words) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["evt_2"]


def test_whatever_ends_it_takes_queue_and_rule_away(stack: Stack) -> None:
    seen: list[int] = []

    def interrupted() -> None:
        with tail.copied(stack):
            seen.extend(len(each) for each in left(stack))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen == [1, 1]
    assert left(stack) == ([], [])


def test_only_its_own_rule_may_write_into_the_queue(stack: Stack) -> None:
    with tail.copied(stack) as queue:
        sqs = stack.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy", "QueueArn"])["Attributes"]
        (statement,) = json.loads(found["Policy"])["Statement"]
        (rule,) = stack.client("events").list_rules(EventBusName=BUS)["Rules"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule["Arn"]}}
    assert (statement["Resource"], statement["Action"]) == (found["QueueArn"], "sqs:SendMessage")


def test_a_read_waits_no_longer_than_there_is_left(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--follow 2` went on for up to ten seconds more: a read of the queue waits for so long."""
    waits = list[int]()

    class Idle:
        def receive_message(self, **asked: Any) -> dict[str, Any]:
            waits.append(asked["WaitTimeSeconds"])
            return {}

    monkeypatch.setattr(tail, "SECONDS_A_READ", 10)
    for seconds in (60.0, 10.0, 2.5, 0.2, 0.0):
        assert tail.read(Idle(), "queue", seconds) == []
    assert waits == [10, 10, 3, 1, 0]
