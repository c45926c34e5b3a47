"""A stand-in of its own for every test, and a receiver of webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.stripe_stand_in import StandIn, serve
from tests.local.stand_in.shop import SECRET, Receiver, Shop, TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def shop(tmp_path: Path, clock: TestClock) -> Iterator[Shop]:
    """A stand-in that delivers to nobody."""
    stand_in = StandIn(tmp_path / "stripe", clock, None, SECRET, "http://placeholder")
    server = serve(stand_in, 0)
    stand_in.base_url = server.url
    yield Shop(stand_in, server.url, clock)
    server.close()
    stand_in.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.on_event()
            status = received.statuses.pop(0) if received.statuses else 200
            received.got.append((body, self.headers["Stripe-Signature"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    received.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield received
    server.shutdown()
    server.server_close()
