"""Functions that invoke functions: Lambda's queue of asynchronous events on this machine, one thread an event.

The engine would start a container for it. So the SDK's call is answered here, before it leaves the process.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict

from local.cloud.functions import FunctionFailed, Functions

CALL = "before-send.lambda.Invoke"
ACCEPTED = 202


class NextRuns:
    """Answers every client that is made after `watch`."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._stopped = threading.Event()

    def watch(self) -> None:
        """From now on."""
        handlers.BUILTIN_HANDLERS.append((CALL, self._taken))

    def stop(self) -> None:
        """Begin nothing any more: what is left is due, and the next run of `make run` meets it."""
        self._stopped.set()

    def _taken(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        if not self._stopped.is_set():
            event = json.loads(bytes(request.body or b"{}"))  # type: ignore[arg-type]
            folder = folder_of(request.url)
            threading.Thread(target=self._run, args=(folder, event), name=f"next-run-{folder}", daemon=True).start()
        return AWSResponse(request.url, ACCEPTED, HeadersDict(), _Nothing())  # type: ignore[arg-type]

    def _run(self, folder: str, event: Mapping[str, Any]) -> None:
        with suppress(FunctionFailed):  # its traceback is in the log; the schedule tries again
            self._functions.invoke(folder, event)


def folder_of(url: str) -> str:
    """The folder of the function that a call of Invoke names by its ARN."""
    name = unquote(urlsplit(url).path).split("/functions/")[1].partition("/")[0]
    return name.rpartition("-")[2]


class _Nothing:
    """An empty body, as the SDK reads one."""

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return []

    def read(self, *_: Any) -> bytes:
        return b""
