"""One hold, one lot by id, and what a void answers. As `shapes.py`."""

from __future__ import annotations

from typing import Literal, TypedDict

from lotbook.api.answers.shapes_burning import Draw, RatedPart, Rating
from lotbook.api.answers.shapes_parts import Instant
from lotbook.domain.credits.lots import LotKind


class OneHold(TypedDict):
    """A hold. `draws` is all that it set aside, in burn order: a capture burns the first of them, and gives the rest back.

    `captured` and `released` are 0 while it is open; it lapses at `expires_at`. `closed_at` is null while it is open.
    """

    hold_id: str
    entry_id: str
    unit: str
    state: Literal["open", "captured", "released", "lapsed"]
    credits: int
    captured: int
    released: int
    draws: list[Draw]
    placed_at: Instant
    expires_at: Instant
    closed_at: Instant | None
    reference: str | None
    actor: str
    rated: list[RatedPart] | None
    rating: Rating | None


class Holds(TypedDict):
    """A page of holds, newest first. Without a state, or of one that is not `open`, it may be short and not the last."""

    holds: list[OneHold]
    next_cursor: str | None


class OneLot(TypedDict):
    """A lot with all that became of its credits: granted = remaining + held + used + expired + taken_back.

    `used` was burned, or paid a shortfall; `taken_back`: for a refund or a dispute, for another plan, or by a void.
    """

    lot_id: str
    unit: str
    kind: LotKind
    granted: int
    remaining: int
    held: int
    used: int
    expired: int
    taken_back: int
    granted_at: Instant
    effective_at: Instant
    expires_at: Instant | None
    state: Literal["open", "provisional", "frozen", "used_up", "expired", "void"]
    purchase_id: str | None
    reason: str | None
    metadata: dict[str, str] | None
    actor: str


class Voided(TypedDict):
    """What was taken back; at most what was asked for, and never what was burned or is held."""

    entry_id: str
    credits: int
