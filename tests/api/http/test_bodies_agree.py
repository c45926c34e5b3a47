"""The burn path checks its bodies by hand, for the sake of its start. Model, OpenAPI schema and hand must say the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lotbook.api import openapi
from lotbook.api.requests import burning, burning_batches, schemas
from lotbook.domain.credits.rated import CountedUsage
from lotbook.domain.credits.requests import BatchItem, BurnRequest, HoldRequest
from lotbook.domain.values.errors import InvalidRequest
from tests.examples import examples

FIRST = "images"  # the first unit of the account's policy
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=45)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 5.0, "5", "", [], {}, 0, -1, 10**12, 10**12 + 1, 10**29, "x" * 256, "x" * 257]
)
USAGES: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"action": "a"},
        {"action": "a", "quantities": {}},
        {"action": "a", "quantities": {"q": 1, "r": 0}},
        {"action": "", "quantities": {"q": 1}},
        {"action": "a" * 501},
        {"action": "a", "quantities": {"q": -1}},
        {"action": "a", "quantities": {"q": True}},
        {"action": "a", "quantities": {"q": "1"}},
        {"action": "a", "quantities": {"q": 10**12 + 1}},
        {"action": "a", "quantities": {"": 1}},
        {"action": "a", "quantities": {str(n): 1 for n in range(21)}},
        {"action": "a", "quantities": None},
        {"action": "a", "quantities": []},
        {"action": 1},
        {"quantities": {"q": 1}},
        {"action": "a", "colour": 1},
    ]
)
METADATA = st.dictionaries(TEXTS | st.just("k" * 41), TEXTS | ODD | st.just("v" * 501), max_size=22)
UNITS = st.sampled_from(["credits", "data_transfer_mb", "Credits", "credits\n", "", "a" * 40, "a" * 41, "1a"])
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "credits": st.integers(-5, 10) | ODD,
        "usage": USAGES | ODD,
        "unit": UNITS | ODD,
        "reference": TEXTS | ODD,
        "metadata": METADATA | ODD,
        "colour": ODD,
    },
)
SCHEMA = Draft202012Validator({"$ref": "#/components/schemas/ConsumeBody", **openapi.document()})


def by_hand(document: dict[str, Any]) -> tuple[Any, ...] | None:
    try:
        asked = burning.consume_of(document, "actor", FIRST)
    except InvalidRequest:
        return None
    return asked.credits, asked.usage, asked.unit, asked.reference, asked.metadata


def used(body: schemas.AmountBody) -> CountedUsage | None:
    return CountedUsage(body.usage.action, body.usage.quantities) if "usage" in body.model_fields_set else None


def by_model(document: dict[str, Any]) -> tuple[Any, ...] | None:
    try:
        body = schemas.read(schemas.ConsumeBody, document)
    except InvalidRequest:
        return None
    return body.credits, used(body), body.unit or FIRST, body.reference, body.metadata


@given(DOCUMENTS)
@example({"credits": 1, "metadata": {str(n): "" for n in range(21)}})
@example({"credits": 1, "metadata": {str(n): "" for n in range(20)}})
@example({"credits": 1, "metadata": {"": "v"}})
@example({"credits": 1, "metadata": {"k" * 40: "v" * 500}})
@example({"credits": 10**12})
@example({"credits": 1, "unit": None})
@example({"usage": {"action": "a", "quantities": {"q": 1}}})
@example({"usage": {"action": "a"}, "credits": 1})
@example({"usage": None})
@example({"credits": 1, "reference": None, "metadata": None})
@settings(max_examples=examples(25), deadline=None)
def test_bounds_hand_and_model_take_and_refuse_the_same_bodies(document: dict[str, Any]) -> None:
    assert by_hand(document) == by_model(document)


@given(DOCUMENTS)
@settings(max_examples=examples(25), deadline=None)
def test_openapi_describes_the_bodies_that_consume_takes(document: dict[str, Any]) -> None:
    if "5.0" in repr(document) or str(document.get("unit")).endswith("\n"):
        return  # JSON Schema calls 5.0 an integer, the contract does not; Python's `$` is not ECMA's
    if has_one_amount(document):
        assert SCHEMA.is_valid(document) == (by_hand(document) is not None)
    else:
        assert by_hand(document) is None


def has_one_amount(document: Any) -> bool:
    """Credits or usage, and not both: the document for clients says it in words, for generators make a type of each otherwise."""
    bodies = document.get("items", [document]) if isinstance(document, dict) else [document]
    if not isinstance(bodies, list):
        return True  # no list of items: that much the document says
    return all(("credits" in body) != ("usage" in body) for body in bodies if isinstance(body, dict))


ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "idempotency_key": st.sampled_from(["k", "", "a b", "x" * 255, "x" * 256, "é", "k\n"]) | ODD,
        "credits": st.integers(-1, 5) | ODD,
        "usage": USAGES,
        "unit": UNITS,
        "reference": TEXTS | ODD,
        "metadata": ODD,
    },
)
GOOD_ITEM = st.fixed_dictionaries({"idempotency_key": st.just("k"), "credits": st.integers(1, 5)})
GOOD_LINE = st.fixed_dictionaries({"credits": st.integers(1, 5)}, optional={"metadata": METADATA, "reference": TEXTS})
LISTS = (
    st.lists(GOOD_ITEM | ITEMS | ODD, max_size=4)
    | st.lists(GOOD_LINE | ODD, max_size=4)
    | st.integers(99, 101).map(lambda many: [{"idempotency_key": "k", "credits": 1}] * many)
)
OTHERS: dict[str, tuple[Any, Any, Any]] = {
    "HoldBody": (
        st.fixed_dictionaries(
            {},
            optional={
                "credits": st.integers(-5, 10) | ODD,
                "usage": USAGES,
                "unit": UNITS | ODD,
                "ttl_seconds": st.integers(58, 62) | st.integers(604_799, 604_801) | ODD,
                "reference": TEXTS | ODD,
                "metadata": ODD,
            },
        ),
        lambda document: burning.hold_of(document, "actor", FIRST),
        lambda body: HoldRequest(
            body.credits, body.unit or FIRST, body.ttl_seconds, body.reference, "actor", used(body)
        ),
    ),
    "CaptureBody": (
        st.fixed_dictionaries({}, optional={"credits": st.integers(-2, 2) | ODD, "unit": ODD}),
        burning.captured_of,
        lambda body: body.credits,
    ),
    "ConsumeBatchBody": (
        st.fixed_dictionaries({}, optional={"items": LISTS | ODD, "unit": ODD}),
        lambda document: batch_by_hand(document),
        lambda body: [
            BatchItem(
                each.idempotency_key,
                BurnRequest(each.credits, each.unit or FIRST, each.reference, each.metadata, "actor", used(each)),
            )
            for each in body.items
        ],
    ),
}


def batch_by_hand(document: Any) -> list[BatchItem]:
    """As the handler reads it: under one key, if no item has its own."""
    items = document.get("items")
    if not isinstance(items, list) or any("idempotency_key" in item for item in items if isinstance(item, dict)):
        return burning_batches.batch_of(document, "actor", lambda: FIRST)
    lines, _ = burning_batches.lines_of(document, "actor")
    return [BatchItem("", replace(line, unit=line.unit or FIRST)) for line in lines]


def is_of_one_form(document: Any) -> bool:
    """All items have keys and no metadata, or none has a key, and then they are of one unit: that the document says in words."""
    items = document.get("items", [])
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    keyed = ["idempotency_key" in item for item in found]
    if any(keyed):
        return all(keyed) and not any("metadata" in item for item in found)
    return len({item.get("unit") for item in found}) <= 1


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
@settings(max_examples=examples(25), deadline=None)
def test_bounds_hand_model_and_openapi_agree_on_holds_captures_and_batches(name: str, data: st.DataObject) -> None:
    """Also on which fields are wrong, and where they are."""
    documents, by_this_hand, of_model = OTHERS[name]
    document = data.draw(documents)
    if name == "ConsumeBatchBody" and not is_of_one_form(document):
        with pytest.raises(InvalidRequest):
            by_this_hand(document)
        return
    taken, wrong = None, set[str]()
    try:
        taken = by_this_hand(document)
    except InvalidRequest as refusal:
        wrong = {error["field"] for error in refusal.data["errors"]}
    try:
        modelled = of_model(schemas.read(schemas.models()[name], document))
        assert taken == modelled
    except InvalidRequest as refusal:
        assert taken is None
        named = {error["field"] for error in refusal.data["errors"]}
        assert wrong <= named
    if not any(text in repr(document) for text in ("5.0", "\\n'")):
        schema = Draft202012Validator({"$ref": f"#/components/schemas/{name}", **openapi.document()})
        if name == "CaptureBody" or has_one_amount(document):
            assert schema.is_valid(document) == (taken is not None)
        else:
            assert taken is None
