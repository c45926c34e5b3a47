"""Whether a ledger explains a book, to the last credit and at any moment, pending receipts included (D37).

Written from the invariants, not from the code that keeps them: it shares nothing with `turn.py` but the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.audit.entries import differences_of_entry
from lotbook.domain.credits.book import Book, Receipt, draws_between, rests
from lotbook.domain.credits.ledger import (
    Draw,
    Entry,
    OpenHold,
    Pointer,
    granted_name,
    resolution_name,
    return_name,
    void_name,
)
from lotbook.domain.credits.lots import Rest, burn_order
from lotbook.domain.values.errors import BrokenInvariant

MAX_LINKS = 10_000_000
SIGN = {"granted": 1, "released": 1, "consumed": -1, "held": -1, "expired": -1, "clawed_back": -1, "adjusted": 1}


def audit(unit: str, book: Book, ledger: Mapping[str, Entry]) -> list[str]:
    """What does not add up between a book and its unit's entries (by name, other units' entries may be among them)."""
    return [str(difference) for difference in differences(unit, book, ledger)]


def differences(unit: str, book: Book, ledger: Mapping[str, Entry]) -> list[Disagreement]:
    """The same as data, the earliest in the book's history first."""
    entries = {name: entry for name, entry in ledger.items() if entry.unit == unit} | dict(book.outcomes)
    pending = {name: receipt for name, receipt in book.receipts.items() if not _is_journaled(entries, name, receipt)}
    found = list(_Audit(unit, book, entries, pending).run())
    return sorted(found, key=lambda difference: difference.seq or MAX_LINKS)


def _is_journaled(entries: Mapping[str, Entry], name: str, receipt: Receipt) -> bool:
    return name in entries and entries[name].seq == receipt.seq


@dataclass(frozen=True, slots=True)
class _Audit:
    unit: str
    book: Book
    entries: Mapping[str, Entry]
    pending: Mapping[str, Receipt]

    def run(self) -> Iterator[Disagreement]:
        yield from self._chain()
        for entry in self.entries.values():
            yield from differences_of_entry(entry)
            yield from self._lifetimes(entry)
            yield from self._hold(entry)
        yield from self._lots()
        yield from self._debt()
        yield from self._tape()
        yield from self._shelf()
        yield from self._open_holds()

    def _lots(self) -> Iterator[Disagreement]:
        """I2: granted - paid - drawn + returned - expired - clawed back = what is left, for every lot, and never below 0."""
        expected: Counter[str] = Counter()
        for entry in sorted(self.entries.values(), key=lambda entry: entry.seq):
            for draw in _moved(entry):
                expected[draw.lot_id] += SIGN.get(entry.kind, 0) * draw.credits
                if expected[draw.lot_id] < 0:
                    yield Disagreement("lot_overdrawn", draw.lot_id, 0, expected[draw.lot_id], entry.seq)
        for name, receipt in self.pending.items():
            burned = 0 if receipt.memo.kind == "resolve" else receipt.memo.credits
            try:
                draws = draws_between(self.book.tape, receipt.position, receipt.position + burned)
            except BrokenInvariant:
                yield Disagreement("receipt_past_the_tape", name, self.book.end, receipt.position + burned, receipt.seq)
                continue
            for draw in draws:
                expected[draw.lot_id] -= draw.credits
        found = self._found()
        for lot_id in sorted(expected.keys() | found.keys()):
            if expected[lot_id] != found[lot_id]:
                yield Disagreement("lot", lot_id, expected[lot_id], found[lot_id])

    def _found(self) -> Counter[str]:
        found = Counter(rests(self.book.tape, self.book.position))
        for aside in (*self.book.waiting, *self.book.frozen):
            found[aside.lot_id] += aside.left
        for rest in self._shelved():
            found[rest.lot_id] += rest.left
        return found

    def _debt(self) -> Iterator[Disagreement]:
        short = sum(-entry.credits - entry.removed for entry in self.entries.values() if entry.kind == "clawed_back")
        paid = sum(entry.paid for entry in self.entries.values())
        if short - paid != self.book.debt or self.book.debt < 0:
            yield Disagreement("shortfall", self.unit, short - paid, self.book.debt)

    def _tape(self) -> Iterator[Disagreement]:
        book = self.book
        if book.available != book.end - book.position or book.available < 0:
            yield Disagreement("available", self.unit, book.end - book.position, book.available)
        ends = [part.end for part in book.tape]
        if ends != sorted(set(ends)):
            yield Disagreement("tape_order", self.unit, "ends that grow", str(ends))
        places = [burn_order(part.rank, part.expires_at, part.created_at, part.lot_id) for part in book.tape]
        shelved = [
            burn_order(rest.rank, rest.expires_at, rest.created_at, rest.lot_id)
            for rest in self._shelved()
            if rest.is_spendable
        ]
        if places != sorted(places) or (shelved and places and min(shelved) < places[-1]):
            yield Disagreement("burn_order", self.unit, "the tape before the shelf, in burn order", "another order")

    def _open(self) -> dict[str, OpenHold]:
        """Holds that the book says are open; a name on the page whose resolution is in the book is none any more."""
        away = self.book.held_away
        there = dict(self.entries[away.name].holds) if away and away.name in self.entries else {}
        return {name: hold for name, hold in there.items() if resolution_name(name) not in self.book.receipts} | dict(
            self.book.holds
        )

    def _shelf(self) -> Iterator[Disagreement]:
        for name in self.book.shelf:
            if name not in self.entries:
                yield Disagreement("page_missing", name, "a page", "none")
        spendable = sum(rest.left for rest in self._shelved() if rest.is_spendable)
        if spendable != self.book.shelved:
            yield Disagreement("shelved", self.unit, spendable, self.book.shelved)

    def _shelved(self) -> list[Rest]:
        pages = [self.entries[name] for name in self.book.shelf if name in self.entries]
        return [rest for page in pages for rest in page.rests]

    def _chain(self) -> Iterator[Disagreement]:
        """Every linked entry is met exactly once on the way from the book's head to the chain's end."""
        met = set()
        link: Pointer = self.book.head
        for _ in range(MAX_LINKS):
            if link.seq == 0:
                break
            before = self._before(link)
            if before is None:
                yield Disagreement("entry_missing", link.name, "an entry", "none", link.seq)
                return
            if before.seq != link.seq - 1:
                yield Disagreement("chain", link.name, link.seq - 1, before.seq, link.seq)
                return
            met.add((link.name, link.seq))
            link = before
        for name, entry in self.entries.items():
            if entry.seq and (name, entry.seq) not in met:
                yield Disagreement("entry_not_in_chain", name, "a link", entry.kind, entry.seq)

    def _before(self, link: Pointer) -> Pointer | None:
        entry = self.entries.get(link.name)
        receipt = self.pending.get(link.name)
        marker = self.entries.get(void_name(link.seq))
        if entry is not None and entry.seq == link.seq:
            return entry.before
        if receipt is not None and receipt.seq == link.seq:
            return receipt.before
        return marker.skips if marker is not None else None

    def _lifetimes(self, entry: Entry) -> Iterator[Disagreement]:
        """I5: nothing is drawn from a lot before its time or from its last instant on."""
        if entry.kind not in {"consumed", "held"}:
            return
        for draw in entry.draws:
            granted = self.entries.get(granted_name(draw.lot_id))
            if granted is None or granted.lot is None:
                yield Disagreement("lot_never_granted", draw.lot_id, "a grant", entry.name, entry.seq)
            elif not granted.lot.effective_at <= entry.at < (granted.lot.expires_at or entry.at + 1):
                life = f"{granted.lot.effective_at}..{granted.lot.expires_at}"
                yield Disagreement("drawn_outside_its_time", draw.lot_id, life, entry.at, entry.seq)

    def _hold(self, entry: Entry) -> Iterator[Disagreement]:
        """A hold is open, or resolved once; it never captures and gives back more or less than it held."""
        if entry.kind != "held":
            return
        resolved = self.entries.get(resolution_name(entry.name))
        returned = self.entries.get(return_name(entry.name))
        resolving = resolution_name(entry.name) in self.book.receipts
        if resolved is None:
            if entry.name not in self._open() and not resolving:
                yield Disagreement("hold_lost", entry.name, "open or resolved", "neither", entry.seq)
            return
        if resolved.kind == "released":  # it lapsed: decision and return are one entry
            if resolved.draws != entry.draws:
                yield Disagreement("hold_given_back", entry.name, entry.requested, _sum(resolved.draws), resolved.seq)
            return
        kept, back = _sum(resolved.draws), _sum(resolved.back)
        if kept + back != entry.requested:
            yield Disagreement("hold_split", entry.name, entry.requested, f"{kept} + {back}", resolved.seq)
        if returned is None and back and not resolving:
            yield Disagreement("hold_not_given_back", entry.name, back, 0, resolved.seq)
        if returned is not None and returned.draws != resolved.back:
            yield Disagreement("hold_given_back", entry.name, back, _sum(returned.draws), returned.seq)

    def _open_holds(self) -> Iterator[Disagreement]:
        away = self.book.held_away
        if away is not None and away.name not in self.entries:
            yield Disagreement("page_missing", away.name, "a page", "none")
        elif away is not None and away.holds != len(self.entries[away.name].holds):
            yield Disagreement("holds_away", away.name, len(self.entries[away.name].holds), away.holds)
        for name, hold in self._open().items():
            entry = self.entries.get(name)
            if name in self.pending:
                continue
            if entry is None or entry.kind != "held":
                yield Disagreement("hold_without_entry", name, "a hold", "none")
            elif entry.requested != hold.credits:
                yield Disagreement("hold_open", name, entry.requested, hold.credits, entry.seq)
            elif resolution_name(name) in self.entries:
                yield Disagreement("hold_open", name, "resolved", "open", entry.seq)


def _moved(entry: Entry) -> Iterator[Draw]:
    """What the entry moved in or out of lots: the shortfall is paid by the first credits in burn order."""
    paid = entry.paid
    for draw in entry.draws:
        to_debt = min(paid, draw.credits)
        paid -= to_debt
        yield Draw(draw.lot_id, draw.credits - to_debt)


def _sum(draws: tuple[Draw, ...]) -> int:
    return sum(draw.credits for draw in draws)
