"""How often the pollers of a local run look."""

from __future__ import annotations

SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 1.0  # a run that nobody uses costs its machine little
LONGER_BY = 1.3  # after each look that found nothing


class Pace:
    """How long a poller waits before it looks again: what comes is often followed by more, so it looks soon after it, and ever less often then."""

    def __init__(self) -> None:
        self._seconds = SHORTEST_SECONDS

    def note(self, found: bool) -> None:
        """Whether the look found anything."""
        self._seconds = SHORTEST_SECONDS if found else min(LONGEST_SECONDS, self._seconds * LONGER_BY)

    def seconds(self) -> float:
        """Until the next look."""
        return self._seconds
