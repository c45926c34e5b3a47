"""The history of automatic purchase, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.api.answers import shapes_auto
    from lotbook.domain.sales.auto_history import AutoEvent


def history(events: Iterable[AutoEvent], next_cursor: str | None) -> shapes_auto.AutoTopUpHistory:
    """One page."""
    return {"events": [_event(each) for each in events], "next_cursor": next_cursor}


def _event(event: AutoEvent) -> shapes_auto.AutoEvent:
    return {
        "at": to_text(event.at),
        "outcome": event.outcome,
        "reason": event.reason,
        "purchase_id": event.purchase_id,
        "credits": event.credits,
        "amount_minor": event.amount_minor,
    }
