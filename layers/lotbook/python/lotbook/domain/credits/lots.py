"""A lot: credits with one origin, validity and rank in the burn order."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

LotKind = Literal["free", "plan", "purchased", "promotional"]
LOT_KINDS: tuple[LotKind, ...] = ("free", "plan", "purchased", "promotional")
DEFAULT_UNIT = "credits"  # of a policy that names no units; a policy has it first or not at all (N7)
DEFAULT_BURN_ORDER: tuple[LotKind, ...] = ("free", "promotional", "plan", "purchased")


@dataclass(frozen=True, slots=True)
class Lot:
    """What a grant makes. Instants are milliseconds, cut to whole seconds; `expires_at` None means never.

    A lot is dead *at* `expires_at` (X-01). `rank` is the place of `kind` in the policy's burn order: 0 burns first.
    """

    lot_id: str
    unit: str
    kind: LotKind
    credits: int
    rank: int
    effective_at: int
    expires_at: int | None
    created_at: int
    actor: str = "system"
    reason: str | None = None
    reference: str | None = None
    purchase_id: str | None = None
    provisional: bool = False
    noted: str | None = None  # which body's metadata is kept beside the grant (N9)

    def is_dead(self, at: int) -> bool:
        """Whether it has expired at `at`."""
        return is_dead(self.expires_at, at)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a lot that waits outside the book. `effective_at` is 0 for one that can be spent."""

    lot_id: str
    left: int
    rank: int
    effective_at: int
    expires_at: int | None
    created_at: int
    is_frozen: bool = False

    @property
    def is_spendable(self) -> bool:
        """Whether it only waits for room on the tape."""
        return self.effective_at == 0 and not self.is_frozen


def burn_order(rank: int, expires_at: int | None, created_at: int, lot_id: str) -> tuple[int, bool, int, int, str]:
    """The one order in which lots burn: rank, soonest expiry (never last), earliest grant, lot id."""
    return (rank, expires_at is None, expires_at or 0, created_at, lot_id)


def is_dead(expires_at: int | None, at: int) -> bool:
    """Whether what expires then is dead at `at`: from the very instant that it shows (X-01). None never dies."""
    return expires_at is not None and expires_at <= at
