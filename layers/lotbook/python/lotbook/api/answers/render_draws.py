"""Draws as answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.api.answers import shapes_burning
    from lotbook.domain.credits.ledger import Draw


def draws(drawn: Sequence[Draw]) -> list[shapes_burning.Draw]:
    """Draws in burn order."""
    return [{"lot_id": draw.lot_id, "credits": draw.credits} for draw in drawn]
