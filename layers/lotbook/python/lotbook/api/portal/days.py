"""Days in addresses (`2026-01-31`), in the account's own time zone. What is no day is none: a filter that nobody can read filters nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lotbook.domain.values.instants import from_datetime, to_datetime

FIRST, LAST = date(2000, 1, 1), date(9998, 12, 31)  # days of which every instant can be told


def day_of(text: str | None) -> date | None:
    """The day that was typed."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


def start_of(day: date, zone: str) -> int:
    """Its first instant."""
    return from_datetime(datetime.combine(day, time(), ZoneInfo(zone)))


def end_of(day: date, zone: str) -> int:
    """The first instant after it."""
    return start_of(day + timedelta(days=1), zone)


def day_at(at: int, zone: str) -> date:
    """The day of an instant."""
    return to_datetime(at).astimezone(ZoneInfo(zone)).date()
