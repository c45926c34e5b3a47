"""Calls endpoints of sellers, which may be anything: HTTP/1.1 by hand, for every byte and every second of it has a bound.

A name is resolved once, all of its addresses are looked at, and the connection goes to one of these very addresses: there is
no second question that could be answered differently. TLS is checked against the name. Of the answer only the head is read,
up to a bound; its body is never read, so it can be neither huge, nor slow, nor a bomb. Nothing is followed.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from lotbook.domain.endpoints.addresses import EndpointTarget, may_be_called
from lotbook.domain.endpoints.deliveries import Reply, Result
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.ports.endpoints import Names

TOTAL_SECONDS = 10.0  # of one call, from the connection to the answer's head
CONNECT_SECONDS = 4.0
MAX_NUMBERS_TRIED = 3
MAX_HEAD_BYTES = 16_384
MAX_INTERIM = 4  # answers 1xx before the final one
READ_BYTES = 4_096
HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r\n)")
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
GONE, WAITS = 410, frozenset({429, 503})


class _Failed(Exception):
    """A call that came to no answer."""

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self.result = result


@dataclass(frozen=True, slots=True)
class _Deadline:
    ends: float

    def left(self, most: float = TOTAL_SECONDS) -> float:
        """Raises _Failed when the time is over."""
        seconds = min(self.ends - time.monotonic(), most)
        if seconds <= 0:
            raise _Failed("timeout")
        return seconds


class EndpointCaller:
    """Implements `Caller`. `connect` and `context` are the machine's own but in tests."""

    def __init__(
        self,
        names: Names,
        *,
        seconds: float = TOTAL_SECONDS,
        connect: Callable[..., socket.socket] = socket.create_connection,
        context: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._names = names
        self._seconds = seconds
        self._connect = connect
        self._context = context or _context

    def post(self, target: EndpointTarget, headers: Mapping[str, str], body: bytes) -> Reply:
        """One call. What went wrong is told, not raised."""
        began = time.monotonic()
        try:
            reply = self._post(target, headers, body, _Deadline(began + self._seconds))
        except _Failed as failed:
            reply = Reply(failed.result)
        return replace(reply, took_ms=round((time.monotonic() - began) * 1_000))

    def _post(self, target: EndpointTarget, headers: Mapping[str, str], body: bytes, deadline: _Deadline) -> Reply:
        numbers = self._names.numbers(target.host, target.port)
        if not numbers:
            raise _Failed("unresolved")
        if not may_be_called(target, numbers):
            raise _Failed("not_public")
        connection = self._connected(target, numbers, deadline)
        try:
            if target.is_tls:
                connection = self._secured(connection, target, deadline)
            _send(connection, _request(target, headers, body), deadline)
            return _reply(_head(connection, deadline))
        except TimeoutError:
            raise _Failed("timeout") from None
        except OSError:
            raise _Failed("no_answer") from None
        finally:
            connection.close()

    def _connected(self, target: EndpointTarget, numbers: Sequence[str], deadline: _Deadline) -> socket.socket:
        result: Result = "connect"
        for number in numbers[:MAX_NUMBERS_TRIED]:
            try:
                return self._connect((number, target.port), deadline.left(CONNECT_SECONDS))
            except TimeoutError:
                result = "timeout"
            except OSError:
                result = "connect"
        raise _Failed(result)

    def _secured(self, connection: socket.socket, target: EndpointTarget, deadline: _Deadline) -> ssl.SSLSocket:
        """Closes the connection when it raises."""
        try:
            connection.settimeout(deadline.left())
            return self._context().wrap_socket(connection, server_hostname=target.host)  # the handshake as a whole
        except ssl.SSLError:
            connection.close()
            raise _Failed("tls") from None


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(target: EndpointTarget, headers: Mapping[str, str], body: bytes) -> bytes:
    """Raises ValueError for a header with a line end: `EndpointTarget` and the headers are ours, and have none."""
    lines = {"host": target.host_header, **headers, "content-length": str(len(body)), "connection": "close"}
    head = [f"POST {target.target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())]
    if any(not line.isascii() or not line.isprintable() for line in head):
        raise ValueError("a header line has characters that no header has")
    return "\r\n".join([*head, "", ""]).encode() + body


def _send(connection: socket.socket, data: bytes, deadline: _Deadline) -> None:
    """Piece by piece: each has what is left of the whole time."""
    rest = memoryview(data)
    while rest:
        connection.settimeout(deadline.left())
        rest = rest[connection.send(rest[:READ_BYTES]) :]


def _head(connection: socket.socket, deadline: _Deadline) -> bytes:
    """The status line and headers of the final answer. Raises _Failed where that is longer than the bound, or none."""
    read = b""
    for _ in range(MAX_INTERIM + 1):
        while HEAD_END not in read:
            connection.settimeout(deadline.left())
            more = connection.recv(READ_BYTES)
            read += more
            if not more or len(read) > MAX_HEAD_BYTES:
                raise _Failed("no_answer")
        head, _, read = read.partition(HEAD_END)
        if _status(head + HEAD_END) >= 200:
            return head + HEAD_END
    raise _Failed("no_answer")


def _status(head: bytes) -> int:
    found = _STATUS.match(head)
    if found is None:
        raise _Failed("no_answer")
    return int(found[1])


def _reply(head: bytes) -> Reply:
    status = _status(head)
    asked = _RETRY_AFTER.search(head) if status in WAITS else None
    wait = int(asked[1]) * SECOND if asked else None
    if 200 <= status < 300:
        return Reply("ok", status)
    if status < 400:
        return Reply("redirect", status)
    return Reply("gone" if status == GONE else "status", status, retry_after=wait)
