"""Everything that is done to one lot: grant it, claw it back, restore, freeze and thaw it, decide on it. Each once.

What is done is an order to the lot's book (`domain/credits/orders.py`), and the order's id makes it take effect once (D1, D2,
D5, D6, D10, D11). Callers fill in what they ask for; what the order repeats of the lot is filled in here, from its grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import CHAIN_END, VOID_CLAIM, Entry
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Restore
from lotbook.domain.credits.views import Granted
from lotbook.domain.values.errors import BrokenInvariant, LotNotFound
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.credits.order import place

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot
    from lotbook.ports.books import BookStore
    from lotbook.usecases.credits.desk import CreditDesk

LotDecision = Literal["confirmed", "void"]


@dataclass(frozen=True, slots=True)
class ClawedBack:
    """`removed` was still there, `shortfall` had been burned; what had expired is neither."""

    entry_id: str
    removed: int
    shortfall: int
    replayed: bool = False


def grant_lot(
    account_id: str, lot: Lot, *, desk: CreditDesk, renews_at: int | None = None, of_renewal: bool = False
) -> Granted:
    """Make the lot in the account's book of its unit, opening the book when it is the first.

    `of_renewal`: it is one of a period's own lots; others come after the renewal of a period that is over. `renews_at` moves
    the book's renewal instant forward with the grant: give it to the *last* lot of a period, for from then on burns take the
    period as renewed. Credits pay a shortfall first. Raises Unavailable when the account is too busy.
    """
    entry, replayed = place(account_id, lot.unit, Grant(lot, renews_at), desk=desk, of_renewal=of_renewal)
    if entry.kind != "granted" or entry.lot is None:
        raise BrokenInvariant(f"the grant of {lot.lot_id} became {entry.kind}")
    return Granted(entry_id=entry.id_in(account_id), lot=entry.lot, replayed=replayed)


def claw_back(account_id: str, unit: str, order: ClawBack, *, desk: CreditDesk) -> ClawedBack:
    """Take credits of the lot back: a refund, a lost dispute, a payment that never came.

    What was burned of them becomes shortfall, which later grants pay first (D13). `claw_id` names the refund or dispute:
    the same one takes effect once. Raises LotNotFound for a lot that is not granted (yet): let the sender try again.
    Raises Unavailable.
    """
    lot = granted_lot(account_id, unit, order.lot_id, desk.books)
    order = replace(order, granted=lot.credits, purchase_id=lot.purchase_id)
    entry, replayed = place(account_id, unit, order, desk=desk)
    return ClawedBack(entry.id_in(account_id), entry.removed, -entry.credits - entry.removed, replayed)


def restore_lot(account_id: str, unit: str, order: Restore, *, desk: CreditDesk) -> int:
    """Give a claw-back up again: its refund failed, or the bank returned the money. How many credits came back.

    They pay a shortfall first, and what came back to a dead lot died with it. The order's credits are taken off what
    earlier claw-backs were to take: what they did not find cannot come back. Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, order.lot_id, desk.books)
    entry, _ = place(account_id, unit, replace(order, purchase_id=lot.purchase_id), desk=desk)
    return entry.credits


def freeze_lot(account_id: str, unit: str, order: Freeze, *, desk: CreditDesk) -> int:
    """Freeze what is left of a lot while its payment is disputed, or thaw it when the dispute is won.

    How many credits were frozen, or with `thaw` became spendable again; frozen credits expire at their lot's instant.
    Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, order.lot_id, desk.books)
    entry, _ = place(account_id, unit, replace(order, purchase_id=lot.purchase_id), desk=desk)
    return sum(draw.credits for draw in entry.draws)


def decide_lot(account_id: str, unit: str, lot_id: str, decision: LotDecision, *, desk: CreditDesk) -> str:
    """Decide on a provisional lot: its payment came (confirmed), or it did not (void). The decision that stands.

    The first decision stands. A void lot is clawed back whole; what was burned of it becomes shortfall. Calling it again
    finishes a void decision whose claw-back a crash had kept from happening. Raises LotNotFound, Unavailable.
    """
    lot = granted_lot(account_id, unit, lot_id, desk.books)
    name = ledger.decision_name(lot_id)
    # A decision hangs in no chain: it moves nothing by itself.
    decided = Entry(name=name, unit=unit, kind="noted", at=desk.clock.now(), seq=0, before=CHAIN_END, reason=decision)
    stands = desk.books.put_entry(account_id, decided) or decided
    if stands.reason == "void":
        claw_back(account_id, unit, ClawBack(lot_id, VOID_CLAIM, lot.credits, reason="void"), desk=desk)
    return stands.reason or decision


def granted_lot(account_id: str, unit: str, lot_id: str, books: BookStore) -> Lot:
    """The lot as it was made. Raises LotNotFound."""
    entry = books.entry(account_id, unit, ledger.granted_name(lot_id))
    if entry is None or entry.lot is None:
        raise LotNotFound
    return entry.lot
