"""When it is said that a lot expires soon, and of how many credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import rests
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.lots import Lot

NOTICE = 7 * instants.DAY
SHORTEST_SHARE = 4  # a lot that lives for less than four times NOTICE is announced in the last quarter of its life


def notice_at(lot: Lot) -> int | None:
    """The instant at which it is said; None for a lot that never expires."""
    if lot.expires_at is None:
        return None
    return lot.expires_at - min(NOTICE, (lot.expires_at - lot.effective_at) // SHORTEST_SHARE)


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """`credits` are left of it, and die at `expires_at` unless they are used."""

    unit: str
    lot_id: str
    credits: int
    expires_at: int


def left_to_expire(book: Book, unit: str, lot_id: str, now: int) -> ExpiringLot | None:
    """What is left of an open lot that will expire; None where there is nothing to say any more."""
    left = rests(book.tape, book.position)
    known = {part.lot_id: (left[part.lot_id], part.expires_at) for part in book.tape}
    known |= {aside.lot_id: (aside.left, aside.expires_at) for aside in (*book.waiting, *book.frozen)}
    credits, expires_at = known.get(lot_id, (0, None))
    if credits <= 0 or expires_at is None or expires_at <= now:
        return None
    return ExpiringLot(unit, lot_id, credits, expires_at)
