"""What is asked of a book, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lotbook.domain.credits.ledger import Draws, Entry, Pointer
from lotbook.domain.credits.lots import LotKind
from lotbook.domain.values import ids

DEFAULT_TTL_SECONDS = 3_600
DIGEST_CHARACTERS = 12  # 72 bits: tells two bodies of one caller apart, and is paid for in every receipt

LotState = Literal["open", "provisional", "frozen"]
BatchStatus = Literal["consumed", "replayed", "refused"]


@dataclass(frozen=True, slots=True)
class BurnRequest:
    """The body of a consume. `credits` is positive; `metadata` is kept, never read."""

    credits: int
    unit: str = "credits"
    reference: str | None = None
    metadata: Mapping[str, str] | None = None
    actor: str = "system"

    @property
    def digest(self) -> str:
        """Equal for equal bodies; the actor is not part of the body."""
        return _digest("consume", self.unit, str(self.credits), self.reference, self.metadata)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """The body of a hold. `ttl_seconds` counts from when the hold is placed; its end is cut to the whole second shown."""

    credits: int
    unit: str = "credits"
    ttl_seconds: int = DEFAULT_TTL_SECONDS
    reference: str | None = None
    actor: str = "system"

    @property
    def digest(self) -> str:
        """Equal for equal bodies."""
        return _digest("hold", self.unit, f"{self.credits}/{self.ttl_seconds}", self.reference, None)


@dataclass(frozen=True, slots=True)
class Burned:
    """A consume's answer; the same for every replay, with `replayed` True."""

    entry_id: str
    credits: int
    draws: Draws
    available: int
    at: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A hold's answer. `hold_id` is the handle for capture and release."""

    hold_id: str
    entry_id: str
    credits: int
    draws: Draws
    expires_at: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A capture's or release's answer."""

    hold_id: str
    captured: int
    released: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant's answer: exactly one lot, however often it is asked."""

    entry_id: str
    lot_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One item of a batch: its own key, its own all or nothing."""

    key: str
    request: BurnRequest


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One item's answer. `code` is the refusal's."""

    key: str
    status: BatchStatus
    entry_id: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """A batch's answer: its items' in order, and what can be spent of `unit` after them."""

    results: tuple[BatchResult, ...]
    unit: str
    available: int


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot as it is shown. `remaining` leaves out what is held."""

    lot_id: str
    unit: str
    kind: LotKind
    granted: int
    remaining: int
    held: int
    effective_at: int
    expires_at: int | None
    state: LotState
    purchase_id: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """One consistent moment of a book. `waiting` are credits of lots that are not effective yet, in none of the others.

    available + held + frozen + waiting - shortfall is the sum of all entries' `credits`.
    """

    account_id: str
    unit: str
    as_of: int
    available: int
    held: int
    frozen: int
    shortfall: int
    waiting: int
    lots: tuple[LotView, ...]  # in burn order, those that live
    dead: tuple[LotView, ...] = ()  # those that holds keep something of: part of `held`, and shown to nobody
    pause_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a statement goes on. `given_back`: burns since undone, `(seq, credits)`, that older entries still count.

    `latest`: the instant of the entry shown last, of which what follows is not shown as later.
    """

    at: Pointer
    given_back: tuple[tuple[int, int], ...] = ()
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Part of a statement, newest first. `next_cursor` is opaque text, None at the end."""

    entries: tuple[Entry, ...]
    next_cursor: str | None


def _digest(kind: str, unit: str, figure: str, reference: str | None, metadata: Mapping[str, str] | None) -> str:
    body = json.dumps([kind, unit, figure, reference, metadata], sort_keys=True)
    return ids.name_of("body", body)[:DIGEST_CHARACTERS]
