"""What the tour needs to speak to a local run: HTTP with the standard library, and a run of its own if there is none."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

START_SECONDS = 120
STOP_SECONDS = 60  # on a machine that has other things to do
WAIT_SECONDS = 120
POLL_SECONDS = 0.1
MAX_PAGES = 1_000
REQUEST_SECONDS = 120
GOOD_CARD = "4242424242424242"
ENGINE_LOCK = Path("engine") / "lock"  # as in cloud/engine.py
QUIET_PORTS = range(10_000, 20_000)  # as in places.py: no connection is given one of them while the run starts
PORTS_TRIED = 100


class DemoFailed(Exception):
    """The tour cannot go on; the message says why."""


class Shop:
    """A running Lotbook. Calls answer `(status, body)`, or the body where only success makes sense."""

    def __init__(self, dev: dict[str, Any]) -> None:
        self.base, self.stripe = dev["base_url"], dev["stripe_url"]
        self.service_key, self.accounts = dev["service_key"], dev["accounts"]
        self._prefix = f"demo-{time.time_ns() // 1_000_000:x}"
        self._keys = self._opened = 0

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """One request to the API, with a new idempotency key."""
        self._keys += 1
        headers = {
            "Authorization": f"Bearer {token or self.service_key}",
            "Idempotency-Key": f"{self._prefix}-{self._keys}",
        }
        return exchange(method, self.base + path, body, headers)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The body of a call that must succeed."""
        status, answer = self.call(method, path, body)
        if status >= 300:
            raise DemoFailed(f"{method} {path} answered {status}: {json.dumps(answer)}")
        return answer

    def control(self, path: str, body: Any = None) -> Any:
        """A control of the local run, or of the stand-in."""
        base = self.base if path.startswith("/_local") else self.stripe
        status, answer = exchange("GET" if body is None else "POST", base + path, body, {})
        if status >= 300:
            raise DemoFailed(f"{path} answered {status}: {json.dumps(answer)}")
        return answer

    def open_like(self, vendor: str, plan_id: str | None = None) -> str:
        """A new account under the vendor's policy, in the region of its demo account and on its plan, or on another one."""
        like = self.done("GET", f"/v1/accounts/{vendor}")
        self._opened += 1
        account_id = f"{self._prefix}-{vendor}-{self._opened}"
        body = {
            "account_id": account_id,
            "policy_id": like["policy_id"],
            "plan_id": plan_id or like["plan_id"],
            "region": like["region"],
            "email": "buyer@example.com",
        }
        self.done("POST", "/v1/accounts", body)
        return account_id

    def token(self, account: str, role: str = "owner") -> str:
        """A member's token for any account of the run."""
        token: str = self.control("/_local/tokens", {"account_id": account, "role": role})["token"]
        return token

    def start_purchase(self, account: str, item: dict[str, Any], **more: Any) -> tuple[int, Any]:
        """Order an item: `(status, purchase or problem)`."""
        return self.call("POST", f"/v1/accounts/{account}/purchases", {"item": item, **more})

    def pay(self, account: str, purchase: dict[str, Any]) -> dict[str, Any]:
        """Pay on the checkout page, wait for the webhook: the purchase as it is then."""
        exchange("POST", f"{purchase['checkout_url']}/pay", {"card": GOOD_CARD}, {})
        path = f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}"
        completed: dict[str, Any] = wait_until(
            lambda: (row := self.done("GET", path))["state"] == "completed" and row,
            f"the webhook did not complete {purchase['purchase_id']}",
        )
        return completed

    def deliver_again(self, times: int, known: set[str]) -> None:
        """Deliver every event that is not in `known` again, so many times."""
        fresh = sorted(self.delivered() - known)
        self.control("/_stand_in/webhooks/deliver", {"event_ids": fresh, "times": times})

    def delivered(self) -> set[str]:
        """Ids of the events that were delivered."""
        return {event["event_id"] for event in self.control("/_stand_in/webhooks")["delivered"]}

    def statement_sum(self, account: str, unit: str = "credits") -> int:
        """The sum of all entries, over all pages."""
        total, cursor = 0, ""
        for _ in range(MAX_PAGES):
            page = self.done("GET", f"/v1/accounts/{account}/entries?unit={unit}&limit=100{cursor}")
            total += sum(int(entry["credits"]) for entry in page["entries"])
            if page["next_cursor"] is None:
                return total
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])
        raise DemoFailed(f"the statement of {account} does not end")

    def now(self) -> str:
        """The local run's clock."""
        now: str = self.control("/_local/clock")["now"]
        return now

    def set_clock(self, now: str, *, frozen: bool = True) -> None:
        """Set the clock that handlers, schedules and the stand-in see."""
        self.control("/_local/clock", {"now": now, "frozen": frozen})


def exchange(method: str, url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """One request with JSON in and out; a refusal is an answer like any other."""
    payload = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=payload, method=method, headers={"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"null")
    except (OSError, http.client.HTTPException) as silence:
        raise DemoFailed(f"nobody answers at {url}: does it run?") from silence


def wait_until(probe: Callable[[], Any], otherwise: str, seconds: float = WAIT_SECONDS) -> Any:
    """What `probe` answers once it is true. Raises DemoFailed after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = probe()
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise DemoFailed(otherwise)


@contextmanager
def own_run() -> Iterator[Shop]:
    """A local run in a temporary directory, on free ports; stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="lotbook-demo-") as directory:
        environment = os.environ | {"PORT": str(_free_port()), "DATA_DIR": directory}
        environment.pop("STRIPE_API_KEY", None)
        log_path = Path(directory) / "run.log"
        with log_path.open("wb") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", "local", "run"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            described = Path(directory) / "dev.json"
            wait_until(
                lambda: described.exists() or running.poll() is not None, "the local run did not start", START_SECONDS
            )
            if running.poll() is not None:
                raise DemoFailed("the local run did not start:\n" + log_path.read_text()[-2_000:])
            yield Shop(json.loads(described.read_text()))
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
            running.wait(STOP_SECONDS)
            wait_until(partial(_is_left, Path(directory)), "the local AWS engine does not end", STOP_SECONDS)


def _is_left(directory: Path) -> bool:
    """Whether the engine, which may outlive its run by some seconds, has written its state: nothing comes any more."""
    lock = directory / ENGINE_LOCK
    if not lock.exists():
        return True
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def running_shop(directory: Path) -> Shop:
    """The run that keeps its data in `directory`."""
    try:
        return Shop(json.loads((directory / "dev.json").read_text()))
    except (OSError, ValueError, KeyError, TypeError) as missing:
        raise DemoFailed(
            f"{directory} holds no dev.json of a running Lotbook: start it there first (DATA_DIR=... make run)"
        ) from missing


def _free_port() -> int:
    for _ in range(PORTS_TRIED):
        port = secrets.choice(QUIET_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise DemoFailed(f"none of {PORTS_TRIED} ports from {QUIET_PORTS[0]} to {QUIET_PORTS[-1]} is free")
