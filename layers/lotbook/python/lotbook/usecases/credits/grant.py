"""Grant a lot: exactly once by its id, whoever asks and how often (D1, D2, D5, D6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import Granted
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.usecases.credits.order import place

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot
    from lotbook.usecases.credits.desk import CreditDesk


def grant_lot(account_id: str, lot: Lot, *, desk: CreditDesk, renews_at: int | None = None) -> Granted:
    """Make the lot in the account's book of its unit, opening the book when it is the first.

    `renews_at` moves the book's renewal instant forward with the grant: give it to the *last* lot of a period, for from
    then on burns take the period as renewed. Credits pay a shortfall first. Raises Unavailable when the account is too busy.
    """
    entry, replayed = place(account_id, lot.unit, Grant(lot, renews_at), desk=desk)
    if entry.kind != "granted":
        raise BrokenInvariant(f"the grant of {lot.lot_id} became {entry.kind}")
    return Granted(entry_id=entry.entry_id, lot_id=lot.lot_id, replayed=replayed)
