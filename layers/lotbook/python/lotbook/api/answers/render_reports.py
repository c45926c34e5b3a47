"""Reports for finance as JSON, in minor units, and as CSV for spreadsheets, in major ones. The columns are the JSON's members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from lotbook.api.answers.render_csv import headers, table
from lotbook.domain.reports.lines import PAID, ROLLED, LotLine, TaxLine
from lotbook.domain.values import money
from lotbook.domain.values.instants import to_optional_text, to_text
from lotbook.usecases.reports.read_report import Group, OfAccount, ReportPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.api.answers.render_csv import Cell
    from lotbook.api.answers.shapes_reports import Report
    from lotbook.domain.reports.lines import Report as ReportName

MINOR = "_minor"
STATE_HEADER, AS_OF_HEADER = "lotbook-report-state", "lotbook-report-as-of"
_RECOGNITION = ("account_id", "purchase_id", "lot_id", "lot_kind", "plan_id", "currency", "sold_at")
_CREDITS = ("credits", "credits_used", "credits_left")
_ROLLED = (*(f"{name}{MINOR}" for name in ROLLED), f"recognized{MINOR}")
COLUMNS: Mapping[ReportName, Sequence[str]] = {
    "liability": ("currency", "plan_id", "age_days", "lots", "credits_left", "amount_minor"),
    "recognition": (*_RECOGNITION, *_CREDITS, *_ROLLED),
    "roll-forward": ("currency", *_ROLLED, *(f"{name}{MINOR}" for name in PAID)),
    "tax": (
        *("account_id", "purchase_id", "at", "type", "item_kind", "country", "tax_name", "rate", "tax_id", "invoice"),
        *("currency", "net_minor", "tax_minor", "total_minor"),
    ),
}


def state_of(page: ReportPage) -> Literal["open", "closed"]:
    """Whether the month's figures may still change."""
    return "closed" if page.is_closed else "open"


def report(page: ReportPage, next_cursor: str | None) -> Report:
    """The page as JSON."""
    lines: Any = [{"kind": page.asked.report, **_values(each)} for each in page.lines]
    return {
        "report": page.asked.report,
        "month": page.asked.month,
        "state": state_of(page),
        "as_of": to_optional_text(page.as_of),
        "lines": lines,
        "next_cursor": next_cursor,
    }


def report_csv(page: ReportPage) -> str:
    """One header row; month and state stand in every line. Amounts are in the currency's major unit, exact."""
    columns, start = COLUMNS[page.asked.report], (page.asked.month, state_of(page))
    named = ["month", "state", *(name.removesuffix(MINOR) for name in columns)]
    return table(named, ([*start, *_cells(columns, _values(each))] for each in page.lines))


def csv_headers(page: ReportPage, next_cursor: str | None) -> dict[str, str]:
    """What goes with the CSV: a file without a line says its state here."""
    named = headers(f"{page.asked.report}-{page.asked.month}.csv", next_cursor) | {STATE_HEADER: state_of(page)}
    return named if page.as_of is None else named | {AS_OF_HEADER: to_text(page.as_of)}


def _cells(columns: Sequence[str], values: Mapping[str, Any]) -> list[Cell]:
    currency = values["currency"]
    return [money.amount_text(values[name], currency) if name.endswith(MINOR) else values[name] for name in columns]


def _values(each: Group | OfAccount) -> dict[str, Any]:
    if isinstance(each, Group):
        return _group(each)
    line = each.line
    return _tax(each, line) if isinstance(line, TaxLine) else _lot(each.account_id, line)


def _group(group: Group) -> dict[str, Any]:
    figures = group.figures
    if group.age_days:
        plain = {name: figures[name] for name in ("lots", "credits_left")}
        where = {"currency": group.currency, "plan_id": group.plan_id, "age_days": group.age_days}
        return where | plain | {f"amount{MINOR}": figures["amount"]}
    earned = figures["used"] + figures["expired"] + figures["voided"] - (figures["refunded"] - figures["taken_back"])
    rolled = {f"{name}{MINOR}": figures[name] for name in ROLLED} | {f"recognized{MINOR}": earned}
    return {"currency": group.currency} | rolled | {f"{name}{MINOR}": figures[name] for name in PAID}


def _lot(account_id: str, line: LotLine) -> dict[str, Any]:
    named = {
        "account_id": account_id,
        "purchase_id": line.purchase_id,
        "lot_id": line.lot_id,
        "lot_kind": line.kind,
        "plan_id": line.plan_id,
        "currency": line.currency,
        "sold_at": to_text(line.sold_at),
    }
    amounts = {f"{name}{MINOR}": getattr(line, name) for name in (*ROLLED, "recognized")}
    return named | {name: getattr(line, name) for name in _CREDITS} | amounts


def _tax(each: OfAccount, line: TaxLine) -> dict[str, Any]:
    return {
        "account_id": each.account_id,
        "purchase_id": line.purchase_id,
        "at": to_text(line.at),
        "type": line.type,
        "item_kind": line.kind,
        "country": line.country,
        "tax_name": line.tax_name,
        "rate": line.rate,
        "tax_id": each.tax_id,
        "invoice": line.invoice,
        "currency": line.currency,
        "net_minor": line.net,
        "tax_minor": line.tax,
        "total_minor": line.total,
    }
