"""What was published on the bus: a rule of the engine's EventBridge copies every event to a queue, this keeps them in a file."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3

from local.cloud.streams import CONFIG, Deliveries, Invoke, StreamPoller, TableStream
from local.cloud.template import Template

NAME = "lotbook-local-published"
SOURCE = "lotbook"
MESSAGES_A_READ = 10
MOST_READS = 500
MOST_SHOWN = 1_000


class Published:
    """The events of one bus, as `/_local/events` shows them."""

    def __init__(self, endpoint: str, bus: str, kept: Path) -> None:
        make: Any = boto3.client
        self._sqs = make("sqs", endpoint_url=endpoint, config=CONFIG)
        self._kept = kept
        self._one_reader = threading.Lock()
        self._queue = self._sqs.create_queue(QueueName=NAME)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        events = make("events", endpoint_url=endpoint, config=CONFIG)
        events.put_rule(Name=NAME, EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]}))
        events.put_targets(Rule=NAME, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def newest(self) -> list[dict[str, Any]]:
        """`{id, type, at, detail}` of what was published, newest first, at most MOST_SHOWN. `id` is stable: at least once."""
        self._collect()
        lines = self._kept.read_text().splitlines() if self._kept.exists() else []
        return [json.loads(line) for line in reversed(lines[-MOST_SHOWN:])]

    def _collect(self) -> None:
        """From the queue into the file; written before it is taken from the queue, so that nothing is lost in between."""
        with self._one_reader:
            for _ in range(MOST_READS):
                found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=MESSAGES_A_READ)
                messages = found.get("Messages", [])
                if not messages:
                    return
                with self._kept.open("a") as stream:
                    stream.writelines(json.dumps(_shown(json.loads(message["Body"]))) + "\n" for message in messages)
                self._sqs.delete_message_batch(
                    QueueUrl=self._queue,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                        for number, message in enumerate(messages)
                    ],
                )


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    detail = event["detail"]
    rest = {name: value for name, value in detail.items() if name not in ("id", "at")}
    return {"id": detail["id"], "type": event["detail-type"], "at": detail["at"], "detail": rest}


def follow_table(
    template: Template, invoke: Invoke, *, engine_url: str, directory: Path, started: ExitStack
) -> Callable[[], list[dict[str, Any]]]:
    """Hand the table's stream to its functions until `started` is closed; answers what reads the events published so far."""
    published = Published(engine_url, template.bus or "default", directory / "events.jsonl")
    deliveries = [
        Deliveries(source, invoke, directory / f"{source.function}.given-up.jsonl", time.sleep)
        for source in template.streams
    ]
    poller = StreamPoller(TableStream(engine_url, template.table["TableName"], directory / "stream.json"), deliveries)
    started.callback(poller.stop)
    poller.start()

    def newest() -> list[dict[str, Any]]:
        poller.drain()
        return published.newest()

    return newest
