"""Take granted credits back: a refund, a lost dispute, a payment that never came. Once by its claim's id (D10, D11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.values.errors import LotNotFound
from lotbook.usecases.credits.order import place

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.ports.books import BookStore
    from lotbook.usecases.credits.desk import CreditDesk


@dataclass(frozen=True, slots=True)
class ClawedBack:
    """`removed` was still there, `shortfall` had been burned; what had expired is neither."""

    entry_id: str
    removed: int
    shortfall: int
    replayed: bool = False


def claw_back(
    account_id: str,
    unit: str,
    lot_id: str,
    claim: str,
    credits: int,
    *,
    desk: CreditDesk,
    actor: str = "system",
    reason: str | None = None,
    reference: str | None = None,
    unused_only: bool = False,
) -> ClawedBack:
    """Take `credits` of the lot back; what was burned of them becomes shortfall, which later grants pay first (D13).

    `unused_only`: take at most what is there, and no shortfall. `claim` names the refund or dispute: the same claim takes
    effect once. Raises LotNotFound for a lot that is not granted (yet): let the sender try again. Raises Unavailable.
    """
    lot = granted_lot(account_id, unit, lot_id, desk.books)
    order = ClawBack(lot_id, claim, credits, lot.credits, actor, reference, reason, lot.purchase_id, unused_only)
    entry, replayed = place(account_id, unit, order, desk=desk)
    return ClawedBack(entry.entry_id, entry.removed, -entry.credits - entry.removed, replayed)


def granted_lot(account_id: str, unit: str, lot_id: str, books: BookStore) -> Lot:
    """The lot as it was made. Raises LotNotFound."""
    entry: Entry | None = books.entry(account_id, unit, ledger.granted_name(lot_id))
    if entry is None or entry.lot is None:
        raise LotNotFound
    return entry.lot
