"""CSV: RFC 4180, UTF-8, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.api.answers import render_csv
from lotbook.api.answers.render_csv import FORMULA_STARTS, guarded
from lotbook.domain.credits.ledger import CHAIN_END, Draw, Entry
from lotbook.domain.sales.transactions import row_of
from lotbook.domain.values.texts import printed
from tests.fakes.purchases import ORDERED, a_purchase


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


def an_entry(reference: str | None = None, **changes: object) -> Entry:
    fields = {"name": "n", "unit": "credits", "kind": "consumed", "at": ORDERED, "seq": 1, "before": CHAIN_END}
    return Entry(**(fields | {"credits": -7, "draws": (Draw("lot_1", 7),), "reference": reference} | changes))  # type: ignore[arg-type]


def test_csv_a_purchase_has_one_line_with_every_field_of_np_45() -> None:
    row = row_of(a_purchase(title="Credits", state="completed"), None, ORDERED)
    header, line = parsed(render_csv.purchases([row]))
    found = dict(zip(header, line, strict=True))
    assert {"date", "type", "total", "state", "gateway", "payment_id", "gateway_ref"} <= set(header)
    assert (found["date"], found["type"], found["state"]) == ("2026-01-15T10:00:00Z", "Credits", "completed")
    assert (found["subtotal"], found["tax"], found["total"], found["currency"]) == ("20.00", "3.60", "23.60", "usd")


def test_csv_lines_end_as_the_rfc_says_and_the_header_is_there_without_rows() -> None:
    assert render_csv.entries("acme", [], {}) == ",".join(render_csv.ENTRY_COLUMNS) + "\r\n"
    assert render_csv.purchases([]).count("\r\n") == 1


def test_csv_numbers_stay_numbers_also_negative_ones() -> None:
    header, line = parsed(render_csv.entries("acme", [an_entry()], {}))
    assert line[header.index("credits")] == "-7"
    assert line[header.index("lots")] == "lot_1:7"
    assert line[header.index("reference")] == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\n=1", "' =1"),
        ("  =1", "'  =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ('=HYPERLINK("https://x")', '\'=HYPERLINK("https://x")'),
        # S11: `;` separates cells in most of Europe, and some programs take tab or `|`.
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x;=cmd|' /C calc'!S0;y", "x;'=cmd|' /C calc'!S0;y"),
        ("x; =1;-2", "x;' =1;'-2"),
        ("x|@y", "x|'@y"),
        ("x\t=1", "x =1"),
        ("a\u202e=1\u2066", "a =1 "),
        ("a\x00b\x85c", "a b c"),
    ],
)
def test_s11_text_that_a_spreadsheet_would_compute_is_made_harmless(text: str, shown: str) -> None:
    assert guarded(text) == shown
    header, line = parsed(render_csv.entries("acme", [an_entry(text, actor=text)], {}))
    assert line[header.index("reference")] == line[header.index("actor")] == shown


@given(st.text(max_size=60) | st.text("=+-@;|\t\r\n' x＝", max_size=20))
def test_s11_whatever_ends_a_cell_no_cell_starts_a_formula_and_the_text_comes_back(text: str) -> None:
    rows = parsed(render_csv.entries("acme", [an_entry(text), an_entry("next")], {}))
    assert len(rows) == 3
    cell = rows[1][render_csv.ENTRY_COLUMNS.index("reference")]
    assert cell.replace("'", "") == printed(text).replace("'", "")
    for part in re.split(r"[;|\t\r\n]", cell):
        assert not part.lstrip().startswith(FORMULA_STARTS)
    assert rows[2][render_csv.ENTRY_COLUMNS.index("reference")] == "next"
