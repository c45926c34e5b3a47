"""Every entry in words: `Burned 12: 10 free, 2 bought on May 3, 2026` (NP-59, NP-60)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lotbook.api.rendering import calculations
from lotbook.domain.credits import rated
from lotbook.domain.credits.ledger import is_voiding
from lotbook.domain.credits.lots import LotKind

if TYPE_CHECKING:
    from lotbook.api.rendering.formats import Formats
    from lotbook.domain.credits.ledger import Draws, Entry, EntryKind
    from lotbook.domain.credits.lots import Lot

ORIGINS: dict[LotKind, str] = {
    "free": "free",
    "plan": "of the plan",
    "purchased": "bought on {day}",
    "promotional": "promotional",
}
VERBS: dict[EntryKind, str] = {
    "consumed": "Burned {credits}",
    "held": "Held {credits}",
    "captured": "Burned {credits} that were held",
    "released": "Gave back {credits} that were held",
    "expired": "Expired {credits}",
    "clawed_back": "Took back {credits}, because their payment went back",
    "frozen": "Froze {credits}: a bank disputes their payment",
    "unfrozen": "Freed {credits} that were frozen",
    "adjusted": "Adjusted by {credits}",
}
VOIDED = "Took back {credits} that were unused"
GRANTED: dict[LotKind, str] = {
    "free": "Added {credits} free",
    "plan": "Added {credits} of the plan",
    "purchased": "Added {credits} that were bought",
    "promotional": "Added {credits} as a gift",
}
GROUPS: dict[str, tuple[str, frozenset[EntryKind]]] = {
    "burned": ("Burned", frozenset({"consumed", "captured"})),
    "added": ("Added", frozenset({"granted"})),
    "held": ("Held and given back", frozenset({"held", "released"})),
    "expired": ("Expired", frozenset({"expired"})),
    "corrected": ("Corrected", frozenset({"clawed_back", "frozen", "unfrozen", "adjusted"})),
}


def sentence(entry: Entry, lots: Mapping[str, Lot], f: Formats) -> str:
    """What happened, and to which credits."""
    moved = sum(draw.credits for draw in entry.draws) or abs(entry.credits)
    if entry.kind == "granted" and entry.lot is not None:
        return GRANTED[entry.lot.kind].format(credits=f.number(entry.lot.credits))
    is_void = is_voiding(entry.name)
    said = VOIDED if is_void else VERBS.get(entry.kind, f"{entry.kind.replace('_', ' ').capitalize()} {{credits}}")
    amount = f.number(entry.credits) if entry.kind == "adjusted" and not is_void else f.number(moved)
    parts = origins(entry.draws, lots, f)
    return said.format(credits=amount) + (f": {parts}" if parts else "")


def calculation(rated_at: str | None, f: Formats) -> str | None:
    """How credits were calculated; None where there is no calculation, for the credits were asked for."""
    if rated_at is None:
        return None
    known = rated.from_text(rated_at)
    return calculations.sentence(known.action, known.counted, (known.exact_text, known.credits), f.number)


def origins(draws: Draws, lots: Mapping[str, Lot], f: Formats) -> str:
    """How many of which origin, in the order in which they were taken; lots of one origin are one part."""
    found: dict[str, int] = {}
    for draw in draws:
        lot = lots.get(draw.lot_id)
        origin = "" if lot is None else ORIGINS[lot.kind].format(day=f.date(lot.created_at))
        found[origin] = found.get(origin, 0) + draw.credits
    return ", ".join(f"{f.number(credits)} {origin}".strip() for origin, credits in found.items())
