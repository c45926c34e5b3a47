"""What Lotbook answers: statement. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lotbook_client.answers import Answer, KeyedAnswer
from lotbook_client.models.shared import Draw, RatedPart, Rating

EntryKind = Literal[
    "granted",
    "consumed",
    "held",
    "captured",
    "released",
    "expired",
    "clawed_back",
    "frozen",
    "unfrozen",
    "adjusted",
]
LotKind = Literal[
    "free",
    "plan",
    "purchased",
    "promotional",
]
LotState = Literal[
    "open",
    "provisional",
    "frozen",
]
OneLotKind = Literal[
    "free",
    "plan",
    "purchased",
    "promotional",
]
OneLotState = Literal[
    "open",
    "provisional",
    "frozen",
    "used_up",
    "expired",
    "void",
]


@dataclass(frozen=True, kw_only=True)
class Balance(Answer):
    """One consistent moment; `lots` in burn order.

    available + held + frozen + waiting - shortfall is the sum of all entries. `waiting` are credits of lots that are
    not effective yet.
    """

    account_id: str
    unit: str
    as_of: datetime
    available: int
    held: int
    frozen: int
    waiting: int
    shortfall: int
    lots: list[Lot]


@dataclass(frozen=True, kw_only=True)
class Entries(Answer):
    """A page of the statement, newest first."""

    entries: list[Entry]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Entry(Answer):
    """One line of the statement; `credits` is the signed change of what the account owns.

    `reason` is why it was made, as a grant or a correction said; `metadata` is what a consume or a grant said. `rated`
    and `rating` are how the credits were calculated, where they were burned or held by usage. `lines` are the parts of
    a batch under one key. `hold_id` names the hold that the entry placed or ended.
    """

    entry_id: str
    at: datetime
    kind: EntryKind | str
    unit: str
    credits: int
    draws: list[Draw]
    available_after: int
    reference: str | None
    actor: str
    purchase_id: str | None
    reason: str | None
    metadata: dict[str, str] | None
    rated: list[RatedPart] | None
    rating: Rating | None
    lines: list[EntryLine] | None
    hold_id: str | None


@dataclass(frozen=True, kw_only=True)
class EntryLine(Answer):
    """One part of a burn of many lines, and what it drew; lines draw one after the other, in burn order."""

    credits: int
    reference: str | None
    draws: list[Draw]
    metadata: dict[str, str] | None
    rated: list[RatedPart] | None
    rating: Rating | None


@dataclass(frozen=True, kw_only=True)
class Granted(KeyedAnswer):
    """A grant, with the times at which its credits can be burned."""

    lot_id: str
    entry_id: str
    effective_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Lot(Answer):
    """A lot; `remaining` leaves out what is held."""

    lot_id: str
    unit: str
    kind: LotKind | str
    granted: int
    remaining: int
    held: int
    effective_at: datetime
    expires_at: datetime | None
    state: LotState | str
    purchase_id: str | None


@dataclass(frozen=True, kw_only=True)
class OneLot(Answer):
    """A lot with all that became of its credits: granted = remaining + held + used + expired + taken_back.

    `used` was burned, or paid a shortfall; `taken_back`: for a refund or a dispute, for another plan, or by a void.
    """

    lot_id: str
    unit: str
    kind: OneLotKind | str
    granted: int
    remaining: int
    held: int
    used: int
    expired: int
    taken_back: int
    granted_at: datetime
    effective_at: datetime
    expires_at: datetime | None
    state: OneLotState | str
    purchase_id: str | None
    reason: str | None
    metadata: dict[str, str] | None
    actor: str


@dataclass(frozen=True, kw_only=True)
class Voided(KeyedAnswer):
    """What was taken back; at most what was asked for, and never what was burned or is held."""

    entry_id: str
    credits: int
