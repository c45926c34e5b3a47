"""Give a claw-back up again: its refund failed, or the bank returned the money. Once by its claim's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.orders import Restore
from lotbook.usecases.credits.claw_back import granted_lot
from lotbook.usecases.credits.order import place

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def restore_lot(
    account_id: str,
    unit: str,
    lot_id: str,
    claim: str,
    credits: int,
    *,
    desk: CreditDesk,
    actor: str = "system",
    reason: str | None = None,
) -> int:
    """How many credits came back; they pay a shortfall first, and what came back to a dead lot died with it.

    `credits` are taken off what earlier claw-backs were to take: what they did not find cannot come back.
    Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, lot_id, desk.books)
    order = Restore(lot_id, claim, credits, actor, reason, lot.purchase_id)
    entry, _ = place(account_id, unit, order, desk=desk)
    return entry.credits
