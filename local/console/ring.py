"""The calls since the start, the newest ones: what was asked, how it ended, how long it took, and how it is typed."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from local.console.calls import Call
from local.console.curl import Command

MOST_KEPT = 500
Who = Literal["console", "billing page", "service key", "member", "gateway", "local", "nobody"]
EVERYBODY: tuple[Who, ...] = ("console", "billing page", "service key", "member", "gateway", "local", "nobody")


@dataclass(frozen=True, slots=True)
class Noted:
    """One call. `at` is the run's clock in milliseconds; `status` 0 means that there was no answer.

    `call` and `answer` are of the console's own calls; `title` is their action, or the type of an event of the gateway's. `code`: of the problem that was answered.
    """

    number: int
    at: int
    who: Who
    method: str
    path: str
    status: int
    milliseconds: int
    command: Command
    code: str | None = None
    detail: str | None = None
    title: str | None = None
    call: Call | None = None
    answer: str | None = None
    note: str | None = None


class Ring:
    """Bounded: the oldest call goes when there are MOST_KEPT. Threads may note at once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: deque[Noted] = deque(maxlen=most)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def note(self, made: Callable[[int], Noted]) -> Noted:
        """Keep one; `made` is told its number."""
        with self._lock:
            noted = made(next(self._numbers))
            self._kept.append(noted)
            return noted

    def newest(self, who: str | None = None) -> list[Noted]:
        """Newest first; `who`: only theirs."""
        with self._lock:
            kept = list(self._kept)
        return [each for each in reversed(kept) if who is None or each.who == who]

    def find(self, number: int) -> Noted | None:
        """The call of that number, while it is kept."""
        return next((each for each in self.newest() if each.number == number), None)
