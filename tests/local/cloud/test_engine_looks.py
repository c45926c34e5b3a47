"""The engine saves its state for what may have changed it, and not for what a local run asks all the time."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import boto3
import pytest

from local.cloud import engine
from tests import patience
from tests.scenarios.conftest import ROOT

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not engine.PYTHON.exists(), reason="the local engine is not installed: make run"),
]
ASKED = """
import json, sys
sys.path.insert(0, "local/cloud")
import engine_main
print(json.dumps([engine_main.is_look([(b"host", b"x"), (b"x-amz-target", each.encode())]) for each in sys.argv[1:]]))
"""


class Heard(Exception):
    """A request on its way out, which ends here."""


def target(service: str, operation: str, **asked: Any) -> str:
    """The header that botocore names an operation in."""

    def hear(request: Any, **_: Any) -> None:
        raise Heard(request.headers["X-Amz-Target"].decode())

    make: Any = boto3.client
    client = make(
        service, "us-east-1", endpoint_url="http://127.0.0.1:9", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.meta.events.register("before-send", hear)
    with pytest.raises(Heard) as heard:
        getattr(client, operation)(**asked)
    return str(heard.value)


def test_n4_only_the_looks_of_the_pollers_leave_the_saved_state_as_it_is() -> None:
    queue, key = {"QueueUrl": "http://127.0.0.1:9/1/q"}, {"TableName": "t", "Key": {"pk": {"S": "a"}}}
    targets = [
        target("dynamodbstreams", "get_records", ShardIterator="x"),
        target("sqs", "receive_message", **queue),
        target("sqs", "delete_message", **queue, ReceiptHandle="r"),
        target("dynamodb", "delete_item", **key),
    ]
    asked = subprocess.run(
        [engine.PYTHON, "-c", ASKED, *targets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout.splitlines()[-1]) == [True, True, False, False]
