"""Purchases and statements as CSV for spreadsheets: RFC 4180, UTF-8, one header row.

A text that a spreadsheet would take for a formula gets an apostrophe in front, also behind a sign that some of them take
for the end of a cell (`;` in most of Europe, tab, `|`): names and references come from callers, and the file is opened by
somebody else (S11). What does not print, or turns the order of signs around, becomes a blank. Numbers are ours and stay numbers.
"""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

from lotbook.domain.credits.batches import lines_of
from lotbook.domain.credits.rated import from_text
from lotbook.domain.sales.transactions import kind_of
from lotbook.domain.values import money, texts
from lotbook.domain.values.instants import to_optional_text, to_text
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.sales.transactions import PurchaseRow

CONTENT_TYPE = "text/csv; charset=utf-8"
CURSOR_HEADER = "lotbook-next-cursor"
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_FORMULA = re.compile(rf"(^|[;|])(\s*)(?=[{''.join(map(re.escape, FORMULA_STARTS))}])")
Cell = str | int | Decimal | None

PURCHASE_COLUMNS = (
    "date",
    "type",
    "kind",
    "state",
    "credits",
    "subtotal",
    "tax_name",
    "tax",
    "total",
    "refunded",
    "currency",
    "gateway",
    "payment_id",
    "gateway_ref",
    "completed_at",
    "purchase_id",
    "lot_id",
    "actor",
    "period_start",
    "period_end",
)
ENTRY_COLUMNS = (
    "date",
    "kind",
    "unit",
    "credits",
    "available_after",
    "reference",
    "actor",
    "purchase_id",
    "lots",
    "entry_id",
    "reason",
    "metadata",
    "action",
    "rated",
    "line",
)


def headers(file_name: str, next_cursor: str | None) -> dict[str, str]:
    """What goes with the text; the cursor only where there is more."""
    named = {"content-type": CONTENT_TYPE, "content-disposition": f'attachment; filename="{file_name}"'}
    return named if next_cursor is None else named | {CURSOR_HEADER: next_cursor}


def purchases(rows: Iterable[PurchaseRow]) -> str:
    """Amounts are in the currency's major unit, exact."""
    return table(PURCHASE_COLUMNS, (_purchase(row) for row in rows))


def entries(account_id: str, found: Iterable[Entry], notes: Mapping[str, Mapping[str, str]]) -> str:
    """`lots` names what was drawn from each lot, as `lot:credits`; `metadata` is what a consume said, as JSON.

    A batch under one key has a row for each of its lines, the last one first as everything else, so `credits` and `available_after`
    of the rows add up as those of entries do. `line` is the line's number.
    """
    return table(ENTRY_COLUMNS, (row for entry in found for row in _rows(account_id, entry, notes.get(entry.name))))


def _rows(account_id: str, entry: Entry, note: Mapping[str, str] | None) -> Iterator[Sequence[Cell]]:
    lines = lines_of(entry)
    left = entry.available_after
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        part = replace(
            entry,
            credits=-line.credits,
            available_after=left,
            reference=line.reference,
            draws=line.draws,
            rated=line.rated,
        )
        yield _entry(account_id, part, line.metadata, number)
        left += line.credits
    if not lines:
        yield _entry(account_id, entry, note)


def _purchase(shown: PurchaseRow) -> Sequence[Cell]:
    row = shown.purchase
    tax = row.tax

    return (
        to_text(row.created_at),
        shown.type,
        kind_of(row.item),
        row.state,
        row.shown_credits,
        amount(row.subtotal_minor, row.currency),
        tax.name if tax else None,
        amount(tax.amount_minor if tax else 0, row.currency),
        amount(row.total_minor, row.currency),
        amount(row.refunded_minor, row.currency),
        row.currency,
        row.gateway,
        row.gateway_refs.payment_intent,
        row.gateway_ref,
        to_optional_text(row.completed_at),
        row.purchase_id,
        row.lot_id,
        row.actor,
        *map(to_optional_text, row.period or (None, None)),
    )


def _entry(account_id: str, entry: Entry, note: Mapping[str, str] | None, line: int | None = None) -> Sequence[Cell]:
    return (
        to_text(entry.at),
        entry.kind,
        entry.unit,
        entry.credits,
        entry.available_after,
        entry.reference,
        entry.actor,
        entry.purchase_id,
        " ".join(f"{draw.lot_id}:{draw.credits}" for draw in entry.draws),
        entry.id_in(account_id),
        entry.why,
        None if note is None else json.dumps(note, ensure_ascii=False, sort_keys=True),
        *_calculation(entry.rated),
        line,
    )


def _calculation(rated: str | None) -> tuple[Cell, Cell]:
    """The action, and its parts as `quantity:count*rate`; the flat part has no name."""
    if rated is None:
        return None, None
    known = from_text(rated)
    return known.action, " ".join(f"{name or 'flat'}:{count}*{rate}" for name, count, rate in known.counted)


def amount(minor: int, currency: str) -> Decimal:
    """In the currency's major unit, with its decimals: a number of ours, so a negative one is no formula."""
    return Decimal(money.amount_text(minor, currency))


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """One header row, and the rows."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return written.getvalue()


def guarded(cell: Cell) -> Cell:
    """Text that no spreadsheet computes, whatever it takes for the end of a cell. Blanks hide a formula from none of them.

    A tab and a line's end are blanks here, so none of them can end a cell.
    """
    return _FORMULA.sub(r"\1'\2", texts.printed(cell)) if isinstance(cell, str) else cell
