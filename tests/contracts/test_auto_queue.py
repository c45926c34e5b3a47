"""The message that asks for an automatic purchase, and what the stream's records of its history are read into."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.stream import owner_of, read_record
from lotbook.adapters.dynamo.table import to_item
from lotbook.adapters.queue import SqsAutoQueue
from lotbook.domain.news.announcements import AutoNoted
from lotbook.domain.sales.auto_history import event
from lotbook.domain.values.errors import Unavailable


class Sqs:
    """Keeps what was sent, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.error = error

    def send_message(self, **request: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(request)


def test_a_message_names_the_account_and_the_purchase_and_nothing_else() -> None:
    client = Sqs()
    queue = SqsAutoQueue(client, "https://sqs.example/q")
    queue.ask("acme", "pur_1")
    queue.ask("acme", None)
    assert {each["QueueUrl"] for each in client.sent} == {"https://sqs.example/q"}
    assert [json.loads(each["MessageBody"]) for each in client.sent] == [
        {"account_id": "acme", "purchase_id": "pur_1"},
        {"account_id": "acme", "purchase_id": None},
    ]


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://sqs.example"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "SendMessage"),
    ],
)
def test_d31_a_queue_that_does_not_answer_is_unavailable_so_that_the_record_comes_again(error: Exception) -> None:
    with pytest.raises(Unavailable):
        SqsAutoQueue(Sqs(error), "https://sqs.example/q").ask("acme", None)


def a_record(name: str, key: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    images = {"Keys": to_item(key), "NewImage": to_item({**key, **values}), "SequenceNumber": "1"}
    return {"eventName": name, "dynamodb": images}


def test_a_new_event_of_the_history_is_read_and_its_latch_is_passed_over() -> None:
    happened = event("acme", "cap_reached", 1_000, "2027-01")
    key = keys.auto_event("acme", happened.event_id)
    record = a_record("INSERT", key, asdict(happened))
    assert read_record(record) == AutoNoted(happened)
    assert owner_of(record) == "acme"
    assert read_record(a_record("MODIFY", key, asdict(happened))) is None
    latch = keys.auto_cause("acme", happened.cause)
    assert read_record(a_record("INSERT", latch, {"event_id": happened.event_id})) is None
