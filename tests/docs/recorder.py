"""Takes the requests of the reference's examples, answers what the samples answer, and keeps what came."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What came, as far as an example says it."""

    method: str
    path: str
    query: dict[str, str]
    key: str | None
    token: str | None
    body: Any


@dataclass
class Recorder:
    """Answers by method and path."""

    address: str
    answers: Mapping[tuple[str, str], Mapping[str, Any]]
    came: list[Request] = field(default_factory=list)

    def taken(self) -> list[Request]:
        """What came since it was asked last."""
        found, self.came = self.came, []
        return found


@contextmanager
def recorder(answers: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[Recorder]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            split = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.loads(sent) if sent else None
            token = self.headers.get("authorization")
            key = self.headers.get("idempotency-key")
            kept.came.append(Request(self.command, split.path, dict(parse_qsl(split.query)), key, token, body))
            answer = kept.answers[self.command, split.path]
            is_text = isinstance(answer["body"], str)
            once = answer["body"] if is_text else _last_page(answer["body"])
            data = once.encode() if is_text else json.dumps(once).encode()
            self.send_response(answer["status"])
            self.send_header("content-type", "text/csv; charset=utf-8" if is_text else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """The tests say what came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Recorder(f"http://127.0.0.1:{server.server_address[1]}", answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _last_page(body: Any) -> Any:
    return body | {"next_cursor": None} if isinstance(body, dict) and "next_cursor" in body else body
