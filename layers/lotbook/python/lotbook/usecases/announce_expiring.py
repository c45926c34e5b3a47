"""Say which lots expire soon. Called by the expiry's schedule; what it leaves is due again in the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain import announcements, notices

if TYPE_CHECKING:
    from lotbook.ports import BookStore, Clock, DueIndex, DueItem, EventBus, NoticeStore

DUE_KIND = "notice"
MAX_NOTICES_A_RUN = 500


def announce_expiring(
    *, due: DueIndex, notices_kept: NoticeStore, books: BookStore, bus: EventBus, clock: Clock
) -> int:
    """How many lots were announced. Used up and dead ones are passed over. Raises Unavailable."""
    said = 0
    for item in due.due(DUE_KIND, clock.now(), MAX_NOTICES_A_RUN):
        said += _announce(item, notices_kept=notices_kept, books=books, bus=bus, clock=clock)
    return said


def _announce(item: DueItem, *, notices_kept: NoticeStore, books: BookStore, bus: EventBus, clock: Clock) -> bool:
    unit, _, lot_id = item.name.partition("#")
    now = clock.now()
    book = books.get(item.account_id, unit)
    found = None if book is None else notices.left_to_expire(book, lot_id, now)
    if found is not None:
        bus.publish([announcements.expiring_soon(item.account_id, unit, lot_id, *found, now)])
    notices_kept.done(item.account_id, unit, lot_id)
    return found is not None
