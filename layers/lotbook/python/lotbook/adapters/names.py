"""DNS with a bound: the resolver of the machine has time-outs of its own, which are longer than anybody here may wait."""

from __future__ import annotations

import socket
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RESOLVE_SECONDS = 3.0
MAX_NUMBERS = 16  # of one name that are looked at; a name with more is nobody's endpoint


class SystemNames:
    """Implements `Names`."""

    def __init__(self, seconds: float = RESOLVE_SECONDS) -> None:
        self._seconds = seconds

    def numbers(self, host: str, port: int) -> Sequence[str]:
        """Each once; none where the name has none, has too many, or nobody answers in time."""
        found = SimpleQueue[tuple[str, ...]]()
        # A thread that hangs is left behind: it ends with the resolver's own time-out.
        Thread(target=lambda: found.put(_numbers(host, port)), name="resolve", daemon=True).start()
        try:
            numbers = found.get(timeout=self._seconds)
        except Empty:
            return ()
        return numbers if len(numbers) <= MAX_NUMBERS else ()


def _numbers(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))
