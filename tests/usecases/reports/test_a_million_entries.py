"""What reading costs: counted in make test, and a million entries within a function's time in the soak."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from time import process_time
from typing import Any

import pytest

from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.reports.lines import month_of_bytes
from lotbook.domain.sales.purchase import Settlement
from lotbook.domain.values.instants import DAY, SECOND, from_text
from lotbook.usecases.reports.fold_account import fold_account
from lotbook.usecases.reports.read_ledger import LINES_A_PAGE
from tests.fakes.accounts import ManualClock
from tests.fakes.purchases import a_purchase
from tests.fakes.reports import FakeReports, OneLedger, a_desk

A, U, LOT = "acme", "credits", "lot_a"
SOLD = from_text("2026-01-01T00:00:00Z")
PLENTY = 10**9
LAMBDA = 300 * SECOND


class Long(FakeReports):
    """A ledger of burns of 1, each made when it is asked for: one lot, a year."""

    def __init__(self, entries: int) -> None:
        super().__init__()
        self.entries, self.calls = entries, Counter[str]()
        lot = Lot(LOT, U, "purchased", PLENTY, 3, SOLD, None, SOLD)
        draws = (Draw(LOT, PLENTY),)
        self.first = Entry(f"lot#{LOT}", U, "granted", SOLD, 1, credits=PLENTY, draws=draws, lot=lot)
        self.burn = Entry("use", U, "consumed", SOLD, draws=(Draw(LOT, 1),), credits=-1, requested=1)

    def lines_after(self, account_id: str, unit: str, seq: int, limit: int) -> list[StatementLine]:
        self.calls["lines"] += 1
        return [self.line(number) for number in range(seq + 1, min(seq + limit, self.entries) + 1)]

    def line(self, seq: int) -> StatementLine:
        if seq == 1:
            return StatementLine(1, self.first)
        before = Pointer(self.first.name if seq == 2 else f"use{seq - 1}", seq - 1)
        at = SOLD + seq * 365 * DAY // (self.entries + 1)
        return StatementLine(seq, replace(self.burn, name=f"use{seq}", seq=seq, before=before, at=at))

    def keep_tallies(self, account_id: str, content: bytes) -> None:
        self.calls["kept"] += 1
        super().keep_tallies(account_id, content)

    def keep_month(self, month: str, kept: Any) -> bool:
        self.calls["months"] += 1
        return super().keep_month(month, kept)


class OfLong(OneLedger):
    def __init__(self, reports: Long) -> None:
        super().__init__()
        self.reports = reports
        row = a_purchase(account_id=A, credits=PLENTY, settlement=Settlement(SOLD, LOT, None))
        self.rows[A] = [row]

    def get(self, account_id: str, name: str = "") -> Any:
        if name == U:
            return Book(head=Pointer(f"use{self.reports.entries}", self.reports.entries))
        return super().get(account_id, name)


def fold(reports: Long, at: int) -> int:
    desk = a_desk(OfLong(reports), reports, ManualClock())
    folded = fold_account(A, at, desk=desk, has_time=lambda: True)
    assert folded.finished
    return folded.entries


def used(reports: Long) -> int:
    return sum(line.credits_used for kept in reports.kept.values() for line in month_of_bytes(kept.content).lots)


def test_each_entry_is_read_once_a_thousand_a_call_and_the_next_run_reads_what_is_new() -> None:
    reports, at = Long(20_000), SOLD + 364 * DAY
    assert fold(reports, at) == 20_000
    assert (reports.calls["lines"], reports.calls["kept"]) == (20_000 // LINES_A_PAGE, 1)
    assert used(reports) == 19_999
    reports.calls.clear()
    assert fold(reports, at) == 0
    assert reports.calls == {}, "nothing is written where nothing is new"


@pytest.mark.soak
def test_a_million_entries_are_read_within_a_functions_time() -> None:
    reports, began = Long(1_000_000), process_time()
    assert fold(reports, SOLD + 364 * DAY) == 1_000_000
    seconds = process_time() - began
    assert used(reports) == 999_999
    assert (reports.calls["lines"], reports.calls["kept"]) == (1_000, 21)
    print(f"{seconds:.1f} s of processor, {seconds * 1_000_000 / reports.entries:.1f} µs an entry with making it")
    assert seconds * SECOND < LAMBDA / 2
    before = {where: (month.content, month.closed) for where, month in reports.kept.items()}
    reports.read.clear()
    reports.kept.clear()
    assert fold(reports, SOLD + 364 * DAY) == 1_000_000
    assert {where: (month.content, month.closed) for where, month in reports.kept.items()} == before, "a rebuild"
