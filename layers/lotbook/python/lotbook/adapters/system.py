"""The machine: wall clock and entropy. The only place that asks for the time or for randomness."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

JITTER_BYTES = 4


class SystemClock:
    """Milliseconds since 1970, UTC."""

    def now(self) -> int:
        """The wall clock's instant."""
        return time.time_ns() // 1_000_000


class OffsetClock:
    """The local run's clock: a file says how it is set (`{"base": ms, "set_at": ms, "frozen": bool}`), it ticks on from there.

    The file is read again when it changes, so every process of the local run sees one clock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._setting: dict[str, int] | None = None

    def now(self) -> int:
        """The local run's instant."""
        wall = time.time_ns() // 1_000_000
        setting = self._read()
        if setting is None:
            return wall
        return setting["base"] if setting["frozen"] else setting["base"] + wall - setting["set_at"]

    def _read(self) -> dict[str, int] | None:
        import json

        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._setting, self._stamp = None, -1
            return None
        if stamp != self._stamp:
            self._setting, self._stamp = json.loads(self._path.read_text()), stamp
        return self._setting


class SystemEntropy:
    """Bytes that nobody can guess."""

    def read(self, count: int) -> bytes:
        """`count` random bytes."""
        return os.urandom(count)


def pause(seconds: float) -> None:
    """Wait before a call is sent again. Whoever asks has a bound of its own."""
    if seconds:
        time.sleep(seconds)


def jitter() -> float:
    """From 0 to less than 1, and another one in every process that was restored from one snapshot."""
    return int.from_bytes(os.urandom(JITTER_BYTES)) / (1 << 8 * JITTER_BYTES)


class SystemDice:
    """Chance for jitter."""

    def throw(self, sides: int) -> int:
        """0 to `sides` - 1."""
        return int(jitter() * sides)


def stand_back(least_seconds: float, most_seconds: float) -> None:
    """Wait a random time inside the bounds: callers that met on one item must not meet there again at once."""
    time.sleep(least_seconds + jitter() * (most_seconds - least_seconds))
