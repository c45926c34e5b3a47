"""HTTP/1.1 over one socket that is kept: a request goes out whole, and one answer comes back, bounded in size and time.

Nothing is guessed: what is no answer by the standard is `NoAnswer`, and its connection is not used again.
"""

from __future__ import annotations

import select
import socket
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from lotbook.adapters.refusals import NoAnswer

if TYPE_CHECKING:
    import ssl

    from lotbook.adapters.thin.target import Target

CHUNK = 65_536
MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 64 * 1024 * 1024  # DynamoDB's largest answer has 16 MB of items, in JSON some more
MAX_CHUNK_LINE = 1_024
WHOLE_ANSWER = 4  # times the silence that is borne: an answer that only trickles ends, too
LINE, HEAD_END = b"\r\n", b"\r\n\r\n"


class Unheard(NoAnswer):
    """A connection that was kept is gone, before a byte of the answer: it was closed while nobody asked."""


class Limits(NamedTuple):
    """Seconds."""

    connect: int
    read: int  # of silence


class HttpReply(NamedTuple):
    """Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection. Not safe under threads: whoever has it has it alone."""

    def __init__(self, target: Target, limits: Limits, trust: ssl.SSLContext | None) -> None:
        """Raises NoAnswer. `trust` is for TLS: it also holds the certificate's name against the host's."""
        self._limits = limits
        self._data = bytearray()
        self._until = 0.0
        self.is_kept = False  # by now, after an answer
        self.used_at = 0
        try:
            self._socket = socket.create_connection((target.address, target.port), limits.connect)
        except OSError as error:
            raise NoAnswer(f"{target.authority} cannot be reached: {error}") from error
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if trust is not None:
                self._socket = trust.wrap_socket(self._socket, server_hostname=target.address)
            self._socket.settimeout(limits.read)
        except OSError as error:
            self.close()
            raise NoAnswer(f"{target.authority} cannot be trusted: {error}") from error

    def close(self) -> None:
        """It may be closed already."""
        self._socket.close()

    def is_stale(self) -> bool:
        """Whether the other end has closed it, or said what nobody asked for."""
        try:
            looked = select.poll()
            looked.register(self._socket, select.POLLIN)
            return bool(looked.poll(0))
        except (OSError, ValueError):
            return True

    def exchange(self, request: bytes) -> HttpReply:
        """Raises NoAnswer; then the connection is of no use any more."""
        was_kept, self.is_kept = self.is_kept, False
        self._data.clear()
        self._until = monotonic() + WHOLE_ANSWER * self._limits.read
        try:
            self._socket.sendall(request)
            self._receive()
        except TimeoutError as error:
            raise NoAnswer("Nothing was heard in time.") from error
        except OSError as error:
            raise (Unheard if was_kept else NoAnswer)(f"The connection broke: {error}") from error
        if not self._data:
            raise (Unheard if was_kept else NoAnswer)("The connection was closed without an answer.")
        try:
            return self._reply()
        except TimeoutError as error:
            raise NoAnswer("The rest of the answer did not come in time.") from error
        except (OSError, ValueError) as error:
            raise NoAnswer(f"The answer was cut or is none: {error}") from error

    def _reply(self) -> HttpReply:
        head = self._taken_until(HEAD_END, MAX_HEAD_BYTES).decode("latin-1")
        first, *lines = head.split("\r\n")
        version, _, rest = first.partition(" ")
        status = int(rest[:3])
        if version not in ("HTTP/1.1", "HTTP/1.0") or status < 200:
            raise ValueError(first[:40])
        headers = _headers(lines)
        body, ends = self._body(status, headers)
        said = headers.get("connection", "").lower()
        keeps = said == "keep-alive" if version == "HTTP/1.0" else said != "close"
        self.is_kept = keeps and ends and not self._data
        return HttpReply(status, headers, body)

    def _body(self, status: int, headers: dict[str, str]) -> tuple[bytes, bool]:
        """And whether it says itself where it ends."""
        if status in (204, 304):
            return b"", True
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise ValueError("an unknown transfer encoding")
            return self._chunks(), True
        length = headers.get("content-length")
        if length is not None:
            return self._taken(_size(length, 10)), True
        while self._receive():
            _bounded(len(self._data))
        body = bytes(self._data)
        self._data.clear()
        return body, False

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := _size(self._taken_until(LINE, MAX_CHUNK_LINE).partition(b";")[0].decode("ascii"), 16):
            _bounded(len(body) + size)
            body += self._taken(size)
            if self._taken(len(LINE)) != LINE:
                raise ValueError("a chunk without an end")
        while self._taken_until(LINE, MAX_HEAD_BYTES):
            pass  # a trailer
        return bytes(body)

    def _taken_until(self, end: bytes, most: int) -> bytes:
        """What comes before this end, and the end is gone."""
        while (at := self._data.find(end)) < 0:
            if len(self._data) > most:
                raise ValueError("a head without an end")
            self._more()
        taken = bytes(self._data[:at])
        del self._data[: at + len(end)]
        return taken

    def _taken(self, size: int) -> bytes:
        while len(self._data) < size:
            self._more()
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken

    def _more(self) -> None:
        if not self._receive():
            raise ValueError("it ends too early")

    def _receive(self) -> bool:
        """Whether there was more."""
        if self._data and monotonic() > self._until:
            raise TimeoutError
        received = self._socket.recv(CHUNK)
        self._data += received
        return bool(received)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or " " in name or "\t" in name:
            raise ValueError("a line that is no header")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _size(text: str, base: int) -> int:
    text = text.strip()
    if not text.isalnum() or not text.isascii():  # int() would take signs and underscores
        raise ValueError("no number of bytes")
    return _bounded(int(text, base))


def _bounded(size: int) -> int:
    if size > MAX_BODY_BYTES:
        raise ValueError("an answer past every bound")
    return size
