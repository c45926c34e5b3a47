"""When credits run low: thresholds of the policy (MK-44), and nothing left. Said once a crossing, never again (D34).

A latch remembers, for one account and unit, what 100 % is and which levels have been said. It only moves forward along the
ledger's numbers, so entries that are delivered again change nothing. A level is armed again when credits rise above it:
at once when they were granted, after COOLDOWN when they only came back (a released hold), so that holds that come
and go around a level ring once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lotbook.domain.credits.ledger import VOID_CLAIM
from lotbook.domain.news.announcements import Announcement, make
from lotbook.domain.plans.plan_move import CONVERTED, PLAN_CHANGE
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.ledger import Entry

EXHAUSTED = 100  # per cent used: the level that every policy has
COOLDOWN = instants.DAY
BOUGHT = frozenset({"plan", "purchased"})  # what a threshold in per cent is of; free credits do not count (MK-44)
_TAKES = frozenset({"consumed", "held", "expired", "clawed_back", "frozen", "noted"})
# Why credits are taken whose place others take, or that were only lent: nobody has used anything up.
OF_OURS = frozenset({PLAN_CHANGE, CONVERTED, VOID_CLAIM})


@dataclass(frozen=True, slots=True)
class Said:
    """A level that the entry `seq` crossed at `at`; `armed_by` is the entry that had armed it, 0 the account's beginning."""

    at: int
    seq: int
    armed_by: int


NEVER_FILLED = Said(at=0, seq=0, armed_by=0)  # an account that never had credits has not run out of them


@dataclass(frozen=True, slots=True)
class Latch:
    """What was said about one account's unit, up to the ledger number `seq`. `version` moves with every write."""

    seq: int = 0
    base: int = 0  # what was available right after bought credits last came in: 100 %
    base_seq: int = 0  # the grant that brought them
    said: Mapping[int, Said] = field(default_factory=lambda: {EXHAUSTED: NEVER_FILLED})
    armed_by: Mapping[int, int] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A level that an entry went through, downwards."""

    level: int
    entry: Entry
    base: int
    armed_by: int

    @property
    def by_expiry(self) -> bool:
        """Whether credits were not used but died: a renewal may already be bringing the next ones."""
        return self.entry.kind == "expired"


def follow(
    latch: Latch, entries: Iterable[Entry], levels: Iterable[int], *, but_expiries: bool = False
) -> tuple[Latch, tuple[Crossing, ...]]:
    """The latch after these entries, and the levels that they crossed. Entries up to `latch.seq` were followed before.

    `levels` are per cent used; EXHAUSTED is always among them. `but_expiries`: an expiry crosses nothing, because more
    credits are due at the same instant. What is taken for a change of plan, or of a loan, crosses nothing. A grant that comes late still counts, for it moves 100 % and arms.
    """
    crossed: list[Crossing] = []
    watched = sorted({*levels, EXHAUSTED})
    for entry in sorted(entries, key=lambda entry: entry.seq):
        latch = _rebased(latch, entry)
        latch = _armed(latch, entry)
        if entry.seq <= latch.seq:
            continue
        if _counts(entry) and not (but_expiries and entry.kind == "expired"):
            reached = [level for level in watched if is_reached(level, entry.available_after, latch.base)]
            fresh = [
                Crossing(level, entry, latch.base, latch.armed_by.get(level, 0))
                for level in reached
                if level not in latch.said
            ]
            said = {crossing.level: Said(entry.at, entry.seq, crossing.armed_by) for crossing in fresh}
            latch = replace(latch, said={**latch.said, **said})
            crossed += fresh
        latch = replace(latch, seq=entry.seq)
    return latch, tuple(crossed)


def _counts(entry: Entry) -> bool:
    return entry.kind in _TAKES and not (entry.kind == "clawed_back" and entry.reason in OF_OURS)


def is_reached(level: int, available: int, base: int) -> bool:
    """Whether at least `level` per cent of `base` are used. Without a base only EXHAUSTED can be reached."""
    if level >= EXHAUSTED:
        return available <= 0
    return base > 0 and available * 100 <= base * (100 - level)


def has_news(before: Latch, after: Latch) -> bool:
    """Whether a latch must be written: not merely because the ledger went on."""
    return (before.base, before.said, before.armed_by) != (after.base, after.said, after.armed_by)


def told(account_id: str, crossing: Crossing) -> Announcement:
    """The event of a crossing. Its id names the level and what had armed it: one event a crossing, whoever saw it."""
    entry, level = crossing.entry, crossing.level
    detail = {"unit": entry.unit, "available": entry.available_after, "seq": entry.seq}
    if level >= EXHAUSTED:
        return make("credits.exhausted", entry.at, account_id, detail, entry.unit, crossing.armed_by)
    detail |= {"used_percent": level, "of_credits": crossing.base}
    return make("credits.low", entry.at, account_id, detail, entry.unit, level, crossing.armed_by)


def _rebased(latch: Latch, entry: Entry) -> Latch:
    bought = entry.kind == "granted" and entry.lot is not None and entry.lot.kind in BOUGHT
    if not bought or entry.seq <= latch.base_seq:
        return latch
    return replace(latch, base=entry.available_after, base_seq=entry.seq)


def _armed(latch: Latch, entry: Entry) -> Latch:
    """Levels that were said before this entry and that credits are above again with it may be said again."""
    above = {
        level: mark
        for level, mark in latch.said.items()
        if mark.seq < entry.seq
        and not is_reached(level, entry.available_after, latch.base)
        and (entry.kind == "granted" or (entry.seq > latch.seq and entry.at - mark.at >= COOLDOWN))
    }
    if not above:
        return latch
    said = {level: mark for level, mark in latch.said.items() if level not in above}
    return replace(latch, said=said, armed_by={**latch.armed_by, **dict.fromkeys(above, entry.seq)})
