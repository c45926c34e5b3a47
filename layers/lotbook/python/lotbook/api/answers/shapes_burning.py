"""What a burn and a check answer, as in `shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from lotbook.api.answers.shapes_parts import Instant

DecimalText = Annotated[str, "decimal"]


class Draw(TypedDict):
    """What one operation took from, or gave to, one lot."""

    lot_id: str
    credits: int


class RatedPart(TypedDict):
    """`count` of a quantity at its rate; a null quantity is the flat part. Credits are whole and sum to what was burned."""

    quantity: str | None
    count: int
    rate: DecimalText
    credits: int


class Rating(TypedDict):
    """By what the parts were rated: `exact` is their sum before it was rounded once; `minimum` counts where it is not 0."""

    action: str
    policy_version: int
    exact: DecimalText
    rounding: Literal["half_up", "up", "down"]
    minimum: int


class _ByUsage(TypedDict, total=False):
    """How the credits were calculated, of what was burned by usage."""

    rated: list[RatedPart]
    rating: Rating


class Consumed(_ByUsage):
    """A burn; `rated` and `rating` where it was one by usage."""

    entry_id: str
    credits: int
    draws: list[Draw]
    available: int
    at: Instant


class CheckedDraw(TypedDict):
    """What a consume would take from one lot; null for a lot that an automatic purchase would bring, which does not exist yet."""

    lot_id: str | None
    credits: int


class Checked(_ByUsage):
    """What a consume would answer now. `reason`: the code of its refusal; `available`: what can be spent before it."""

    allowed: bool
    requested: int
    available: int
    reason: Literal["insufficient_credits", "top_up_pending", "account_paused", "account_closed"] | None
    pause_reason: str | None
    draws: list[CheckedDraw]


class _Result(_ByUsage, total=False):
    credits: int


class BatchResult(_Result):
    """One item's answer; `code` and `detail` are the refusal's. `credits` and how they were rated: of an item by usage that was burned."""

    idempotency_key: str
    status: Literal["consumed", "replayed", "refused"]
    entry_id: str | None
    code: str | None
    detail: str | None


class BurnedLine(_ByUsage):
    """One line of a batch under one key, in the order sent. The lines sum to what was burned."""

    credits: int
    reference: str | None


class EntryLine(TypedDict):
    """One part of a burn of many lines, and what it drew; lines draw one after the other, in burn order."""

    credits: int
    reference: str | None
    draws: list[Draw]
    metadata: dict[str, str] | None
    rated: list[RatedPart] | None
    rating: Rating | None


class _ByTheirKeys(TypedDict, total=False):
    results: list[BatchResult]
    unit: str


class _UnderOneKey(TypedDict, total=False):
    entry_id: str
    credits: int
    lines: list[BurnedLine]
    draws: list[Draw]
    at: Instant


class ConsumedBatch(_ByTheirKeys, _UnderOneKey):
    """A batch's answer; `available` is what can be spent after it.

    Without the header `Idempotency-Key`: `results` in order, and the `unit` that `available` is of, the items' or the first if they
    differ. With it the batch is one burn: its entry, its `credits` with the `lines` that sum to them, and its `draws`.
    """

    available: int


class Held(_ByUsage):
    """A hold; from `expires_at` on it has lapsed. `rated` and `rating` where it was one by usage."""

    hold_id: str
    credits: int
    expires_at: Instant
    available: int
