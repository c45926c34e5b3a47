"""Calendar arithmetic in an account's time zone, with an anchor that months do not wear down (X-01, X-02, D22, D23)."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from lotbook.domain.values import instants

MONTHS_A_YEAR = 12
KEPT_MONTHS = 1_024  # results: whoever looks at an account asks for the same few months of its anchor over and over


@lru_cache(KEPT_MONTHS)
def add_months(anchor: int, months: int, zone: str = "UTC") -> int:
    """The instant `months` calendar months after `anchor`, same local day and time; short months clamp the day.

    Count from the anchor each time (31 Jan -> 28 Feb -> 31 Mar), never from the previous result. A local time that a
    clock change skips moves forward by the gap; one that happens twice means the first.
    """
    local = instants.to_datetime(anchor).astimezone(ZoneInfo(zone))
    index = local.year * MONTHS_A_YEAR + local.month - 1 + months
    year, month = index // MONTHS_A_YEAR, index % MONTHS_A_YEAR + 1
    day = min(local.day, monthrange(year, month)[1])
    return instants.from_datetime(_resolve(local.replace(year=year, month=month, day=day, fold=0)))


def period_at(anchor: int, at: int, months: int, zone: str = "UTC") -> tuple[int, int]:
    """The half-open period `[start, end)` of `months` months, counted from `anchor`, that holds `at` (`at >= anchor`)."""
    index = period_index(anchor, at, months, zone)
    return add_months(anchor, index * months, zone), add_months(anchor, (index + 1) * months, zone)


def period_index(anchor: int, at: int, months: int, zone: str = "UTC") -> int:
    """How many whole periods of `months` months lie between `anchor` and `at`; raises ValueError before the anchor."""
    if at < anchor:
        raise ValueError("an instant before the anchor is in no period")
    start, end = instants.to_datetime(anchor), instants.to_datetime(at)
    guess = ((end.year - start.year) * MONTHS_A_YEAR + end.month - start.month) // months
    # The guess is off by at most one: the anchor's day and the zone decide.
    while add_months(anchor, guess * months, zone) > at:
        guess -= 1
    while add_months(anchor, (guess + 1) * months, zone) <= at:
        guess += 1
    return guess


def _resolve(local: datetime) -> datetime:
    """Normalize a local time that a clock change skipped: going through UTC applies the offset before the gap."""
    return local.astimezone(UTC)
