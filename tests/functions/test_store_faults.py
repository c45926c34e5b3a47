"""D20: a table that does not take calls now. Over HTTP that is 503 with Retry-After; schedules, stream and authorizer raise or report."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lotbook import wiring
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.values.errors import Unavailable
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Api, clear_wiring
from tests.functions.events import a_token_event

PATH = {"account_id": "acme"}
BUY = {"item": {"kind": "top_up", "credits": 30}}


class Throttled:
    """A client of a table that is asked for more than it can take."""

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> Any:
            answer: Any = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, operation)

        return refuse


@pytest.fixture
def throttled(shop: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> Api:
    """An open account whose table takes no calls any more."""
    clear_wiring()
    table = Table(Throttled(), "lotbook")
    monkeypatch.setattr(wiring, "table", lambda: table)
    return shop


class Context:
    """Lambda's, with time to spare."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-sweep"

    def get_remaining_time_in_millis(self) -> int:
        return 120_000


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (f"GET {ACCOUNT}", None),
        (f"GET {ACCOUNT}/balance", None),
        (f"GET {ACCOUNT}/entries", None),
        (f"GET {ACCOUNT}/offers", None),
        (f"GET {ACCOUNT}/purchases", None),
        (f"GET {ACCOUNT}/billing-details", None),
        (f"POST {ACCOUNT}/quotes", BUY),
        (f"POST {ACCOUNT}/purchases", BUY),
        (f"POST {ACCOUNT}/consume", {"credits": 1}),
        (f"POST {ACCOUNT}/holds", {"credits": 1}),
        (f"POST {ACCOUNT}/grants", {"kind": "promotional", "credits": 1, "reason": "gift"}),
    ],
)
def test_d20_whatever_is_asked_of_a_throttled_table_is_answered_with_when_to_come_back(
    throttled: Api, route: str, body: Any
) -> None:
    answer = throttled.call(route, body, key="k", path=PATH)
    answer.problem(503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("function", ["expire", "recheck", "audit"])
def test_d_31_a_schedule_on_a_throttled_table_fails_and_is_run_again(throttled: Api, function: str) -> None:
    """D31: an answer would tell the scheduler that the work was done."""
    with pytest.raises(ExceptionGroup) as failed:
        import_module(f"functions.{function}.app").handler({"source": "aws.scheduler"}, Context())
    assert {type(error) for error in failed.value.exceptions} == {Unavailable}


def test_d20_the_stream_brings_again_what_a_throttled_table_did_not_take(
    shop: Api, environment: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = environment.client.scan(TableName=environment.name)["Items"]
    (entry,) = [item for item in items if item["pk"]["S"].startswith("L#")]
    images = {"Keys": {"pk": entry["pk"], "sk": entry["sk"]}, "NewImage": entry, "SequenceNumber": "7"}
    clear_wiring()
    monkeypatch.setattr(wiring, "table", lambda: Table(Throttled(), "lotbook"))
    answer = import_module("functions.outbox.app").handler(
        {"Records": [{"eventName": "INSERT", "dynamodb": images}]}, None
    )
    assert answer == {"batchItemFailures": [{"itemIdentifier": "7"}]}


def test_d20_who_cannot_be_looked_up_is_not_told_to_be_a_stranger(throttled: Api) -> None:
    """A 401 would be remembered for a minute, and would make clients throw their keys away."""
    event = a_token_event("Bearer lbk_backend_0000")
    with pytest.raises(Unavailable):
        import_module("functions.authorizer.app").handler(event, None)
