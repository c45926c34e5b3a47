"""An endpoint of a seller on this machine: it keeps what it hears, and answers as a test says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`statuses`: what each path answers, 200 where nothing is said. `hangs`: paths that answer nothing until `let_go` is set."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    let_go: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str, account_id: str | None = None) -> list[Heard]:
        """What came to a path, of one account where one is named."""
        found = [each for each in list(self.heard) if each.path == path]
        return [each for each in found if account_id in (None, each.event["data"]["account_id"])]


def verify(heard: Heard, secret: str, tolerance_seconds: int, now_seconds: float) -> int:
    """How many of the signatures are this secret's: written from the specification, apart from what signs."""
    message_id, stamp = heard.headers["webhook-id"], heard.headers["webhook-timestamp"]
    assert abs(now_seconds - int(stamp)) <= tolerance_seconds, "an old call may be a replay"
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join([message_id.encode(), stamp.encode(), heard.body])
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.split(",", 1) for each in heard.headers["webhook-signature"].split(" ")]
    return sum(version == "v1" and hmac.compare_digest(text, wanted) for version, text in given)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server in this process, until the end of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if self.path in receiver.hangs:
                receiver.let_go.wait(60)
            self.send_response(receiver.statuses.get(self.path, 200))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_request(self, *_: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Whoever waited for a path that hangs has gone: that is no word for the terminal in the middle of another test."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        server.shutdown()
        server.server_close()
