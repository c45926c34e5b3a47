"""Books in memory: the same protocol as the table, correct under threads, every call a point where others may come between.

Conditions are stated again here, on values instead of expressions: tests/contracts holds the two to the same answers.
`before` is called ahead of every call with the call's name and what it is about: the explorer's scheduling point.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from threading import RLock

from lotbook.domain.credits import hold_pages
from lotbook.domain.credits.book import MAX_ORDERS, MAX_RECEIPTS, Book, Memo, Receipt
from lotbook.domain.credits.ledger import Entry, OpenHold, Pointer, granted_name, share_of
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Order
from lotbook.ports.books import Prune, WriteOutcome

GUARDS = frozenset(
    {
        "note_once",
        "enough_left",  # no more is burned than is there
        "until",  # the book is not used past its horizon
        "not_paused",  # a paused account burns nothing
        "not_held",  # a key has one open hold
        "hold_room",  # a book takes only so many open holds
        "room",  # receipts and outcomes are few enough to be settled with one look
        "order_room",  # waiting orders are few
        "pause_version",  # an older decision lifts no newer pause
        "mark_version",  # an older decision undoes no newer mark
        "prune",  # the receipt to prune is still the one whose entry was seen
        "ask_version",  # an order moves the version
        "swap_burns",  # a turn compares with the burns it read
        "swap_version",  # a turn compares with the version it read
        "put_if_absent",  # an entry is written once
        "receipt_absent",  # a key has one receipt at a time
        "since",  # the book is not used with a clock before its last turn
        "hold_open",  # a hold is resolved once
        "order_period",  # an order waits until the period that is over is renewed
        "order_absent",  # a waiting order is not asked again
    }
)


class FakeBooks:
    """Implements `BookStore`. `without`: guards that are taken out, to see what they are for."""

    def __init__(
        self,
        *,
        max_receipts: int = MAX_RECEIPTS,
        without: Iterable[str] = (),
        before: Callable[..., None] | None = None,
    ) -> None:
        self.lock = RLock()
        self.books: dict[tuple[str, str], Book] = {}
        self.ledger: dict[tuple[str, ...], Entry] = {}
        self.notes: dict[tuple[str, str, str], dict[str, str]] = {}
        self.dropped: set[tuple[str, str, str]] = set()  # notes of burns that were refused
        self.holds_due: set[tuple[str, str]] = set()
        self.calls: Counter[str] = Counter()
        self.max_receipts = max_receipts
        self.guarded = GUARDS - set(without)
        self.before = before

    # --- the protocol --------------------------------------------------------------------------------------------

    def burn(self, account_id: str, unit: str, name: str, memo: Memo, prunes: Sequence[Prune]) -> WriteOutcome:
        self._call("burn", name)
        prunes = [prune for prune in prunes if prune.name != name]
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None or not self._may_burn(book, name, memo, prunes):
                return WriteOutcome(False, book)
            book = self._pruned(book, prunes)
            receipts = dict(book.receipts)
            receipts[name] = Receipt(memo, book.position, book.head)
            holds = dict(book.holds)
            if memo.kind == "hold":
                assert memo.due is not None
                holds[name] = OpenHold(memo.due, memo.credits)
            return self._write(
                account_id,
                unit,
                replace(
                    book,
                    position=book.position + memo.credits,
                    available=book.available - memo.credits,
                    head=Pointer(name, book.head.seq + 1),
                    receipts=receipts,
                    holds=holds,
                ),
            )

    def burn_many(self, account_id: str, unit: str, burns: Sequence[tuple[str, Memo]]) -> WriteOutcome:
        self._call("burn_many", ",".join(name for name, _ in burns))
        with self.lock:
            before = book = self.books.get((account_id, unit))
            if book is None or not self._has_room(book, len(burns)):
                return WriteOutcome(False, book)
            for name, memo in burns:
                if not self._may_burn(book, name, memo, ()):
                    return WriteOutcome(False, before)
                book = replace(
                    book,
                    position=book.position + memo.credits,
                    available=book.available - memo.credits,
                    head=Pointer(name, book.head.seq + 1),
                    receipts=dict(book.receipts) | {name: Receipt(memo, book.position, book.head)},
                )
            return self._write(account_id, unit, book)

    def prune(self, account_id: str, unit: str, prunes: Sequence[Prune]) -> WriteOutcome:
        self._call("prune", ",".join(prune.name for prune in prunes))
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None or not all(self._may_prune(book, prune) for prune in prunes):
                return WriteOutcome(False, book)
            return self._write(account_id, unit, self._pruned(book, prunes))

    def resolve(self, account_id: str, unit: str, name: str, memo: Memo) -> WriteOutcome:
        self._call("resolve", name)
        with self.lock:
            book = self.books.get((account_id, unit))
            hold = memo.hold or ""
            if book is None or not (
                (hold in book.holds or "hold_open" not in self.guarded)
                and self._in_time(book, memo)
                and self._within_its_horizon(book, memo)
                and self._no_receipt(book, name)
                and self._has_room(book, 1)
            ):
                return WriteOutcome(False, book)
            return self._write(
                account_id,
                unit,
                replace(
                    book,
                    head=Pointer(name, book.head.seq + 1),
                    receipts=dict(book.receipts) | {name: Receipt(memo, book.position, book.head)},
                    holds={other: open_hold for other, open_hold in book.holds.items() if other != hold},
                ),
            )

    def ask(self, account_id: str, unit: str, order: Order, at: int = 0) -> WriteOutcome:
        self._call("ask", order.order_id)
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None or ("order_room" in self.guarded and len(book.orders) >= MAX_ORDERS):
                return WriteOutcome(False, book)
            if order.order_id in book.orders and "order_absent" in self.guarded:
                return WriteOutcome(False, book)
            if book.renews_at <= at and "order_period" in self.guarded:
                return WriteOutcome(False, book)
            version = book.version + 1 if "ask_version" in self.guarded else book.version
            orders = dict(book.orders) | {order.order_id: order}
            return self._write(account_id, unit, replace(book, orders=orders, until=0, version=version))

    def swap(self, account_id: str, unit: str, old: Book, new: Book) -> WriteOutcome:
        self._call("swap", str(old.version))
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None:
                return WriteOutcome(False, None)
            moved = "swap_burns" in self.guarded and (book.position, book.head) != (old.position, old.head)
            turned = "swap_version" in self.guarded and book.version != old.version
            if moved or turned:
                return WriteOutcome(False, book)
            written = replace(new, pause_reason=book.pause_reason, pause_version=book.pause_version)
            return self._write(account_id, unit, written)

    def tidy(self, account_id: str, unit: str, outcomes: Iterable[str]) -> None:
        gone = set(outcomes)
        self._call("tidy", "")
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None:
                return
            left = {name: entry for name, entry in book.outcomes.items() if name not in gone}
            receipts = {name: receipt for name, receipt in book.receipts.items() if name not in gone}
            self._write(account_id, unit, replace(book, outcomes=left, receipts=receipts))

    def pause(self, account_id: str, unit: str, reason: str | None, version: int) -> WriteOutcome:
        self._call("pause", reason or "")
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None or ("pause_version" in self.guarded and book.pause_version >= version):
                return WriteOutcome(False, book)
            paused = replace(book, pause_reason=reason, pause_version=version, version=book.version + 1)
            return self._write(account_id, unit, paused)

    def mark(self, account_id: str, unit: str, *, tops_up: str | None, version: int) -> WriteOutcome:
        self._call("mark", str(tops_up))
        with self.lock:
            book = self.books.get((account_id, unit))
            if book is None or ("mark_version" in self.guarded and book.top_up_version >= version):
                return WriteOutcome(False, book)
            marked = replace(book, tops_up=tops_up, top_up_version=version, version=book.version + 1)
            return self._write(account_id, unit, marked)

    def create(self, account_id: str, unit: str, book: Book) -> bool:
        self._call("create", unit)
        with self.lock:
            if (account_id, unit) in self.books and "put_if_absent" in self.guarded:
                return False
            self.books[account_id, unit] = book
            return True

    def get(self, account_id: str, unit: str) -> Book | None:
        self._call("get", unit)
        with self.lock:
            return self.books.get((account_id, unit))

    def put_entry(self, account_id: str, entry: Entry) -> Entry | None:
        self._call("put_entry", entry.name)
        with self.lock:
            older = self.ledger.get(self._key(account_id, entry.unit, entry.name))
            if older is not None and "put_if_absent" in self.guarded:
                return older
            self.ledger[self._key(account_id, entry.unit, entry.name)] = entry
            if entry.kind == "held":
                self.holds_due.add((account_id, entry.name))
            return None

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        self._call("entry", name)
        with self.lock:
            return self.ledger.get(self._key(account_id, unit, name))

    def entries(self, account_id: str, unit: str, names: Iterable[str]) -> Mapping[str, Entry]:
        wanted = list(names)
        if not wanted:
            return {}
        self._call("entries", ",".join(wanted))
        with self.lock:
            found = {name: self.ledger.get(self._key(account_id, unit, name)) for name in wanted}
            return {name: entry for name, entry in found.items() if entry is not None}

    def lots(self, account_id: str, unit: str, lot_ids: Iterable[str]) -> Mapping[str, Lot]:
        wanted = list(lot_ids)
        self._call("lots", ",".join(wanted))
        with self.lock:
            found = (self.ledger.get(self._key(account_id, unit, granted_name(lot_id))) for lot_id in wanted)
            return {entry.lot.lot_id: entry.lot for entry in found if entry is not None and entry.lot}

    def lot_entries(self, account_id: str, unit: str, lot_id: str) -> list[Entry]:
        self._call("lot_entries", lot_id)
        with self.lock:
            ours = [entry for key, entry in self.ledger.items() if key[:2] == (account_id, unit)]
        of_lot = [entry for entry in ours if f"{entry.name}#".startswith(f"lot#{lot_id}#")]
        together = [share_of(entry, lot_id) for entry in ours if entry.is_together]
        return of_lot + [entry for entry in together if entry.draws]

    def entries_of_lots(self, account_id: str, unit: str, lot_ids: Sequence[str]) -> Mapping[str, list[Entry]]:
        return {lot_id: self.lot_entries(account_id, unit, lot_id) for lot_id in lot_ids}

    def newest_of_lots(self, account_id: str, unit: str, last: str, most: int) -> Mapping[str, Entry]:
        self._call("newest_of_lots", last)
        with self.lock:
            ours = {entry.name: entry for key, entry in self.ledger.items() if key[:2] == (account_id, unit)}
        names = sorted((name for name in ours if name <= last), reverse=True)
        return {name: ours[name] for name in names[:most]}

    def note_metadata(self, account_id: str, name: str, digest: str, metadata: Mapping[str, str]) -> None:
        self._call("note_metadata", name)
        with self.lock:
            place = account_id, name, digest
            if place not in self.notes or place in self.dropped or "note_once" not in self.guarded:
                self.notes[place] = dict(metadata)
                self.dropped.discard(place)

    def forget_note(self, account_id: str, name: str, digest: str) -> None:
        self._call("forget_note", name)
        with self.lock:
            self.notes[account_id, name, digest] = {}
            self.dropped.add((account_id, name, digest))

    def metadata(self, account_id: str, noted: Iterable[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
        self._call("metadata", account_id)
        with self.lock:
            wanted = {name: self.notes.get((account_id, name, digest)) for name, digest in noted}
            return {name: note for name, note in wanted.items() if note is not None}

    def hold_done(self, account_id: str, name: str) -> None:
        self._call("hold_done", name)
        with self.lock:
            self.holds_due.discard((account_id, name))

    def stand_back(self) -> None:
        """Nothing to wait for here."""

    # --- inside --------------------------------------------------------------------------------------------------

    def _call(self, operation: str, about: str) -> None:
        if self.before is not None:
            self.before(operation, about)
        with self.lock:
            self.calls[operation] += 1

    def _write(self, account_id: str, unit: str, book: Book) -> WriteOutcome:
        self.books[account_id, unit] = book
        return WriteOutcome(True, book)

    def _may_burn(self, book: Book, name: str, memo: Memo, prunes: Sequence[Prune]) -> bool:
        return (
            (book.available >= memo.credits or "enough_left" not in self.guarded)
            and self._in_time(book, memo)
            and self._within_its_horizon(book, memo)
            and (book.pause_reason is None or "not_paused" not in self.guarded)
            and self._no_receipt(book, name)
            and (name not in book.holds or "not_held" not in self.guarded)
            and self._has_room(book, 1)
            and (memo.kind != "hold" or not hold_pages.is_full(book) or "hold_room" not in self.guarded)
            and all(self._may_prune(book, prune) for prune in prunes)
        )

    def _in_time(self, book: Book, memo: Memo) -> bool:
        return book.since <= memo.at or "since" not in self.guarded

    def _within_its_horizon(self, book: Book, memo: Memo) -> bool:
        return book.until > memo.at or "until" not in self.guarded

    def _has_room(self, book: Book, burns: int) -> bool:
        return len(book.receipts) + len(book.outcomes) + burns <= self.max_receipts or "room" not in self.guarded

    def _no_receipt(self, book: Book, name: str) -> bool:
        return name not in book.receipts or "receipt_absent" not in self.guarded

    def _may_prune(self, book: Book, prune: Prune) -> bool:
        if "prune" not in self.guarded:
            return True
        return book.record(prune.name) in (None, prune.receipt)

    @staticmethod
    def _pruned(book: Book, prunes: Sequence[Prune]) -> Book:
        gone = {prune.name for prune in prunes}
        receipts = {name: receipt for name, receipt in book.receipts.items() if name not in gone}
        outcomes = {name: entry for name, entry in book.outcomes.items() if name not in gone}
        return replace(book, receipts=receipts, outcomes=outcomes)

    @staticmethod
    def _key(account_id: str, unit: str, name: str) -> tuple[str, ...]:
        """Burns and holds have one key space over all units; what a lot or a turn left lies by unit."""
        if name.startswith(("lot#", "void#", "renew#")):
            return account_id, unit, name
        return account_id, "", name
