"""Ids in the book as bytes: every text comes back as it was, and what every burn pays for is short."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lotbook.adapters.dynamo.book_items import memo_values, receipt_of, receipt_values
from lotbook.adapters.dynamo.packing import packed, unpacked
from lotbook.domain.credits.book import Memo, Receipt
from lotbook.domain.credits.ledger import CHAIN_END, Pointer, burn_name, granted_name, resolution_name
from lotbook.domain.values import ids

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
UUID_TEXT = "0f8c1a52-3a4b-4c1d-9e0f-7a6b5c4d3e2f"
lots = st.text(CROCKFORD, min_size=26, max_size=26).map("lot_".__add__)
base_64 = st.binary(max_size=30).map(lambda raw: urlsafe_b64encode(raw).decode())


@given(st.text() | lots | st.uuids().map(str) | base_64 | st.from_regex(r"[\w-]{1,40}\s?", fullmatch=True))
@example("")
@example("lot_" + "z" * 26)
@example("lot_" + "0" * 26)
@example("lot_" + "u" * 26)  # not a digit of ours: base 64 by its alphabet, had it the length
@example("LOT_" + "0" * 26)
@example("lot_" + "z" * 25)
@example("lot_" + "0" * 26 + "\n")
@example(UUID_TEXT)
@example(UUID_TEXT.upper())
@example(UUID_TEXT[:8].upper() + UUID_TEXT[8:])
@example(UUID_TEXT.replace("-", ""))
@example("a" * 24)
@example("abcd\n")
@example("A" * 20 + "=" * 4)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (burn_name("k"), 15),
        (ids.derived("lot", 1_800_000_000_000, "seed"), 17),
        (UUID_TEXT, 16),
        ("0" * 12, 9),
        ("backend", 7),
        ("", 0),
    ],
    ids=["name", "lot", "member", "digest", "key", "nothing"],
)
def test_an_id_takes_the_bytes_of_its_number(text: str, size: int) -> None:
    assert len(packed(text)) == size


@given(st.binary(min_size=16, max_size=16))
def test_sixteen_bytes_are_a_uuid_and_nothing_else(raw: bytes) -> None:
    """Base 64 comes in threes and a lot's id has seventeen, so the length says which it is."""
    assert unpacked(raw) == str(UUID(bytes=raw))
    assert packed(str(UUID(bytes=raw))) == raw


memos = st.builds(
    Memo,
    kind=st.just("consume"),
    credits=st.integers(1, 10**9),
    at=st.integers(0, 2**42),
    actor=st.text(max_size=40) | st.uuids().map(str),
    digest=base_64,
    reference=st.none() | st.text(max_size=40),
)
names = st.sampled_from(
    [burn_name("a"), resolution_name(burn_name("h")), granted_name("lot_a"), "void#7", CHAIN_END.name]
)
pointers = st.builds(Pointer, names, st.integers(0, 10**6))


@given(memos, st.sampled_from(["consume", "hold", "resolve"]), st.integers(0, 10**9), pointers)
def test_a_receipt_of_any_kind_comes_back_as_it_was(memo: Memo, kind: str, position: int, before: Pointer) -> None:
    """Also one whose reference, or whose hold, looks like something else."""
    more = {
        "consume": {},
        "hold": {"due": memo.at + 60_000},
        "resolve": {"hold": burn_name("h"), "by": "capture"},
    }[kind]
    receipt = Receipt(replace(memo, kind=kind, **more), position, before)  # type: ignore[arg-type]
    assert receipt_of(receipt_values(receipt)) == receipt


@given(memos, pointers, pointers, st.integers(0, 10**6), st.integers(0, 24))
def test_a_receipt_of_many_comes_back_as_it_was(
    memo: Memo, link: Pointer, before: Pointer, position: int, links: int
) -> None:
    receipt = Receipt(memo, position + 5, Pointer(before.name, link.seq + links), first=(position, link))
    again = receipt_of(receipt_values(receipt))
    assert (again, again.first) == (receipt, receipt.first)


def test_a_reference_that_is_absent_takes_nothing() -> None:
    """It comes last, after what only its kind has."""
    memo = Memo("hold", 1, 5, "a", "d", None, due=9)
    assert memo_values(replace(memo, reference="ref")) == [*memo_values(memo), "ref"]
