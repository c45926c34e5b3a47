"""The attack table of calls to endpoints: real sockets, and a server that does what nobody should bear.

Each attack is also played with its guard taken out, and succeeds then: so the test is about the guard.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lotbook.adapters import caller
from lotbook.adapters.caller import MAX_HEAD_BYTES, EndpointCaller
from lotbook.adapters.names import SystemNames
from lotbook.domain.endpoints.addresses import EndpointTarget
from lotbook.domain.endpoints.deliveries import Reply
from tests.contracts.rude_server import (
    BODY,
    HEADERS,
    HOST,
    PATIENCE_SECONDS,
    PLAIN,
    SECURE,
    SHORT_SECONDS,
    Certificate,
    Play,
    Server,
    answering,
    certificate,
    dripping,
    endless,
    read_request,
)
from tests.fakes.endpoints import PUBLIC, FakeNames


@pytest.fixture
def serve() -> Iterator[Callable[[Play], Server]]:
    made: list[Server] = []

    def start(play: Play) -> Server:
        made.append(Server(play))
        return made[-1]

    yield start
    for each in made:
        each.listener.close()


def post(server: Server, target: EndpointTarget = PLAIN, names: FakeNames | None = None, **more: Any) -> Reply:
    made = EndpointCaller(names or FakeNames(), connect=server.connect, **{"seconds": PATIENCE_SECONDS, **more})
    return made.post(target, HEADERS, BODY)


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def test_a_call_is_one_post_with_the_host_the_headers_and_the_body(serve: Callable[[Play], Server]) -> None:
    heard: list[bytes] = []

    def play(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(OK)

    server = serve(play)
    reply = post(server)
    assert (reply.result, reply.status) == ("ok", 200)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /lotbook HTTP/1.1",
        b"host: hooks.shop.example",
        b"content-type: application/json",
        b"webhook-id: evt_1",
        b"content-length: %d" % len(BODY),
        b"connection: close",
    ]
    assert body == BODY
    assert server.called == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("answer", "result", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", "ok", 204),
        (b"HTTP/1.0 200\r\n\r\n", "ok", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n", "ok", 202),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\n\r\n", "redirect", 302),
        (b"HTTP/1.1 307 Temporary Redirect\r\nlocation: https://hooks.shop.example/\r\n\r\n", "redirect", 307),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "redirect", 304),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "status", 404),
        (b"HTTP/1.1 410 Gone\r\n\r\n", "gone", 410),
        (b"HTTP/1.1 500 Oh\r\n\r\n", "status", 500),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no_answer", None),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "no_answer", None),
        (b"HTTP/1.1 999 OK\r\n\r\n", "no_answer", None),
        (b"HTTP/1.1 200 OK\r\n", "no_answer", None),
        (b"", "no_answer", None),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "no_answer", None),
    ],
)
def test_what_an_endpoint_answers_is_a_result_and_a_redirect_is_never_followed(
    serve: Callable[[Play], Server], answer: bytes, result: str, status: int | None
) -> None:
    server = serve(answering(answer))
    reply = post(server)
    assert (reply.result, reply.status) == (result, status)
    assert len(server.called) == 1


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ("Retry-After: 120", 120_000),
        ("retry-after:5", 5_000),
        ("Retry-After: soon", None),
        ("Retry-After: " + "9" * 40, None),
    ],
)
def test_retry_after_is_read_of_429_and_503_in_seconds(
    serve: Callable[[Play], Server], header: str, waits: int | None
) -> None:
    for status, expected in ((429, waits), (503, waits), (500, None)):
        reply = post(serve(answering(f"HTTP/1.1 {status} Wait\r\n{header}\r\n\r\n".encode())))
        assert reply.retry_after == expected, status


# --- where a call goes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers",
    [
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:10.0.0.1",),
        (PUBLIC, "127.0.0.1"),
        ("192.168.0.1", PUBLIC),
    ],
)
def test_a_name_that_leads_to_a_private_address_is_not_called(
    serve: Callable[[Play], Server], numbers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering(OK))
    assert post(server, names=FakeNames({HOST: [numbers]})).result == "not_public"
    assert server.called == []
    monkeypatch.setattr(caller, "may_be_called", lambda *_: True)  # without the guard it is called
    assert post(server, names=FakeNames({HOST: [numbers]})).result == "ok"
    assert server.called == [(numbers[0], 80)]


def test_a_name_that_answers_differently_the_second_time_is_asked_once_and_the_checked_number_is_called(
    serve: Callable[[Play], Server],
) -> None:
    """DNS rebinding: what is looked at is what is called. A caller that resolves again would come to 127.0.0.1."""
    server, names = serve(answering(OK)), FakeNames({HOST: [(PUBLIC,), ("127.0.0.1",), ("127.0.0.1",)]})
    assert post(server, names=names).result == "ok"
    assert server.called == [(PUBLIC, 80)]
    assert names.asked == [HOST]
    assert names.numbers(HOST, 80) == ("127.0.0.1",), "which is what a second question would have been answered"


def test_the_machine_is_handed_a_number_and_no_name_so_it_has_nothing_to_resolve(
    serve: Callable[[Play], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering(OK))

    def resolve(host: str, *_: Any, **__: Any) -> Any:
        raise AssertionError(f"{host} was resolved")

    numbers = FakeNames({HOST: [(PUBLIC,)]})
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    made = EndpointCaller(numbers, connect=lambda address, timeout: _dial(server, address), seconds=PATIENCE_SECONDS)
    assert made.post(PLAIN, HEADERS, BODY).result == "ok"


def _dial(server: Server, address: tuple[str, int]) -> socket.socket:
    assert address == (PUBLIC, 80)
    dialled = socket.socket()
    dialled.connect(server.listener.getsockname())
    return dialled


def test_where_the_first_number_does_not_answer_the_next_that_was_checked_is_called(
    serve: Callable[[Play], Server],
) -> None:
    server, second = serve(answering(OK)), "93.184.215.15"

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        return server.connect(address, timeout)

    made = EndpointCaller(FakeNames({HOST: [(PUBLIC, second)]}), connect=connect)
    assert made.post(PLAIN, HEADERS, BODY).result == "ok"
    assert server.called == [(second, 80)]
    refused = EndpointCaller(FakeNames(), connect=connect)
    assert refused.post(PLAIN, HEADERS, BODY).result == "connect"


def test_a_name_without_an_address_is_a_result(serve: Callable[[Play], Server]) -> None:
    assert post(serve(answering(OK)), names=FakeNames({HOST: [()]})).result == "unresolved"


# --- how long and how much ----------------------------------------------------------------------------------------------


def drips_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    dripping(b"a: b\r\n")(connection)


ATTACKS_ON_TIME: dict[str, Play] = {
    "never answers": lambda connection: time.sleep(60),
    "drips a status line": dripping(b"HTTP/1.1 200 OK"),
    "drips headers": drips_headers,
}


@pytest.mark.parametrize("attack", ATTACKS_ON_TIME)
def test_whoever_is_slow_ends_with_the_time_of_the_whole_call(serve: Callable[[Play], Server], attack: str) -> None:
    """A time-out of each read would never end a drip."""
    reply = post(serve(ATTACKS_ON_TIME[attack]), seconds=SHORT_SECONDS)
    assert reply.result == "timeout"
    assert reply.took_ms < 20_000


def test_who_drips_would_be_waited_for_without_the_deadline(
    serve: Callable[[Play], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken out: every read gets the whole time anew, and the head's bound of bytes alone ends the drip."""
    monkeypatch.setattr(caller._Deadline, "left", lambda self, most=PATIENCE_SECONDS: PATIENCE_SECONDS)
    monkeypatch.setattr(caller, "MAX_HEAD_BYTES", 60)  # of them each comes 20 ms after the one before
    reply = post(serve(ATTACKS_ON_TIME["drips headers"]), seconds=SHORT_SECONDS)
    assert reply.result == "no_answer"
    assert reply.took_ms > SHORT_SECONDS * 1_000


def test_an_answer_without_an_end_is_left_after_its_head(serve: Callable[[Play], Server]) -> None:
    """Its body is never read: neither a gigabyte nor a bomb that is unpacked to one."""
    for head in (
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9999999999\r\n\r\n",
    ):
        assert post(serve(endless(head, b"\x1f\x8b" * 50_000))).result == "ok"


def test_a_head_without_an_end_is_left_at_its_bound(
    serve: Callable[[Play], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = endless(b"HTTP/1.1 200 OK\r\n", b"x-padding: " + b"a" * 1_000 + b"\r\n")
    assert post(serve(attack)).result == "no_answer"
    monkeypatch.setattr(caller, "MAX_HEAD_BYTES", MAX_HEAD_BYTES * 10_000)  # without the bound only time ends it
    assert post(serve(attack), seconds=SHORT_SECONDS).result == "timeout"


def test_whoever_hangs_up_in_the_middle_is_a_result(serve: Callable[[Play], Server]) -> None:
    assert post(serve(lambda connection: connection.close())).result == "no_answer"


def test_a_header_with_a_line_end_is_a_defect_of_ours_and_never_sent(serve: Callable[[Play], Server]) -> None:
    server = serve(answering(OK))
    made = EndpointCaller(FakeNames(), connect=server.connect)
    with pytest.raises(ValueError, match="characters"):
        made.post(PLAIN, {"webhook-id": "evt_1\r\nhost: evil.example"}, BODY)
    with pytest.raises(ValueError, match="characters"):
        made.post(EndpointTarget(False, HOST, 80, "/ HTTP/1.1\r\nx: y"), HEADERS, BODY)


# --- TLS ----------------------------------------------------------------------------------------------------------------


def with_tls(certificate: Certificate) -> Play:
    def play(connection: socket.socket) -> None:
        with certificate.server().wrap_socket(connection, server_side=True) as secure:
            answering(OK)(secure)

    return play


def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_for_another_name_too(
    serve: Callable[[Play], Server], tmp_path: Path
) -> None:
    ours, others = certificate(tmp_path, HOST), certificate(tmp_path, "other.example")
    assert post(serve(with_tls(ours)), SECURE, context=ours.trusting).result == "ok", "checked against the name"
    assert post(serve(with_tls(ours)), SECURE).result == "tls", "self-signed"
    assert post(serve(with_tls(others)), SECURE, context=others.trusting).result == "tls", "another's name"


def test_without_its_checks_a_self_signed_certificate_would_do(serve: Callable[[Play], Server], tmp_path: Path) -> None:
    def careless() -> ssl.SSLContext:
        made = ssl.create_default_context()
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        return made

    assert post(serve(with_tls(certificate(tmp_path, "other.example"))), SECURE, context=careless).result == "ok"


def test_the_name_is_said_before_the_certificate_is_shown(serve: Callable[[Play], Server], tmp_path: Path) -> None:
    """SNI: many endpoints share an address."""
    ours, said = certificate(tmp_path, HOST), list[str | None]()

    def play(connection: socket.socket) -> None:
        context = ours.server()
        context.sni_callback = lambda _, name, __: said.append(name)
        with context.wrap_socket(connection, server_side=True) as secure:
            answering(OK)(secure)

    assert post(serve(play), SECURE, context=ours.trusting).result == "ok"
    assert said == [HOST]


def test_a_handshake_that_never_ends_ends_with_the_call(serve: Callable[[Play], Server]) -> None:
    assert post(serve(lambda connection: time.sleep(60)), SECURE, seconds=SHORT_SECONDS).result == "timeout"
    assert post(serve(answering(b"220 smtp.example\r\n")), SECURE, seconds=SHORT_SECONDS).result in ("tls", "timeout")


# --- DNS ----------------------------------------------------------------------------------------------------------------


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        let_go.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    assert SystemNames(seconds=0.05).numbers(HOST, 443) == ()
    assert time.monotonic() - began < 30
    let_go.set()


def test_a_name_has_each_number_once_and_one_with_very_many_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*numbers: str) -> Callable[..., Any]:
        return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", told(PUBLIC, PUBLIC, "1.1.1.1"))
    assert SystemNames().numbers(HOST, 443) == (PUBLIC, "1.1.1.1")
    monkeypatch.setattr(socket, "getaddrinfo", told(*(f"1.1.1.{number}" for number in range(99))))
    assert SystemNames().numbers(HOST, 443) == ()
    monkeypatch.setattr(socket, "getaddrinfo", _fail)
    assert SystemNames().numbers(HOST, 443) == ()


def _fail(*_: Any, **__: Any) -> Any:
    raise socket.gaierror
