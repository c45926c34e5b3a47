"""Billing periods: whole intervals counted from the anchor, so that the 31st comes back after a short month."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from local.stripe_stand_in.store import Doc


def boundary(anchor: int, recurring: Doc, cycles: int) -> int:
    """The instant (seconds) that lies `cycles` intervals after the anchor."""
    count = recurring["interval_count"] * cycles
    start = datetime.fromtimestamp(anchor, UTC)
    if recurring["interval"] in ("day", "week"):
        days = count * (7 if recurring["interval"] == "week" else 1)
        return int((start + timedelta(days=days)).timestamp())
    months = start.year * 12 + start.month - 1 + count * (12 if recurring["interval"] == "year" else 1)
    year, month = divmod(months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
