"""The request body: what is not one bounded JSON object is refused by name, whatever bytes come (contract, "Bounds")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.api.http import body
from lotbook.domain.values.errors import BodyTooLarge, InvalidRequest, MalformedJson


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  ",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b"\xff\xfe",
        b'{"a": "\xc3\x28"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": 01}',
        b'{"a": 1} {"a": 1}',
        b"[" * 100_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_bounds_what_is_not_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        body.parse_object(raw)


@pytest.mark.parametrize(
    "raw", [b"[]", b"5", b'"a"', b"null", b"true", b'{"a": 1e400}', b'{"a": ' + b"9" * 5_000 + b"}"]
)
def test_bounds_json_that_is_no_object_or_has_endless_numbers_is_invalid(raw: bytes) -> None:
    with pytest.raises(InvalidRequest):
        body.parse_object(raw)


def test_bounds_nesting_to_32_levels_is_read() -> None:
    raw = b'{"a":' * 32 + b"1" + b"}" * 32
    assert json.loads(raw) == body.parse_object(raw)


def test_bounds_a_body_of_exactly_256_kb_is_read_and_one_byte_more_is_not() -> None:
    body.check_size(b"x" * 262_144)
    with pytest.raises(BodyTooLarge) as refusal:
        body.check_size(b"x" * 262_145)
    assert refusal.value.data == {"max_bytes": 262_144}


def test_bounds_surrogate_pairs_are_characters() -> None:
    assert body.parse_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bounds_no_bytes_break_the_parser(raw: bytes) -> None:
    try:
        parsed = body.parse_object(raw)
    except (MalformedJson, InvalidRequest):
        return
    assert json.loads(raw) == parsed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON), st.booleans())
@pytest.mark.slow
def test_bounds_every_json_object_within_them_is_read_as_it_is(document: dict[str, Any], ascii_only: bool) -> None:
    assert body.parse_object(json.dumps(document, ensure_ascii=ascii_only).encode()) == document
