"""The local AWS engine as a process: ministack, saved while it runs and stopped with its parent.

Runs on the engine's own environment (`.venv-engine`), by path and alone: it must import nothing else from this folder.
ministack writes its state only when it stops cleanly. Here it is also saved every few seconds while requests come in, so a
killed machine costs seconds, not everything. DynamoDB is served on the event loop, so a copy taken there is one moment's state.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import _build_persistence_save_dict, app
from ministack.core.persistence import save_state

SAVE_SECONDS = 2.0
BUSY_SHARE = 20  # at most a twentieth of the time goes into copying
GRACE_SECONDS = 2.0


class Recorder:
    """The ASGI application, with a count of the requests that may have changed something."""

    def __init__(self) -> None:
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass everything on."""
        if scope["type"] == "http" and not scope["path"].startswith("/_ministack/"):
            self.requests += 1
        await app(scope, receive, send)


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
    """Copy every service's state here and write it in a thread; answers the seconds that the copy took."""
    began = time.monotonic()
    states = {name: state() for name, state in _build_persistence_save_dict().items()}
    spent = time.monotonic() - began
    for name, state in states.items():
        if state is not None:
            await asyncio.to_thread(save_state, name, state)
    return spent


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
    recorder = Recorder()
    saving = asyncio.create_task(keep_saved(recorder, stopped))

    async def until_stopped() -> None:
        await stopped.wait()
        await saving  # the last save, on shutdown, writes the same files

    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACE_SECONDS
    config.shutdown_timeout = GRACE_SECONDS * 2
    await serve(recorder, config, shutdown_trigger=until_stopped)


if __name__ == "__main__":
    asyncio.run(main())
