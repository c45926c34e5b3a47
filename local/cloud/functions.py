"""Calls the functions in this process the way Lambda calls them: JSON in, a context, JSON out."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from local.cloud.permissions import asking
from local.cloud.template import FunctionSpec

Handler = Callable[[Any, Any], Any]


class FunctionFailed(Exception):
    """The function raised, or answered something that is not JSON; the traceback is in the log."""


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda passes beside the event, with its own names."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: int
    deadline: float  # on the monotonic clock, seconds

    function_version = "$LATEST"
    identity = None
    client_context = None

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN in the account that the local engine plays."""
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The log group's name."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """The log stream's name: there is one process."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would stop the function."""
        return max(0, int((self.deadline - time.monotonic()) * 1_000))


class Functions:
    """The function folders of a template. Threads may call in; a module is imported once, at its first call."""

    def __init__(self, root: Path, specs: Mapping[str, FunctionSpec]) -> None:
        self._root = root
        self._specs = specs
        self._handlers: dict[str, Handler] = {}
        self._importing = threading.Lock()

    def invoke(self, folder: str, event: Mapping[str, Any]) -> Any:
        """The handler's answer to the event. Raises FunctionFailed."""
        spec = self._specs[folder]
        context = Context(
            aws_request_id=str(uuid4()),
            function_name=f"lotbook-local-{folder}",
            memory_limit_in_mb=spec.memory_mb,
            deadline=time.monotonic() + spec.timeout_seconds,
        )
        caller = asking.set(folder)
        try:
            answer = self.load(folder)(json.loads(json.dumps(event)), context)
            return json.loads(json.dumps(answer))
        except Exception as failure:  # Lambda's own boundary: whatever a handler raises ends here
            sys.stderr.write(f"--- {folder} failed, request {context.aws_request_id}\n{traceback.format_exc()}")
            raise FunctionFailed(folder) from failure
        finally:
            asking.reset(caller)

    def load(self, folder: str) -> Handler:
        """The handler of `functions/<folder>/app.py`, imported under a name of its own. Raises what the import raises."""
        with self._importing:
            if folder not in self._handlers:
                self._handlers[folder] = self._import(folder)
            return self._handlers[folder]

    def _import(self, folder: str) -> Handler:
        path = self._root / folder / "app.py"
        name = f"lotbook_function_{folder}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses and pydantic look their module up here
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        handler: Handler = module.handler
        return handler
