"""Say which lots expire soon, and which plans end. Called by the expiry's schedule; what it leaves is due again in the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.shelf import with_shelf_taken_down
from lotbook.domain.news import announcements, notices
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.news.plan_ends import announce_plan_end, is_plan_notice
from lotbook.usecases.sweeping import MAX_ITEMS_A_RUN, Work

if TYPE_CHECKING:
    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.usecases.news.announce import Outlets

DUE_KIND = "notice"


def notices_due(*, due: DueIndex, outlets: Outlets) -> Work:
    """The lots and plans to announce, for `sweeping.sweep`. Used up and dead ones are passed over."""

    def announce(item: DueItem) -> None:
        _announce(item, outlets)

    return Work(DUE_KIND, due.due(DUE_KIND, outlets.clock.now(), MAX_ITEMS_A_RUN), announce, due.postpone)


def _announce(item: DueItem, outlets: Outlets) -> None:
    if is_plan_notice(item):
        announce_plan_end(item, outlets=outlets)
        return
    unit, _, lot_id = item.name.partition("#")
    now = outlets.clock.now()
    book, ledger = outlets.books.get(item.account_id, unit), BookLedger(item.account_id, unit, outlets.books)
    if book is not None:
        book = with_shelf_taken_down(book, ledger.shelf(book))
    found = None if book is None else notices.left_to_expire(book, unit, lot_id, now)
    if found is not None:
        lot = ledger.lots([lot_id]).get(lot_id)
        outlets.bus.publish([announcements.expiring_soon(item.account_id, found, lot.kind if lot else None, now)])
    outlets.notices.done(item.account_id, unit, lot_id)
