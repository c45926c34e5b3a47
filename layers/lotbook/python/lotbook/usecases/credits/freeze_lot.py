"""Freeze what is left of a lot while its payment is disputed, and thaw it when the dispute is won. Once by its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.orders import Freeze
from lotbook.usecases.credits.claw_back import granted_lot
from lotbook.usecases.credits.order import place

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def freeze_lot(
    account_id: str,
    unit: str,
    lot_id: str,
    cause: str,
    *,
    thaw: bool = False,
    desk: CreditDesk,
    actor: str = "system",
) -> int:
    """How many credits were frozen, or with `thaw` became spendable again; frozen credits expire at their lot's instant.

    Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, lot_id, desk.books)
    entry, _ = place(account_id, unit, Freeze(lot_id, cause, thaw, actor, lot.purchase_id), desk=desk)
    return sum(draw.credits for draw in entry.draws)
