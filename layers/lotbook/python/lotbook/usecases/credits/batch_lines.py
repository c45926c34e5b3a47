"""Lines of batches under one key, wherever they stand: in their entry, or beside it where they are long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import batches
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.books import BookStore


def with_lines(account_id: str, entries: Iterable[Entry], *, books: BookStore) -> Sequence[Entry]:
    """The entries of one unit, those of batches with all their lines: a look for what stands beside them, one for what was left out.

    A release that does not know lines files entries without them; the ledger has them. Raises Unavailable.
    """
    found = list(entries)
    lost = {entry.name for entry in found if entry.has_lines and entry.lines is None}
    if lost:
        whole = books.entries(account_id, found[0].unit, lost)
        found = [replace(each, lines=whole[each.name].lines) if each.name in whole else each for each in found]
    beside = [(entry.name, entry.lines) for entry in found if entry.lines and batches.is_beside(entry.lines)]
    if beside:
        notes = books.metadata(account_id, beside)
        found = [replace(each, lines=_text(each, notes.get(each.name, {}))) for each in found]
    return found


def _text(entry: Entry, note: Mapping[str, str]) -> str | None:
    return note.get(batches.NOTE, entry.lines) if batches.is_beside(entry.lines) else entry.lines
