"""What callers ask of the credits room, and what it answers them: burns, holds, batches, balances, pages of entries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from lotbook.domain.credits.book import Memo
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS, NOTED, Draws, body_digest
from lotbook.domain.credits.lots import LotKind
from lotbook.domain.values import ids
from lotbook.domain.values.instants import SECOND, cut_to_second
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.rated import CountedUsage

DEFAULT_TTL_SECONDS = 3_600

LotState = Literal["open", "provisional", "frozen"]
BatchStatus = Literal["consumed", "replayed", "refused"]


@dataclass(frozen=True, slots=True)
class BurnRequest:
    """The body of a consume. `credits` is positive; with `usage` it is what that was `rated` at. `metadata` is kept beside the entry, which its digest tells."""

    credits: int
    unit: str = "credits"
    reference: str | None = None
    metadata: Mapping[str, str] | None = None
    actor: str = "system"
    usage: CountedUsage | None = None
    rated: str | None = None

    @property
    def digest(self) -> str:
        """Equal for equal bodies; the actor is not part of the body. One with metadata is marked, so that readers look."""
        return self._body_digest() + (NOTED if self.metadata else "")

    def _body_digest(self) -> str:
        metadata = None if self.metadata is None else dict(self.metadata)
        return body_digest("consume", **_amount(self), reference=self.reference, metadata=metadata)

    def has_digest(self, digest: str) -> bool:
        """Whether the digest is of this body, also one that was written before digests had marks or named fields."""
        if digest == self.digest:
            return True
        old = ["consume", self.unit, str(self.credits), self.reference, self.metadata]
        return digest in (self._body_digest(), _old_digest(old))

    def memo(self, at: int) -> Memo:
        """What the burn writes about itself."""
        return Memo("consume", self.credits, at, self.actor, self.digest, self.reference, rated=self.rated)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """The body of a hold. `ttl_seconds` counts from when the hold is placed; its end is cut to the whole second shown."""

    credits: int
    unit: str = "credits"
    ttl_seconds: int = DEFAULT_TTL_SECONDS
    reference: str | None = None
    actor: str = "system"
    usage: CountedUsage | None = None
    rated: str | None = None

    @property
    def digest(self) -> str:
        """Equal for equal bodies."""
        return body_digest("hold", **_amount(self), ttl_seconds=self.ttl_seconds, reference=self.reference)

    def has_digest(self, digest: str) -> bool:
        """As of a consume."""
        old = ["hold", self.unit, f"{self.credits}/{self.ttl_seconds}", self.reference, None]
        return digest == self.digest or digest == _old_digest(old)

    def memo(self, at: int) -> Memo:
        """What the burn writes about itself; `due` is when the hold lapses."""
        due = cut_to_second(at + self.ttl_seconds * SECOND)
        return Memo("hold", self.credits, at, self.actor, self.digest, self.reference, due, rated=self.rated)


@dataclass(frozen=True, slots=True)
class ResolveHold:
    """What is asked of a hold: to capture `credits` of it, 0 to all of them, or with None to release it."""

    hold_id: str
    key: str
    credits: int | None
    actor: str = "system"

    @property
    def digest(self) -> str:
        """Equal for equal requests; the actor is not part of it."""
        return ids.fingerprint(ids.canonical(kind="resolve", hold_id=self.hold_id, credits=self.credits))

    def has_digest(self, digest: str) -> bool:
        """As of a consume."""
        old = ids.fingerprint("close", self.hold_id, "release" if self.credits is None else str(self.credits))
        return digest == self.digest or digest == old

    def memo(self, hold: str, at: int) -> Memo:
        """What the resolution of the hold with this ledger name writes about itself.

        Its digest has two halves: the key's tells a replay from another caller, the body's a replay from a key that was
        reused. Both have all the fields that there are, so they are names of their parts.
        """
        by = "release" if self.credits is None else "capture"
        credits = self.credits or 0
        digest = ids.name_of(self.key)[:DIGEST_CHARACTERS] + ids.name_of(by, str(credits))[:DIGEST_CHARACTERS]
        return Memo("resolve", credits, at, self.actor, digest, hold=hold, by=by)


@dataclass(frozen=True, slots=True)
class Burned:
    """A consume's answer; the same for every replay, with `replayed` True."""

    entry_id: str
    credits: int
    draws: Draws
    available: int
    at: int
    replayed: bool = False
    rated: str | None = None


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
    rated: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A capture's or release's answer."""

    hold_id: str
    captured: int
    released: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One item of a batch: its own key, its own all or nothing."""

    key: str
    request: BurnRequest


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One item's answer. `code` and `detail` are the refusal's."""

    key: str
    status: BatchStatus
    entry_id: str | None
    code: str | None
    detail: str | None = None
    is_of_unknown_unit: bool = False
    credits: int | None = None  # of one by usage that was burned
    rated: str | None = None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """A batch's answer: its items' in order, and what can be spent of `unit` after them."""

    results: tuple[BatchResult, ...]
    unit: str
    available: int

    @property
    def has_unknown_unit(self) -> bool:
        """Whether an item was refused since the account has no such unit."""
        return any(result.is_of_unknown_unit for result in self.results)


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


def _amount(asked: BurnRequest | HoldRequest) -> dict[str, object]:
    """How much, as the body says it: the same usage is the same body, whatever it was rated at."""
    if asked.usage is None:
        return {"unit": asked.unit, "credits": asked.credits}
    return {"unit": asked.unit, "usage": asked.usage.canonical()}


def _old_digest(parts: Sequence[object]) -> str:
    return ids.name_of("body", json.dumps(parts, sort_keys=True))[:DIGEST_CHARACTERS]
