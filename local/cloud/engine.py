"""The local AWS engine's process: start, wait until it answers, stop so that it writes its state."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from local import ROOT

PYTHON = ROOT / ".venv-engine" / "bin" / "python"
START_SECONDS = 40
STOP_SECONDS = 6  # of the 10 that the whole run has
STEP_SECONDS = 0.05
REGION = "us-east-1"


class EngineError(Exception):
    """The engine is not installed, or did not start; the message says what to do."""


class Engine:
    """ministack on 127.0.0.1:port with its state in `directory`."""

    def __init__(self, directory: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._directory = directory
        self._port = port
        self._log = directory / "engine.log"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises EngineError."""
        if not PYTHON.exists():
            raise EngineError("the local AWS engine is not installed: run `make run`, which installs it")
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._child = self._spawn(log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EngineError(f"the local AWS engine did not start; {self._log} ends:\n{self._last_words()}")
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

    def check(self) -> None:
        """Raises EngineError when the process has ended by itself."""
        if self._child is None or self._child.poll() is not None:
            raise EngineError(f"the local AWS engine ended; {self._log} ends:\n{self._last_words()}")

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STRIPE_"))}
        environment |= {
            "GATEWAY_PORT": str(self._port),
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
            [PYTHON, "-P", ROOT / "local" / "cloud" / "engine_main.py"],
            env=environment,
            cwd=self._directory,
            stdin=subprocess.PIPE,  # closes when this process ends, however it ends: the engine then stops too
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; we stop the engine when nothing uses it any more
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1) as answer:
                return bool(json.loads(answer.read()))
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])
