"""Runs what is asynchronous beside whatever runs in this thread: a browser of Playwright leaves a running loop in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def in_a_loop(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What it answers, or raises."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()
