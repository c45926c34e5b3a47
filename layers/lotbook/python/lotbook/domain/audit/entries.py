"""Whether an entry agrees with itself: its credits, what was asked, and what it drew."""

from __future__ import annotations

from collections.abc import Iterator

from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.credits.batches import from_text, is_beside
from lotbook.domain.credits.ledger import Entry, granted_name, is_voiding


def differences_of_entry(entry: Entry) -> Iterator[Disagreement]:
    """What the entry's own figures say against each other (D33: the parts are the total)."""
    drawn = sum(draw.credits for draw in entry.draws)
    if any(draw.credits <= 0 for draw in (*entry.draws, *entry.back)):
        yield Disagreement("draw_of_nothing", entry.name, "credits", 0, entry.seq)
    expected = _credits(entry, drawn)
    if expected is not None and entry.credits != expected:
        yield Disagreement("entry_credits", entry.name, expected, entry.credits, entry.seq)
    if entry.kind in {"consumed", "held", "captured"} and drawn != entry.requested:
        yield Disagreement("entry_draws", entry.name, entry.requested, drawn, entry.seq)
    if entry.kind == "clawed_back" and not drawn == entry.removed <= -entry.credits <= entry.requested:
        figures = f"{entry.removed} of {-entry.credits} of {entry.requested}"
        yield Disagreement("entry_draws", entry.name, drawn, figures, entry.seq)
    if entry.kind == "adjusted" and is_voiding(entry.name) and not drawn == entry.removed == -entry.requested:
        yield Disagreement("entry_draws", entry.name, drawn, f"{entry.removed} of {-entry.requested}", entry.seq)
    if entry.lines is not None and (parts := _parts(entry.lines)) != entry.requested:
        yield Disagreement("entry_lines", entry.name, entry.requested, parts, entry.seq)
    if not 0 <= entry.paid <= drawn:
        yield Disagreement("entry_paid", entry.name, drawn, entry.paid, entry.seq)
    if entry.kind == "granted" and not _is_of_its_lot(entry):
        yield Disagreement("entry_lot", entry.name, "its lot", "another", entry.seq)


def _parts(lines: str) -> int | str:
    """What the lines sum to; those that stand beside their entry have been read by now, or are lost."""
    return "none" if is_beside(lines) else sum(line.credits for line in from_text(lines))


def _credits(entry: Entry, drawn: int) -> int | None:
    """The change of what the account owns; None where a shortfall is part of it."""
    match entry.kind:
        case "adjusted" if is_voiding(entry.name):
            return -drawn
        case "granted" | "adjusted":
            return drawn
        case "consumed" | "captured" | "expired":
            return -drawn
        case "clawed_back":
            return None
        case _:
            return 0


def _is_of_its_lot(entry: Entry) -> bool:
    lot = entry.lot
    if lot is None or entry.name != granted_name(lot.lot_id) or lot.credits != entry.credits:
        return False
    return [draw.lot_id for draw in entry.draws] == [lot.lot_id] * bool(lot.credits)
