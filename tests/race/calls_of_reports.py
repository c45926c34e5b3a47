"""The methods of the reports' store: a part of `test_store_faults.CALLS`."""

from __future__ import annotations

from typing import Any

from lotbook.adapters.dynamo.reports import DynamoReports
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.reports.payments import Booked
from lotbook.ports.reports import KeptMonth, KeptSums
from tests.fakes.purchases import ORDERED
from tests.race.store_calls import Call

U = "credits"
LINE = StatementLine(1, Entry("n1", U, "consumed", ORDERED, 1, CHAIN_END))


def _month(where: Table, name: str) -> Any:
    return DynamoReports(where).keep_month("2026-01", KeptMonth(name, b"content", False, {U: 7}))


def _sums(where: Table, month: str) -> Any:
    return DynamoReports(where).keep_sums(month, KeptSums(b"content", False, ORDERED))


def _sale(where: Table, name: str) -> None:
    DynamoReports(where).keep_paid("2026-01", Booked(name, "acme", "pur_1", ORDERED, "sale", "usd", 900))


def _tie(where: Table, month: str) -> Any:
    return DynamoReports(where).keep_tie(month, KeptSums(b"content", False, ORDERED))


REPORTS: dict[str, Call] = {
    "DynamoReports.lines_after": Call(
        lambda t, n: DynamoReports(t).lines_after(n, U, 0, 9), lambda t, n: DynamoStatement(t).file([((n, U), LINE)])
    ),
    "DynamoReports.tallies": Call(
        lambda t, n: DynamoReports(t).tallies(n), lambda t, n: DynamoReports(t).keep_tallies(n, b"content")
    ),
    "DynamoReports.keep_tallies": Call(lambda t, n: DynamoReports(t).keep_tallies(n, b"content")),
    "DynamoReports.month": Call(lambda t, n: DynamoReports(t).month("2026-01", n), _month),
    "DynamoReports.keep_month": Call(_month),
    "DynamoReports.months": Call(lambda t, _: DynamoReports(t).months("2026-01", None, 9), _month),
    "DynamoReports.sums": Call(lambda t, n: DynamoReports(t).sums(n), _sums),
    "DynamoReports.keep_sums": Call(_sums),
    "DynamoReports.place": Call(
        lambda t, _: DynamoReports(t).place(), lambda t, _: DynamoReports(t).keep_place(b"content")
    ),
    "DynamoReports.keep_place": Call(lambda t, _: DynamoReports(t).keep_place(b"content")),
    "DynamoPayments.keep_paid": Call(_sale),
    "DynamoPayments.paid": Call(lambda t, _: DynamoReports(t).paid("2026-01", None, 9), _sale),
    "DynamoPayments.paid_of": Call(lambda t, n: DynamoReports(t).paid_of("2026-01", n), _sale),
    "DynamoPayments.sold": Call(lambda t, n: DynamoReports(t).sold([n, "pi_none"]), _sale),
    "DynamoReports.tie": Call(lambda t, n: DynamoReports(t).tie(n), _tie),
    "DynamoReports.keep_tie": Call(_tie),
    "DynamoReports.tie_place": Call(
        lambda t, _: DynamoReports(t).tie_place(), lambda t, _: DynamoReports(t).keep_tie_place(b"content")
    ),
    "DynamoReports.keep_tie_place": Call(lambda t, _: DynamoReports(t).keep_tie_place(b"content")),
}
