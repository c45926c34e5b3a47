"""Replays entries of a ledger, in the order of their numbers, on top of what it came to before: the whole, or what is new.

Written from the invariants, not from the code that keeps them: it shares nothing with `turn.py` but the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.audit.entries import differences_of_entry
from lotbook.domain.audit.standing import LedgerStanding
from lotbook.domain.credits.book import Receipt
from lotbook.domain.credits.ledger import (
    Draw,
    Entry,
    Pointer,
    granted_name,
    is_voiding,
    resolution_name,
    void_name,
)
from lotbook.domain.values.light_dataclasses import dataclass, field

SIGN = {"granted": 1, "released": 1, "consumed": -1, "held": -1, "expired": -1, "clawed_back": -1, "adjusted": 1}
OFF_THE_CHAIN = "checkpoint_off_the_chain"  # where a replay was to go on is no link of the chain
OF_LOTS = ("lot#", "void#", "renew#")  # names of entries that lie with the lots, in one partition


@dataclass(frozen=True, slots=True)
class Window:
    """Links of a chain up to `top`, newest last, from a standing on: their entries by name.

    `receipts` and `outcomes`: the book's, for links whose entry may not be in the ledger yet. `known`: older entries that
    these refer to (grants of lots, holds, decisions). Pages that the book names are among the entries.
    """

    top: Pointer
    entries: Mapping[str, Entry]
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    outcomes: Mapping[str, Entry] = field(default_factory=dict)
    known: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Entry]:
        """Entries of the ledger, and of the last turn where it has not journaled them."""
        return dict(self.outcomes) | dict(self.entries)

    @property
    def pending(self) -> dict[str, Receipt]:
        """Receipts that are not in the ledger under their own number."""
        entries = self.all
        return {
            name: receipt
            for name, receipt in self.receipts.items()
            if not (name in entries and entries[name].seq == receipt.seq)
        }


@dataclass(slots=True)
class Replayed:
    """What the links came to, what differs, and the holds that were resolved on the way."""

    standing: LedgerStanding
    found: list[Disagreement]
    resolved: frozenset[str]


def replay(window: Window, since: LedgerStanding) -> tuple[Replayed, LedgerStanding]:
    """Every entry that is new since then, those of the last turn too; and the standing to keep, of journaled entries alone."""
    chain = Chain(window, since)
    found = list(chain.differences())
    run = _Replay(since, window)
    entries = sorted(_new(window.all.values(), since), key=lambda entry: entry.seq)
    for entry in entries:
        run.take(entry)
    now = run.standing(window.top, chain.unread)
    kept = now
    if any(entry.name not in window.entries for entry in entries):
        journaled = _Replay(since, window)
        for entry in entries:
            if entry.name in window.entries:
                journaled.take(entry)
        kept = journaled.standing(window.top, chain.unread)
    return Replayed(now, found + run.found, frozenset(run.resolved)), kept


def _new(entries: Iterable[Entry], since: LedgerStanding) -> Iterator[Entry]:
    for entry in entries:
        if entry.seq > since.at.seq or since.unread.get(entry.seq) == entry.name or since.at.seq == 0:
            yield entry


class Chain:
    """The way from the window's top down to where the replay begins: every link is met exactly once."""

    def __init__(self, window: Window, since: LedgerStanding) -> None:
        self._window, self._since = window, since
        self._all, self._pending = window.all, window.pending
        self.unread: dict[int, str] = {}

    def differences(self) -> Iterator[Disagreement]:
        """Gaps, links that lead elsewhere, and entries that are no link. Fills `unread`."""
        yield from self._left_unread()
        met, end = set(), self._since.at
        link = self._window.top
        while link.seq > end.seq:
            before = self._before(link)
            if before is None:
                yield Disagreement("entry_missing", link.name, "an entry", "none", link.seq)
                return
            if before.seq != link.seq - 1:
                yield Disagreement("chain", link.name, link.seq - 1, before.seq, link.seq)
                return
            met.add((link.name, link.seq))
            link = before
        if end.seq and link != end:
            yield Disagreement(OFF_THE_CHAIN, end.name, f"{end.seq} {end.name}", f"{link.seq} {link.name}", link.seq)
        for name, entry in self._all.items():
            if entry.seq > end.seq and (name, entry.seq) not in met:
                yield Disagreement("entry_not_in_chain", name, "a link", entry.kind, entry.seq)

    def _left_unread(self) -> Iterator[Disagreement]:
        """Links from before whose entry was to be journaled: it is there now, or still under way, or the burn was given back."""
        for seq, name in self._since.unread.items():
            entry, receipt = self._all.get(name), self._pending.get(name)
            if entry is not None and entry.seq == seq:
                if name not in self._window.entries:
                    self.unread[seq] = name
            elif receipt is not None and receipt.seq == seq:
                self.unread[seq] = name
            elif void_name(seq) not in self._all and void_name(seq) not in self._window.known:
                yield Disagreement("entry_missing", name, "an entry", "none", seq)

    def _before(self, link: Pointer) -> Pointer | None:
        entry, receipt = self._all.get(link.name), self._pending.get(link.name)
        if entry is not None and entry.seq == link.seq:
            if link.name not in self._window.entries:
                self.unread[link.seq] = link.name
            return entry.before
        if receipt is not None and receipt.seq == link.seq:
            self.unread[link.seq] = link.name
            return receipt.before
        marker = self._all.get(void_name(link.seq))
        return marker.skips if marker is not None else None


class _Replay:
    """Running sums, entry by entry."""

    def __init__(self, since: LedgerStanding, window: Window) -> None:
        self.lots: Counter[str] = Counter(since.lots)
        self.held, self.owed, self.short = dict(since.held), dict(since.owed), since.short
        self.entries, self.of_lots, self.moved = since.entries, since.of_lots, Counter(since.moved)
        self.known = dict(window.known) | window.all
        self.resolved: set[str] = set()
        self.found: list[Disagreement] = []

    def standing(self, at: Pointer, unread: Mapping[int, str]) -> LedgerStanding:
        lots = {lot_id: left for lot_id, left in self.lots.items() if left}
        moved = {kind: credits for kind, credits in self.moved.items() if credits}
        return LedgerStanding(at, lots, self.held, self.owed, unread, self.short, self.entries, self.of_lots, moved)

    def take(self, entry: Entry) -> None:
        self.found += differences_of_entry(entry)
        self.found += self._lifetimes(entry)
        self.found += self._hold(entry)
        self.found += self._lots(entry)
        self.entries += bool(entry.seq)
        self.of_lots += bool(entry.seq) and entry.name.startswith(OF_LOTS)
        self.short -= entry.paid
        if entry.kind == "clawed_back":
            self.short += -entry.credits - entry.removed

    def _lots(self, entry: Entry) -> Iterator[Disagreement]:
        """I2: granted - paid - drawn + returned - expired - clawed back = what is left, for every lot, and never below 0."""
        sign = -1 if is_voiding(entry.name) else SIGN.get(entry.kind, 0)
        for draw in moved(entry):
            self.lots[draw.lot_id] += sign * draw.credits
            self.moved[entry.kind] += sign * draw.credits
            if self.lots[draw.lot_id] < 0:
                yield Disagreement("lot_overdrawn", draw.lot_id, 0, self.lots[draw.lot_id], entry.seq)

    def _lifetimes(self, entry: Entry) -> Iterator[Disagreement]:
        """I5: nothing is drawn from a lot before its time or from its last instant on."""
        if entry.kind not in {"consumed", "held"}:
            return
        for draw in entry.draws:
            granted = self.known.get(granted_name(draw.lot_id))
            if granted is None or granted.lot is None:
                yield Disagreement("lot_never_granted", draw.lot_id, "a grant", entry.name, entry.seq)
            elif not granted.lot.effective_at <= entry.at < (granted.lot.expires_at or entry.at + 1):
                life = f"{granted.lot.effective_at}..{granted.lot.expires_at}"
                yield Disagreement("drawn_outside_its_time", draw.lot_id, life, entry.at, entry.seq)

    def _hold(self, entry: Entry) -> Iterator[Disagreement]:
        """A hold is open, or resolved once; it never captures and gives back more or less than it held."""
        hold = entry.hold or ""
        if entry.kind == "held":
            self.held[entry.name] = entry.requested
        elif entry.kind == "captured":
            yield from self._captured(entry, hold)
        elif entry.kind == "released" and entry.name == resolution_name(hold):
            yield from self._lapsed(entry, hold)
        elif entry.kind == "released":
            yield from self._given_back(entry, hold)

    def _captured(self, entry: Entry, hold: str) -> Iterator[Disagreement]:
        held, kept, back = self._resolve(hold), total(entry.draws), total(entry.back)
        if held is None:
            yield Disagreement("hold_without_entry", hold, "an open hold", "none", entry.seq)
        elif kept + back != held:
            yield Disagreement("hold_split", hold, held, f"{kept} + {back}", entry.seq)
        if back:
            self.owed[hold] = back

    def _lapsed(self, entry: Entry, hold: str) -> Iterator[Disagreement]:
        """Decision and return are one entry."""
        held, original = self._resolve(hold), self.known.get(hold)
        if held is None:
            yield Disagreement("hold_without_entry", hold, "an open hold", "none", entry.seq)
        elif original is None or original.draws != entry.draws:
            yield Disagreement("hold_given_back", hold, held, total(entry.draws), entry.seq)

    def _given_back(self, entry: Entry, hold: str) -> Iterator[Disagreement]:
        owed, captured = self.owed.pop(hold, None), self.known.get(resolution_name(hold))
        if owed is None or captured is None or captured.back != entry.draws:
            yield Disagreement("hold_given_back", hold, owed or 0, total(entry.draws), entry.seq)

    def _resolve(self, hold: str) -> int | None:
        self.resolved.add(hold)
        return self.held.pop(hold, None)


def moved(entry: Entry) -> Iterator[Draw]:
    """What the entry moved in or out of lots: the shortfall is paid by the first credits in burn order."""
    paid = entry.paid
    for draw in entry.draws:
        to_debt = min(paid, draw.credits)
        paid -= to_debt
        yield Draw(draw.lot_id, draw.credits - to_debt)


def total(draws: tuple[Draw, ...]) -> int:
    """Credits of all draws."""
    return sum(draw.credits for draw in draws)
