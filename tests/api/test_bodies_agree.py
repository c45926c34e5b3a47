"""Consume checks its body by hand, for the sake of its start. Model, OpenAPI schema and hand must say the same."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lotbook.api import burning, openapi, schemas
from lotbook.domain.errors import InvalidRequest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=45)
ODD = st.sampled_from(
    [None, True, False, 5.0, "5", "", [], {}, 0, -1, 10**12, 10**12 + 1, 10**29, "x" * 256, "x" * 257]
)
METADATA = st.dictionaries(TEXTS | st.just("k" * 41), TEXTS | ODD | st.just("v" * 501), max_size=22)
UNITS = st.sampled_from(["credits", "data_transfer_mb", "Credits", "credits\n", "", "a" * 40, "a" * 41, "1a"])
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "credits": st.integers(-5, 10) | ODD,
        "unit": UNITS | ODD,
        "reference": TEXTS | ODD,
        "metadata": METADATA | ODD,
        "colour": ODD,
    },
)
SCHEMA = Draft202012Validator({"$ref": "#/components/schemas/ConsumeBody", **openapi.document()})


def by_hand(document: dict[str, Any]) -> tuple[Any, ...] | None:
    try:
        burning.check_fields(document)
        return (
            burning.credits_of(document),
            burning.unit_of(document),
            burning.reference_of(document),
            burning.metadata_of(document),
        )
    except InvalidRequest:
        return None


def by_model(document: dict[str, Any]) -> tuple[Any, ...] | None:
    try:
        body = schemas.read(schemas.ConsumeBody, document)
    except InvalidRequest:
        return None
    return body.credits, body.unit, body.reference, body.metadata


@given(DOCUMENTS)
@example({"credits": 1, "metadata": {str(n): "" for n in range(21)}})
@example({"credits": 1, "metadata": {str(n): "" for n in range(20)}})
@example({"credits": 1, "metadata": {"": "v"}})
@example({"credits": 1, "metadata": {"k" * 40: "v" * 500}})
@example({"credits": 10**12})
@example({"credits": 1, "unit": None})
@example({"credits": 1, "reference": None, "metadata": None})
@settings(max_examples=400, deadline=None)
def test_bounds_hand_and_model_take_and_refuse_the_same_bodies(document: dict[str, Any]) -> None:
    assert by_hand(document) == by_model(document)


@given(DOCUMENTS)
@settings(max_examples=200, deadline=None)
def test_openapi_describes_the_bodies_that_consume_takes(document: dict[str, Any]) -> None:
    if isinstance(document.get("credits"), float) or str(document.get("unit")).endswith("\n"):
        return  # JSON Schema calls 5.0 an integer, the contract does not; Python's `$` is not ECMA's
    assert SCHEMA.is_valid(document) == (by_hand(document) is not None)
