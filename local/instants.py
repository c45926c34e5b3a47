"""Instants as people write them in commands: a date or RFC 3339, UTC where it names no offset."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from lotbook.domain.values.instants import from_datetime

FIRST_YEAR = 1970


def instant(text: str) -> int:
    """Milliseconds, for argparse. Raises ArgumentTypeError for what is no date or instant."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.year < FIRST_YEAR:
            raise ValueError(text)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date or instant, such as 2026-01-31") from None
