"""The statement of one unit in long pages, for a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.requests import EntryPage
from lotbook.usecases.credits.statement import list_entries

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.usecases.credits.desk import CreditDesk

PAGE_ENTRIES = 100
MAX_PAGES = 10  # a file has at most a thousand lines; the cursor goes on


def export_entries(
    account_id: str,
    unit: str,
    cursor: str | None,
    *,
    desk: CreditDesk,
) -> EntryPage:
    """At most MAX_PAGES x PAGE_ENTRIES entries, newest first, from the cursor. Raises as `list_entries`."""
    found: list[Entry] = []
    for _ in range(MAX_PAGES):
        page = list_entries(account_id, unit, PAGE_ENTRIES, cursor, desk=desk)
        found += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    return EntryPage(tuple(found), cursor)
