"""Decimals as text: one grammar for all that people and programs write, and one way to count their digits.

Python's own reader takes more (`1_000`, ` 1`, digits of other scripts, `+1`, `1.`, `1e3`); what is written here has one form,
which every other language reads, too.
"""

from __future__ import annotations

import re
from decimal import Decimal

MAX_WHOLE_DIGITS = 13
MAX_DECIMALS = 12
RATE_DECIMALS = 6  # of a tax or a surcharge: 8.875 % has five
GRAMMAR = re.compile(rf"-?(0|[1-9][0-9]{{0,{MAX_WHOLE_DIGITS - 1}}})(\.[0-9]{{1,{MAX_DECIMALS}}})?")
FORM = f'a decimal in quotes, for example "0.0009": digits, at most {MAX_DECIMALS} of them after one point'


def is_decimal(text: str) -> bool:
    """Whether the text is a decimal of the grammar."""
    return GRAMMAR.fullmatch(text) is not None


def decimals_of(number: Decimal) -> int:
    """How many digits stand after the point, as it is written: 2 for `1.50`, 0 for `200`. The number is finite."""
    return max(0, -int(number.as_tuple().exponent))


def fits(number: Decimal, most_decimals: int = MAX_DECIMALS) -> bool:
    """Whether the number has at most so many decimals, and no more digits before the point than any field can mean."""
    return decimals_of(number) <= most_decimals and number.adjusted() < MAX_WHOLE_DIGITS
