"""The local queues: batches, what failed alone comes again, dead letters; and rules as the template declares them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.cloud.functions import FunctionFailed
from local.cloud.intrinsics import TemplateError
from local.cloud.queue_sources import QueueSource, Rule
from local.cloud.queues import FEW, Queue
from local.cloud.template import load
from tests import patience
from tests.local.conftest import TEMPLATE

SOURCE = QueueSource("echo", "lotbook-local-work", batch_size=2, attempts=3, reports_failures=True)


class Engine:
    """A queue in memory: what is shown again is shown at once."""

    def __init__(self, *bodies: str) -> None:
        self.waiting = dict.fromkeys(bodies, 0)

    def create_queue(self, **asked: str) -> Mapping[str, str]:
        return {"QueueUrl": asked["QueueName"]}

    def receive_message(self, **asked: Any) -> Mapping[str, Any]:
        taken = list(self.waiting)[: asked["MaxNumberOfMessages"]]
        for each in taken:
            self.waiting[each] += 1
        return {
            "Messages": [
                {
                    "MessageId": each,
                    "ReceiptHandle": each,
                    "Body": each,
                    "Attributes": {"ApproximateReceiveCount": str(self.waiting[each])},
                }
                for each in taken
            ]
        }

    def change_message_visibility(self, **asked: Any) -> None:
        self.waiting[asked["ReceiptHandle"]] = self.waiting.pop(asked["ReceiptHandle"])

    def delete_message(self, **asked: Any) -> None:
        del self.waiting[asked["ReceiptHandle"]]


class Worker:
    """A function that never manages some messages."""

    def __init__(self, *poison: str, raises: bool = False) -> None:
        self.poison, self.raises, self.done = poison, raises, list[str]()

    def __call__(self, _folder: str, event: Mapping[str, Any]) -> Any:
        bodies = [each["body"] for each in event["Records"]]
        if self.raises:
            raise FunctionFailed("echo")
        self.done += [body for body in bodies if body not in self.poison]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bodies if each in self.poison]}


def drained(engine: Engine, worker: Worker, folder: Path) -> list[str]:
    """What was given up."""
    queue = Queue(SOURCE, engine, worker, folder / "given-up")
    rounds = 0
    while queue.work():
        rounds += 1
        assert rounds < 50
    given_up = folder / "given-up"
    return given_up.read_text().splitlines() if given_up.exists() else []


def test_a_message_that_failed_comes_again_alone_and_is_given_up_after_so_many_times(tmp_path: Path) -> None:
    engine, worker = Engine("a", "bad", "c", "d"), Worker("bad")
    assert drained(engine, worker, tmp_path) == ['{"body": "bad"}']
    assert sorted(worker.done) == ["a", "c", "d"]
    assert engine.waiting == {}


def test_a_function_that_raises_did_none_of_its_batch(tmp_path: Path) -> None:
    assert len(drained(Engine("a", "b", "c"), Worker(raises=True), tmp_path)) == 3


TICK = "        Tick: {Type: ScheduleV2"
DECLARED = """        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}}
"""
RESOURCES = """
  Work:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 7}}
  Bus: {Type: "AWS::Events::EventBus", Properties: {Name: x}}
  Copies:
    Type: AWS::Events::Rule
    Condition: IsOn
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [lotbook], detail: {stage: [!Ref Stage]}}
      Targets: [{Id: queue, Arn: !GetAtt Work.Arn}]
"""


@pytest.mark.parametrize(("stage", "rules"), [("local", 1), ("off", 0)])
def test_queues_and_rules_are_read_and_a_rule_whose_condition_does_not_hold_is_not_there(
    tmp_path: Path, stage: str, rules: int
) -> None:
    path = tmp_path / "declared.yaml"
    text = TEMPLATE.replace(TICK, DECLARED + TICK, 1) + RESOURCES
    assert "Work: {Type: SQS" in text
    path.write_text(text + 'Conditions:\n  IsOn: !Not [!Equals [!Ref Stage, "off"]]\n')
    template = load(path, {"Stage": stage})
    assert template.queues == (QueueSource("echo", f"lotbook-{stage}-work", 5, 7, reports_failures=True),)
    pattern = {"source": ["lotbook"], "detail": {"stage": [stage]}}
    copies = Rule(f"lotbook-{stage}-copies", f"lotbook-{stage}-bus", pattern, f"lotbook-{stage}-work")
    assert template.rules == (copies,) * rules


def test_a_condition_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "declared.yaml"
    path.write_text(TEMPLATE + RESOURCES + "Conditions:\n  IsOn: !Condition Other\n")
    with pytest.raises(TemplateError, match="conditions"):
        load(path, {"Stage": "local"})


def test_a_queue_that_may_have_many_batches_at_once_waits_for_none_of_them(tmp_path: Path) -> None:
    """One that hangs leaves the others their turn, as far as there is room."""
    let_go, begun = threading.Event(), threading.Semaphore(0)

    def hang(_folder: str, _event: Mapping[str, Any]) -> None:
        begun.release()
        let_go.wait(patience.SECONDS)

    engine = Engine("a", "b", "c", "d", "e")
    engine.receive_message = _each_once(engine)  # type: ignore[method-assign]
    source = replace(SOURCE, batch_size=1, at_once=FEW + 1)
    queue = Queue(source, engine, hang, tmp_path / "given-up")
    assert [queue.work() for _ in range(5)] == [True, True, True, False, False], "no room for a fourth"
    for _ in range(3):
        assert begun.acquire(timeout=patience.SECONDS)
    let_go.set()


def _each_once(engine: Engine) -> Any:
    left = list(engine.waiting)

    def receive(**_: Any) -> Mapping[str, Any]:
        shown = [left.pop(0)] if left else []
        attributes = {"ApproximateReceiveCount": "1"}
        return {"Messages": [{"MessageId": m, "ReceiptHandle": m, "Body": m, "Attributes": attributes} for m in shown]}

    return receive
