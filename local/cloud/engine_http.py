"""HTTP/1.1 for the local AWS engine: what the run's own clients send it, and no more of the protocol than that.

Every read and write of a local run passes here, some thousand in a minute. A server that knows all of HTTP took more time for each than
ministack took to answer it. This one knows requests with a length, one after the other on a connection that stays open, and answers that
are sent when they are whole. What it does not know it refuses. Imports nothing of this project: `engine_main.py` runs on another environment.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 32 * 1024 * 1024  # twice what DynamoDB takes in one request
IDLE_SECONDS = 75.0  # a connection without a request is closed after at most twice this
LINE, HEAD_END, VERSIONS = b"\r\n", b"\r\n\r\n", (b"HTTP/1.1", b"HTTP/1.0")
REASONS = {each.value: each.phrase for each in HTTPStatus}

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Malformed(Exception):
    """What came is no request that is understood here: the status to answer, and why."""


def head_of(raw: bytes) -> tuple[Message, int]:
    """The ASGI scope of a request without its connection, and its body's length. Raises Malformed."""
    first, *lines = raw.split(LINE)
    words = first.split(b" ")
    if len(words) != 3 or words[2] not in VERSIONS or not words[1].startswith(b"/"):
        raise Malformed(400, "the first line is no request")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise Malformed(400, "a header has no name")
        headers.append((name.lower(), value.strip()))
    path, _, query = words[1].partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": words[2][5:].decode(),
        "method": words[0].decode("latin-1"),
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
    }, _length(headers)


def _length(headers: list[tuple[bytes, bytes]]) -> int:
    if any(name == b"transfer-encoding" for name, _ in headers):
        raise Malformed(501, "a body without a length")
    told = {value for name, value in headers if name == b"content-length"} or {b"0"}
    (value,) = told if len(told) == 1 else (b"",)
    if not value.isdigit():
        raise Malformed(400, "the length of the body is no number")
    if int(value) > LARGEST_BODY:
        raise Malformed(413, "the body is too large")
    return int(value)


class Connection(asyncio.Protocol):
    """One connection: its requests are answered in the order in which they came."""

    def __init__(self, server: Connections) -> None:
        self._server = server
        self._came = bytearray()
        self._head: tuple[Message, int] | None = None
        self._task: asyncio.Task[bool] | None = None  # a request that is being answered
        self._gone = asyncio.Event()
        self.transport: asyncio.Transport
        self._from: Any = None
        self.was_used = True  # since the last look for idle ones

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self._from = transport, transport.get_extra_info("peername")
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's own
        self._gone.set()
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._go_on()

    def _go_on(self) -> None:
        if self.is_busy or self.transport.is_closing():
            return
        try:
            request = self._next()
        except Malformed as refusal:
            status, why = refusal.args
            self._answer(status, [], f"{why}\n".encode())
            self.transport.close()
            return
        if request is not None:
            self.was_used = True
            self._task = asyncio.get_running_loop().create_task(self._serve(*request))
            self._task.add_done_callback(self._served)

    def _next(self) -> tuple[Message, bytes] | None:
        """The next request and its body, when all of it has come."""
        if self._head is None:
            end = self._came.find(HEAD_END)
            if max(end, 0) > LARGEST_HEAD or (end < 0 and len(self._came) > LARGEST_HEAD):
                raise Malformed(431, "the headers are too long")
            if end < 0:
                return None
            self._head = head_of(bytes(self._came[:end]))
            del self._came[: end + len(HEAD_END)]
        scope, length = self._head
        if len(self._came) < length:
            return None
        body, self._head = bytes(self._came[:length]), None
        del self._came[:length]
        return {**scope, "client": self._from}, body

    async def _serve(self, scope: Message, body: bytes) -> bool:
        """Answer one request; whether another one may follow on this connection."""
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        began: Message = {}
        parts: list[bytes] = []

        async def receive() -> Message:
            if unread:
                return unread.pop()
            await self._gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.update(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                self._answer(began["status"], began["headers"], b"".join(parts), is_head=scope["method"] == "HEAD")
                parts.clear()

        await self._server.application(scope, receive, send)
        return bool(began) and not parts and not wants_to_close(scope)  # no answer can follow one that did not end

    def _served(self, task: asyncio.Task[bool]) -> None:
        self._task = None
        fault = None if task.cancelled() else task.exception()
        if fault is not None:  # the engine's own: it is in the log, and whoever asked need not wait
            sys.stderr.write("".join(traceback.format_exception(fault)))
            self._answer(500, [], b"the engine failed\n")
        if task.cancelled() or fault is not None or not task.result():
            self.transport.close()
        self._go_on()

    def _answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, is_head: bool = False) -> None:
        if self.transport.is_closing():
            return
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}".encode()]
        lines += [name + b": " + value for name, value in headers]
        if not any(name.lower() == b"content-length" for name, _ in headers):
            lines.append(b"content-length: %d" % len(body))
        self.transport.write(LINE.join(lines) + HEAD_END + (b"" if is_head else body))


def wants_to_close(scope: Message) -> bool:
    """Whether the connection is to end with this request."""
    asked = next((value.lower() for name, value in scope["headers"] if name == b"connection"), b"")
    return asked == b"close" or (scope["http_version"] == "1.0" and asked != b"keep-alive")


class Connections:
    """The connections of one application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.connections: set[Connection] = set()
        self._ends = False

    async def close_idle(self) -> None:
        """For as long as the server lives."""
        while not self._ends:
            await asyncio.sleep(IDLE_SECONDS)
            for each in [each for each in self.connections if not each.is_busy]:
                if not each.was_used:
                    each.transport.close()
                each.was_used = False

    async def end(self, grace_seconds: float) -> None:
        """Close every connection; a request that is being answered has so long."""
        self._ends, now = True, asyncio.get_running_loop().time
        until = now() + grace_seconds
        while now() < until and any(each.is_busy for each in self.connections):
            await asyncio.sleep(0.01)
        for each in list(self.connections):
            each.transport.close()


class Lifespan:
    """The application's own start and end."""

    def __init__(self, application: Application) -> None:
        self._asked, self._said = asyncio.Queue[Message](), asyncio.Queue[Message]()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.ensure_future(application(scope, self._asked.get, self._said.put))

    async def step(self, name: str) -> None:
        """`startup` or `shutdown`. Raises RuntimeError where it fails, and what the application raises."""
        self._asked.put_nowait({"type": f"lifespan.{name}"})
        said = asyncio.ensure_future(self._said.get())
        await asyncio.wait({said, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
            self._task.result()
            raise RuntimeError(f"the engine ended at {name}")
        if said.result()["type"] != f"lifespan.{name}.complete":
            raise RuntimeError(f"the engine's {name} failed: {said.result().get('message', '')}")


async def serve(
    application: Application,
    address: tuple[str, int],
    stopped: Callable[[], Awaitable[object]],
    *,
    grace: float,
    shutdown: float,
) -> None:
    """Serve until `stopped` returns; then `grace` seconds for requests on their way, and `shutdown` for the application's own end."""
    lifespan, server = Lifespan(application), Connections(application)
    await lifespan.step("startup")
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(server), *address, backlog=512)
    idle = asyncio.ensure_future(server.close_idle())
    await stopped()
    idle.cancel()
    listening.close()
    await server.end(grace)
    await asyncio.wait_for(lifespan.step("shutdown"), shutdown)
