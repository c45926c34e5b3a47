"""The local AWS engine's process: start, wait until it answers, stop so that it writes its state."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from local import ROOT
from local.cloud.private_file import read_object, write_private

PYTHON = ROOT / ".venv-engine" / "bin" / "python"
START_SECONDS = 120  # on a busy machine
STOP_SECONDS = 6  # it ends by itself in less: half a second for requests on their way, four for its state
LEAVE_SECONDS = 0.3  # of the two in which a run stops (N4); an engine that writes for longer ends without the run
LOCK = "lock"  # held by the engine's process as long as it lives
LOCKED_SECONDS = 60  # that the engine of a run before may take to end
STEP_SECONDS = 0.05
REGION = "us-east-1"
SERVICES = (
    "dynamodb",
    "dynamodbstreams",
    "ssm",
    "events",
    "sqs",
    "ses",
)  # what `template.yaml` needs here; the engine has a hundred more
KEY_BYTES = 16
ADDRESS_FILE = "engine.json"  # where a run says at which address its engine is, and which key it obeys
INHERITED = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
)  # no other variable of the machine's user is for the engine


class EngineError(Exception):
    """The engine is not installed, or did not start; the message says what to do."""


def is_locked(held: IO[str]) -> bool:
    """Whether this process could take the open file's lock, at once."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_the_one_before(held: IO[str], go_on: Callable[[], object]) -> None:
    """Take the lock of an engine's directory. Two at once would write over each other's state.

    Raises EngineError where it does not end, and what `go_on` raises.
    """
    deadline = time.monotonic() + LOCKED_SECONDS
    while not is_locked(held):
        if time.monotonic() > deadline:
            raise EngineError(f"another local AWS engine holds {held.name}, and does not end")
        go_on()
        time.sleep(STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine is, and the access key id that it obeys: a secret of the run, no other caller is answered."""

    url: str
    key: str


class Engine:
    """ministack on 127.0.0.1:port with its state in `directory`; it serves `services` to those who know its key."""

    def __init__(self, directory: Path, port: int, *, services: Sequence[str] = SERVICES, key: str = "") -> None:
        self.address = Address(f"http://127.0.0.1:{port}", key or f"lotbook{token_hex(KEY_BYTES)}")
        self._directory = directory
        self._port = port
        self._services = services
        self._log = directory / "engine.log"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, go_on: Callable[[], object] = lambda: None) -> None:
        """Start it and wait until it answers; `go_on` is called while waiting.

        Raises EngineError, Damaged where its state cannot be read, and what `go_on` raises.
        """
        if not PYTHON.exists():
            raise EngineError("the local AWS engine is not installed: run `make run`, which installs it")
        self._directory.mkdir(parents=True, exist_ok=True)
        for kept in sorted((self._directory / "state").glob("*.json")):
            read_object(kept, {})  # the engine would start without what it cannot read, and then write over it
        with (self._directory / LOCK).open("a") as held:
            _wait_for_the_one_before(held, go_on)
            with self._log.open("wb") as log:
                self._child = self._spawn(log, held)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EngineError(f"the local AWS engine did not start; {self._log} ends:\n{self._last_words()}")
            go_on()
            time.sleep(STEP_SECONDS)

    def stop(self) -> None:
        """End it cleanly, so that it writes its state; kill it when that takes too long."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def leave(self) -> None:
        """The same, but whoever has to end now does not wait for more than a moment: it goes on writing its state, and then
        ends. Until then it holds its directory, and the next engine waits for it."""
        if self._child is None:
            return
        self._child.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(LEAVE_SECONDS)

    def check(self) -> None:
        """Raises EngineError when the process has ended by itself."""
        if self._child is None or self._child.poll() is not None:
            raise EngineError(f"the local AWS engine ended; {self._log} ends:\n{self._last_words()}")

    def _spawn(self, log: IO[bytes], held: IO[str]) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment |= {
            "ENGINE_KEY": self.address.key,
            "GATEWAY_PORT": str(self._port),
            "SERVICES": ",".join(self._services),
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._directory / "state"),
            "S3_DATA_DIR": str(self._directory / "s3"),
            "LOG_LEVEL": "WARNING",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",  # it would tidy away containers of its own kind on this machine
        }
        return subprocess.Popen(
            [PYTHON, "-I", ROOT / "local" / "cloud" / "engine_main.py"],
            env=environment,
            cwd=self._directory,
            stdin=subprocess.PIPE,  # closes when this process ends, however it ends: the engine then stops too
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[held.fileno()],
            start_new_session=True,  # Ctrl-C is for us; we stop the engine when nothing uses it any more
        )

    def _answers(self) -> bool:
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={self.address.key}/health"}
        request = urllib.request.Request(f"{self.address.url}/_ministack/health", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=1) as answer:
                return bool(json.loads(answer.read()))
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])


def note_address(directory: Path, address: Address) -> None:
    """Written by the run when its engine has started; only its owner may read it."""
    noted = {"url": address.url, "key": address.key, "pid": os.getpid()}
    write_private(directory / ADDRESS_FILE, json.dumps(noted))


def running_engine(directory: Path) -> Address | None:
    """The engine's address while the run of this directory is alive."""
    try:
        noted: Mapping[str, Any] = json.loads((directory / ADDRESS_FILE).read_text())
        address = Address(str(noted["url"]), str(noted["key"]))
        os.kill(int(noted["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address
