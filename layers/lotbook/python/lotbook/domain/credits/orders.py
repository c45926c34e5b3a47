"""Orders: what a turn is asked to do. The order's id is the ledger name of its outcome, so it takes effect at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot


@dataclass(frozen=True, slots=True)
class Grant:
    """Make a lot. `renews_at` moves the book's renewal instant forward in the same turn."""

    lot: Lot
    renews_at: int | None = None

    @property
    def order_id(self) -> str:
        """The grant's ledger name."""
        return ledger.granted_name(self.lot.lot_id)


@dataclass(frozen=True, slots=True)
class ClawBack:
    """Take `credits` of a lot back; what was burned of them becomes shortfall.

    `granted` (the lot's size) and `purchase_id` repeat the lot's own grant: `usecases/credits/lots.py` fills them in.

    `unused_only`: take what is still there, up to `credits`, and make no shortfall (the product's own refund, a lot that an
    operator voids).
    """

    lot_id: str
    claw_id: str
    credits: int
    granted: int = 0
    actor: str = "system"
    reference: str | None = None
    reason: str | None = None
    purchase_id: str | None = None
    unused_only: bool = False

    @property
    def order_id(self) -> str:
        """The claw-back's ledger name."""
        return ledger.claw_name(self.lot_id, self.claw_id)


@dataclass(frozen=True, slots=True)
class Restore:
    """Give `credits` of a lot's claw-backs up again: the refund failed, the lost dispute was won after all."""

    lot_id: str
    claim_id: str
    credits: int
    actor: str = "system"
    reason: str | None = None
    purchase_id: str | None = None

    @property
    def order_id(self) -> str:
        """The restoration's ledger name."""
        return ledger.restored_name(self.lot_id, self.claim_id)


@dataclass(frozen=True, slots=True)
class Freeze:
    """Make what is left of a lot unspendable (a dispute), or with `thaw` spendable again. `cause` names the dispute."""

    lot_id: str
    cause: str
    thaw: bool = False
    actor: str = "system"
    purchase_id: str | None = None

    @property
    def order_id(self) -> str:
        """The freeze's ledger name."""
        return ledger.freeze_name(self.lot_id, self.cause, self.thaw)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Only move the renewal instant, from what it was to what it is to be (FAR_FUTURE: none any more).

    Done only while it still is what it was. `seq`: the chain's length when that was read, so that a plan that changes
    to and fro may ask for the same step twice.
    """

    was: int
    renews_at: int
    seq: int = 0

    @property
    def order_id(self) -> str:
        """The renewal's ledger name."""
        return ledger.renewal_name(self.was, self.renews_at, self.seq)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An order that this code does not know: refused, never fatal, for an exception here would block the account (T21)."""

    order_id: str


Order = Grant | ClawBack | Restore | Freeze | Renewal | Unreadable
