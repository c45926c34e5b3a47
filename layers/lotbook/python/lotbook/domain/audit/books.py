"""Whether a ledger explains a book, to the last credit and at any moment, pending receipts included (D37).

Written from the invariants, not from the code that keeps them: it shares nothing with `turn.py` but the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.audit.replay import Replayed, Window, replay
from lotbook.domain.audit.standing import START, LedgerStanding
from lotbook.domain.credits.book import Book, Receipt, draws_between, rests
from lotbook.domain.credits.ledger import Entry, OpenHold, resolution_name
from lotbook.domain.credits.lots import Rest, burn_order
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.light_dataclasses import dataclass

LAST = 10**15  # where a difference without a number stands among the others


def audit(unit: str, book: Book, ledger: Mapping[str, Entry]) -> list[str]:
    """What does not add up between a book and its unit's entries (by name, other units' entries may be among them)."""
    return [str(difference) for difference in differences(unit, book, ledger)]


def differences(unit: str, book: Book, ledger: Mapping[str, Entry]) -> list[Disagreement]:
    """The same as data, the earliest in the book's history first."""
    entries = {name: entry for name, entry in ledger.items() if entry.unit == unit}
    window = Window(book.head, entries, book.receipts, book.outcomes)
    return examine(unit, window, START, book)[0]


def examine(
    unit: str, window: Window, since: LedgerStanding, book: Book | None = None
) -> tuple[list[Disagreement], LedgerStanding]:
    """Replay the window on top of a standing: what differs, the earliest first, and the standing to go on from.

    `book`: whose head is the window's top, to be held against what came out; None for a window that ends before.
    """
    replayed, kept = replay(window, since)
    found = replayed.found
    if book is not None:
        found = [*found, *_Comparison(unit, book, window, replayed).run()]
    return sorted(found, key=lambda difference: difference.seq or LAST), kept


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A book against what its ledger comes to."""

    unit: str
    book: Book
    window: Window
    replayed: Replayed

    def run(self) -> Iterator[Disagreement]:
        yield from self._lots()
        yield from self._debt()
        yield from self._tape()
        yield from self._shelf()
        yield from self._holds_of_the_ledger()
        yield from self._holds_of_the_book()

    @property
    def pending(self) -> dict[str, Receipt]:
        """Receipts that the ledger's sums do not hold yet."""
        unread = self.replayed.standing.unread
        return {name: receipt for name, receipt in self.window.pending.items() if unread.get(receipt.seq) == name}

    def _lots(self) -> Iterator[Disagreement]:
        expected = Counter(self.replayed.standing.lots)
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
        short = self.replayed.standing.short
        if short != self.book.debt or self.book.debt < 0:
            yield Disagreement("shortfall", self.unit, short, self.book.debt)

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

    def _shelf(self) -> Iterator[Disagreement]:
        for name in self.book.shelf:
            if name not in self.window.entries:
                yield Disagreement("page_missing", name, "a page", "none")
        spendable = sum(rest.left for rest in self._shelved() if rest.is_spendable)
        if spendable != self.book.shelved:
            yield Disagreement("shelved", self.unit, spendable, self.book.shelved)

    def _shelved(self) -> list[Rest]:
        pages = [self.window.entries[name] for name in self.book.shelf if name in self.window.entries]
        return [rest for page in pages for rest in page.rests]

    def _open(self) -> dict[str, OpenHold]:
        """Holds that the book says are open; a name on the page whose resolution is in the book is none any more."""
        away, entries = self.book.held_away, self.window.entries
        there = dict(entries[away.name].holds) if away and away.name in entries else {}
        return {name: hold for name, hold in there.items() if resolution_name(name) not in self.book.receipts} | dict(
            self.book.holds
        )

    def _holds_of_the_ledger(self) -> Iterator[Disagreement]:
        """Each is open in the book, or on its way to be resolved; what a capture did not use is on its way back."""
        is_open, standing = self._open(), self.replayed.standing
        for name in standing.held:
            if name not in is_open and resolution_name(name) not in self.book.receipts:
                yield Disagreement("hold_lost", name, "open or resolved", "neither", self._seq(name))
        for name, back in standing.owed.items():
            if resolution_name(name) not in self.book.receipts:
                yield Disagreement("hold_not_given_back", name, back, 0, self._seq(resolution_name(name)))

    def _holds_of_the_book(self) -> Iterator[Disagreement]:
        away, entries = self.book.held_away, self.window.entries
        if away is not None and away.name not in entries:
            yield Disagreement("page_missing", away.name, "a page", "none")
        elif away is not None and away.holds != len(entries[away.name].holds):
            yield Disagreement("holds_away", away.name, len(entries[away.name].holds), away.holds)
        pending = self.pending
        for name, hold in self._open().items():
            held = self.replayed.standing.held.get(name)
            if name in pending:
                continue
            if held is None and name in self.replayed.resolved:
                yield Disagreement("hold_open", name, "resolved", "open", self._seq(name))
            elif held is None:
                yield Disagreement("hold_without_entry", name, "a hold", "none")
            elif held != hold.credits:
                yield Disagreement("hold_open", name, held, hold.credits, self._seq(name))

    def _seq(self, name: str) -> int:
        entry = self.window.all.get(name)
        return 0 if entry is None else entry.seq
