"""The statement: pages, a file, and one entry by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.http import paging
from lotbook.api.http.http import Answer
from lotbook.api.requests import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.api.http.http import Request
    from lotbook.domain.credits.statement_pages import EntryPage


def show(request: Request) -> Answer:
    """`GET .../entries`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import filters
    from lotbook.domain.credits.statement_pages import PageAsked
    from lotbook.usecases.credits.statement import find_entries

    listing, limit = _statement(request), paging.limit_of(request.query)
    asked = PageAsked(limit, listing.start(), filters.entries_of(request.query))

    def within(unit: str) -> EntryPage:
        return find_entries(request.account_id, unit, asked, desk=wiring.reading_desk())

    page = wiring.units().within(request.account_id, paths.unit(request.query), within)
    return Answer(
        200, render_ledger.entries(request.account_id, page, _notes(request, page), listing.cursor(page.next_cursor))
    )


def export(request: Request) -> Answer:
    """`GET .../entries/export`."""
    from lotbook.api.answers import render_csv
    from lotbook.usecases.credits.statement import export_entries
    from lotbook.usecases.portal.reading import read_once

    listing = _statement(request)
    start = listing.start()

    def within(unit: str) -> EntryPage:
        return export_entries(request.account_id, unit, start, desk=read_once(wiring.reading_desk()))

    page = wiring.units().within(request.account_id, paths.unit(request.query), within)
    next_cursor = listing.cursor(page.next_cursor)
    text = render_csv.entries(request.account_id, page.entries, _notes(request, page))
    return Answer(200, text, render_csv.headers("entries.csv", next_cursor))


def _notes(request: Request, page: EntryPage) -> Mapping[str, Mapping[str, str]]:
    from lotbook.usecases.credits.notes import notes_of

    return notes_of(request.account_id, page.entries, books=wiring.books())


def _statement(request: Request) -> paging.Listing:
    """The same list for both: a cursor of one goes on in the other."""
    return paging.Listing("entries", request.path, request.query, wiring.cursor_key)


def show_one(request: Request) -> Answer:
    """`GET .../entries/{entry_id}`."""
    from lotbook.api.answers import render_ledger
    from lotbook.usecases.credits.notes import notes_of
    from lotbook.usecases.credits.read_entry import read_entry

    entry = read_entry(request.account_id, request.path["entry_id"], books=wiring.books())
    notes = notes_of(request.account_id, [entry], books=wiring.books())
    return Answer(200, render_ledger.entry(request.account_id, entry, notes.get(entry.name)))
