"""The reports' ports in memory: one account with a ledger that a test has written down, and months that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry, Pointer
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.reports.payments import Booked, Moved
from lotbook.domain.sales.purchase import Purchase
from lotbook.ports.directory import Found
from lotbook.ports.reconciliation import RowPage
from lotbook.ports.reports import KeptMonth, KeptSums
from lotbook.usecases.reports.fold_account import ReportDesk


class FakeReports:
    """Implements `ReportStore`. `lines`: what the stream has filed, by number."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, str], dict[int, Entry]] = {}
        self.read: dict[str, bytes] = {}
        self.kept: dict[tuple[str, str], KeptMonth] = {}
        self.summed: dict[str, KeptSums] = {}
        self.round: bytes | None = None
        self.rows: dict[tuple[str, str], Booked | Moved] = {}
        self.sales: set[str] = set()
        self.ties: dict[str, KeptSums] = {}
        self.tying: bytes | None = None

    def lines_after(self, account_id: str, unit: str, seq: int, limit: int) -> list[StatementLine]:
        lines = self.lines.get((account_id, unit), {})
        numbers = [number for number in range(seq + 1, seq + 1 + limit) if number in lines]
        if not numbers:  # behind a hole
            numbers = sorted(number for number in lines if number > seq)[:limit]
        return [StatementLine(number, lines[number]) for number in numbers]

    def tallies(self, account_id: str) -> bytes | None:
        return self.read.get(account_id)

    def keep_tallies(self, account_id: str, content: bytes) -> None:
        self.read[account_id] = content

    def month(self, month: str, account_id: str) -> KeptMonth | None:
        return self.kept.get((month, account_id))

    def keep_month(self, month: str, kept: KeptMonth) -> bool:
        return _kept_until_closed(self.kept, (month, kept.account_id), kept)

    def months(self, month: str, after: str | None, limit: int) -> tuple[list[KeptMonth], str | None]:
        found = [kept for (of, name), kept in sorted(self.kept.items()) if of == month and name > (after or "")]
        return found[:limit], found[limit - 1].account_id if len(found) > limit else None

    def sums(self, month: str) -> KeptSums | None:
        return self.summed.get(month)

    def keep_sums(self, month: str, kept: KeptSums) -> bool:
        return _kept_until_closed(self.summed, month, kept)

    def place(self) -> bytes | None:
        return self.round

    def keep_place(self, content: bytes) -> None:
        self.round = content

    def keep_paid(self, month: str, row: Booked | Moved) -> None:
        if isinstance(row, Booked) and row.type == "sale":
            self.sales.add(row.payment)
        self.rows[month, row.place] = row

    def paid(self, month: str, after: str | None, limit: int) -> tuple[list[Booked | Moved], str | None]:
        found = [row for (of, place), row in sorted(self.rows.items()) if of == month and place > (after or "")]
        return found[:limit], found[limit - 1].place if len(found) > limit else None

    def paid_of(self, month: str, payment: str) -> list[Booked | Moved]:
        return [row for (of, _), row in sorted(self.rows.items()) if (of, row.payment) == (month, payment)]

    def sold(self, payments: Sequence[str]) -> set[str]:
        assert len(payments) <= 100
        return self.sales & set(payments)

    def tie(self, month: str) -> KeptSums | None:
        return self.ties.get(month)

    def keep_tie(self, month: str, kept: KeptSums) -> bool:
        return _kept_until_closed(self.ties, month, kept)

    def tie_place(self) -> bytes | None:
        return self.tying

    def keep_tie_place(self, content: bytes) -> None:
        self.tying = content


def _kept_until_closed(where: dict[Any, Any], name: Any, kept: KeptMonth | KeptSums) -> bool:
    if name in where and where[name].closed:
        return False
    where[name] = kept
    return True


class FakeBalance:
    """Implements `GatewayBalance` over what a test has written down, in pages of `size`; `fails`: what the next calls raise."""

    def __init__(self, *moved: Moved, size: int = 2) -> None:
        self.moved, self.size, self.asked = list(moved), size, list[ComparedPeriod]()
        self.fails: list[Exception] = []

    def balance(self, period: ComparedPeriod, after: str | None) -> RowPage[Moved]:
        self.asked.append(period)
        if self.fails:
            raise self.fails.pop()
        newest = sorted(
            (each for each in self.moved if period.holds(each.at)), key=lambda each: (-each.at, each.transaction)
        )
        start = next((n + 1 for n, each in enumerate(newest) if each.transaction == after), 0)
        rows = newest[start : start + self.size]
        return RowPage(tuple(rows), rows[-1].transaction if start + self.size < len(newest) else None)


class OneLedger:
    """The reading side of books, purchases, accounts and the directory. `entries`: of each account, in the chain's order."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self.rows: dict[str, list[Purchase]] = {}
        self.unit = "credits"

    def get(self, account_id: str, name: str = "") -> Any:
        """A book, a purchase, or an account, by what is asked for."""
        if name == self.unit:
            known = self.entries.get(account_id, [])
            head = Pointer(known[-1].name, known[-1].seq) if known else Pointer("", 0)
            return Book(head=head)
        if name:
            return next((row for row in self.rows[account_id] if row.purchase_id == name), None)
        return SimpleNamespace(account_id=account_id, region="DE")

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        return next((each for each in self.entries[account_id] if each.name == name), None)

    def page(self, *asked: Any) -> Any:
        """Of an account's purchases; or, where none is named, of all accounts."""
        if isinstance(asked[0], str):
            return list(self.rows.get(asked[0], [])), None
        limit, after = asked
        names = [name for name in sorted(self.rows) if name > (after or "")]
        return [Found(name, name) for name in names[:limit]]

    def version(self, policy_id: str, version: int) -> None:
        """No policy: a credit period is a month."""


def a_desk(ledger: OneLedger, reports: FakeReports, clock: Any) -> ReportDesk:
    """The desk over them."""
    port: Any = ledger
    return ReportDesk(reports, port, port, port, port, clock)


def file_all(ledger: OneLedger, reports: FakeReports, account_id: str, skip: Sequence[int] = ()) -> None:
    """What the stream does, but for lines that it has lost."""
    lines = {each.seq: each for each in ledger.entries[account_id] if each.seq not in skip}
    reports.lines[account_id, ledger.unit] = lines
