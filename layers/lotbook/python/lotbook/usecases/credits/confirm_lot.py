"""Decide on a provisional lot: its payment came (confirmed), or it did not (void). Once, and the first decision stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.usecases.credits.claw_back import claw_back, granted_lot

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk

Verdict = Literal["confirmed", "void"]
VOID_CLAIM = "void"


def decide_lot(account_id: str, unit: str, lot_id: str, verdict: Verdict, *, desk: CreditDesk) -> str:
    """The verdict that stands. A void lot is clawed back whole; what was burned of it becomes shortfall.

    Also finishes a void decision whose claw-back a crash had kept from happening. Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, lot_id, desk.books)
    name = ledger.verdict_name(lot_id)
    # A decision hangs in no chain: it moves nothing by itself.
    decision = Entry(name=name, unit=unit, kind="noted", at=desk.clock.now(), seq=0, before=CHAIN_END, reason=verdict)
    stands = desk.books.put_entry(account_id, decision) or decision
    if stands.reason == "void":
        claw_back(account_id, unit, lot_id, VOID_CLAIM, lot.credits, desk=desk, reason="void")
    return stands.reason or verdict
