"""The server before the local AWS engine: what it takes, what it refuses, and that nothing sent to it ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from local.cloud import engine_http
from local.cloud.engine_http import LARGEST_BODY, LARGEST_HEAD, Connections, Malformed, Message, head_of, serve
from tests import patience, ports
from tests.loops import in_a_loop

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


class Echo:
    """Answers with method, path, query and body. `/hang` waits until whoever asked is gone."""

    def __init__(self, at_start: str = "lifespan.startup.complete") -> None:
        self.lived: list[str] = []
        self.scopes: list[Message] = []
        self.hangs, self.was_left, self.may_go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._at_start = at_start

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await self._lives(receive, send)
        self.scopes.append(scope)
        asked = await receive()
        match scope["path"]:
            case "/fail":
                raise ValueError("a fault of the engine")
            case "/silence":
                return None
            case "/hang":
                self.hangs.set()
                assert (await receive())["type"] == "http.disconnect"
                self.was_left.set()
                return None
            case "/wait":
                self.hangs.set()
                await self.may_go_on.wait()
        said = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()} ".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-engine", b"1")]})
        await send({"type": "http.response.body", "body": said, "more_body": True})
        await send({"type": "http.response.body", "body": asked["body"]})
        return None

    async def _lives(self, receive: Any, send: Any) -> None:
        for said in (self._at_start, "lifespan.shutdown.complete"):
            self.lived.append((await receive())["type"])
            await send({"type": said, "message": "no room"})


def talked(talk: Talk, echo: Echo | None = None, *, grace: float = 0.05) -> Any:
    """What a talk over one connection came to, with a server that is told to stop after it."""

    async def work() -> Any:
        stopped, port = asyncio.Event(), ports.free()
        told = serve(echo or Echo(), ("127.0.0.1", port), stopped.wait, grace=grace, shutdown=patience.SECONDS)
        serving = asyncio.ensure_future(told)
        reader, writer = await connected(port, serving)
        try:
            return await asyncio.wait_for(talk(reader, writer), patience.SECONDS)
        finally:
            writer.close()
            stopped.set()
            await asyncio.wait_for(serving, patience.SECONDS)

    return in_a_loop(work())


async def connected(port: int, serving: asyncio.Future[Any]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while not serving.done():
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:  # it begins to listen after the application's own start
            await asyncio.sleep(0.01)
    raise AssertionError(serving.result())


def asked(*parts: bytes) -> bytes:
    """All that comes back until the server closes, for these parts sent one after the other."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return await reader.read()

    found: bytes = talked(talk)
    return found


LAST = b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n"


def bodies(raw: bytes) -> list[bytes]:
    """Those of the answers in a row, each as long as its header says."""
    found = []
    while raw:
        head, _, rest = raw.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        found.append(rest[:length])
        raw = rest[length:]
    return found


def test_requests_of_one_connection_are_answered_in_their_order_however_they_are_cut() -> None:
    """Two at once, one byte by byte, and its body apart."""
    both = b"POST /a?x=%20 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /%C3%A4 HTTP/1.1\r\n\r\n"
    third = [bytes([each]) for each in b"POST /c HTTP/1.1\r\ncontent-length:2\r\n\r\n"]
    found = bodies(asked(both, *third, b"d", b"e", LAST))
    assert found == [b"POST /a?x=%20 abc", "GET /ä? ".encode(), b"POST /c? de", b"GET /last? "]


def test_headers_come_in_lower_case_with_all_that_was_sent() -> None:
    scope, length = head_of(b"PUT /p?q HTTP/1.1\r\nX-One:  1 \r\nX-one: 2\r\nContent-Length: 7\r\nx-none:")
    assert scope["headers"] == [(b"x-one", b"1"), (b"x-one", b"2"), (b"content-length", b"7"), (b"x-none", b"")]
    assert (scope["method"], scope["path"], scope["query_string"], length) == ("PUT", "/p", b"q", 7)


def test_a_connection_stays_open_until_its_client_says_otherwise() -> None:
    old, kept = b"GET /1 HTTP/1.0\r\n\r\n", b"GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    assert bodies(asked(old)) == [b"GET /1? "]
    assert bodies(asked(kept, LAST)) == [b"GET /1? ", b"GET /last? "]


def test_what_is_sent_behind_the_last_request_of_a_connection_has_no_effect() -> None:
    echo = Echo()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(LAST + b"POST /effect HTTP/1.1\r\n\r\n")
        return await reader.read()

    assert bodies(talked(talk, echo)) == [b"GET /last? "]
    assert [scope["path"] for scope in echo.scopes] == ["/last"]


def test_the_answer_to_head_has_no_body() -> None:
    assert asked(b"HEAD /h HTTP/1.1\r\nConnection: close\r\n\r\n").endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01\x02\r\n\r\n", 400),  # TLS
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\r\n folded\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\na: " + b"x" * LARGEST_HEAD, 431),
    ],
)
def test_what_is_not_understood_is_refused_and_the_connection_ends(raw: bytes, status: int) -> None:
    """And what came behind it is no request: two servers that read it differently would be two doors."""
    found = asked(raw, LAST)
    assert found.startswith(b"HTTP/1.1 %d " % status)
    assert found.count(b"HTTP/1.1") == 1


def test_a_head_of_the_largest_length_is_read() -> None:
    line = b"GET / HTTP/1.1\r\na: "
    assert head_of(line + b"x" * (LARGEST_HEAD - len(line)))
    with pytest.raises(Malformed):
        head_of(b"")


def test_a_fault_of_the_engine_is_one_answer_and_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    assert asked(b"GET /fail HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    assert "a fault of the engine" in capfd.readouterr().err
    assert asked(b"GET /silence HTTP/1.1\r\n\r\n") == b"", "nobody waits for what does not come"


def test_the_engine_hears_that_whoever_asked_is_gone() -> None:
    echo = Echo()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /hang HTTP/1.1\r\n\r\n")
        await echo.hangs.wait()
        writer.close()
        await echo.was_left.wait()

    talked(talk, echo)
    assert echo.scopes[0]["client"][0] == "127.0.0.1"


def test_n4_a_stop_lets_a_request_end_and_no_longer_than_its_grace() -> None:
    echo = Echo()

    async def work() -> tuple[bytes, bytes]:
        stopped, port = asyncio.Event(), ports.free()
        told = serve(echo, ("127.0.0.1", port), stopped.wait, grace=patience.SECONDS, shutdown=patience.SECONDS)
        serving = asyncio.ensure_future(told)
        at_work, idle = await connected(port, serving), await connected(port, serving)
        at_work[1].write(b"GET /wait HTTP/1.1\r\n\r\n")
        await echo.hangs.wait()
        stopped.set()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), 0.05)
        echo.may_go_on.set()
        await asyncio.wait_for(serving, patience.SECONDS)
        return await at_work[0].read(), await idle[0].read()

    answered, nothing = in_a_loop(work())
    assert (bodies(answered), nothing) == ([b"GET /wait? "], b"")
    assert echo.lived == ["lifespan.startup", "lifespan.shutdown"], "the state is written at the end"
    hanging = Echo()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /hang HTTP/1.1\r\n\r\n")
        await hanging.hangs.wait()

    talked(talk, hanging)
    assert hanging.lived[-1] == "lifespan.shutdown"


def test_an_engine_that_cannot_start_serves_nobody() -> None:
    async def work() -> None:
        told = serve(
            Echo("lifespan.startup.failed"), ("127.0.0.1", ports.free()), asyncio.Event().wait, grace=0, shutdown=1
        )
        await asyncio.wait_for(told, patience.SECONDS)

    with pytest.raises(RuntimeError, match="startup failed: no room"):
        in_a_loop(work())


def test_a_connection_without_requests_is_closed_and_one_that_is_answered_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_http, "IDLE_SECONDS", 0.01)
    echo = Echo()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET /wait HTTP/1.1\r\n\r\n")
        await echo.hangs.wait()
        await asyncio.sleep(0.1)
        echo.may_go_on.set()
        return await reader.read()

    assert bodies(talked(talk, echo)) == [b"GET /wait? "]


def test_what_lives_no_more_is_not_kept() -> None:
    async def work() -> int:
        server, port = Connections(Echo()), ports.free()
        listening = await asyncio.get_running_loop().create_server(
            lambda: engine_http.Connection(server), "127.0.0.1", port
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(LAST)
        await reader.read()
        writer.close()
        listening.close()
        for _ in range(100):
            await asyncio.sleep(0.01)
            if not server.connections:
                break
        return len(server.connections)

    assert in_a_loop(work()) == 0
