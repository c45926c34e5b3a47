"""The local API Gateway against what AWS documents of HTTP APIs, payload format 2.0."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud.api_events import Answer
from local.cloud.functions import Functions

Send = Callable[..., Answer]
Event = Callable[..., Any]


def test_the_event_has_the_documented_shape(event: Event) -> None:
    """Field by field the sample of the AWS documentation for payload format 2.0."""
    found = event(
        "POST",
        "/v1/things/7/parts/a?parameter1=value1&parameter1=value2&parameter2=value",
        {
            "content-type": "application/json",
            "cookie": "cookie1=a; cookie2=b",
            "user-agent": "agent",
            "header1": "v1,v2",
        },
        b'{"a": 1}',
    )
    context = found.pop("requestContext")
    assert found == {
        "version": "2.0",
        "routeKey": "POST /v1/things/{thing_id}/parts/{part_id}",
        "rawPath": "/v1/things/7/parts/a",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "headers": {
            "host": "127.0.0.1:3000",
            "authorization": "Bearer good",
            "content-type": "application/json",
            "user-agent": "agent",
            "header1": "v1,v2",
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "pathParameters": {"thing_id": "7", "part_id": "a"},
        "body": '{"a": 1}',
        "isBase64Encoded": False,
    }
    assert context.pop("http") == {
        "method": "POST",
        "path": "/v1/things/7/parts/a",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "agent",
    }
    assert context == {
        "accountId": "000000000000",
        "apiId": "local",
        "authorizer": {"lambda": {"actor": "Bearer good"}},
        "domainName": "127.0.0.1:3000",
        "domainPrefix": "local",
        "requestId": "r-1",
        "routeKey": "POST /v1/things/{thing_id}/parts/{part_id}",
        "stage": "$default",
        "time": "04/Mar/2020:19:03:58 +0000",
        "timeEpoch": 1_583_348_638_390,
    }


def test_a_bare_request_has_no_empty_fields(event: Event) -> None:
    found = event("GET", "/v1/things/mine")
    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & set(found)
    assert found["rawQueryString"] == ""


@pytest.mark.parametrize(
    ("target", "thing_id"),
    [
        ("/v1/things/a%20b", "a b"),
        ("/v1/things/a%2Fb", "a/b"),
        ("/v1/things/%C3%A9", "é"),
        ("/v1/things/a+b", "a+b"),
        ("/v1/things/%zz", "%zz"),
        ("/v1/things/%ff", "\ufffd"),
        ("/v1/things/x?thing_id=y", "x"),
    ],
)
def test_path_parameters_arrive_decoded(event: Event, target: str, thing_id: str) -> None:
    assert event("GET", target)["pathParameters"] == {"thing_id": thing_id}


def test_a_literal_path_wins_over_a_parameter_and_a_parameter_over_a_greedy_one(event: Event) -> None:
    assert event("GET", "/v1/things/mine")["routeKey"] == "GET /v1/things/mine"
    assert event("GET", "/v1/things/min")["routeKey"] == "GET /v1/things/{thing_id}"
    assert event("GET", "/v1/files/a/b%20c")["pathParameters"] == {"path": "a/b c"}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/"),
        ("GET", "/v1/things"),
        ("GET", "/v1/things/"),
        ("GET", "/v1/things/7/"),
        ("GET", "//v1/things/7"),
        ("GET", "/v1/files/"),
        ("DELETE", "/v1/things/7"),
        ("HEAD", "/v1/things/7"),
        ("OPTIONS", "/v1/things/7"),
        ("BREW", "/v1/things/7"),
        ("GET", "/V1/things/7"),
    ],
)
def test_what_is_not_a_route_is_not_found(send: Send, method: str, target: str) -> None:
    answer = send(method, target)
    assert (answer.status, json.loads(answer.body)) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("kind", "body", "is_text"),
    [
        ("application/json", b'{"a": "\xc3\xa9"}', True),
        ("application/json; charset=utf-8", b"{}", True),
        ("text/plain", b"x", True),
        ("application/json", b"\xff\xfe", False),
        ("application/octet-stream", b"{}", False),
        ("application/x-www-form-urlencoded", b"a=1", False),
        ("", b"{}", False),
    ],
)
def test_a_body_is_text_for_the_types_that_api_gateway_takes_as_text(
    event: Event, kind: str, body: bytes, is_text: bool
) -> None:
    found = event("POST", "/v1/open", {"content-type": kind}, body)
    assert found["isBase64Encoded"] is not is_text
    assert (found["body"].encode() if is_text else base64.b64decode(found["body"])) == body


def test_without_the_identity_header_nobody_is_asked(send: Send, functions: Functions) -> None:
    for missing in (None, ""):
        answer = send("GET", "/v1/things/7", {"authorization": missing})
        assert (answer.status, json.loads(answer.body)) == (401, {"message": "Unauthorized"})
    assert "lotbook_function_who" not in functions._handlers


def test_a_route_without_authorizer_needs_no_header_and_has_no_identity(event: Event) -> None:
    found = event("POST", "/v1/open", {"authorization": None})
    assert "authorizer" not in found["requestContext"]


def test_answers_of_the_authorizer_are_kept_by_the_token_alone(send: Send, elapsed: Any) -> None:
    """A hole if the authorizer's answer depended on the path: the second route would get the first one's answer."""
    send("GET", "/v1/things/7")
    seen = sys.modules["lotbook_function_who"].seen
    send("GET", "/v1/things/8")
    send("POST", "/v1/things/8/parts/9")
    assert len(seen) == 1
    send("GET", "/v1/things/7", {"authorization": "Bearer other"})
    assert [each["identitySource"] for each in seen] == [["Bearer good"], ["Bearer other"]]
    elapsed.seconds = 59.9
    send("GET", "/v1/things/7")
    assert len(seen) == 2
    elapsed.seconds = 60.0
    send("GET", "/v1/things/7")
    assert len(seen) == 3


def test_the_authorizer_event_is_a_request_event_without_body(send: Send) -> None:
    send("POST", "/v1/things/7/parts/9?q=1", {"content-type": "application/json"}, b"{}")
    (found,) = sys.modules["lotbook_function_who"].seen
    assert found["version"] == "2.0"
    assert found["type"] == "REQUEST"
    assert found["routeArn"].endswith("/$default/POST/v1/things/7/parts/9")
    assert found["identitySource"] == ["Bearer good"]
    assert found["routeKey"] == "POST /v1/things/{thing_id}/parts/{part_id}"
    assert not {"body", "isBase64Encoded"} & set(found)


@pytest.mark.parametrize(
    ("token", "status", "text"),
    [
        ("no", 403, "Forbidden"),
        ("crash", 500, "Internal Server Error"),
        ("nonsense", 500, "Internal Server Error"),
    ],
)
def test_an_authorizer_may_refuse_or_fail(send: Send, token: str, status: int, text: str) -> None:
    for _ in range(2):
        answer = send("GET", "/v1/things/7", {"authorization": token})
        assert (answer.status, json.loads(answer.body)) == (status, {"message": text})


@pytest.mark.parametrize("wanted", ["raise", "set", '{"statusCode": "abc"}', '{"statusCode": 200, "body": {}}'])
def test_a_function_that_fails_is_an_internal_error_that_tells_nothing(
    send: Send, capsys: pytest.CaptureFixture[str], wanted: str
) -> None:
    answer = send("GET", "/v1/things/7", {"x-answer": wanted})
    assert (answer.status, json.loads(answer.body)) == (500, {"message": "Internal Server Error"})
    assert "a secret detail" not in str(answer)
    if wanted == "raise":
        assert "a secret detail" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"hello": 1}, Answer(200, (("content-type", "application/json"),), b'{"hello": 1}')),
        ("hello", Answer(200, (("content-type", "application/json"),), b"hello")),
        ({"statusCode": 204}, Answer(204, (), b"")),
        ({"statusCode": 201, "body": "x"}, Answer(201, (("content-type", "text/plain;charset=utf-8"),), b"x")),
        (
            {"statusCode": 200, "headers": {"X-A": 1, "Content-Type": "a/b"}, "cookies": ["a=1", "b=2"], "body": "x"},
            Answer(200, (("x-a", "1"), ("content-type", "a/b"), ("set-cookie", "a=1"), ("set-cookie", "b=2")), b"x"),
        ),
        (
            {"statusCode": 200, "headers": {"content-type": "a/b"}, "body": "/w==", "isBase64Encoded": True},
            Answer(200, (("content-type", "a/b"),), b"\xff"),
        ),
    ],
)
def test_answers_of_functions_become_http(send: Send, result: Any, expected: Answer) -> None:
    assert send("GET", "/v1/things/7", {"x-answer": json.dumps(result)}) == expected


def test_a_header_cannot_be_split_by_an_answer(send: Send) -> None:
    result = {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}, "body": ""}
    assert send("GET", "/v1/things/7", {"x-answer": json.dumps(result)}).status == 500
