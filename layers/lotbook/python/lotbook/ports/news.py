"""What the outbox needs from outside: where the statement is filed, what was said, and the bus.

Every method raises Unavailable when the other side does not answer; what it was asked may then have happened or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.statement_lines import StatementLine
    from lotbook.domain.news.alerts import Latch
    from lotbook.domain.news.announcements import Announcement


Owner = tuple[str, str]  # an account, and a unit of it
LotPlace = tuple[str, str, str]  # a lot: its account, its unit, its id
NotePlace = tuple[str, str, str]  # metadata of a burn: its account, its entry's name, its digest


class StatementStore(Protocol):
    """The filed statement of an account's unit: lines by `seq`. It may lag behind the ledger, and it may have holes."""

    def file(self, lines: Sequence[tuple[Owner, StatementLine]]) -> Collection[Owner]:
        """Write the lines, at most 25, of whichever accounts; no place twice. Answers those whose lines were all written.

        A line that is there already is written again with the same content.
        """
        ...

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        """At most `limit` lines with `seq` below `before_seq`, newest first; what is filed, whatever is missing."""
        ...


class LatchStore(Protocol):
    """What has been said about an account's unit. Reads are strongly consistent."""

    def get(self, account_id: str, unit: str) -> Latch:
        """The latch; a fresh one where nothing was said yet."""
        ...

    def of(self, owners: Collection[Owner]) -> Mapping[Owner, Latch]:
        """The same of at most 100, in one call."""
        ...

    def save(self, account_id: str, unit: str, latch: Latch) -> None:
        """Write a changed latch if its `version` is still the stored one. Raises Conflict when somebody was faster."""
        ...


class ManyAccounts(Protocol):
    """What is read of many accounts in one call, at most 100 places; what is not there is left out.

    Nothing of it ever changes: grants, metadata, and of an account its policy and its currency. The rest of an account may be old.
    """

    def lots(self, places: Collection[LotPlace]) -> Mapping[LotPlace, Lot]:
        """Lots as they were made."""
        ...

    def notes(self, places: Collection[NotePlace]) -> Mapping[NotePlace, Mapping[str, str]]:
        """What callers said about burns."""
        ...

    def accounts(self, account_ids: Collection[str]) -> Mapping[str, Account]:
        """Accounts by their ids."""
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

    def offer(self, announcements: Sequence[Announcement]) -> Sequence[Announcement]:
        """Publish what the bus takes; answers those that it did not take."""
        ...
