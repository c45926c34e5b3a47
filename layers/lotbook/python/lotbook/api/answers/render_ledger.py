"""Entries, holds, one lot, a void -> the contract's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers.render import by_usage
from lotbook.api.answers.render_batches import entry_lines
from lotbook.api.answers.render_draws import draws
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.api.answers import shapes, shapes_burning, shapes_ledger
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.statement_pages import EntryPage
    from lotbook.domain.credits.views import Granted, HoldView, OneLot
    from lotbook.usecases.credits.read_holds import ListedHolds
    from lotbook.usecases.credits.void_lot import Voided

    Notes = Mapping[str, Mapping[str, str]]


def entries(account_id: str, page: EntryPage, notes: Notes, next_cursor: str | None) -> shapes.Entries:
    """A page of the statement, with what callers said about burns, and its end in the form that clients send back."""
    return {
        "entries": [entry(account_id, each, notes.get(each.name)) for each in page.entries],
        "next_cursor": next_cursor,
    }


def entry(account_id: str, shown: Entry, note: Mapping[str, str] | None) -> shapes.Entry:
    """One entry, with what its caller said about it."""
    calculation = by_usage(shown.rated)
    return {
        "entry_id": shown.id_in(account_id),
        "at": to_text(shown.at),
        "kind": shown.kind,  # type: ignore[typeddict-item]  # hidden kinds are not in a page
        "unit": shown.unit,
        "credits": shown.credits,
        "draws": draws(shown.draws),
        "available_after": shown.available_after,
        "reference": shown.reference,
        "actor": shown.actor,
        "purchase_id": shown.purchase_id,
        "reason": shown.why,
        "metadata": None if note is None else dict(note),
        "rated": calculation.get("rated"),
        "rating": calculation.get("rating"),
        "lines": _lines(shown),
        "hold_id": _hold_id(account_id, shown),
    }


def _lines(shown: Entry) -> list[shapes_burning.EntryLine] | None:
    return entry_lines(shown) if shown.has_lines else None


def _hold_id(account_id: str, shown: Entry) -> str | None:
    """The hold that the entry placed or ended."""
    name = shown.name if shown.kind == "held" else shown.hold
    return None if name is None else hold_id_of(account_id, name)


def hold(view: HoldView) -> shapes_ledger.OneHold:
    """One hold, with how it was calculated where it was one by usage."""
    calculation = by_usage(view.rated)
    return {
        "hold_id": view.hold_id,
        "entry_id": view.entry_id,
        "unit": view.unit,
        "state": view.state,
        "credits": view.credits,
        "captured": view.captured,
        "released": view.released,
        "draws": draws(view.draws),
        "placed_at": to_text(view.placed_at),
        "expires_at": to_text(view.expires_at),
        "closed_at": to_optional_text(view.closed_at),
        "reference": view.reference,
        "actor": view.actor,
        "rated": calculation.get("rated"),
        "rating": calculation.get("rating"),
    }


def holds(page: ListedHolds, next_cursor: str | None) -> shapes_ledger.Holds:
    """A page of them, and its end in the form that clients send back."""
    return {"holds": [hold(each) for each in page.holds], "next_cursor": next_cursor}


def lot(view: OneLot, note: Mapping[str, str] | None) -> shapes_ledger.OneLot:
    """One lot, with what was said about its grant."""
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
        "metadata": None if note is None else dict(note),
        "actor": made.actor,
    }


def granted(result: Granted) -> shapes.Granted:
    """The answer of a grant."""
    made = result.lot
    times = {"effective_at": to_text(made.effective_at), "expires_at": to_optional_text(made.expires_at)}
    return {"lot_id": made.lot_id, "entry_id": result.entry_id, **times}  # type: ignore[typeddict-item]


def voided(result: Voided) -> shapes_ledger.Voided:
    """The answer of a void."""
    return {"entry_id": result.entry_id, "credits": result.credits}
