"""Months of the books: calendar months in UTC, half-open, as texts such as `2026-11`, which sort by time (decision 165)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from lotbook.domain.values import instants
from lotbook.domain.values.calendar import add_months

CLOSES_AFTER = 3 * instants.DAY  # past its end: what was journaled late is in the books by then
KEPT_DAYS = 1_024  # results: a ledger asks for the same few days over and over
MAX_MONTHS = 1_200  # of one account: a century
FORM = "a month such as 2026-11"
_GRAMMAR = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")
_YEAR_CHARACTERS = 4


def is_month(text: str) -> bool:
    """Whether a text names a month."""
    return _GRAMMAR.fullmatch(text) is not None


def month_of(at: int) -> str:
    """The month that holds the instant."""
    return _month_of_day(at // instants.DAY)


@lru_cache(KEPT_DAYS)
def _month_of_day(day: int) -> str:
    return f"{instants.to_datetime(day * instants.DAY):%Y-%m}"


def begin(month: str) -> int:
    """Its first instant."""
    year, number = int(month[:_YEAR_CHARACTERS]), int(month[_YEAR_CHARACTERS + 1 :])
    return instants.from_datetime(datetime(year, number, 1, tzinfo=UTC))


def end(month: str) -> int:
    """The first instant that is not its own any more."""
    return add_months(begin(month), 1)


def after(month: str) -> str:
    """The next one."""
    return month_of(end(month))


def months(first: str, last: str) -> tuple[str, ...]:
    """All from the first to the last, both included; none where the first is later."""
    found, month = list[str](), first
    while month <= last and len(found) < MAX_MONTHS:
        found.append(month)
        month = after(month)
    return tuple(found)


def is_over(month: str, at: int) -> bool:
    """Whether it may be closed at the instant."""
    return end(month) + CLOSES_AFTER <= at
