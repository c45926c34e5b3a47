"""An account with a long history, made of entries that nobody had to burn: one lot, a burn of 1 an entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lotbook.domain.credits.book import Book, Segment
from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.usecases.audit.audit_account import Auditing
from tests.audit import FakeAudits, NoPurchases
from tests.fakes.accounts import ManualClock
from tests.fakes.books import FakeBooks

A, U, LOT = "acc", "credits", "lot_a"
PLENTY = 10**9


class Lines:
    """Implements the reading side of `StatementStore`: what is in `lines`, by number."""

    def __init__(self) -> None:
        self.lines: dict[int, Entry] = {}

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        seqs = range(before_seq - 1, max(before_seq - 1 - limit, 0), -1)
        return [StatementLine(seq, self.lines[seq]) for seq in seqs if seq in self.lines]

    def file(self, account_id: str, unit: str, lines: Sequence[StatementLine]) -> None:
        self.lines |= {line.seq: line.entry for line in lines}


class LongLedger:
    """The account, the ports of its audit, and what the audit has called: calls, and entries that were read."""

    def __init__(self, entries: int, *, filed: bool = True) -> None:
        self.books, self.clock, self.statement = FakeBooks(), ManualClock(), Lines()
        self.start, self.filed = self.clock.instant, filed
        self.calls: Counter[str] = Counter()
        lot = Lot(LOT, U, "plan", PLENTY, 1, self.start, None, self.start)
        draws = (Draw(LOT, PLENTY),)
        granted = Entry(f"lot#{LOT}", U, "granted", self.start, credits=PLENTY, draws=draws, lot=lot)
        self.books.books[A, U] = Book(tape=(Segment(PLENTY, LOT, 1, None, self.start),), available=PLENTY)
        self._put(replace(granted, seq=1))
        self.books.books[A, U] = replace(self.book, head=Pointer(granted.name, 1))
        self.burn(entries - 1)
        self.audits = FakeAudits(self.books)
        self.ports = Auditing(
            Counting(self.audits, self.calls),
            Counting(self.books, self.calls),
            Counting(NoPurchases(), self.calls),
            self.clock,
            Counting(self.statement, self.calls),
        )

    @property
    def book(self) -> Book:
        return self.books.books[A, U]

    def burn(self, times: int) -> None:
        """As many burns of 1, journaled and out of the book again."""
        draws, before = (Draw(LOT, 1),), self.book.head
        for seq in range(before.seq + 1, before.seq + 1 + times):
            name = f"use{seq}"
            self._put(Entry(name, U, "consumed", self.start, seq, before, -1, draws, requested=1))
            before = Pointer(name, seq)
        position = self.book.position + times
        book = replace(self.book, head=before, position=position, available=PLENTY - position)
        self.books.books[A, U] = book

    def grant(self, lot: Lot) -> None:
        """A lot on the tape's end, and its entry."""
        head = self.book.head
        entry = Entry(f"lot#{lot.lot_id}", U, "granted", self.start, head.seq + 1, head, lot.credits, lot=lot)
        self._put(replace(entry, draws=(Draw(lot.lot_id, lot.credits),)))
        end = self.book.end + lot.credits
        tape = (*self.book.tape, Segment(end, lot.lot_id, lot.rank, lot.expires_at, lot.created_at))
        self.books.books[A, U] = replace(
            self.book,
            head=Pointer(entry.name, entry.seq),
            tape=tape,
            available=end - self.book.position,
        )

    def _put(self, entry: Entry) -> None:
        self.books.ledger[FakeBooks._key(A, U, entry.name)] = entry
        if self.filed:
            self.statement.lines[entry.seq] = entry

    def change(self, name: str, **fields: Any) -> None:
        """Somebody writes into the ledger by hand."""
        key = FakeBooks._key(A, U, name)
        self.books.ledger[key] = replace(self.books.ledger[key], **fields)


class Counting:
    """A port that counts its calls, and the entries that it answers."""

    def __init__(self, port: Any, calls: Counter[str]) -> None:
        self._port, self._calls = port, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **more: Any) -> Any:
            answer = method(*args, **more)
            self._calls[name] += 1
            if name in ("entries", "lot_events", "lot_entries") and isinstance(answer, Mapping | Iterable):
                self._calls["entries read"] += len(list(answer))
            return answer

        return call
