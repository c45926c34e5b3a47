"""Instants: integers in milliseconds since 1970 UTC inside the code, RFC 3339 UTC with seconds at the edges (X-01)."""

from __future__ import annotations

from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# 9999-12-31T23:59:59Z: later than every instant that a calendar can name; stands for "never" where a number is needed.
FAR_FUTURE = 253_402_300_799_000


def to_text(at: int) -> str:
    """Render milliseconds as `2026-01-31T00:00:00Z`; parts of a second are cut."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_optional_text(at: int | None) -> str | None:
    """Render an instant that may be absent."""
    return None if at is None else to_text(at)


def from_optional_text(text: str | None) -> int | None:
    """Read an instant that may be absent; raises ValueError as `from_text`."""
    return None if text is None else from_text(text)


def from_text(text: str) -> int:
    """Read an RFC 3339 instant that names its offset; raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset, for example 2026-01-31T00:00:00Z")
    try:
        return from_datetime(moment)
    except OverflowError:  # an offset that leads out of the calendar's years
        raise ValueError("an instant lies between the years 1 and 9999") from None


def from_datetime(moment: datetime) -> int:
    """Milliseconds of an aware datetime."""
    whole = moment.astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * SECOND + whole.microsecond // 1_000


def to_datetime(at: int) -> datetime:
    """An aware UTC datetime of an instant in milliseconds."""
    return datetime.fromtimestamp(at // SECOND, UTC).replace(microsecond=at % SECOND * 1_000)


def cut_to_second(at: int) -> int:
    """The whole second at or before `at`: lots are dated in whole seconds, so what is shown is what counts."""
    return at // SECOND * SECOND
