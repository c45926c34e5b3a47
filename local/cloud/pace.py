"""How often the pollers of a local run look."""

from __future__ import annotations

POLL_SECONDS = 0.2
IDLE_ROUNDS = 50
IDLE_SECONDS = 1.0  # after so many empty looks: a run that nobody uses costs its machine little


class Pace:
    """How long a poller waits before it looks again."""

    def __init__(self) -> None:
        self._empty = 0

    def note(self, found: bool) -> None:
        """Whether the look found anything."""
        self._empty = 0 if found else self._empty + 1

    def seconds(self) -> float:
        """Short while something comes, and for a while after it."""
        return POLL_SECONDS if self._empty < IDLE_ROUNDS else IDLE_SECONDS
