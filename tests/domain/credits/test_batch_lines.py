"""Lines of a batch under one key: kept as one text, shown with what each drew; the parts are the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotbook.adapters.dynamo.book_items import receipt_of, receipt_values
from lotbook.domain.audit.entries import differences_of_entry
from lotbook.domain.credits import batches
from lotbook.domain.credits.batches import BatchLine, lines_of, lines_of_request
from lotbook.domain.credits.book import Receipt
from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import InvalidRequest
from tests.examples import examples

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
RATED = '["tokens",1,"half_up",1,[["input_token",100,"2"],[null,1,"0.5"]]]'
LINES = st.builds(
    BatchLine,
    st.integers(1, 10**12),
    st.none() | TEXTS,
    st.sampled_from([None, RATED]),
    st.none() | st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=2),
)


def an_entry(lines: str | None, *drawn: int) -> Entry:
    draws = tuple(Draw(f"lot_{number}", credits) for number, credits in enumerate(drawn))
    whole = sum(drawn)
    digest = f"{'d' * 12}line"
    return Entry(
        "k", "credits", "consumed", 1, 1, credits=-whole, draws=draws, digest=digest, requested=whole, lines=lines
    )


@given(st.lists(LINES, min_size=1, max_size=9))
@settings(max_examples=examples(25), deadline=None)
def test_d33_lines_come_back_as_they_were_kept_and_draw_one_after_the_other(lines: list[BatchLine]) -> None:
    text = batches.to_text(lines)
    assert list(batches.from_text(text)) == lines
    whole = sum(line.credits for line in lines)
    first = whole // 3
    entry = an_entry(text, *([first, whole - first] if first else [whole]))
    found = lines_of(entry)
    assert [replace(line, draws=()) for line in found] == lines
    assert [sum(draw.credits for draw in line.draws) for line in found] == [line.credits for line in lines]
    joined: dict[str, int] = {}
    for draw in (draw for line in found for draw in line.draws):
        joined[draw.lot_id] = joined.get(draw.lot_id, 0) + draw.credits
    assert joined == {draw.lot_id: draw.credits for draw in entry.draws}
    assert list(joined) == [draw.lot_id for draw in entry.draws], "in burn order"
    assert list(differences_of_entry(entry)) == []
    assert batches.weight(entry) == len(lines)


def test_lines_are_short_where_they_say_little() -> None:
    """A credit a line is two bytes of the book and the entry."""
    assert batches.to_text([BatchLine(5)] * 3) == "[[5,5,5]]"
    assert batches.to_text([BatchLine(5), BatchLine(6, "a")]) == '[[5,6],[null,"a"]]'
    assert batches.to_text([BatchLine(5, metadata={"a": "b"})]) == '[[5],0,0,[{"a":"b"}]]'


def test_a_receipt_carries_the_lines_and_a_receipt_without_takes_no_byte_more() -> None:
    asked = lines_of_request([BurnRequest(2, reference="a"), BurnRequest(3)])
    receipt = Receipt(asked.memo(7), 5, Pointer("k" * 20, 3))
    assert receipt_of(receipt_values(receipt)) == receipt
    single = Receipt(BurnRequest(2).memo(7), 5, Pointer("k" * 20, 3))
    assert len(receipt_values(single)) == 8


def test_lines_past_the_bound_stand_beside_under_a_name_that_follows_from_what_they_say() -> None:
    long = [BurnRequest(1, reference="r" * 250)] * 8
    asked, other = lines_of_request(long), lines_of_request([*long[:-1], BurnRequest(2, reference="r" * 250)])
    assert batches.is_beside(asked.kept)
    assert asked.kept == lines_of_request(list(long)).kept != other.kept
    assert not batches.is_beside(lines_of_request(long[:7]).kept)
    with pytest.raises(InvalidRequest):
        lines_of_request([BurnRequest(1, metadata={"k": "v" * 1_100})] * 100)


def test_d33_the_audit_sees_lines_that_are_not_the_whole_and_lines_that_are_lost() -> None:
    entry = an_entry(batches.to_text([BatchLine(2), BatchLine(3)]), 6)
    assert [(each.kind, each.expected, each.found) for each in differences_of_entry(entry)] == [("entry_lines", 6, 5)]
    lost = an_entry("#name", 6)
    assert [(each.kind, each.found) for each in differences_of_entry(lost)] == [("entry_lines", "none")]


def test_an_entry_whose_lines_a_release_before_them_left_out_is_one_line_of_it_all() -> None:
    """Credits are right whoever wrote the entry (decision 178)."""
    entry = an_entry(None, 4, 2)
    assert lines_of(entry) == (BatchLine(6, draws=entry.draws),)
    assert lines_of(replace(entry, digest="d" * 12)) == ()


def test_lines_and_a_single_burn_are_never_the_same_body() -> None:
    assert not lines_of_request([BurnRequest(1)]).has_digest(BurnRequest(1).digest)
    assert not BurnRequest(1).has_digest(lines_of_request([BurnRequest(1)]).digest)
