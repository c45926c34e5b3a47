"""What callers said about burns and grants: kept beside their entries, and read where entries are shown (N9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.books import BookStore


def notes_of(account_id: str, entries: Iterable[Entry], *, books: BookStore) -> Mapping[str, Mapping[str, str]]:
    """The metadata of these entries by their names; a call to the store only where an entry has any. Raises Unavailable."""
    noted = [(entry.name, entry.note) for entry in entries if entry.note is not None]
    return books.metadata(account_id, noted) if noted else {}
