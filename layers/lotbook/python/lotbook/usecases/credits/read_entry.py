"""One entry by its public id: one read, and one more where the lines of a batch stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.entry_ids import entry_of_id
from lotbook.domain.credits.refusals import EntryNotFound
from lotbook.usecases.credits.batch_lines import with_lines

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.books import BookStore


def read_entry(account_id: str, entry_id: str, *, books: BookStore) -> Entry:
    """The entry as it was written. Raises EntryNotFound, also for what a statement does not show; Unavailable.

    In a statement `available_after` counts what a burn had taken that was given back later, and instants never go back.
    """
    place = entry_of_id(account_id, entry_id)
    entry = None if place is None else books.entry(account_id, *place)
    if entry is None or not entry.is_shown:
        raise EntryNotFound
    (whole,) = with_lines(account_id, [entry], books=books)
    return whole
