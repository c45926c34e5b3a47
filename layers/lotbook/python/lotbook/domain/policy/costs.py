"""What an action burns, by the policy's cost table (NP-58, DF-24..27). Decimals in, one rounding, an integer out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from lotbook.domain.policy.document import Cost

_ROUNDING = {"half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}


def credits_for(cost: Cost, counted: Mapping[str, int]) -> int:
    """Credits for one action of which so many were counted (`{"input_token": 100}`).

    `min` counts only where the action costs anything at all. Raises KeyError for something the cost does not price.
    """
    exact = cost.flat + sum((cost.rates[name] * count for name, count in counted.items()), Decimal(0))
    if not exact:
        return 0
    return max(cost.min, int(exact.quantize(Decimal(1), rounding=_ROUNDING[cost.rounding])))
