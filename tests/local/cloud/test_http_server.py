"""The local HTTP server under requests that no client of ours would send: it answers or closes, and lives on."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from local.cloud.api_events import Answer, Request
from local.cloud.gateway import Gateway
from local.cloud.http_server import HOST, LARGEST_BODY, Server, application
from local.places import is_free
from tests import patience, ports


@pytest.fixture
def port(gateway: Gateway) -> Iterator[int]:
    port = ports.free()
    server = Server(application(gateway.answer), port)
    server.start()
    yield port
    server.stop()


def raw(port: int, request: bytes) -> bytes:
    """What comes back for these bytes, until the server closes; a reset ends it too (it need not read everything)."""
    with socket.create_connection((HOST, port), patience.SECONDS) as line:
        received = b""
        with suppress(ConnectionResetError, BrokenPipeError):
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65_536):
                received += chunk
    return received


def ask(
    port: int, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection(HOST, port, timeout=patience.SECONDS)
    line.request(method, target, body, {"Authorization": "Bearer good", **(headers or {})})
    answer = line.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    line.close()
    return found


def test_a_request_arrives_as_it_was_sent(port: int) -> None:
    status, headers, body = ask(port, "GET", "/v1/things/a%2Fb%20c?q=%20x&q=y", {"X-One": "1", "Cookie": "a=1; b=2"})
    event = json.loads(body)
    assert status == 200
    assert headers["apigw-requestid"] == event["requestContext"]["requestId"]
    assert event["rawQueryString"] == "q=%20x&q=y"
    assert event["queryStringParameters"] == {"q": " x,y"}
    assert event["pathParameters"] == {"thing_id": "a/b c"}
    assert event["headers"]["x-one"] == "1"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["requestContext"]["authorizer"] == {"lambda": {"actor": "Bearer good"}}


def test_a_body_arrives_with_its_type(port: int) -> None:
    _, _, body = ask(port, "POST", "/v1/open", {"Content-Type": "application/json"}, b'{"a": "\xc3\xa9"}')
    event = json.loads(body)
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": "é"}', False)
    assert event["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_not_found(port: int, method: str) -> None:
    status, _, body = ask(port, method, "/v1/things/7")
    assert status == 404
    assert method != "HEAD" or body == b""


def test_a_body_past_the_limit_of_api_gateway_is_413(port: int) -> None:
    status, _, body = ask(port, "POST", "/v1/open", body=b"x" * (LARGEST_BODY + 1))
    assert (status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v1/things/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/things/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/things/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://other/v1/things/7 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET //v1//things HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/things/7?%zz=%ff&&==& HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/things/7 HTTP/1.1\r\nAuthorization: \xff\xfe\r\n\r\n",
        b"GET /v1/things/7 HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /v1/things/7 HTTP/1.1\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"POST /v1/open HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/open HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v1/open HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"POST /v1/open HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/open HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /v1/things/7 HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_hostile_requests_end_neither_the_server_nor_in_its_fault(
    port: int, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = raw(port, request_bytes)
    status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/") else b"closed"
    assert not status.startswith(b"50") or status == b"501", answer[:500]
    assert "Traceback" not in capfd.readouterr().err
    assert ask(port, "GET", "/v1/things/7")[0] == 200


def test_it_listens_on_this_machine_only(port: int) -> None:
    assert not is_free(port)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), 1)


def test_an_answer_with_letters_that_headers_cannot_hold_still_goes_out() -> None:
    def answer(_: Request) -> Answer:
        return Answer(200, (("x-name", "żółw"),), b"ok")

    port = ports.free()
    server = Server(application(answer), port)
    server.start()
    assert ask(port, "GET", "/")[0] == 200
    server.stop()
