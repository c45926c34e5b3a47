"""How the credits of a burn were calculated, as answers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.rated import from_text

if TYPE_CHECKING:
    from lotbook.api.answers.shapes_burning import _ByUsage


def by_usage(rated: str) -> _ByUsage:
    """The calculation that was kept: its parts, and by what they were rated."""
    known = from_text(rated)
    return {
        "rated": [
            {"quantity": line.quantity, "count": line.count, "rate": line.rate, "credits": line.credits}
            for line in known.lines
        ],
        "rating": {
            "action": known.action,
            "policy_version": known.policy_version,
            "exact": known.exact_text,
            "rounding": known.rounding,
            "minimum": known.minimum,
        },
    }
