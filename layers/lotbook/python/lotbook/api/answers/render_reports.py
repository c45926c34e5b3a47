"""Reports for finance as JSON, in minor units, and as CSV for spreadsheets, in major ones. The columns are the JSON's members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from lotbook.api.answers.render_csv import amount, headers, table
from lotbook.domain.reports.lines import PAID, ROLLED, LotLine, TaxLine
from lotbook.domain.reports.payments import PaymentDifference
from lotbook.domain.values import money
from lotbook.domain.values.instants import to_optional_text, to_text
from lotbook.usecases.reports.read_report import Group, Line, OfAccount, ReportPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.api.answers.render_csv import Cell
    from lotbook.api.answers.shapes_reports import Report
    from lotbook.domain.reports.lines import Report as ReportName

MINOR = "_minor"
STATE_HEADER, AS_OF_HEADER = "lotbook-report-state", "lotbook-report-as-of"
GATEWAY_HEADER = "lotbook-report-gateway-as-of"
_RECOGNITION = ("account_id", "purchase_id", "lot_id", "lot_kind", "plan_id", "currency", "sold_at")
_CREDITS = ("credits", "credits_used", "credits_left")
_ROLLED = (*(f"{name}{MINOR}" for name in ROLLED), f"recognized{MINOR}")
_TIED = (
    *(f"gateway_charged{MINOR}", f"charged_difference{MINOR}"),
    *(f"gateway_money_back{MINOR}", f"money_back_difference{MINOR}"),
)
COLUMNS: Mapping[ReportName, Sequence[str]] = {
    "liability": ("currency", "plan_id", "age_days", "lots", "credits_left", "amount_minor"),
    "recognition": (*_RECOGNITION, *_CREDITS, *_ROLLED),
    "roll-forward": ("currency", *_ROLLED, *(f"{name}{MINOR}" for name in PAID), *_TIED),
    "tax": (
        *("account_id", "purchase_id", "at", "type", "item_kind", "country", "tax_name", "rate", "tax_id"),
        *("invoice_number", "invoice"),
        *("currency", "net_minor", "tax_minor", "total_minor"),
    ),
    "balance": ("currency", "category", "transactions", "gross_minor", "fee_minor", "net_minor", "of_purchases_minor"),
    "differences": (
        *("account_id", "purchase_id", "payment", "what", "currency", "booked_minor", "gateway_minor"),
        *("difference_minor", "reason", "other_month", "transactions"),
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
        "gateway_as_of": to_optional_text(page.gateway_as_of),
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
    told = {AS_OF_HEADER: page.as_of, GATEWAY_HEADER: page.gateway_as_of}
    return named | {name: to_text(at) for name, at in told.items() if at is not None}


def _cells(columns: Sequence[str], values: Mapping[str, Any]) -> list[Cell]:
    currency = values["currency"]
    return [_cell(values[name], currency if name.endswith(MINOR) else None) for name in columns]


def _cell(value: Any, currency: str | None) -> Cell:
    """An amount in its currency's major unit, exact; names in a row. What is not known is empty, and no decimals are guessed."""
    if isinstance(value, list):
        return " ".join(value)
    if currency is not None and currency not in money.CURRENCIES:
        return None  # others settle in it; in JSON its minor units are whole numbers all the same
    found: Cell = value if currency is None or value is None else amount(value, currency)
    return found


def _values(each: Line) -> dict[str, Any]:
    if isinstance(each, Group):
        return _group(each)
    if isinstance(each, PaymentDifference):
        return _difference(each)
    line = each.line
    return _tax(each, line) if isinstance(line, TaxLine) else _lot(each.account_id, line)


def _group(group: Group) -> dict[str, Any]:
    figures = group.figures
    if group.age_days:
        plain = {name: figures[name] for name in ("lots", "credits_left")}
        where = {"currency": group.currency, "plan_id": group.plan_id, "age_days": group.age_days}
        return where | plain | {f"amount{MINOR}": figures["amount"]}
    if group.category:
        plain = {"transactions": figures["transactions"]}
        amounts = {f"{name}{MINOR}": figures[name] for name in ("gross", "fee", "net", "of_purchases")}
        return {"currency": group.currency, "category": group.category} | plain | amounts
    earned = figures["used"] + figures["expired"] + figures["voided"] - (figures["refunded"] - figures["taken_back"])
    rolled = {f"{name}{MINOR}": figures[name] for name in ROLLED} | {f"recognized{MINOR}": earned}
    paid = {f"{name}{MINOR}": figures[name] for name in PAID}
    return {"currency": group.currency} | rolled | paid | _tied(group.tied)


def _tied(figures: Mapping[str, int] | None) -> dict[str, int | None]:
    """The gateway's side of what was charged and went back, and by how much it differs; null before its balance was read."""
    found = dict[str, int | None]()
    for what in ("charged", "money_back"):
        ours, theirs = (figures[f"booked_{what}"], figures[f"gateway_{what}"]) if figures else (None, None)
        found[f"gateway_{what}{MINOR}"] = theirs
        found[f"{what}_difference{MINOR}"] = None if ours is None or theirs is None else theirs - ours
    return found


def _difference(found: PaymentDifference) -> dict[str, Any]:
    account_id, purchase_id = found.payment.names
    return {
        "account_id": account_id,
        "purchase_id": purchase_id,
        "payment": found.payment.name,
        "what": found.what,
        "currency": found.currency,
        "booked_minor": found.booked,
        "gateway_minor": found.gateway,
        "difference_minor": found.gateway - found.booked,
        "reason": found.reason,
        "other_month": found.other_month,
        "transactions": list(found.transactions),
    }


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
        "invoice_number": each.number,
        "invoice": line.invoice,
        "currency": line.currency,
        "net_minor": line.net,
        "tax_minor": line.tax,
        "total_minor": line.total,
    }
