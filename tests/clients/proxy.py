"""A network that fails, between a client and the product: what is asked of `/lossy/...` is done, and its first answer lost."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests import patience

LOSSY, BUSY, DOWN, SEEN = "lossy", "busy", "down", "seen"
PASSED_ON = ("Authorization", "Idempotency-Key", "Content-Type", "Accept")
WAIT_SECONDS = 1
HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class _Network(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, product: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.product = product
        self.seen: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def note(self, mode: str, path: str, key: str | None) -> int:
        """How often that was asked before."""
        with self.lock:
            told = {"mode": mode, "path": path.split("?")[0], "key": key}
            before = self.seen.count(told)
            self.seen.append(told)
            return before


class _Handler(BaseHTTPRequestHandler):
    server: _Network
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        _, mode, rest = self.path.split("/", 2)
        if mode == SEEN:  # /seen/ACCOUNT: what was asked for it
            found = [each for each in self.server.seen if f"/{rest}/" in each["path"] + "/"]
            self._answer(200, {"Content-Type": "application/json"}, json.dumps(found).encode())
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        before = self.server.note(mode, f"/{rest}", self.headers.get("Idempotency-Key"))
        if mode == DOWN or (mode == BUSY and not before):
            told = {"message": "Service Unavailable"}
            wait = {"Retry-After": str(WAIT_SECONDS)} if mode == BUSY else {}
            self._answer(503, {"Content-Type": "application/json", **wait}, json.dumps(told).encode())
            return
        status, headers, answer = self._passed_on(rest, body)
        if mode == LOSSY and not before:
            self.close_connection = True  # it is done, and nobody hears of it
            return
        self._answer(status, headers, answer)

    def _passed_on(self, rest: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        address = f"{self.server.product}/{rest}"
        request = urllib.request.Request(address, data=body or None, method=self.command, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, dict(refusal.headers), refusal.read()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _any  # noqa: N815 - http.server's names

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def network(product: str) -> Iterator[str]:
    """The address of a network in front of that product, while the block runs."""
    server = _Network(product)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
