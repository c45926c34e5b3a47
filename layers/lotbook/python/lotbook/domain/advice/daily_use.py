"""What was burned on each of the last days, in the account's own days: for a picture, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry

DAYS = 30
BURNS = ("consumed", "captured")


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """A day `[start, end)`. `used` is None for one of which not every entry was read."""

    start: int
    end: int
    used: int | None


def days_until(at: int, zone: str, count: int = DAYS) -> list[tuple[int, int]]:
    """The last `count` days in that zone, today being the last of them; `[start, end)` each, also where a clock changes."""
    today = instants.to_datetime(at).astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [instants.from_datetime(today + timedelta(days=day)) for day in range(1 - count, 2)]
    return list(pairwise(starts))


def used_by_day(entries: Sequence[Entry], days: Sequence[tuple[int, int]], *, is_whole: bool) -> list[DayOfUse]:
    """`entries` come newest first. Not whole: there are older ones, so the day of the last one, and all before it, are not known."""
    known_from = 0 if is_whole or not entries else entries[-1].at
    found = []
    for start, end in days:
        burned = sum(-entry.credits for entry in entries if entry.kind in BURNS and start <= entry.at < end)
        found.append(DayOfUse(start, end, burned if start > known_from or is_whole else None))
    return found


def used_since(entries: Sequence[Entry], since: int, *, reaches_back: bool) -> int | None:
    """What was burned from an instant on; None where older entries could belong to it. `reaches_back`: there are no older ones."""
    if not reaches_back and not (entries and entries[-1].at < since):
        return None
    return sum(-entry.credits for entry in entries if entry.kind in BURNS and entry.at >= since)
