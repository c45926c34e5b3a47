"""The whole product as a stranger sees it: one local run for the session, spoken to over HTTP only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from local.clock import LocalClock
from tests import patience, ports
from tests.local import hostile

ROOT = Path(__file__).resolve().parents[2]
EVENTUALLY_STEP_SECONDS = 0.05
GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"


CALM = "-10T10:00:00Z"  # of a month: no month, day or period ends while a test looks on, whenever it is played
LONGEST_MONTH = 31  # days
BEGAN = f"2026-03{CALM}"  # the clock of the run
STOPPED: set[str] = set()  # runs whose clock a test has set


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """Assert a problem document with this status and code; answers it."""
        assert (self.status, self.headers.get("content-type", "").split(";")[0]) == (
            status,
            "application/problem+json",
        ), self
        assert self.body["code"] == code, self.body
        assert self.body["status"] == status
        assert {"type", "title", "detail", "request_id"} <= set(self.body)
        return self.body

    def ok(self, status: int = 200) -> Any:
        """Assert success; answers the body."""
        assert self.status == status, (self.status, self.raw[:2_000])
        return self.body


def call(
    method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, raw: bytes | None = None
) -> Answer:
    """One HTTP request; never raises for a status."""
    payload = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
    request = urllib.request.Request(url, data=payload, method=method, headers=dict(headers or {}))
    if payload is not None and not request.has_header("Content-type"):
        request.add_header("Content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, {k.lower(): v for k, v in refusal.headers.items()}, refusal.read())


def eventually(probe: Callable[[], Any], what: str) -> Any:
    """Poll until `probe` answers something true, inside a bound."""
    deadline = time.monotonic() + patience.SECONDS
    while time.monotonic() < deadline:
        found = probe()
        if found:
            return found
        time.sleep(EVENTUALLY_STEP_SECONDS)
    raise AssertionError(f"not within {patience.SECONDS} s: {what}")


@dataclass
class Stack:
    """A running Lotbook: addresses, tokens, and the calls that the scenarios make."""

    base: str
    stripe: str
    dev: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    directory: Path = field(default_factory=Path)  # its DATA_DIR

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        key: str | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call with a token (the service key when none is given, no header for '')."""
        sent = dict(headers or {})
        token = self.dev["service_key"] if token is None else token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        return call(method, self.base + path, body, sent, raw)

    def get(self, path: str, token: str | None = None) -> Answer:
        return self.request("GET", path, token=token)

    def post(self, path: str, body: Any, token: str | None = None, key: str | None = None) -> Answer:
        return self.request("POST", path, body, token, key)

    def token(self, account: str, role: str = "owner") -> str:
        """A demo account's member token."""
        return self.dev["accounts"][account]["tokens"][role]

    def fresh(self, word: str = "key") -> str:
        """A name that no other test of this run uses."""
        return f"{word}-{next(self.numbers)}-{time.time_ns() % 1_000_000}"  # short: it becomes an id

    def open_account(self, policy: str, **changes: Any) -> str:
        """A new account of its own for one test."""
        account_id = self.fresh(policy)
        body = {"account_id": account_id, "policy_id": policy, "region": "US", "email": "buyer@example.com"} | changes
        self.post("/v1/accounts", body).ok(201)
        return account_id

    def balance(self, account: str, unit: str = "credits") -> dict[str, Any]:
        return self.get(f"/v1/accounts/{account}/balance?unit={unit}").ok()

    def entries(self, account: str, unit: str = "credits") -> list[dict[str, Any]]:
        """The whole statement, newest first, over all pages."""
        found: list[dict[str, Any]] = []
        cursor = ""
        for _ in range(1_000):
            page = self.get(f"/v1/accounts/{account}/entries?unit={unit}&limit=100{cursor}").ok()
            found += page["entries"]
            if page["next_cursor"] is None:
                return found
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])
        raise AssertionError("the statement does not end")

    def consume(self, account: str, credits: int, key: str | None = None, **more: Any) -> Answer:
        return self.post(f"/v1/accounts/{account}/consume", {"credits": credits} | more, key=key or self.fresh())

    def grant(self, account: str, credits: int, key: str | None = None, **more: Any) -> Answer:
        body = {"credits": credits, "kind": "promotional", "reason": "test"} | more
        return self.post(f"/v1/accounts/{account}/grants", body, key=key or self.fresh())

    def buy(self, account: str, item: dict[str, Any], key: str | None = None, **more: Any) -> Answer:
        """Start a purchase (by the service key, which may buy for any account)."""
        return self.post(f"/v1/accounts/{account}/purchases", {"item": item} | more, key=key or self.fresh())

    def pay(self, purchase: dict[str, Any], card: str = GOOD_CARD) -> Answer:
        return call("POST", f"{purchase['checkout_url']}/pay", {"card": card})

    def close(self, purchase: dict[str, Any]) -> Answer:
        return call("POST", f"{purchase['checkout_url']}/close", {})

    def purchase(self, account: str, purchase_id: str) -> dict[str, Any]:
        return self.get(f"/v1/accounts/{account}/purchases/{purchase_id}").ok()

    def bought(self, account: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Buy, pay, and wait for the webhook: the completed purchase."""
        started = self.buy(account, item, **more).ok(201)
        self.pay(started).ok()
        return eventually(
            lambda: (row := self.purchase(account, started["purchase_id"]))["state"] == "completed" and row,
            "the webhook completes the purchase",
        )

    def control(self, path: str, body: Any) -> Any:
        """A control of the local run or of the stand-in."""
        base = self.base if path.startswith("/_local") else self.stripe
        return call("POST", base + path, body).ok()

    def now(self) -> str:
        return call("GET", self.base + "/_local/clock").ok()["now"]

    def set_clock(self, now: str, *, frozen: bool = True) -> None:
        STOPPED.add(self.base)
        self.control("/_local/clock", {"now": now, "frozen": frozen})

    def clock_is_stopped(self) -> bool:
        return bool(call("GET", self.base + "/_local/clock").ok()["frozen"])


def start(directory: Path, port: int, **surroundings: str) -> tuple[subprocess.Popen[bytes], Stack]:
    """Start a local run and wait until it is healthy."""
    environment = os.environ | surroundings | {"PORT": str(port), "DATA_DIR": str(directory)}
    environment.pop("STRIPE_API_KEY", None)
    log = (directory / "run.log").open("ab")
    running = subprocess.Popen(
        [sys.executable, "-m", "local", "run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + patience.SECONDS
    while time.monotonic() < deadline:
        assert running.poll() is None, (directory / "run.log").read_text()[-4_000:]
        try:
            if call("GET", base + "/_local/health").status == 200 and (directory / "dev.json").exists():
                dev = json.loads((directory / "dev.json").read_text())
                return running, Stack(dev["base_url"], dev["stripe_url"], dev, directory=directory)
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(EVENTUALLY_STEP_SECONDS)
    running.send_signal(signal.SIGTERM)
    raise AssertionError("the local run did not become healthy: " + (directory / "run.log").read_text()[-4_000:])


def stop(running: subprocess.Popen[bytes]) -> float:
    """Stop a local run; answers how many seconds it took."""
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    running.wait(patience.SECONDS)
    return time.monotonic() - began


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One local run for all scenarios; tests that move the clock only move it forward.

    N2, N3: it runs where a developer has set everything that could lead it astray; so each scenario shows that it does not.
    """
    engine = ROOT / ".venv-engine" / "bin" / "ministack"
    if not engine.exists():
        pytest.skip("the local engine is not installed: make install")
    directory = tmp_path_factory.mktemp("run")
    LocalClock(directory / "clock.json").change({"now": BEGAN})
    surroundings = hostile.environment(tmp_path_factory.mktemp("home"))
    running, running_stack = start(directory, ports.free(), **surroundings)
    yield running_stack
    stop(running)


@pytest.fixture(scope="module")
def a_calm_day_afterwards(stack: Stack) -> Iterator[None]:
    """A file that moves the clock leaves the others a day like the one on which the run began."""
    yield
    now = datetime.fromisoformat(stack.now())
    later = now.replace(day=1) + timedelta(days=LONGEST_MONTH)
    stack.set_clock(f"{later:%Y-%m}{CALM}", frozen=False)


@pytest.fixture(autouse=True)
def a_clock_that_ticks(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test meets a clock that another one has stopped: lots of one millisecond burn in an order that nobody promises."""
    yield
    if "stack" in request.fixturenames and (stack := request.getfixturevalue("stack")).base in STOPPED:
        stack.control("/_local/clock", {"frozen": False})
        STOPPED.discard(stack.base)
