"""`make run` as a process, for the tests of how it starts, serves and stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from local.cloud.engine import PYTHON as ENGINE_PYTHON
from local.cloud.engine import is_locked
from local.places import HOST, is_free
from tests import patience

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = STOP_SECONDS = patience.SECONDS
STOPPED_SECONDS = 2  # N4, on a machine that has nothing else to do; measured: a quarter of a second
STEP_SECONDS = 0.05
LEAST_BUSY = 10.0  # programs at once: three workers, what each has started, and the checks beside them
PORTS = 3
RUNS = 100
CALLERS = 16
MOST_BURNS = 10_000  # of one caller


def on_this_machine(seconds: float) -> float:
    """So many seconds of a machine that has nothing else to do: here several times that, as many programs want a processor.

    The average of the last minute says little of one that has just become busy. The soak, which runs alone, holds the promise itself.
    """
    return seconds * max(LEAST_BUSY, 2 * os.getloadavg()[0])


IS_INSTALLED = ENGINE_PYTHON.exists()


def call(method: str, url: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
    payload = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, payload, {"Content-Type": "application/json"}, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())


@dataclass
class Run:
    """A local run in a directory on a port, started by `python -m local run` unless another command is given."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def output(self) -> str:
        return (self.directory / "output.txt").read_text()

    @property
    def dev(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "data" / "dev.json").read_text())
        return found

    def spawn(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
        with (self.directory / "output.txt").open("wb") as output:
            self.process = subprocess.Popen(
                command or (sys.executable, "-m", "local", "run"),
                cwd=ROOT,
                env={**known, "PORT": str(self.port), "DATA_DIR": str(self.directory / "data"), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def start(self, *command: str, **environment: str) -> float:
        """Start and wait until it is healthy; answers the seconds."""
        began = time.monotonic()
        process = self.spawn(*command, **environment)
        while time.monotonic() - began < START_SECONDS:
            assert process.poll() is None, self.output
            try:
                if call("GET", f"{self.base}/_local/health") == (200, {"ready": True}):
                    return time.monotonic() - began
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(STEP_SECONDS)
        raise AssertionError(self.output)

    def refused(self, **environment: str) -> str:
        """Start something that must not start; answers what it said."""
        assert self.spawn(**environment).wait(START_SECONDS) == 1
        return self.output

    def end(self, number: signal.Signals) -> int:
        """Send the signal; answers the exit code, which must come inside the promised bound."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        self.wait_until_the_engine_has_ended()
        return code

    def wait_until_the_engine_has_ended(self) -> None:
        """It may write its state for some seconds longer than the run."""
        until = time.monotonic() + STOP_SECONDS
        with (self.directory / "data" / "engine" / "lock").open("a") as held:
            while not is_locked(held):
                assert time.monotonic() < until, "the engine goes on"
                time.sleep(STEP_SECONDS)

    def wait_until_ports_are_free(self) -> None:
        until = time.monotonic() + STOP_SECONDS
        while not all(is_free(self.port + step) for step in range(PORTS)):
            assert time.monotonic() < until, "something still listens"
            time.sleep(STEP_SECONDS)

    def balance(self, account: str = "insurestack") -> dict[str, Any]:
        status, found = call("GET", f"{self.base}/v1/accounts/{account}/balance", token=self.dev["service_key"])
        assert status == 200, found
        return dict(found)


class Burners:
    """Callers that burn one credit after the other, until nobody answers them any more."""

    def __init__(self, run: Run, callers: int) -> None:
        self.burned = 0
        self._run, self._lock, self._over = run, threading.Lock(), threading.Event()
        self._key = run.dev["service_key"]
        self._threads = [threading.Thread(target=self._burn, args=(number,)) for number in range(callers)]

    def __enter__(self) -> Burners:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _burn(self, caller: int) -> None:
        for number in range(MOST_BURNS):
            if self._over.is_set():
                return
            try:
                status, _ = post(self._run, self._key, "consume", {"credits": 1}, f"{caller}-{number}")
            except (urllib.error.URLError, OSError, HTTPException):
                return
            with self._lock:
                self.burned += status == 200


def post(run: Run, token: str, verb: str, body: Any, key: str) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": key}
    request = urllib.request.Request(f"{run.base}/v1/accounts/make/{verb}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
        return answer.status, json.loads(answer.read())
