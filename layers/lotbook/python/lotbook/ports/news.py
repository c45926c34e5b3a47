"""What the outbox needs from outside: where the statement is filed, what was said, and the bus.

Every method raises Unavailable when the other side does not answer; what it was asked may then have happened or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.credits.statement_lines import StatementLine
    from lotbook.domain.news.alerts import Latch
    from lotbook.domain.news.announcements import Announcement


class StatementStore(Protocol):
    """The filed statement of an account's unit: lines by `seq`. It may lag behind the ledger, and it may have holes."""

    def file(self, account_id: str, unit: str, lines: Sequence[StatementLine]) -> None:
        """Write the lines. A line that is there already is written again with the same content."""
        ...

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        """At most `limit` lines with `seq` below `before_seq`, newest first; what is filed, whatever is missing."""
        ...


class LatchStore(Protocol):
    """What has been said about an account's unit. Reads are strongly consistent."""

    def get(self, account_id: str, unit: str) -> Latch:
        """The latch; a fresh one where nothing was said yet."""
        ...

    def save(self, account_id: str, unit: str, latch: Latch) -> None:
        """Write a changed latch if its `version` is still the stored one. Raises Conflict when somebody was faster."""
        ...


class NoticeStore(Protocol):
    """Lots of which is to be said, at an instant, that they expire soon. They are found through `DueIndex`."""

    def note(self, account_id: str, unit: str, lot_id: str, at: int) -> None:
        """Look at the lot at `at`; noting the same again changes nothing."""
        ...

    def done(self, account_id: str, unit: str, lot_id: str) -> None:
        """The lot was looked at."""
        ...


class EventBus(Protocol):
    """Where the product's events are published."""

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish all of them. Raises Unavailable when some were not taken; the others were, and may come again."""
        ...
