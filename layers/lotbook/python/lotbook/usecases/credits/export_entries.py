"""The statement of one unit in long pages, for a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.requests import EntryPage
from lotbook.usecases.credits.statement import list_entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.shop import Clock

PAGE_ENTRIES = 100
MAX_PAGES = 10  # a file has at most a thousand lines; the cursor goes on


def export_entries(
    account_id: str,
    unit: str,
    cursor: str | None,
    *,
    books: BookStore,
    clock: Clock,
    renew: Callable[[str], None],
    statement: StatementStore | None = None,
) -> EntryPage:
    """At most MAX_PAGES x PAGE_ENTRIES entries, newest first, from the cursor. Raises as `list_entries`."""
    found: list[Entry] = []
    for _ in range(MAX_PAGES):
        page = list_entries(
            account_id, unit, PAGE_ENTRIES, cursor, books=books, clock=clock, renew=renew, statement=statement
        )
        found += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    return EntryPage(tuple(found), cursor)
