"""What a check answers; apart from `render.py`, which every burn loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers.render_rated import by_usage

if TYPE_CHECKING:
    from lotbook.api.answers.shapes_burning import Checked as ShownCheck
    from lotbook.domain.credits.checked import Checked


def checked(result: Checked) -> ShownCheck:
    """The answer of a check."""
    shown: ShownCheck = {
        "allowed": result.reason is None,
        "requested": result.requested,
        "available": result.available,
        "reason": result.reason,  # type: ignore[typeddict-item]  # the codes of a consume's refusals
        "pause_reason": result.pause_reason,
        "draws": [{"lot_id": lot_id, "credits": credits} for lot_id, credits in result.draws],
    }
    return shown if result.rated is None else {**shown, **by_usage(result.rated)}
