"""How far this machine's clock is ahead of the table's: from the `Date` of the table's answers, without a call of its own.

A worker whose clock runs ahead would expire lots that still live, and push the book's `since` for everybody. Nobody else can
see that, for a book believes whoever turns it. It is the machine's clock that is compared, never the product's: the local
run sets that one on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import SECOND, from_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.ports.shop import Clock

# `Date` is cut to the second, so up to one of these may be the table's.
MAX_AHEAD = 5 * SECOND
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class StoreTime:
    """Remembers the last answer's time. Safe under threads: whichever answer was heard last will do."""

    def __init__(self, wall: Clock) -> None:
        self._wall = wall
        self._heard: tuple[int, str] | None = None

    def now(self) -> int:
        """The machine's instant: ask for it before the call, so that a slow answer makes no clock look fast."""
        return self._wall.now()

    def hear(self, sent_at: int, answer: Mapping[str, Any]) -> None:
        """An answer, or a refusal, to what was sent at `sent_at`. Nothing is read here: burns pass by too."""
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        if date is not None:
            self._heard = sent_at, date

    def refuse_ahead(self) -> None:
        """Raises Unavailable while the machine's clock is more than MAX_AHEAD past the table's."""
        if self._heard is None:
            return
        sent_at, date = self._heard
        try:
            ahead = sent_at - _instant_of(date)
        except ValueError:  # not the table's: somebody between us wrote it, and it tells nothing
            return
        if ahead > MAX_AHEAD:
            raise Unavailable(
                f"This machine's clock is {ahead // SECOND} s ahead of the table's.", retry_after_seconds=1
            )


def _instant_of(date: str) -> int:
    """Of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that HTTP lets a server write. Raises ValueError for anything else.

    `email.utils` reads it, too, and loads nineteen modules for it.
    """
    _, day, month, year, time, zone = date.split(" ")
    if zone != "GMT":
        raise ValueError(date)
    return from_text(f"{year}-{MONTHS.index(month) + 1:02}-{day}T{time}Z")
