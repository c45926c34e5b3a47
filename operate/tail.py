"""What happens on a deployment's bus, as it happens: a rule and a queue of its own copy events for as long as somebody looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from secrets import token_hex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from operate.stack import Stack

SOURCE = "lotbook"
KEPT_SECONDS = "3600"  # nobody reads what is older, and the queue forgets it, should it be left behind
SECONDS_A_READ = 10
EVENTS_A_READ = 10


@contextmanager
def copied(stack: Stack) -> Iterator[str]:
    """The address of a queue that every event is copied to. Rule and queue are gone at the end."""
    bus, name = stack.output("BusName"), f"lotbook-tail-{token_hex(4)}"
    sqs, events = stack.client("sqs"), stack.client("events")
    queue = sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": KEPT_SECONDS})["QueueUrl"]
    try:
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = found["Attributes"]["QueueArn"]
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]}))["RuleArn"]
        try:
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(_policy(arn, rule))})
            events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "tail", "Arn": arn}])
            yield queue
        finally:
            events.remove_targets(Rule=name, EventBusName=bus, Ids=["tail"])
            events.delete_rule(Name=name, EventBusName=bus)
    finally:
        sqs.delete_queue(QueueUrl=queue)


def read(sqs: Any, queue: str, seconds: float) -> list[dict[str, Any]]:
    """`{id, type, at, detail}` of what came, oldest first; waits some seconds where nothing did, and not longer than is left."""
    asked = {"MaxNumberOfMessages": EVENTS_A_READ, "WaitTimeSeconds": min(SECONDS_A_READ, ceil(seconds))}
    messages = sqs.receive_message(QueueUrl=queue, **asked).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [_shown(json.loads(message["Body"])) for message in messages]


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    """As the local run shows them."""
    detail = event["detail"]
    return {"id": detail["id"], "type": event["detail-type"], "at": detail["at"], "detail": detail}


def _policy(queue: str, rule: str) -> dict[str, Any]:
    """This rule alone may write into the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
