"""The local AWS engine as a process: ministack behind a door, saved while it runs and stopped with its parent.

Runs on the engine's own environment (`.venv-engine`), by path and alone: it must import nothing else from this folder.
ministack writes its state only when it stops cleanly. Here it is also saved every few seconds while requests come in, so a
killed machine costs seconds, not everything. DynamoDB is served on the event loop, so a copy taken there is one moment's state.

It obeys the processes of the run that started it, and nobody else: ministack itself checks no credentials, takes any `Host` and
allows every origin, so any web page in the browser of whoever runs it could read its secrets and write its table (S1).
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from ministack.app import _build_persistence_save_dict, app
from ministack.core.persistence import save_state

SAVE_SECONDS = 2.0
BUSY_SHARE = 50  # at most a fiftieth of the time goes into copying and writing
LOOKS = (b"DynamoDBStreams_", b"AmazonSQS.ReceiveMessage")
GRACE_SECONDS = 0.5  # for requests on their way; whoever sent them is about to end
WRITE_SECONDS = 4.0  # for the state
IDLE_SECONDS = 75  # that a connection without a request stays open

CREDENTIAL = re.compile(rb"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/")
BROWSERS = frozenset({b"origin", b"referer", b"sec-fetch-site", b"sec-fetch-mode"})  # the SDK sends none of these


class Recorder:
    """The ASGI application behind its door, with a count of the requests that may have changed something."""

    def __init__(self, host: str, key: str) -> None:
        self.requests = 0
        self._host = host.encode()
        self._key = key.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on what the run's own processes ask; 403 for everything else."""
        if scope["type"] == "http":
            refusal = self._refusal(scope["headers"])
            if refusal:
                await refuse(send, refusal)
                return
            if not scope["path"].startswith("/_ministack/") and not is_look(scope["headers"]):
                self.requests += 1
        await app(scope, receive, send)

    def _refusal(self, headers: list[tuple[bytes, bytes]]) -> str:
        """Why these headers are refused; empty if they are not."""
        if any(name.lower() in BROWSERS for name, _ in headers):
            return "a browser asks"
        if [value for name, value in headers if name.lower() == b"host"] != [self._host]:
            return "the Host is another one"
        named = [CREDENTIAL.match(value) for name, value in headers if name.lower() == b"authorization"]
        if len(named) != 1 or named[0] is None or not hmac.compare_digest(named[0][1], self._key):
            return "the access key is not this run's"
        return ""


def is_look(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether it is one of the looks that a run takes at its stream and queues all the time: the state is not saved for them."""
    return any(name == b"x-amz-target" and target.startswith(LOOKS) for name, target in headers)


async def refuse(send: Any, why: str) -> None:
    """403, and nothing that a page of another origin could read."""
    body = f"The local AWS engine obeys the Lotbook that started it, and nobody else: {why}.\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def keep_saved(recorder: Recorder, stopped: asyncio.Event) -> None:
    """Save the state when there were requests since the last time, until stopped."""
    saved, pause = 0, SAVE_SECONDS
    while not stopped.is_set():
        try:
            await asyncio.wait_for(stopped.wait(), pause)
        except TimeoutError:
            if recorder.requests != saved:
                saved = recorder.requests
                pause = max(SAVE_SECONDS, BUSY_SHARE * await save())


async def save() -> float:
    """Copy every service's state here and write it in a thread; answers the seconds that this took."""
    began = time.monotonic()
    states = {name: state() for name, state in _build_persistence_save_dict().items()}
    for name, state in states.items():
        if state is not None:
            await asyncio.to_thread(save_state, name, state)
    return time.monotonic() - began


class EngineServer(uvicorn.Server):  # type: ignore[misc]
    """One that leaves signals to `main`."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(recorder: Recorder, host: str, port: int) -> EngineServer:
    """HTTP/1.1 and nothing else. Its own messages are the warnings in the log."""
    silent: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False, "date_header": False}
    config = uvicorn.Config(recorder, host, port, http="httptools", ws="none", lifespan="on", loop="asyncio", **silent)
    config.timeout_keep_alive = IDLE_SECONDS
    config.timeout_graceful_shutdown = GRACE_SECONDS
    return EngineServer(config)


async def main() -> None:
    """Serve until SIGTERM, or until the parent's end of our standard input closes."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGINT, stopped.set)

    def wait_for_parent() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    host, port = "127.0.0.1", int(os.environ["GATEWAY_PORT"])
    recorder = Recorder(f"{host}:{port}", os.environ.pop("ENGINE_KEY"))
    is_kept = os.environ.get("PERSIST_STATE") == "1"
    saving = asyncio.create_task(keep_saved(recorder, stopped) if is_kept else stopped.wait())

    server = server_of(recorder, host, port)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({serving, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED)
    stopped.set()
    await saving  # the last save, on shutdown, writes the same files
    server.should_exit = True
    await asyncio.wait_for(serving, GRACE_SECONDS + WRITE_SECONDS)


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # the state is written; taking a hundred modules down takes ten times as long as everything before
