"""What a burn was rated at: an action, what was counted of it, and the rates of that moment. Exact: fractions in, one rounding out.

The calculation travels with the burn as one short text, in its receipt and in its entry. So it is the same bytes whoever writes the
entry, and says the same however often the policy changes afterwards (decisions/0146).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

Rounding = Literal["half_up", "up", "down"]
HALF = Fraction(1, 2)
_ROUNDED: Mapping[str, Callable[[Fraction], int]] = {
    "half_up": lambda exact: math.floor(exact + HALF),
    "up": math.ceil,
    "down": math.floor,
}
DECIMALS = 12  # of a rate at most, so of every exact amount


@dataclass(frozen=True, slots=True)
class CountedUsage:
    """What a caller counted: `{"input_token": 100}` of one action. Counts are 0 or more."""

    action: str
    quantities: Mapping[str, int]

    def canonical(self) -> list[object]:
        """Equal for equal usage, in whatever order it was written."""
        return [self.action, sorted(self.quantities.items())]


@dataclass(frozen=True, slots=True)
class RatedLine:
    """`count` of a quantity at its rate; None is the flat part. Whole credits: the lines of a rating sum to its credits."""

    quantity: str | None
    count: int
    rate: str
    credits: int


@dataclass(frozen=True, slots=True)
class Rating:
    """One calculation. `counted`: quantity (None: flat), how many, credits for one as a decimal in plain digits."""

    action: str
    policy_version: int
    rounding: Rounding
    minimum: int
    counted: tuple[tuple[str | None, int, str], ...]

    @property
    def exact(self) -> Fraction:
        """What it comes to before anything is rounded."""
        return sum((count * Fraction(rate) for _, count, rate in self.counted), Fraction(0))

    @property
    def credits(self) -> int:
        """Rounded once; the minimum counts only where the action costs anything at all (DF-26)."""
        return max(self.minimum, _ROUNDED[self.rounding](self.exact)) if self.exact else 0

    @property
    def exact_text(self) -> str:
        """`exact` in plain digits, without trailing zeros."""
        whole, parts = divmod(int(self.exact * 10**DECIMALS), 10**DECIMALS)
        return f"{whole}.{parts:0{DECIMALS}}".rstrip("0").rstrip(".")

    @property
    def lines(self) -> tuple[RatedLine, ...]:
        """The credits of each part: cut to whole ones, and what is left over to those that lost most by it, the first of them first."""
        exact = [count * Fraction(rate) for _, count, rate in self.counted]
        shares = [math.floor(part) for part in exact]
        costing = sorted((place for place, part in enumerate(exact) if part), key=lambda at: shares[at] - exact[at])
        over, more = divmod(self.credits - sum(shares), len(costing)) if costing else (0, 0)
        for rank, place in enumerate(costing):
            shares[place] += over + (rank < more)
        return tuple(RatedLine(*part, share) for part, share in zip(self.counted, shares, strict=True))

    def to_text(self) -> str:
        """The calculation as it is kept."""
        parts = [self.action, self.policy_version, self.rounding, self.minimum, self.counted]
        return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def from_text(text: str) -> Rating:
    """The calculation that was kept."""
    action, version, rounding, minimum, counted = json.loads(text)
    return Rating(action, version, rounding, minimum, tuple((name, count, rate) for name, count, rate in counted))
