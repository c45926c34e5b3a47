"""Pages of a statement, and the place where one goes on."""

from __future__ import annotations

from dataclasses import dataclass

from lotbook.domain.credits.ledger import Entry, Pointer


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
