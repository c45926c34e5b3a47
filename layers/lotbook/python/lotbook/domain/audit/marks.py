"""How far the audit has come: one mark a book, one for the purchases of an account. Only the audit writes them.

A mark saves work and proves nothing. What it says is sealed, so that one that is damaged, or another's, is noticed at once; and
every mark is held against a whole replay in each rotation, so that one that was made to fit hides a fault no longer than that.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

from lotbook.domain.audit.standing import START, LedgerStanding, pointer_values, standing_of, standing_values
from lotbook.domain.credits.ledger import Pointer
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass, replace

ROTATION = 30 * DAY  # each account is replayed from its first entry on as often as that
UNFINISHED_RINGS_AFTER = DAY  # an account of which nobody has known for so long whether it adds up
MAX_GOALS = 1_000  # links that a run left on its way down a chain that nothing else names
MAX_WATCHED = 500  # purchases without a verdict, the youngest: each is read at every audit

Read = TypeVar("Read")


class Damaged(Exception):
    """It says nothing, or not about this: somebody else than the audit wrote it, or a part of it is lost."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A replay from the first entry on, under way up to `says.at`; what it comes to there is held against `says`."""

    says: LedgerStanding
    standing: LedgerStanding = START
    goals: tuple[Pointer, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A book's: what its ledger came to. `goals`: links to reach first, the nearest last.

    `whole_ended_at`: the instant of the last whole replay, 0 where it found something; None where the first one is under way.
    `by_chain`: the filed statement has named a link that is none, so it is not asked where pieces begin.
    """

    standing: LedgerStanding = START
    goals: tuple[Pointer, ...] = ()
    whole: Whole | None = None
    whole_ended_at: int | None = None
    by_chain: bool = False

    def wants_whole(self, now: int, asked: int = 0) -> bool:
        """Whether a whole replay is under way, the rotation has come round to this book, or somebody asked since."""
        return self.whole is not None or is_time(self.whole_ended_at or 0, now, asked)

    def with_whole(self) -> Mark:
        """A whole replay begins, or goes on."""
        return self if self.whole is not None else replace(self, whole=Whole(self.standing))


@dataclass(frozen=True, slots=True)
class AccountMark:
    """An account's: purchases that were compared with their lots, and which books have marks. Instants; 0 is never.

    `seen_until`: when purchases were listed last; `watched`: those that waited for a verdict then. `unfinished_since`: 0 where
    the last audit came to its end.
    """

    seen_until: int = 0
    watched: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    whole_ended_at: int = 0
    unfinished_since: int = 0

    def wants_whole(self, now: int, asked: int = 0) -> bool:
        """Whether the rotation has come round to the purchases, or somebody asked since."""
        return is_time(self.whole_ended_at, now, asked)

    def rings(self, now: int) -> bool:
        """Whether it was left unfinished for too long."""
        return 0 < self.unfinished_since <= now - UNFINISHED_RINGS_AFTER


def is_time(ended_at: int, now: int, asked: int) -> bool:
    """Whether a whole replay that ended at an instant is to be done again: it is old, or somebody asked after it."""
    return ended_at + ROTATION <= now or ended_at < asked


def mark_bytes(mark: Mark) -> bytes:
    """The same bytes for the same mark. Their format's number is the item's (`adapters/dynamo/formats.py`)."""
    whole = mark.whole and {
        "says": standing_values(mark.whole.says),
        "standing": standing_values(mark.whole.standing),
        "goals": _goals(mark.whole.goals),
    }
    return _packed(
        standing=standing_values(mark.standing),
        goals=_goals(mark.goals),
        whole=whole,
        whole_ended_at=mark.whole_ended_at,
        by_chain=mark.by_chain,
    )


def mark_of(content: bytes) -> Mark:
    """Raises Damaged."""
    return _unpacked(content, _mark)


def account_mark_bytes(mark: AccountMark) -> bytes:
    """The same bytes for the same mark."""
    return _packed(
        seen_until=mark.seen_until,
        watched=mark.watched,
        units=mark.units,
        whole_ended_at=mark.whole_ended_at,
        unfinished_since=mark.unfinished_since,
    )


def account_mark_of(content: bytes) -> AccountMark:
    """Raises Damaged."""
    return _unpacked(content, _account_mark)


def seal(account_id: str, name: str, content: bytes) -> str:
    """Tells whether a mark is whole, and this account's own."""
    return sha256(b"#".join((account_id.encode(), name.encode(), content))).hexdigest()


def _mark(values: Mapping[str, Any]) -> Mark:
    whole = values["whole"]
    return Mark(
        standing_of(values["standing"]),
        _pointers(values["goals"]),
        whole and Whole(standing_of(whole["says"]), standing_of(whole["standing"]), _pointers(whole["goals"])),
        values["whole_ended_at"],
        values["by_chain"],
    )


def _account_mark(values: Mapping[str, Any]) -> AccountMark:
    lists = {"watched": tuple(values["watched"]), "units": tuple(values["units"])}
    return AccountMark(**(dict(values) | lists))


def _goals(goals: tuple[Pointer, ...]) -> list[list[Any]]:
    return [pointer_values(each) for each in goals]


def _pointers(values: list[list[Any]]) -> tuple[Pointer, ...]:
    return tuple(Pointer(*each) for each in values)


def _packed(**values: Any) -> bytes:
    return zlib.compress(json.dumps(values, sort_keys=True, separators=(",", ":")).encode(), 9)


def _unpacked(content: bytes, read: Callable[[Mapping[str, Any]], Read]) -> Read:
    try:
        return read(json.loads(zlib.decompress(content)))
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(type(error).__name__) from error
