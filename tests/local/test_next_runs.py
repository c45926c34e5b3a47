"""A run that begins the next one, on this machine: the SDK's call ends in the function's own thread, and needs its permission."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import handlers
from botocore.exceptions import ClientError
from botocore.session import Session

from local.cloud.functions import Functions
from local.cloud.next_runs import NextRuns, folder_of
from local.cloud.permissions import checker
from local.cloud.template import FunctionSpec, load
from lotbook.adapters.next_run import LambdaNextRun
from tests import patience
from tests.architecture.tree import ROOT

ARN = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-local-{}"
APP = """
import json, threading
from pathlib import Path
def handler(event, context):
    place = Path(__file__).parent.parent
    (place / f"ran-{event['number']}").write_text(json.dumps([event, context.invoked_function_arn]))
    if event["number"] < 3:
        from tests.local import test_next_runs
        test_next_runs.begin(context.invoked_function_arn, {"number": event["number"] + 1})
    else:
        raise ValueError("as any run may")
"""


def begin(function: str, event: dict[str, int]) -> None:
    """As a function does it: a client of its own, made after the run has started."""
    client = Session().create_client(
        "lambda",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        endpoint_url="http://127.0.0.1:9",  # where nobody answers
    )
    LambdaNextRun(client).begin(function, event)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[NextRuns]:
    (tmp_path / "expire").mkdir()
    (tmp_path / "expire" / "app.py").write_text(APP)
    known = len(handlers.BUILTIN_HANDLERS)
    functions = Functions(tmp_path, {"expire": FunctionSpec("expire", "ExpireFunction", 10, 128)})
    made = NextRuns(functions)
    made.watch()
    yield made
    made.stop()
    del handlers.BUILTIN_HANDLERS[known:]


def ended() -> None:
    """Wait for the runs that were begun."""
    for _ in range(10):
        for thread in [each for each in threading.enumerate() if each.name.startswith("next-run")]:
            thread.join(patience.SECONDS)


def test_s4_a_run_begins_the_next_one_and_that_one_the_next(runs: NextRuns, tmp_path: Path) -> None:
    begin(ARN.format("expire"), {"number": 1})
    ended()
    assert sorted(path.name for path in tmp_path.glob("ran-*")) == ["ran-1", "ran-2", "ran-3"]
    event, arn = json.loads((tmp_path / "ran-3").read_text())
    assert (event, arn) == ({"number": 3}, ARN.format("expire"))


def test_s4_a_stopped_run_begins_nothing(runs: NextRuns, tmp_path: Path) -> None:
    runs.stop()
    begin(ARN.format("expire"), {"number": 1})
    ended()
    assert list(tmp_path.glob("ran-*")) == []


@pytest.mark.parametrize("folder", ["audit", "expire", "recheck", "reconcile", "relay", "report"])
def test_s4_the_call_needs_the_permission_that_the_template_gives(folder: str) -> None:
    """Each of the scheduled functions may begin itself under the name that it has here."""
    from local.cloud.permissions import asking

    check = checker(load(ROOT / "template.yaml", {"Stage": "local"}).permissions)
    model = Session().create_client("lambda", region_name="us-east-1").meta.service_model.operation_model("Invoke")
    caller = asking.set(folder)
    try:
        check({"FunctionName": ARN.format(folder)}, model)
        with pytest.raises(ClientError, match="AccessDenied"):
            check({"FunctionName": ARN.format("consume")}, model)
    finally:
        asking.reset(caller)


def test_a_functions_folder_is_the_end_of_its_name() -> None:
    url = "http://127.0.0.1:9/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Alotbook-local-expire/invocations"
    assert folder_of(url) == "expire"
