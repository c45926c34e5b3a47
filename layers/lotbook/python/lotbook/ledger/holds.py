"""Holds: pages, and one by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.http import paging
from lotbook.api.http.http import Answer
from lotbook.api.requests import paths

if TYPE_CHECKING:
    from lotbook.api.http.http import Request


def show(request: Request) -> Answer:
    """`GET .../holds`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import filters
    from lotbook.usecases.credits import read_holds

    listing = paging.Listing("holds", request.path, request.query, wiring.cursor_key)
    limit = paging.limit_of(request.query)
    asked = read_holds.HoldsAsked(limit, listing.start(), filters.hold_state_of(request.query))

    def within(unit: str) -> read_holds.ListedHolds:
        return read_holds.list_holds(request.account_id, unit, asked, desk=wiring.reading_desk())

    page = wiring.units().within(request.account_id, paths.unit(request.query), within)
    return Answer(200, render_ledger.holds(page, listing.cursor(page.next_cursor)))


def show_one(request: Request) -> Answer:
    """`GET .../holds/{hold_id}`."""
    from lotbook.api.answers import render_ledger
    from lotbook.usecases.credits.read_holds import read_hold

    view = read_hold(request.account_id, request.path["hold_id"], desk=wiring.credit_desk())
    return Answer(200, render_ledger.hold(view))
