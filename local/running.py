"""The Lotbook that runs on this machine: found by its data directory, asked over HTTP. What is wrong is said in one sentence."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_DATA_DIR = ".lotbook"
TIMEOUT_SECONDS = 120
LONGEST_SHOWN = 2_000


class CannotAsk(Exception):
    """No Lotbook runs here, or it refused; the message says what to do."""


def data_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the run keeps its data: `DATA_DIR`, or the folder that `make run` makes."""
    return Path(environment.get("DATA_DIR") or DEFAULT_DATA_DIR)


@dataclass(frozen=True, slots=True)
class Running:
    """A run as its `dev.json` describes it."""

    described: Mapping[str, Any]
    timeout_seconds: int = TIMEOUT_SECONDS

    @staticmethod
    def find(directory: Path, timeout_seconds: int = TIMEOUT_SECONDS) -> Running:
        """The run that keeps its data there. Raises CannotAsk."""
        path = directory / "dev.json"
        try:
            found = json.loads(path.read_text())
            str(found["base_url"])
        except PermissionError as refusal:
            raise CannotAsk(f"{path} is somebody else's: {refusal.strerror}. Name your own: DATA_DIR=...") from refusal
        except OSError as absent:
            raise CannotAsk(
                f"No Lotbook runs with its data in {directory}: start one with `make run`, or name its DATA_DIR=..."
            ) from absent
        except (ValueError, KeyError, TypeError) as damaged:
            raise CannotAsk(f"{path} is damaged: start Lotbook anew, and it is written anew.") from damaged
        return Running(found, timeout_seconds)

    @property
    def base(self) -> str:
        """The API's address, without a path."""
        return str(self.described["base_url"])

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """Status and JSON of one call with the service key; a refusal is an answer, too. Raises CannotAsk where there is none."""
        headers = {"Content-Type": "application/json"}
        if not path.startswith("/_local/"):
            headers["Authorization"] = f"Bearer {self.described['service_key']}"
        if key is not None:
            headers["Idempotency-Key"] = key
        payload = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, payload, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as refusal:
            return refusal.code, _json(refusal.read())
        except (OSError, http.client.HTTPException) as silence:
            raise CannotAsk(f"Lotbook does not answer at {self.base}: is `make run` running?") from silence

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of a call that must succeed. Raises CannotAsk."""
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise CannotAsk(f"Lotbook answered {status}: {_words(answer)}")
        return answer


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")[:LONGEST_SHOWN]


def _words(answer: Any) -> str:
    """What a refusal says, for people."""
    if not isinstance(answer, dict):
        return str(answer)
    lines = [str(answer.get("detail") or answer.get("message") or json.dumps(answer))]
    lines += [f"  {each.get('field') or 'document'}: {each.get('message')}" for each in answer.get("errors") or []]
    return "\n".join(lines)
