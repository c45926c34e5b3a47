"""What Lotbook answers: burning. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lotbook_client.answers import Answer, KeyedAnswer
from lotbook_client.models.shared import Draw, RatedPart, Rating

BatchResultStatus = Literal[
    "consumed",
    "replayed",
    "refused",
]
CheckedReason = Literal[
    "insufficient_credits",
    "top_up_pending",
    "account_paused",
    "account_closed",
]
OneHoldState = Literal[
    "open",
    "captured",
    "released",
    "lapsed",
]


@dataclass(frozen=True, kw_only=True)
class BatchResult(Answer):
    """One item's answer; `code` and `detail` are the refusal's.

    `credits` and how they were rated: of an item by usage that was burned.
    """

    idempotency_key: str
    status: BatchResultStatus | str
    entry_id: str | None
    code: str | None
    detail: str | None
    rated: list[RatedPart] | None = None
    rating: Rating | None = None
    credits: int | None = None


@dataclass(frozen=True, kw_only=True)
class BurnedLine(Answer):
    """One line of a batch under one key, in the order sent. The lines sum to what was burned."""

    credits: int
    reference: str | None
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class Checked(Answer):
    """What a consume would answer now. `reason`: the code of its refusal; `available`: what can be spent before it."""

    allowed: bool
    requested: int
    available: int
    reason: CheckedReason | str | None
    pause_reason: str | None
    draws: list[CheckedDraw]
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedDraw(Answer):
    """What a consume would take from one lot; null for a lot that an automatic purchase would bring, which does not
    exist yet.
    """

    lot_id: str | None
    credits: int


@dataclass(frozen=True, kw_only=True)
class Consumed(KeyedAnswer):
    """A burn; `rated` and `rating` where it was one by usage."""

    entry_id: str
    credits: int
    draws: list[Draw]
    available: int
    at: datetime
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class ConsumedBatch(KeyedAnswer):
    """A batch's answer; `available` is what can be spent after it.

    Without the header `Idempotency-Key`: `results` in order, and the `unit` that `available` is of, the items' or the
    first if they differ. With it the batch is one burn: its entry, its `credits` with the `lines` that sum to them, and
    its `draws`.
    """

    available: int
    results: list[BatchResult] | None = None
    unit: str | None = None
    entry_id: str | None = None
    credits: int | None = None
    lines: list[BurnedLine] | None = None
    draws: list[Draw] | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Held(KeyedAnswer):
    """A hold; from `expires_at` on it has lapsed. `rated` and `rating` where it was one by usage."""

    hold_id: str
    credits: int
    expires_at: datetime
    available: int
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class Holds(Answer):
    """A page of holds, newest first.

    Without a state, or of one that is not `open`, it may be short and not the last.
    """

    holds: list[OneHold]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class OneHold(Answer):
    """A hold.

    `draws` is all that it set aside, in burn order: a capture burns the first of them, and gives the rest back.
    `captured` and `released` are 0 while it is open; it lapses at `expires_at`. `closed_at` is null while it is open.
    """

    hold_id: str
    entry_id: str
    unit: str
    state: OneHoldState | str
    credits: int
    captured: int
    released: int
    draws: list[Draw]
    placed_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reference: str | None
    actor: str
    rated: list[RatedPart] | None
    rating: Rating | None


@dataclass(frozen=True, kw_only=True)
class Resolved(KeyedAnswer):
    """What became of a hold: `captured` is burned, `released` went back."""

    hold_id: str
    captured: int
    released: int
    available: int
