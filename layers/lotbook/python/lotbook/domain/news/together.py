"""How the world is told of burns: a total for each account, the totals of many accounts in one event, or nothing.

Pure. The bus bills each started 64 KB as an event, and no burn is worth one: a deployment chooses (`BurnEvents`). Everything else that
happens is always told by itself. A total is the same whichever way it comes: its id, its numbers and its lots.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from lotbook.domain.news.announcements import Announcement, make
from lotbook.domain.values import instants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Owner = TypeVar("Owner")
BurnEvents = Literal["each", "together", "none"]
EACH: BurnEvents = "each"
TOGETHER: BurnEvents = "together"
NONE: BurnEvents = "none"
WAYS = EACH, TOGETHER, NONE
MAX_TOTALS = 100  # of one event
MAX_TOTALS_BYTES = 60_000  # of one event, so that it is billed as one; a total that is longer goes alone


def way_of(name: str) -> BurnEvents:
    """Raises ValueError for a name that is none."""
    for way in WAYS:
        if way == name:
            return way
    raise ValueError(f"burns are told {', '.join(WAYS)}, not {name!r}")


def parcels(totals: Iterable[tuple[Owner, Announcement]]) -> list[list[tuple[Owner, Announcement]]]:
    """The totals as they go into one event each, in their order."""
    found: list[list[tuple[Owner, Announcement]]] = []
    room = 0
    for owner, total in totals:
        size = len(json.dumps(_member(total), separators=(",", ":"), ensure_ascii=False).encode())
        if not found or size > room or len(found[-1]) == MAX_TOTALS:
            found.append([])
            room = MAX_TOTALS_BYTES
        found[-1].append((owner, total))
        room -= size
    return found


def in_one(totals: Sequence[Announcement]) -> Announcement:
    """One `credits.consumed` of no single account, with the totals of many; each has what it has when it comes by itself."""
    because = sorted(total.announcement_id for total in totals)
    last = max(total.at for total in totals)
    made = make("credits.consumed", last, "", {"totals": [_member(total) for total in totals]}, *because)
    return Announcement(made.announcement_id, made.kind, made.at, None, made.detail)


def _member(total: Announcement) -> dict[str, Any]:
    named = {"id": total.announcement_id, "at": instants.to_text(total.at), "account_id": total.account_id}
    return named | dict(total.detail)
