"""Ledger entries: immutable, one an operation, kept for ever. An entry is what an idempotent replay answers from.

Every entry but a decision hangs in its book's chain: `seq` numbers the chain without a gap, `before` points at the entry
that came before it, the book points at the newest. So the statement can be walked, newest first, with strong reads only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from lotbook.domain.credits.entry_ids import entry_id_of
from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot, Rest

EntryKind = Literal[
    "granted",
    "consumed",
    "held",
    "captured",
    "released",
    "expired",
    "clawed_back",
    "frozen",
    "unfrozen",
    "adjusted",
    # never shown in a statement:
    "void",  # marks a burn that was given back because its key had been decided elsewhere
    "noted",  # an order that moved no credits: refused, or a renewal instant
    "shelved",  # a page of lots, or of open holds, that the book has no room for
]
KINDS: frozenset[str] = frozenset(get_args(EntryKind))
DIGEST_CHARACTERS = 12  # 72 bits: tells two bodies of one caller apart, and is paid for in every receipt
LINED = "line"  # behind the digest of a batch under one key, as long
NOTED = "meta"  # behind the digest of a body with metadata; four letters of base 64, so that it still packs into bytes
HIDDEN: frozenset[str] = frozenset({"void", "noted", "shelved"})


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names one link of a book's chain. `name` is the ledger key, `seq` its number; seq 0 is the chain's end."""

    name: str
    seq: int


CHAIN_END = Pointer("", 0)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that was not resolved yet: when it lapses, and what it holds."""

    due: int
    credits: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What one operation took from, or gave to, one lot. `credits` is positive; the entry's kind tells the direction."""

    lot_id: str
    credits: int


Draws = tuple[Draw, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `credits` is the signed change of what the account owns (available + held + frozen - shortfall).

    `available_after` is what can be spent right after it. Fields past `purchase_id` serve one kind each.
    """

    name: str  # the ledger key, unique in the account
    unit: str
    kind: EntryKind
    at: int
    seq: int = 0
    before: Pointer = CHAIN_END
    credits: int = 0
    draws: Draws = ()
    available_after: int = 0
    actor: str = "system"
    digest: str = ""  # of the request: the same key with another body is told apart by it
    reference: str | None = None
    purchase_id: str | None = None
    requested: int = 0  # consumed, held, void: credits burned; captured: credits captured; clawed_back: the target; adjusted: what is taken off it, below 0 where an operator took credits
    paid: int = 0  # granted, released, adjusted: how much of it went to the shortfall
    due: int | None = None  # held: when the hold lapses
    hold: str | None = None  # captured, released: the hold's entry
    back: Draws = ()  # captured: what the hold gives back
    by: str | None = None  # captured: capture, release or lapse
    removed: int = (
        0  # clawed_back, adjusted: what was still there to take; released: what went to dead lots and expires at once
    )
    reason: str | None = None
    skips: Pointer | None = None  # void: what the burn that was given back pointed at
    rated: str | None = (
        None  # consumed, held: how its credits were calculated, where it was burned by usage (`rated.py`)
    )
    lines: str | None = None  # consumed: the parts of a batch under one key (`batches.py`)
    lot: Lot | None = None  # granted: the lot as it was made
    rests: tuple[Rest, ...] = ()  # shelved: the lots of this page, in burn order
    holds: tuple[
        tuple[str, OpenHold], ...
    ] = ()  # shelved: the open holds of this page by name, the first to lapse first

    def id_in(self, account_id: str) -> str:
        """Its public id: stable, and unique over accounts (`entry_ids.py`)."""
        return entry_id_of(account_id, self.unit, self.name)

    @property
    def is_together(self) -> bool:
        """Whether it is the expiry of several lots at once (`dying.py`)."""
        return self.name.startswith(TOGETHER)

    @property
    def why(self) -> str | None:
        """Why it was made, as somebody said: of a grant it stands in the lot (N9)."""
        if self.reason and is_voiding(self.name):
            return self.reason.removeprefix(VOIDED_REASON)
        return self.reason or (self.lot.reason if self.lot is not None else None)

    @property
    def note(self) -> str | None:
        """Which body's metadata is kept beside it; None where there is none (N9)."""
        if self.lot is not None:
            return self.lot.noted
        return self.digest if self.kind == "consumed" and self.digest[DIGEST_CHARACTERS:] == NOTED else None

    @property
    def has_lines(self) -> bool:
        """Whether it is of a batch under one key, also where a release that does not know lines has copied it without them."""
        return self.kind == "consumed" and self.digest[DIGEST_CHARACTERS:] == LINED

    @property
    def is_shown(self) -> bool:
        """Whether a statement shows it. An entry about nothing (B7) is a marker too: it only says that an order was done.

        So is a capture of nothing, which is a release; a freeze of nothing; a claw-back or its end that found nothing.
        """
        return self.kind not in HIDDEN and bool(self.credits or self.draws)


def body_digest(kind: str, **body: object) -> str:
    """What tells a request of this kind from one with another body; absent fields (None) are no part of it."""
    return ids.name_of("body", ids.canonical(kind=kind, **body))[:DIGEST_CHARACTERS]


# --- names: the ledger keys -------------------------------------------------------------------------------------------


def burn_name(key: str) -> str:
    """The name of what an idempotency key burned: one key space for consume, batch items and holds, over all units."""
    return ids.name_of("use", key)


def granted_name(lot_id: str) -> str:
    """The name of a lot's grant."""
    return f"lot#{lot_id}"


def expired_name(lot_id: str, seq: int) -> str:
    """The name of one expiry of a lot: a lot can die twice when a hold gives credits back to a dead lot."""
    return f"lot#{lot_id}#x#{seq}"


OF_A_LOT = "lot#"  # begins the names of what is journaled about lots
TOGETHER = "lot#@"  # begins no name about one lot: an id of a lot has no such sign


def together_prefix(expires_at: int) -> str:
    """How the names of what died together at that instant begin: they sort by it, and lie with the lots."""
    return f"{TOGETHER}{expires_at:015d}"


def together_name(expires_at: int, seq: int) -> str:
    """The name of one expiry of several lots that die at that instant."""
    return f"{together_prefix(expires_at)}#x#{seq}"


def share_of(entry: Entry, lot_id: str) -> Entry:
    """What the expiry of several lots says about one of them: the same entry, as far as it is about this lot."""
    draws = tuple(draw for draw in entry.draws if draw.lot_id == lot_id)
    return replace(entry, credits=-sum(draw.credits for draw in draws), draws=draws)


VOID_CLAIM = "void"  # the id of the claw-back of a provisional lot whose payment did not come
VOIDED_CLAIM = "voided."  # begins the id of what an operator took back of a lot: the entry is `adjusted`, and takes
VOIDED_REASON = "voided: "  # before an operator's own words in the ledger: rules go by words of ours
CONVERTED_CLAIM = "converted."  # begins the id of a claw-back of credits that became money


def claw_name(lot_id: str, claw_id: str) -> str:
    """The name of one claw-back from a lot."""
    return f"lot#{lot_id}#claw#{claw_id}"


def is_conversion(name: str) -> bool:
    """Whether the entry took credits of a lot that became money off a plan's price (MK-40)."""
    return f"#claw#{CONVERTED_CLAIM}" in name


def is_voiding(name: str) -> bool:
    """Whether the entry is what an operator took back of a lot."""
    return f"#claw#{VOIDED_CLAIM}" in name


def restored_name(lot_id: str, claim_id: str) -> str:
    """The name of what a claw-back gave up again."""
    return f"lot#{lot_id}#back#{claim_id}"


def freeze_name(lot_id: str, cause: str, thaw: bool) -> str:
    """The name of a freeze of a lot, or of its end."""
    return f"lot#{lot_id}#{'thaw' if thaw else 'freeze'}#{cause}"


def decision_name(lot_id: str) -> str:
    """The name of the decision on a provisional lot: confirmed or void."""
    return f"lot#{lot_id}#set"


def resolution_name(hold: str) -> str:
    """The name of the decision on a hold."""
    return f"res#{hold}"


def return_name(hold: str) -> str:
    """The name of what a hold gave back."""
    return f"ret#{hold}"


def void_name(seq: int) -> str:
    """The name of the marker of a burn that was given back."""
    return f"void#{seq}"


def renewal_name(old: int, new: int, seq: int = 0) -> str:
    """The name of an order that only moves the renewal instant; `seq` tells apart the same step at different times."""
    return f"renew#{old}#{new}#{seq}" if seq else f"renew#{old}#{new}"
