"""From which lots burns drew, summed by lot: so that whoever counts can tell credits that were paid for from free ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import LotKind

MAX_LOTS_TOLD = 100  # of one event, those that most was drawn from; the bus takes 256 KB


def drawn(burns: Iterable[Entry]) -> dict[str, int]:
    """Credits by lot id."""
    found: dict[str, int] = {}
    for entry in burns:
        for draw in entry.draws:
            found[draw.lot_id] = found.get(draw.lot_id, 0) + draw.credits
    return found


def told(drawn_from: Mapping[str, int], kinds: Mapping[str, LotKind]) -> dict[str, Any]:
    """`lots` and `lots_left_out`, most credits first. The kind of a lot whose grant nobody finds is null."""
    ordered = sorted(drawn_from.items(), key=lambda each: (-each[1], each[0]))
    lots = [
        {"lot_id": lot_id, "lot_kind": kinds.get(lot_id), "credits": credits}
        for lot_id, credits in ordered[:MAX_LOTS_TOLD]
    ]
    return {"lots": lots, "lots_left_out": len(ordered) - len(lots)}
