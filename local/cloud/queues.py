"""Queues on this machine: read from the engine, handed to functions as Lambda's poller does; and rules that fill them from a bus.

A message whose batch failed comes again, at most as often as its queue's redrive policy says; then it ends in a list of its own.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.functions import FunctionFailed
from local.cloud.pace import Pace
from local.cloud.queue_sources import QueueSource
from local.cloud.streams import CONFIG, DRAIN_SECONDS, STOP_SECONDS, Invoke
from local.cloud.template import Template
from lotbook.adapters.system import SystemClock

Message = Mapping[str, Any]

HIDDEN_SECONDS = 120  # while a function works on it; what fails is shown again at once after RETRY_SECONDS
RETRY_SECONDS = 1
MOST_A_READ = 10
FEW = 2  # batches at once: up to here one after the other does. A queue with more is worked beside the others, for it may wait for strangers
ACCOUNT = "000000000000"
REGION_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"


class Queue:
    """One queue of the engine and the function that it feeds."""

    def __init__(self, source: QueueSource, sqs: Any, invoke: Invoke, given_up: Path) -> None:
        self._source = source
        self._sqs = sqs
        self._invoke = invoke
        self._given_up = given_up
        self._url = sqs.create_queue(QueueName=source.queue)["QueueUrl"]
        self._one_reader = threading.Lock()
        self._room = threading.Semaphore(source.at_once)

    def work(self) -> bool:
        """Hand over one batch; whether there was one. What failed comes again, or is given up."""
        if self._source.at_once > FEW:
            return self._work_aside()
        with self._one_reader:
            found = self._received()
            self._hand_over(found)
            return bool(found)

    def _work_aside(self) -> bool:
        """Hand over one batch in a thread of its own, as long as there is room; whether one was begun."""
        if not self._room.acquire(blocking=False):
            return False
        found = self._received()
        if not found:
            self._room.release()
            return False
        # A stop does not wait for it: what it was at is shown again in the next run.
        threading.Thread(target=self._hand_over_aside, args=(found,), name=self._source.queue, daemon=True).start()
        return True

    def _hand_over_aside(self, messages: Sequence[Message]) -> None:
        try:
            self._hand_over(messages)
        except (ClientError, BotoCoreError) as failure:  # the run is stopping, or the messages come again
            sys.stderr.write(f"--- {self._source.function}: a batch could not be settled: {failure}\n")
        finally:
            self._room.release()

    def _received(self) -> Sequence[Message]:
        found: Sequence[Message] = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(self._source.batch_size, MOST_A_READ),
            VisibilityTimeout=HIDDEN_SECONDS,
            AttributeNames=["All"],
        ).get("Messages", [])
        return found

    def _hand_over(self, messages: Sequence[Message]) -> None:
        failed = self._failed_of(messages) if messages else set()
        for message in messages:
            self._settle(message, message["MessageId"] in failed)

    def _failed_of(self, messages: Sequence[Message]) -> set[str]:
        try:
            answer = self._invoke(self._source.function, {"Records": [_record(each) for each in messages]})
        except FunctionFailed:
            return {each["MessageId"] for each in messages}
        reported = (answer or {}).get("batchItemFailures", []) if self._source.reports_failures else []
        return {each["itemIdentifier"] for each in reported}

    def _settle(self, message: Message, failed: bool) -> None:
        place = {"QueueUrl": self._url, "ReceiptHandle": message["ReceiptHandle"]}
        if failed and int(message["Attributes"]["ApproximateReceiveCount"]) < self._source.attempts:
            self._sqs.change_message_visibility(**place, VisibilityTimeout=RETRY_SECONDS)
            return
        if failed:
            with self._given_up.open("a") as stream:
                stream.write(json.dumps({"body": message["Body"]}) + "\n")
            sys.stderr.write(f"--- {self._source.function}: message {message['MessageId']} was given up\n")
        self._sqs.delete_message(**place)


def _record(message: Message) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "eventSource": "aws:sqs",
    }


class QueuePoller:
    """Reads all queues in a thread of its own, and on demand."""

    def __init__(self, queues: Sequence[Queue]) -> None:
        self._queues = queues
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queues", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read nothing any more. What is still in a queue is there for the next run."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Hand over until nothing is to be seen, inside a bound; whether that is so."""
        clock = SystemClock()
        until = clock.now() + int(seconds * 1_000)
        while clock.now() < until:
            if not self._round():
                return True
        return False

    def _round(self) -> bool:
        worked = [queue.work() for queue in self._queues]
        return any(worked)

    def _run(self) -> None:
        pace = Pace()
        while not self._stopped.wait(pace.seconds()):
            try:
                pace.note(False)
                while not self._stopped.is_set() and self._round():
                    pace.note(True)
            except (ClientError, BotoCoreError) as failure:
                if not self._stopped.is_set():
                    sys.stderr.write(f"--- the queues cannot be read: {failure}\n")
                    self._stopped.wait(RETRY_SECONDS)


def queue_url(engine_url: str, name: str) -> str:
    """The address of a queue of the engine."""
    return f"{engine_url}/{ACCOUNT}/{name}"


def follow_queues(
    template: Template, invoke: Invoke, *, engine_url: str, directory: Path, started: ExitStack
) -> Callable[[], bool]:
    """Feed functions from their queues, and the queues from the bus, until `started` is closed; answers what drains them."""
    make: Any = boto3.client
    sqs = make("sqs", endpoint_url=engine_url, config=CONFIG)
    queues = [Queue(source, sqs, invoke, directory / f"{source.function}.given-up.jsonl") for source in template.queues]
    _lay_rules(template, make("events", endpoint_url=engine_url, config=CONFIG))
    poller = QueuePoller(queues)
    started.callback(poller.stop)
    poller.start()
    return poller.drain


def _lay_rules(template: Template, events: Any) -> None:
    for rule in template.rules:
        events.put_rule(Name=rule.name, EventBusName=rule.bus, EventPattern=json.dumps(rule.pattern))
        target = {"Id": "queue", "Arn": f"{REGION_ARN}{rule.queue}"}
        events.put_targets(Rule=rule.name, EventBusName=rule.bus, Targets=[target])
