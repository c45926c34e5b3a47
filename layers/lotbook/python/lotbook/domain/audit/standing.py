"""What a ledger comes to, up to one link of its chain: running sums, so that a replay can go on from there.

It holds what a later entry can be held against, and nothing that grows with the history: what is left of lots, the holds
that are open, the shortfall, and the few links of which the entry was still to be journaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.domain.credits.ledger import CHAIN_END, Pointer
from lotbook.domain.values.light_dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class LedgerStanding:
    """The ledger up to and with the link `at`, in credits. A lot or a hold of which nothing is left is not in it.

    `unread`: links whose entry was not in the ledger yet, by number: their entries count when they are read.
    """

    at: Pointer = CHAIN_END
    lots: Mapping[str, int] = field(default_factory=dict)  # what is left, by lot
    held: Mapping[str, int] = field(default_factory=dict)  # open holds, by the name of their entry
    owed: Mapping[str, int] = field(default_factory=dict)  # what captured holds have not given back yet
    unread: Mapping[int, str] = field(default_factory=dict)
    short: int = 0
    entries: int = 0  # that were replayed
    of_lots: int = 0  # of them, those that lie with the lots: so many must be there
    moved: Mapping[str, int] = field(default_factory=dict)  # credits in and out of lots, by kind of entry


START = LedgerStanding()


def standing_values(standing: LedgerStanding) -> dict[str, Any]:
    """For JSON."""
    unread = [[seq, name] for seq, name in sorted(standing.unread.items())]
    return asdict(standing) | {"at": pointer_values(standing.at), "unread": unread}


def standing_of(values: Mapping[str, Any]) -> LedgerStanding:
    """What `standing_values` wrote. Raises KeyError, TypeError and ValueError for everything else."""
    read: dict[int, str] = dict(values["unread"])
    return LedgerStanding(**(dict(values) | {"at": Pointer(*values["at"]), "unread": read}))


def pointer_values(pointer: Pointer) -> list[Any]:
    """For JSON."""
    return [pointer.name, pointer.seq]
