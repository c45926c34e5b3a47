"""The evidence that answers a chargeback: what was accepted, what was shown, what was delivered, and what was used of it.

Pure assembly of what the purchase and the ledger already say. Nothing here is worked out anew, so it cannot say more
than happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry, EntryKind
    from lotbook.domain.invoices.billing_details import BillingDetails
    from lotbook.domain.sales.purchase import Purchase

USED: frozenset[EntryKind] = frozenset({"consumed", "captured"})
CHANGES: frozenset[EntryKind] = frozenset({"expired", "clawed_back", "adjusted", "frozen", "unfrozen"})


@dataclass(frozen=True, slots=True)
class DeliveredLot:
    """One lot as it was credited. `paid_to_shortfall` of its credits went to what had been used before."""

    lot_id: str
    unit: str
    entry_id: str
    at: int
    credits: int
    paid_to_shortfall: int
    effective_at: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class LotUse:
    """What one operation took of exactly this lot; it may have taken more from others.

    `released`: a hold gave it back, and it went to a shortfall.
    """

    entry_id: str
    at: int
    kind: EntryKind
    credits: int
    reference: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class LotChange:
    """Anything else that happened to the lot: expired, clawed_back, adjusted (given back), frozen, unfrozen."""

    entry_id: str
    at: int
    kind: EntryKind
    credits: int
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class PlanDelivery:
    """The plan as it was delivered, `[at, ends_at)`. `ended`: all its money went back, and the plan with it."""

    plan_id: str
    at: int
    ends_at: int
    ended: bool


@dataclass(frozen=True, slots=True)
class UsePage:
    """Part of the itemized use, newest first. `next_cursor` None: nothing is left out after this."""

    uses: tuple[LotUse, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The whole document. `used` is exact whatever the page shows: delivered - remaining - held - expired - taken back.

    `delivered` has the bought lot first, then its companions in other units, then the lots of the plan's period as far as they
    have come; it is empty before the credits exist. Figures and use are of the bought lot and those of the period together.
    """

    purchase: Purchase
    billing: BillingDetails | None
    delivered: tuple[DeliveredLot, ...]
    remaining: int
    held: int
    used: int
    page: UsePage
    changes: tuple[LotChange, ...]
    at: int
    plan: PlanDelivery | None = None


def deliveries(account_id: str, granted: Iterable[Entry]) -> tuple[DeliveredLot, ...]:
    """The lots of these grants, in their order."""
    return tuple(
        DeliveredLot(
            lot_id=entry.lot.lot_id,
            unit=entry.unit,
            entry_id=entry.id_in(account_id),
            at=entry.at,
            credits=entry.lot.credits,
            paid_to_shortfall=entry.paid,
            effective_at=entry.lot.effective_at,
            expires_at=entry.lot.expires_at,
        )
        for entry in granted
        if entry.lot is not None
    )


def plan_delivery(purchase: Purchase) -> PlanDelivery | None:
    """The plan of a completed purchase, for its term or for the period that was paid; None before, and where none was bought."""
    if purchase.plan is None or purchase.settlement is None or purchase.state not in SETTLED:
        return None
    at = purchase.settlement.at
    span = purchase.period or (at, at + purchase.plan.term_days * DAY)
    return PlanDelivery(purchase.plan.plan_id, *span, purchase.reversal.ends_plan)


def uses_of(account_id: str, lots: Collection[str], entries: Iterable[Entry]) -> tuple[LotUse, ...]:
    """What these entries took of the lots, in their order."""
    found = []
    for entry in entries:
        credits = _taken(lots, entry)
        if credits:
            found.append(LotUse(entry.id_in(account_id), entry.at, entry.kind, credits, entry.reference, entry.actor))
    return tuple(found)


def _taken(lots: Collection[str], entry: Entry) -> int:
    """What an entry took of the lots for good; of a hold's return, what a shortfall took of them (draw by draw, in order)."""
    if entry.kind in USED:
        return sum(draw.credits for draw in entry.draws if draw.lot_id in lots)
    taken, paid = 0, entry.paid if entry.kind == "released" else 0
    for draw in entry.draws if paid else ():
        part = min(paid, draw.credits)
        taken, paid = taken + part * (draw.lot_id in lots), paid - part
    return taken


def changes_of(account_id: str, entries: Iterable[Entry]) -> tuple[LotChange, ...]:
    """What else was journaled about a lot, oldest first."""
    told = [entry for entry in entries if entry.kind in CHANGES and entry.is_shown]
    return tuple(
        LotChange(entry.id_in(account_id), entry.at, entry.kind, credits_moved(entry), entry.reason, entry.reference)
        for entry in sorted(told, key=lambda entry: entry.seq)
    )


def credits_moved(entry: Entry) -> int:
    """The credits that such an entry is about: what it changed, or for a freeze what it set aside."""
    return abs(entry.credits) if entry.credits else sum(draw.credits for draw in entry.draws)


def used_of(granted: int, remaining: int, held: int, entries: Sequence[Entry]) -> int:
    """What was used of a lot, exactly: whatever is not left, held, expired or taken back has been used.

    Credits of the lot that went to an earlier shortfall count as used.
    """
    expired = sum(-entry.credits for entry in entries if entry.kind == "expired")
    taken_back = sum(entry.removed for entry in entries if entry.kind == "clawed_back")
    given_back = sum(entry.credits - entry.paid for entry in entries if entry.kind == "adjusted")
    return granted - remaining - held - expired - taken_back + given_back


def reaches(seq: int, entries: Iterable[Entry]) -> bool:
    """Whether the entry of that number is among these, or older ones are: what is older than a lot's grant cannot have used it."""
    return any(entry.seq <= seq for entry in entries)
