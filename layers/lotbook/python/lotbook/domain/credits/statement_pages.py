"""Pages of a statement, and the place where one goes on."""

from __future__ import annotations

from lotbook.domain.credits.batches import references_of
from lotbook.domain.credits.ledger import Entry, Pointer
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a statement goes on. `given_back`: burns since undone, `(seq, credits)`, that older entries still count.

    `latest`: the instant of the entry shown last, of which what follows is not shown as later.
    """

    at: Pointer
    given_back: tuple[tuple[int, int], ...] = ()
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Part of a statement, newest first. `next_cursor` is opaque text, None at the end."""

    entries: tuple[Entry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are shown; None shows all. `since` belongs to the time that is asked for, `before` does not."""

    kinds: frozenset[str] | None = None
    since: int | None = None
    before: int | None = None
    reference: str | None = None

    def shows(self, entry: Entry) -> bool:
        """Whether the entry is one of them; the reference is exact, its own or that of a line of it."""
        return (
            (self.kinds is None or entry.kind in self.kinds)
            and (self.since is None or entry.at >= self.since)
            and (self.before is None or entry.at < self.before)
            and (self.reference is None or self.reference in (entry.reference, *references_of(entry)))
        )


@dataclass(frozen=True, slots=True)
class PageAsked:
    """A page of a statement: at most so many entries, from where a cursor left off."""

    limit: int
    cursor: str | None = None
    wanted: EntryFilter = EntryFilter()
