"""The statement, as a page and as a file, and the balance of another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.answers import render_csv
from lotbook.api.http.paging import Listing
from lotbook.api.portal import days, file_parts, statements
from lotbook.api.portal.replies import File
from lotbook.api.portal.statements import StatementQuery
from lotbook.portal.home import account_of
from lotbook.usecases.credits.notes import notes_of
from lotbook.usecases.credits.statement import export_entries
from lotbook.usecases.portal.reading import read_once
from lotbook.usecases.portal.statement_pages import read_as_of, read_page

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit


def show(visit: Visit) -> Reply:
    """`GET /portal/statement`."""
    loaded = account_of(visit)
    zone = loaded.account.time_zone
    asked, desk = StatementQuery.of(visit.query, loaded.policy.units), read_once(wiring.reading_desk())
    listing = _listing(visit, asked)
    found = read_page(visit.account_id, asked.unit, asked.wanted(zone), listing.start(), desk=desk)
    day = days.day_of(asked.as_of)
    at = wiring.clock().now() if day is None else days.end_of(day, zone)
    as_of = read_as_of(visit.account_id, asked.unit, at, desk=desk)
    return statements.page(found, as_of, loaded, visit, cursor=listing.cursor(found.next_cursor))


def export(visit: Visit) -> Reply:
    """`GET /portal/statement/export`: a file from the page on that is shown; of more than a thousand entries, a page with its parts."""
    loaded = account_of(visit)
    asked = StatementQuery.of(visit.query, loaded.policy.units)
    wanted, listing = asked.wanted(loaded.account.time_zone), _listing(visit, asked)
    page = export_entries(visit.account_id, asked.unit, listing.start(), desk=read_once(wiring.reading_desk()))
    entries = [entry for entry in page.entries if wanted.matches(entry)]
    next_cursor = None if wanted.is_past(page.entries) else listing.cursor(page.next_cursor)
    if next_cursor is not None and file_parts.PART not in visit.query:
        return statements.parts(entries, loaded, visit, cursor=next_cursor)
    notes = notes_of(visit.account_id, entries, books=wiring.books())
    return File(render_csv.entries(visit.account_id, entries, notes), render_csv.CONTENT_TYPE, "entries.csv")


def _listing(visit: Visit, asked: StatementQuery) -> Listing:
    """The page and the file are one list: a cursor is good for both, and for this account alone."""
    named = asked.kept(cursor=visit.query.get("cursor"))
    return Listing("portal-statement", {"account_id": visit.account_id}, named, wiring.cursor_key)
