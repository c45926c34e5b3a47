"""What the document says of refusals and of items: clients make their error classes and types from it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local import generate
from lotbook.api import openapi
from lotbook.api.document import refusals
from lotbook.api.http import problems
from lotbook.api.http.routes import CONTRACT

MEMBERS = {*problems.OWN_MEMBERS, "errors"}


@cache
def catalogue() -> dict[str, Any]:
    """The codes of the document."""
    found: dict[str, Any] = openapi.document()["components"]["schemas"]["Problem"]["x-codes"]
    return found


def test_every_code_of_a_route_is_in_the_catalogue_with_its_status() -> None:
    for key in CONTRACT:
        for status, codes in openapi.refusals(key).items():
            assert {catalogue()[code]["status"] for code in codes} <= {status}, (key, codes)


def test_data_that_a_refusal_names_in_words_has_a_type() -> None:
    """A new outcome with `Data: ...` in its docstring gets a line in `refusals.DATA`."""
    for outcome in problems.KINDS:
        told = re.search(r"Data: (.*?)(?:\. |\.$|$)", " ".join(f"{outcome.__doc__}".split()))
        if told and outcome.code:
            named = set(re.findall(r"`(?:(\w+)(?=[:`]))", told[1])) - {"waiting_for_billing"}
            assert named <= set(refusals.DATA.get(outcome.code, {})), outcome.code


def test_a_type_belongs_to_a_code_that_exists() -> None:
    assert set(refusals.DATA) <= set(catalogue())


def refused() -> list[tuple[str, dict[str, Any]]]:
    """Refusals as the functions gave them: a test plays the samples, so their answers are true."""
    shown = {name: sample["answer"] for name, sample in generate.samples().items()}
    return [(name, answer["body"]) for name, answer in shown.items() if answer["status"] >= 400]


@pytest.mark.parametrize(("name", "body"), refused(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_refusal_of_the_samples_carries_what_the_catalogue_says_and_nothing_else(
    name: str, body: dict[str, Any]
) -> None:
    data = catalogue()[body["code"]]["data"]
    assert set(body) - MEMBERS <= set(data), name
    schema = {"type": "object", "properties": data}
    assert list(Draft202012Validator(schema).iter_errors(body)) == []


@pytest.mark.parametrize(
    ("item", "good"),
    [
        ({"kind": "top_up", "credits": 30}, True),
        ({"kind": "plan", "plan_id": "pro", "pack_id": "large"}, True),
        ({"kind": "plan_renewal", "plan_id": "pro"}, True),
        ({"kind": "plan"}, False),
        ({"kind": "custom_payment", "amount_minor": 500}, False),
        ({"kind": "gift", "credits": 3}, False),
    ],
)
def test_an_item_of_an_answer_is_told_by_its_kind_as_in_a_request(item: dict[str, Any], good: bool) -> None:
    schema = Draft202012Validator({"$ref": "#/components/schemas/Item", **openapi.document()})
    assert schema.is_valid(item) is good
