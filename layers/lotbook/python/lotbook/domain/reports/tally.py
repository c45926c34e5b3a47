"""What became of each lot that may have been paid for, in credits by month: whole numbers that only add up.

So it does not matter in how many pieces a ledger is read: a tally is a function of the entries that it has seen. It knows no
money; `amounts.py` works that out, of what was paid and what is said here. Free and promotional lots are not in it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import CHAIN_END, Entry, Pointer
from lotbook.domain.plans.plan_move import PLAN_CHANGE
from lotbook.domain.reports.months import after, month_of
from lotbook.domain.values.light_dataclasses import dataclass, field

PAID_KINDS = frozenset({"plan", "purchased"})
# What became of credits. `TO_LOT` and `TO_SALE` begin the names of where they went on.
USED, EXPIRED, VOIDED, FORFEITED, TAKEN = "used", "expired", "voided", "forfeited", "taken"
TO_LOT, TO_SALE = "lot:", "sale:"


@dataclass(slots=True)
class LotTally:
    """One lot as it was granted; `moves`: credits by month and what became of them. Negative ones came back."""

    kind: str
    credits: int
    effective_at: int
    granted: str  # the month
    purchase_id: str | None = None
    last_move: str = ""  # where a change of plan took credits of it, the last time
    moves: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, month: str, what: str, credits: int) -> None:
        """So many more."""
        if credits:
            self.moves[month, what] = self.moves.get((month, what), 0) + credits


@dataclass(slots=True)
class Tally:
    """One book's. `at`: the newest link that it has seen; a gap's name is empty. `last_at`: the latest instant of any entry."""

    at: Pointer = CHAIN_END
    last_at: int = 0
    lots: dict[str, LotTally] = field(default_factory=dict)

    def take(self, entry: Entry, closed: Mapping[str, int]) -> None:
        """One more entry. `closed`: up to which number of the chain each closed month has its entries.

        An entry that was journaled after its month was closed counts in the first month that was open then.
        """
        self.last_at = max(self.last_at, entry.at)
        month = month_of(entry.at)
        while entry.seq > closed.get(month, entry.seq):
            month = after(month)
        lot = entry.lot
        if lot is not None and entry.kind == "granted" and lot.kind in PAID_KINDS:
            self.lots[lot.lot_id] = LotTally(lot.kind, lot.credits, lot.effective_at, month, lot.purchase_id)
        for lot_id, what, credits in moved(entry):
            known = self.lots.get(lot_id)
            if known is None:
                continue
            if what == PLAN_CHANGE:  # a change of plan gives back what it took
                what = known.last_move or FORFEITED
            elif entry.reason == PLAN_CHANGE:
                known.last_move = what
            known.add(month, what, credits)


def moved(entry: Entry) -> Iterator[tuple[str, str, int]]:
    """`(lot, what, credits)` that left a lot for good with the entry; negative where they came back.

    What is held is still owed. What pays a shortfall was used: the account has had it, and the money that was once paid for it
    went back.
    """
    if entry.kind in ("consumed", "captured"):
        yield from ((draw.lot_id, USED, draw.credits) for draw in entry.draws)
    elif entry.kind in ("granted", "released"):
        yield from ((lot_id, USED, paid) for lot_id, paid, _ in _paying(entry) if paid)
    elif entry.kind == "expired":
        yield from ((draw.lot_id, EXPIRED, draw.credits) for draw in entry.draws)
    elif entry.kind == "clawed_back":
        yield from ((draw.lot_id, _taken_as(entry), draw.credits) for draw in entry.draws)
    elif ledger.is_voiding(entry.name):
        yield from ((draw.lot_id, VOIDED, draw.credits) for draw in entry.draws)
    elif entry.kind == "adjusted":
        what = PLAN_CHANGE if entry.reason == PLAN_CHANGE else TAKEN
        yield from ((lot_id, what, -rest) for lot_id, _, rest in _paying(entry))


def _taken_as(entry: Entry) -> str:
    """Converted credits go to the purchase that they were money for, carried ones to the lot in which they go on."""
    if ledger.is_conversion(entry.name):
        return TO_SALE + entry.name.partition(ledger.CONVERTED_CLAIM)[2]
    if entry.reason != PLAN_CHANGE:
        return TAKEN
    return TO_LOT + entry.reference if entry.reference else FORFEITED


def _paying(entry: Entry) -> Iterator[tuple[str, int, int]]:
    """By draw: what pays the shortfall, and the rest. The first credits in burn order pay it."""
    paid = entry.paid
    for draw in entry.draws:
        part = min(paid, draw.credits)
        paid -= part
        yield draw.lot_id, part, draw.credits - part


@dataclass(slots=True)
class Read:
    """How far an account's ledgers have been read: tallies by unit; and by closed month, up to where it counts, by unit."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    closed: dict[str, dict[str, int]] = field(default_factory=dict)

    def closed_of(self, unit: str) -> dict[str, int]:
        """Up to which number of the unit's chain each closed month counts."""
        return {month: through[unit] for month, through in self.closed.items() if unit in through}

    @property
    def lots(self) -> dict[str, LotTally]:
        """Of all units; an id names one lot."""
        return {lot_id: lot for tally in self.tallies.values() for lot_id, lot in tally.lots.items()}


# --- as bytes ---------------------------------------------------------------------------------------------------------


def read_bytes(read: Read) -> bytes:
    """The same bytes for the same content, in however many pieces it was read."""
    units = {
        unit: [
            [tally.at.name, tally.at.seq],
            tally.last_at,
            {lot_id: _lot_values(lot) for lot_id, lot in tally.lots.items()},
        ]
        for unit, tally in read.tallies.items()
    }
    values = {"units": units, "closed": read.closed}
    return zlib.compress(json.dumps(values, sort_keys=True, separators=(",", ":")).encode(), 6)


def read_of(content: bytes) -> Read:
    """Raises ValueError, TypeError, KeyError or zlib.error for what `read_bytes` has not written."""
    values = json.loads(zlib.decompress(content))
    units = values["units"].items()
    tallies = {
        unit: Tally(Pointer(*at), last_at, {name: _lot_of(lot) for name, lot in lots.items()})
        for unit, (at, last_at, lots) in units
    }
    return Read(tallies, values["closed"])


def _lot_values(lot: LotTally) -> list[Any]:
    moves = [[month, what, credits] for (month, what), credits in sorted(lot.moves.items())]
    return [lot.kind, lot.credits, lot.effective_at, lot.granted, lot.purchase_id, lot.last_move, moves]


def _lot_of(values: list[Any]) -> LotTally:
    kind, credits, effective_at, granted, purchase_id, last_move, moves = values
    by_month = {(month, what): number for month, what, number in moves}
    return LotTally(kind, credits, effective_at, granted, purchase_id, last_move, by_month)
