"""The JSON Schema of a policy file: what editors complete and underline, by the validator of `jsonschema`, which is none of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local.policies import SAMPLES, VARIANTS, read_document, sample_policies
from lotbook.api.document import policy_schema
from lotbook.api.requests.policy_document import parse_policy, without_schema
from lotbook.domain.values.errors import PolicyInvalid
from tests.architecture.tree import ROOT

FILES = [*sample_policies(), *sorted(VARIANTS.glob("*.yaml")), ROOT / "docs" / "minimal.yaml"]


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(policy_schema.document())


@cache
def make() -> dict[str, Any]:
    """The policy of Make, of which nobody changes anything."""
    found: dict[str, Any] = json.loads(json.dumps(read_document(SAMPLES / "make.yaml")))
    return found


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every object of a document that has fields of ours: its path."""
    if isinstance(value, dict):
        if not path or path[-1] not in FREE:
            yield path
        for name, inside in value.items():
            yield from objects(inside, (*path, name))
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            yield from objects(inside, (*path, place))


FREE = ("prices_minor", "unit_prices", "by_region", "rates")  # whose names are currencies, regions, things


def with_one_more(document: Any, path: tuple[str | int, ...]) -> Any:
    """The document where the object at `path` has a field that no policy has."""
    made = json.loads(json.dumps(document))
    target = made
    for step in path:
        target = target[step]
    target["colour"] = "red"
    return made


def test_it_is_a_schema_of_the_dialect_that_it_names() -> None:
    assert policy_schema.document()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(policy_schema.document())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_policies_of_the_five_vendors_are_valid_and_name_the_schema_for_editors(path: Path) -> None:
    assert list(schema().iter_errors(json.loads(json.dumps(read_document(path))))) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    address = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / address).resolve() == ROOT / "policy-schema.json", first


def test_a_wrong_field_is_refused_wherever_it_stands_and_the_api_refuses_it_too() -> None:
    places = list(objects(make()))
    assert len(places) > 10
    for path in places:
        wrong = with_one_more(make(), path)
        (error,) = schema().iter_errors(wrong)
        assert tuple(error.absolute_path) == path
        assert "colour" in error.message, path
        with pytest.raises(PolicyInvalid):
            parse_policy(wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"free_credits": "ten"},
        {"free_credits": 1.5},
        {"buyers": ["boss"]},
        {"plans": {}},
        {"taxes": [{"name": "VAT", "rate": 0.18}]},
        {"taxes": [{"name": "VAT", "rate": "18%"}]},
        {"title": None},
        {"$schema": 5},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_refused(changes: dict[str, Any]) -> None:
    assert schema().is_valid(make())
    assert not schema().is_valid(make() | changes)
    with pytest.raises(PolicyInvalid):
        parse_policy(without_schema(make() | changes))


def test_a_file_may_say_where_its_schema_is_and_it_is_not_published() -> None:
    named = {"$schema": "https://api.shop.example/v1/policy-schema.json", **make()}
    assert schema().is_valid(named)
    assert without_schema(named) == make()


def test_every_field_says_what_it_means_and_no_rule_of_ours_is_named() -> None:
    """Editors show it while somebody types: a field without a word would be looked up elsewhere."""
    found = policy_schema.document()
    members = {
        f"{name}.{field}": schema
        for name, shape in {"Policy": found, **found["$defs"]}.items()
        for field, schema in shape["properties"].items()
    }
    assert len(members) > 100
    assert [name for name, schema in members.items() if not schema.get("description")] == []
    text = json.dumps(found)
    assert [word for word in ("MK-", "NP-", "IS-", "None") if word in text] == []
