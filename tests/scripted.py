"""A server of HTTP by hand, which does to a client what a library would not let it do: cut, trickle, lie, close, say nothing.

Each request takes the next of its acts; without one it is answered with an empty object. TLS where it has a context.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue

from tests import patience

CHUNK, MOST_CONNECTIONS = 65_536, 10_000
JSON = "application/x-amz-json-1.0"
Act = Callable[[socket.socket], bool]  # whether the connection is kept


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> Act:
    """A whole answer. `_` in a header's name stands for `-`."""
    return raw(plain(body, status, **headers))


def plain(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    """Its bytes."""
    named = {"content-type": JSON, "content-length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body


def raw(*parts: bytes, keep: bool = True) -> Act:
    """These bytes, part by part; then the connection is kept, or closed."""

    def act(connection: socket.socket) -> bool:
        for part in parts:
            connection.sendall(part)
        return keep

    return act


def hang_up(connection: socket.socket) -> bool:
    """No byte."""
    return False


def reset(connection: socket.socket) -> bool:
    """No byte, and not even an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    return False


@dataclass
class Request:
    """What came, and over which connection."""

    head: str
    body: bytes
    connection: int

    @property
    def headers(self) -> dict[str, str]:
        """Names in lower case."""
        pairs = (line.partition(": ")[::2] for line in self.head.split("\r\n")[1:])
        return {name.lower(): value for name, value in pairs}


@dataclass
class Scripted:
    """Its acts, what was asked, and how many connections there were."""

    address: str
    acts: deque[Act] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    always: Act | None = None  # when there is no act left
    echoes: bool = False  # the key that was asked for is the item that is found
    over: Queue[int] = field(default_factory=Queue)  # numbers of connections, as each ends

    def plays(self, *acts: Act) -> None:
        """From here on; what was asked before is forgotten."""
        self.acts = deque(acts)
        self.requests.clear()

    def wait_until_over(self, connection: int) -> None:
        """Until that one has ended: those of a client that is gone may end at any time."""
        while self.over.get(timeout=patience.SECONDS) != connection:
            pass

    def next(self, request: Request) -> Act:
        """For the request that has come."""
        if self.echoes:
            return answer(json.dumps({"Item": json.loads(request.body)["Key"]}).encode())
        return self.acts.popleft() if self.acts else self.always or answer()


@contextmanager
def serving(trust: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Scripted]:
    """A server of this process; `host` is how its address names it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "https" if trust else "http"
        server = Scripted(f"{scheme}://{host}:{listening.getsockname()[1]}")
        threading.Thread(target=_accept, args=(server, listening, trust), daemon=True).start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _accept(server: Scripted, listening: socket.socket, trust: ssl.SSLContext | None) -> None:
    with suppress(OSError):  # when the listening socket is shut
        for number in range(1, MOST_CONNECTIONS + 1):
            connection, _ = listening.accept()
            server.connections = number
            threading.Thread(target=_serve, args=(server, connection, trust, number), daemon=True).start()


def _serve(server: Scripted, connection: socket.socket, trust: ssl.SSLContext | None, number: int) -> None:
    try:
        with suppress(OSError, ValueError):
            connection = trust.wrap_socket(connection, server_side=True) if trust else connection
            while _one(server, connection, number):
                pass
    finally:
        connection.close()
        server.over.put(number)


def _one(server: Scripted, connection: socket.socket, number: int) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(CHUNK)
        if not received:
            return False
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    request = Request(head.decode(), body, number)
    length = int(request.headers.get("content-length", "0"))
    while len(request.body) < length:
        request.body += connection.recv(CHUNK)
    server.requests.append(request)
    return server.next(request)(connection)


def environment(address: str, **more: str) -> Mapping[str, str]:
    """AWS's variables for a client of this address."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"}
    return {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address, **keys, **more}
