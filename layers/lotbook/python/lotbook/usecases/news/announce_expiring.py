"""Say which lots expire soon. Called by the expiry's schedule; what it leaves is due again in the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.shelf import taken_down
from lotbook.domain.news import announcements, notices
from lotbook.usecases.credits.turn import shelf_of

if TYPE_CHECKING:
    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.news.announce import Outlets

DUE_KIND = "notice"
MAX_NOTICES_A_RUN = 500


def announce_expiring(*, due: DueIndex, outlets: Outlets) -> int:
    """How many lots were announced. Used up and dead ones are passed over. Raises Unavailable."""
    items = due.due(DUE_KIND, outlets.clock.now(), MAX_NOTICES_A_RUN)
    return sum(_announce(item, outlets) for item in items)


def _announce(item: DueItem, outlets: Outlets) -> bool:
    unit, _, lot_id = item.name.partition("#")
    now = outlets.clock.now()
    book = outlets.books.get(item.account_id, unit)
    if book is not None:
        book = taken_down(book, shelf_of(item.account_id, unit, book, outlets.books))
    found = None if book is None else notices.left_to_expire(book, lot_id, now)
    if found is not None:
        outlets.bus.publish([announcements.expiring_soon(item.account_id, unit, lot_id, *found, now)])
    outlets.notices.done(item.account_id, unit, lot_id)
    return found is not None
