"""A proxy before the engine that spoils chosen calls: what a network and a throttled service do, at the call that is named.

Microburst does the same at random; here every call of every operation is hit once, on purpose, and the run is repeatable.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.retries import quota, standard
from botocore.session import Session
from moto.core.models import botocore_stubber

from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.thin import client as thin
from lotbook.adapters.thin import retries
from lotbook.adapters.thin.connection import Limits
from tests import patience, table
from tests.scripted import environment

Fault = Literal["throttle", "conflict", "server_error", "reset", "reply_dropped", "late"]
FAULTS: tuple[Fault, ...] = ("throttle", "conflict", "server_error", "reset", "reply_dropped", "late")
NAMES = {
    "throttle": (400, "ProvisionedThroughputExceededException"),
    "conflict": (400, "TransactionConflictException"),
    "server_error": (500, "InternalServerError"),
}
SDK_TRIES = 3
CONNECT_SECONDS = READ_SECONDS = patience.SECONDS  # a fault is what the wire does, never a machine that is busy
MOTOS = "https://dynamodb.us-east-1.amazonaws.com/"


Answer = tuple[int, dict[str, str], bytes]
Make = Callable[[str, int], Any]  # a client of an address, and how often it tries
Engine = Callable[[dict[str, str], bytes], Answer]  # what answers a request that comes through


class Wire:
    """Counts the calls that pass, and spoils the `at`th since `arm` (and no other), or `times` from there on."""

    def __init__(self, engine: Engine) -> None:
        self.forward = engine
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._at = self._times = 0
        self.calls = self.spoiled = 0
        self._late: list[tuple[dict[str, str], bytes]] = []

    def arm(self, fault: Fault | None, at: int = 0, times: int = 1) -> None:
        """Count from here; spoil call number `at`, the first being 1."""
        with self._lock:
            self._fault, self._at, self._times = fault, at, times
            self.calls = self.spoiled = 0

    def settle(self) -> None:
        """Let every late request reach the engine: its client has given up, and whatever it did then is done."""
        with self._lock:
            late, self._late = self._late, []
        for headers, body in late:
            self.forward(headers, body)

    def next_fault(self) -> Fault | None:
        """What happens to this call."""
        with self._lock:
            self.calls += 1
            if self._fault is None or not self._at <= self.calls < self._at + self._times:
                return None
            self.spoiled += 1
            return self._fault

    def keep(self, headers: dict[str, str], body: bytes) -> None:
        """The engine gets the request at the end, when nobody waits for the answer any more."""
        with self._lock:
            self._late.append((headers, body))


def process(address: str) -> Engine:
    """An engine that is a process of its own."""

    def answer(headers: dict[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=patience.SECONDS)
        sent = {
            name: value for name, value in headers.items() if name.lower() != "host"
        }  # the wire's own: it asks for itself
        try:
            connection.request("POST", "/", body, sent)
            found = connection.getresponse()
            kept = {name: value for name, value in found.getheaders() if name.lower() == "content-type"}
            return found.status, kept, found.read()
        finally:
            connection.close()

    return answer


def moto() -> Engine:
    """moto in this process, one request after the other: it has no locks of its own."""
    one_at_a_time = threading.Lock()

    def answer(headers: dict[str, str], body: bytes) -> Answer:
        asked = AWSPreparedRequest("POST", MOTOS, HTTPHeaders.from_dict(headers), body, stream_output=False)
        with one_at_a_time:
            found = botocore_stubber.process_request(asked)
        assert found is not None
        status, told, text = found
        return status, {"Content-Type": told["Content-Type"]}, text.encode()

    return answer


@contextmanager
def before(behind: Engine) -> Iterator[tuple[Wire, str]]:
    """A wire before the engine, and its address."""
    wire = Wire(behind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"wire": wire}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield wire, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Lines:
    """A table through clients before and behind a wire."""

    wire: Wire
    straight: Table
    alone: Table  # one attempt a call: every fault reaches the code
    retried: Table  # the client sends again by itself


def thins(address: str, tries: int) -> Any:
    """The client that is deployed."""
    return thin.of(environment(address), Limits(CONNECT_SECONDS, READ_SECONDS), tries=tries)


@contextmanager
def lines(straight: Any, behind: Engine, name: str, make: Make = thins) -> Iterator[Lines]:
    """The lines to an empty table of that name: a client of what is behind the wire, and those that go over it."""
    if name in straight.list_tables()["TableNames"]:
        straight.delete_table(TableName=name)
    table.create(straight, name)
    with before(behind) as (wire, spoiled), pytest.MonkeyPatch.context() as patch:
        # Backing off, and giving up early, are the clients' business, and tested there; here they would only take time.
        patch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
        patch.setattr(quota.RetryQuota, "acquire", lambda self, capacity_amount: True)
        patch.setattr(thin, "pause", lambda seconds: None)
        patch.setattr(retries.Tokens, "take", lambda self, count: True)
        alone, retried = (Table(make(spoiled, tries), name) for tries in (1, SDK_TRIES))
        yield Lines(wire, Table(straight, name), alone, retried)


def botocores(address: str, tries: int) -> Any:
    """The client to go back to."""
    return Session().create_client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": tries},
        ),
    )


CLIENTS: dict[str, Make] = {"thin": thins, "botocore": botocores}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wire: Wire

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        fault = self.wire.next_fault()
        if fault in NAMES:
            self._answer(*_refusal(fault))
        elif fault == "reset":
            self._reset()
        elif fault == "late":
            self.wire.keep(headers, body)
            self._reset()
        else:
            answer = self.wire.forward(headers, body)
            if fault == "reply_dropped":
                self._reset()
            else:
                self._answer(*answer)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):  # the connection was reset, by us or by a client that gave up
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def _refusal(fault: Fault) -> tuple[int, dict[str, str], bytes]:
    status, name = NAMES[fault]
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": fault}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.0"}, body
