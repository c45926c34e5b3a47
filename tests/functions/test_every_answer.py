"""What holds for every call: its headers, the query parameters that it knows, and what a crash leaves behind."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.account import app
from functions.authorizer import app as authorizer
from functions.mailer import app as mailer
from lotbook import wiring
from lotbook.api import openapi
from lotbook.api.http import http
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.values.errors import BrokenInvariant
from tests.functions.conftest import ACCOUNT, SERVICE, Api, member
from tests.functions.events import an_event
from tests.functions.test_who import path_of

ACME = {"account_id": "acme"}
UNSIGNED = [key for key, route in CONTRACT.items() if not route.signed]


@pytest.mark.parametrize("route_key", UNSIGNED)
def test_n8_a_query_parameter_that_a_call_does_not_know_is_refused(shop: Api, route_key: str) -> None:
    """A filter that is not applied shows a wrong set, and nobody notices."""
    caller = SERVICE if CONTRACT[route_key].scopes or CONTRACT[route_key].any_token else member("acme")
    query = {"kindd": "consumed", "page": "2"}
    answer = shop.call(route_key, {}, caller, "k", path_of(route_key), query)
    problem = answer.problem(422, "invalid_request")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("kindd", "unknown"),
        ("page", "unknown"),
    ]
    for known in CONTRACT[route_key].query:
        assert known in problem["errors"][0]["message"]


def test_n8_openapi_promises_that_refusal_at_every_call() -> None:
    assert all("invalid_request" in openapi.refusals(key).get(422, []) for key in UNSIGNED)


def test_n8_who_may_not_call_learns_nothing_of_parameters(shop: Api) -> None:
    shop.call(f"GET {ACCOUNT}/balance", caller=None, path=ACME, query={"x": "1"}).problem(401, "unauthenticated")
    shop.call(f"GET {ACCOUNT}/balance", path={"account_id": "-"}, query={"x": "1"}).problem(404, "account_not_found")


@pytest.mark.parametrize(
    ("route_key", "query"),
    [
        ("GET /v1/openapi.json", {}),
        (f"GET {ACCOUNT}", {}),
        (f"GET {ACCOUNT}/entries/export", {}),
        (f"GET {ACCOUNT}/purchases/export", {}),
        (f"GET {ACCOUNT}/purchases", {"limit": "0"}),
        (f"POST {ACCOUNT}/consume", {}),
        ("POST /v1/webhooks/stripe", {}),
    ],
)
def test_s14_no_answer_may_be_taken_for_another_type_than_it_says(
    shop: Api, route_key: str, query: dict[str, str]
) -> None:
    answer = shop.call(route_key, path=path_of(route_key), query=query)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An event whose handler has a defect."""

    def broken(_: http.Request) -> http.Answer:
        raise BrokenInvariant("the chain of acme breaks at 4")

    monkeypatch.setitem(app.ROUTES, f"GET {ACCOUNT}", broken)
    identity = {"kind": "service", "actor": "backend", "scopes": "read"}
    return an_event(f"GET {ACCOUNT}", identity, ACME, {}, {"authorization": "Bearer lbk_secret"}, None)


def invoked(*left: int) -> SimpleNamespace:
    """What Lambda tells: its id, and the milliseconds left at each look."""
    return SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=iter(left).__next__)


def test_op_10_an_answered_line_bears_lambdas_id_and_how_long_it_took(
    shop: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    """Operating: an answer was not joined with Lambda's own lines, and no line said how long it took."""
    identity = {"kind": "service", "actor": "backend", "scopes": "read"}
    capsys.readouterr()
    app.handler(an_event(f"GET {ACCOUNT}", identity, ACME, {}, {}, None), invoked(20_000, 19_993))
    line = json.loads(capsys.readouterr().out)
    assert (line["lambda_id"], line["ms"], line["request_id"], line["status"]) == ("lambda-1", 7, "req-1", 200)


def test_a_crash_leaves_one_line_that_joins_the_callers_id_with_lambdas(
    crashing: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BrokenInvariant):
        app.handler(crashing, invoked(20_000, 19_958))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "level": "ERROR",
        "message": "crashed",
        "request_id": "req-1",
        "lambda_id": "lambda-1",
        "ms": 42,
        "route": f"GET {ACCOUNT}",
        "account_id": "acme",
        "actor": "backend",
    }


def test_a_route_that_a_function_does_not_have_leaves_that_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError):
        app.handler(an_event("GET /v1/nothing", None, {}, {}, {}, None), None)
    assert json.loads(capsys.readouterr().out)["message"] == "crashed"


def test_an_answered_call_leaves_its_own_line_only(shop: Api, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    shop.call(f"GET {ACCOUNT}", path=ACME).ok()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "answered"


def test_op_10_whoever_answers_api_gateway_leaves_a_line_that_joins_its_id_with_lambdas_when_it_crashes(
    shop: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authorizer and the page that stops mails have no dispatcher: their crashes were joined with nothing."""

    def broken() -> None:
        raise BrokenInvariant("x")

    monkeypatch.setattr(wiring, "service_keys", broken)
    monkeypatch.setattr(wiring, "cursor_key", broken)
    stop: dict[str, Any] = {"routeKey": "GET /mails/stop", "headers": {}, "queryStringParameters": {"token": "lbk_x"}}
    calls: dict[Any, dict[str, Any]] = {
        authorizer: {"identitySource": ["Bearer lbk_x"], "routeKey": "GET /v1/x"},
        mailer: stop,
    }
    for module, event in calls.items():
        capsys.readouterr()
        with pytest.raises(BrokenInvariant):
            module.handler({**event, "requestContext": {"requestId": "req-7"}}, invoked(20_000, 19_958))
        out = capsys.readouterr().out
        line = json.loads(out.splitlines()[-1])
        names = ("message", "request_id", "lambda_id", "route", "ms")
        assert [line[name] for name in names] == ["crashed", "req-7", "lambda-1", event["routeKey"], 42]
        assert "lbk_x" not in out
