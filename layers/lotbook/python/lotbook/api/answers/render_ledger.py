"""One hold, one lot, a void -> the contract's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers import render
from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from lotbook.api.answers import shapes_ledger
    from lotbook.domain.credits.views import HoldView, OneLot
    from lotbook.usecases.credits.read_holds import HoldPage
    from lotbook.usecases.credits.void_lot import Voided


def hold(view: HoldView) -> shapes_ledger.Hold:
    """One hold, with how it was calculated where it was one by usage."""
    calculation = render.by_usage(view.rated)
    return {
        "hold_id": view.hold_id,
        "entry_id": view.entry_id,
        "unit": view.unit,
        "state": view.state,
        "credits": view.credits,
        "captured": view.captured,
        "released": view.released,
        "draws": render.draws(view.draws),
        "placed_at": to_text(view.placed_at),
        "expires_at": to_text(view.expires_at),
        "closed_at": to_optional_text(view.closed_at),
        "reference": view.reference,
        "actor": view.actor,
        "rated": calculation.get("rated"),
        "rating": calculation.get("rating"),
    }


def holds(page: HoldPage, next_cursor: str | None) -> shapes_ledger.Holds:
    """A page of them, and its end in the form that clients send back."""
    return {"holds": [hold(each) for each in page.holds], "next_cursor": next_cursor}


def lot(view: OneLot) -> shapes_ledger.OneLot:
    """One lot."""
    made = view.lot
    return {
        "lot_id": made.lot_id,
        "unit": made.unit,
        "kind": made.kind,
        "granted": made.credits,
        "remaining": view.remaining,
        "held": view.held,
        "used": view.used,
        "expired": view.expired,
        "taken_back": view.taken_back,
        "granted_at": to_text(made.created_at),
        "effective_at": to_text(made.effective_at),
        "expires_at": to_optional_text(made.expires_at),
        "state": view.state,
        "purchase_id": made.purchase_id,
        "reason": made.reason,
        "actor": made.actor,
    }


def voided(result: Voided) -> shapes_ledger.Voided:
    """The answer of a void."""
    return {"entry_id": result.entry_id, "credits": result.credits}
