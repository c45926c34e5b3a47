"""What became of a lot of a plan, read from its entries: what changes of plan carried on of it, and what is left to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lotbook.domain.credits.ledger import Entry

MOVED = "plan_change"  # the reason of every entry that a change of plan makes
_CLAIM = "plan"


def still_there(credits: int, entries: Iterable[Entry]) -> int:
    """Of the lot's `credits`, those that are left or were burned: neither expired nor taken."""
    return credits + sum(entry.credits for entry in entries if entry.kind in ("expired", "clawed_back", "adjusted"))


def carried_on(entries: Iterable[Entry]) -> dict[str, int]:
    """By the lot that they went into: credits of this lot that changes of plan carried on, and did not bring back."""
    onward: dict[str, int] = {}
    last: str | None = None
    for entry in _moves(entries):
        if entry.kind == "clawed_back":
            last = entry.reference
            if last is not None:
                onward[last] = onward.get(last, 0) + entry.removed
        elif last is not None:
            onward[last] = max(0, onward[last] - entry.credits)
    return onward


def taken_for(lot_id: str, purchase_id: str, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """`(claim, credits)` of what was taken of the lot because this purchase's money went back, and not given back since."""
    ours = ledger.claw_name(lot_id, claim_of(purchase_id, ""))
    claims = {
        entry.name.removeprefix(ledger.claw_name(lot_id, "")): entry for entry in entries if entry.name.startswith(ours)
    }
    given = {entry.name for entry in entries}
    return [(c, entry.requested) for c, entry in claims.items() if ledger.restored_name(lot_id, c) not in given]


def claim_of(purchase_id: str, step: str) -> str:
    """Names what one step of a purchase's reversal takes of a plan's lots."""
    return f"{purchase_id}.{step}"


def _moves(entries: Iterable[Entry]) -> list[Entry]:
    ours = [entry for entry in entries if entry.reason == MOVED or f"#{_CLAIM}" in entry.name]
    return sorted(ours, key=lambda entry: int(entry.name.rpartition(f"#{_CLAIM}")[2]))
