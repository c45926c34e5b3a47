"""Lines of the filed statement: pure functions of entries, and taken only where they are the chain's own links."""

from __future__ import annotations

from lotbook.domain.credits.ledger import Entry, Pointer, void_name
from lotbook.domain.credits.statement_lines import Filed, StatementLine, lines_of


def entry(name: str, seq: int, **fields: object) -> Entry:
    made = {"kind": "consumed", "before": Pointer("b", seq - 1)} | fields
    return Entry(name, "credits", at=1, seq=seq, **made)  # type: ignore[arg-type]


def test_issue_3_an_entry_has_one_line_at_its_own_number() -> None:
    made = entry("a", 7)
    assert lines_of(made) == (StatementLine(7, made),)
    assert not lines_of(made)[0].is_gap


def test_issue_3_a_burn_that_was_given_back_has_its_markers_line_in_its_place() -> None:
    marker = entry(void_name(4), 9, kind="void", skips=Pointer("c", 3), requested=5)
    assert lines_of(marker) == (StatementLine(9, marker), StatementLine(4, marker))
    assert lines_of(marker)[1].is_gap


def test_a_decision_outside_the_chain_has_no_line() -> None:
    assert lines_of(entry("lot#x#set", 0)) == ()


def test_d_35_a_line_is_taken_only_for_the_link_that_the_chain_names() -> None:
    """D35: what is shown is the book's chain, whatever was filed."""
    mine, marker = entry("a", 7), entry(void_name(4), 9, kind="void", skips=Pointer("c", 3))
    filed = Filed([StatementLine(7, mine), *lines_of(marker)])
    assert filed.line(Pointer("a", 7)) == StatementLine(7, mine)
    assert filed.line(Pointer("other", 7)) is None
    assert filed.line(Pointer("a", 8)) is None
    given_back = filed.line(Pointer("whatever it was called", 4))
    assert given_back is not None
    assert given_back.is_gap
