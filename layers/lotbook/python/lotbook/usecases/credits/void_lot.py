"""Take back what is unused of a lot, by an operator's word: once an idempotency key. What was burned or is held stays.

It is an order to the lot's book like a refund's claw-back, so it takes effect once, whoever finishes it. The key's marker says
which body it was sent with; it is written when nothing refuses the call any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.credits.refusals import NothingToVoid
from lotbook.domain.values import ids
from lotbook.domain.values.errors import IdempotencyKeyReused
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_moment
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.credits.lots import granted_lot
from lotbook.usecases.credits.order import place
from lotbook.usecases.credits.read_lot import standing_of

if TYPE_CHECKING:
    from lotbook.ports.shop import IdempotencyStore
    from lotbook.usecases.credits.desk import CreditDesk

KEY_SPACE = "void"


@dataclass(frozen=True, slots=True)
class VoidLot:
    """What is asked: at most `credits` of the lot (None: all that is unused), and why. The actor is not part of the body."""

    lot_id: str
    key: str
    credits: int | None
    reason: str
    actor: str

    @property
    def digest(self) -> str:
        """Equal for equal bodies."""
        return ids.fingerprint(ids.canonical(kind="void", lot_id=self.lot_id, credits=self.credits, reason=self.reason))

    @property
    def claim(self) -> str:
        """The same for every attempt with this key."""
        return ledger.VOIDED_CLAIM + ids.name_of(self.key)


@dataclass(frozen=True, slots=True)
class Voided:
    """How many credits were taken back, and the entry that says so."""

    entry_id: str
    credits: int
    replayed: bool = False


def void_lot(account_id: str, unit: str, asked: VoidLot, *, desk: CreditDesk, keys: IdempotencyStore) -> Voided:
    """Take back what is unused of the lot; the same key and body answer the first call again (`replayed`).

    A lot that was paid for is taken like any other: no money moves, and a later refund finds nothing of it unused.
    Raises LotNotFound, NothingToVoid, IdempotencyKeyReused, and what `read_balance` raises. A refusal takes nothing.
    """
    lot = granted_lot(account_id, unit, asked.lot_id, desk.books)
    marker = keys.find(account_id, KEY_SPACE, asked.key)
    if marker is None:
        _refuse_if_nothing_is_left(account_id, unit, asked.lot_id, desk)
        marker = keys.claim(account_id, KEY_SPACE, asked.key, {"digest": asked.digest}) or {"digest": asked.digest}
    if marker["digest"] != asked.digest:
        raise IdempotencyKeyReused
    order = ClawBack(
        asked.lot_id,
        asked.claim,
        asked.credits or lot.credits,
        granted=lot.credits,
        actor=asked.actor,
        reason=ledger.VOIDED_REASON + asked.reason,
        purchase_id=lot.purchase_id,
        unused_only=True,
    )
    entry, replayed = place(account_id, unit, order, desk=desk)
    if not entry.removed:  # burned since it was looked at
        raise NothingToVoid(lot_id=asked.lot_id, held=0)
    return Voided(entry.id_in(account_id), entry.removed, replayed)


def _refuse_if_nothing_is_left(account_id: str, unit: str, lot_id: str, desk: CreditDesk) -> None:
    moment = read_moment(account_id, unit, desk=desk)
    standing = standing_of(lot_id, moment, BookLedger(account_id, unit, desk.books))
    if not standing.remaining:
        raise NothingToVoid(lot_id=lot_id, held=standing.held)
