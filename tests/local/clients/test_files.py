"""The generator of the clients over a small document that has what is awkward."""

from __future__ import annotations

import ast
import copy
from typing import Any

import pytest

from local.clients.description import Description
from local.clients.files import files
from local.clients.types import ANYTHING, Many, Mapped, Maybe, Named, OneOf, Plain, Words, read
from local.generate import clients_files
from tests.architecture.tree import CLIENT

TEXT = {"type": "string"}
KEY = {"name": "Idempotency-Key", "in": "header", "schema": TEXT}
DOCUMENT: dict[str, Any] = {
    "tags": [{"name": "things"}],
    "paths": {
        "/v1/things": {
            "get": {
                "operationId": "list_things",
                "summary": 'Say """things"""',
                "description": "With a \\ in it, and */ too.",
                "tags": ["things"],
                "parameters": [
                    {"name": name, "in": "query", "schema": TEXT | more}
                    for name, more in (("from", {"format": "date-time"}), ("cursor", {}))
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/x/schemas/Things"}}}}},
            },
            "post": {
                "operationId": "make_thing",
                "summary": "Make",
                "description": "One.",
                "tags": ["things"],
                "parameters": [KEY | {"required": False}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/x/schemas/ThingBody"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/x/schemas/Thing"}}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Problem": {
                "x-codes": {"gone": {"status": 410, "description": "Gone.", "advice": "Go.", "data": {}}},
            },
            "Thing": {"description": "A thing.", "properties": {"class": TEXT, "note": TEXT}, "required": ["class"]},
            "ThingBody": {
                "description": "B.",
                "properties": {"kind": {"const": "good"}, "note": TEXT},
                "required": ["kind"],
            },
            "Things": {
                "description": "Things.",
                "properties": {
                    "things": {"type": "array", "items": {"$ref": "#/x/schemas/Thing"}},
                    "next_cursor": {"anyOf": [TEXT, {"type": "null"}]},
                },
                "required": ["things", "next_cursor"],
            },
        }
    },
}


def test_a_document_with_words_of_python_quotes_and_backslashes_makes_python_that_is_read() -> None:
    made = files(DOCUMENT)
    for place, text in made.items():
        if place.endswith(".py"):
            ast.parse(text)
    calls = made["python/lotbook_client/sync_calls/things.py"]
    assert "from_: datetime | str | None = None," in calls
    assert "class_: str" in made["python/lotbook_client/models/things.py"]
    assert "*/ too" not in made["typescript/src/calls.ts"]


def test_an_answer_of_two_subjects_stands_in_a_file_of_its_own_and_every_name_is_where_it_was() -> None:
    two = copy.deepcopy(DOCUMENT)
    two["tags"].append({"name": "others"})
    two["paths"]["/v1/things"]["post"]["tags"] = ["others"]
    made = files(two)
    place = "python/lotbook_client/models"
    assert "class Thing(" in made[f"{place}/shared.py"]
    assert "from lotbook_client.models.shared import Thing\n" in made[f"{place}/things.py"]
    assert f"{place}/others.py" not in made
    every = "".join(f"from lotbook_client.models.{name} import *  # noqa: F403\n" for name in ("shared", "things"))
    assert made[f"{place}/__init__.py"].endswith(every)
    assert (
        "class Calls(\n    ThingsCalls,\n    OthersCalls,\n):" in made["python/lotbook_client/sync_calls/__init__.py"]
    )


def test_no_file_of_a_subject_that_is_gone_is_left_over() -> None:
    lying = {path for path in CLIENT.rglob("*.py") if "Generated from openapi.json" in path.read_text(encoding="utf-8")}
    assert lying == {path for path in clients_files() if path.suffix == ".py"}


def test_a_key_that_may_be_left_out_is_a_parameter_and_is_not_made() -> None:
    made = files(DOCUMENT)
    assert "may_be_keyed=True" in made["python/lotbook_client/operations.py"]
    assert "keyed: false, repeatable: false, mayBeKeyed: true" in made["typescript/src/calls.ts"]
    assert "idempotency_key: str | None = None," in made["python/lotbook_client/sync_calls/things.py"]


def test_a_list_is_what_has_a_cursor_and_one_array() -> None:
    listed, made = Description(DOCUMENT).operations
    assert listed.listing is not None
    assert (listed.listing.member, listed.listing.item, listed.paged) == ("things", "Thing", True)
    two = copy.deepcopy(DOCUMENT)
    two["components"]["schemas"]["Things"]["properties"]["others"] = {"type": "array", "items": TEXT}
    assert not Description(two).operations[0].paged
    assert not made.paged


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (TEXT, Plain("text")),
        ({"type": "string", "format": "date-time"}, Plain("instant")),
        ({"type": "string", "format": "decimal"}, Plain("decimal")),
        ({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}Z$"}, Plain("instant")),
        ({"const": "a"}, Words(("a",))),
        ({"enum": ["a", "b"]}, Words(("a", "b"))),
        ({"type": "array", "items": {"type": "integer"}}, Many(Plain("integer"))),
        ({"type": "object", "additionalProperties": TEXT}, Mapped(Plain("text"))),
        ({"type": "object"}, Mapped(ANYTHING)),
        ({"anyOf": [{"$ref": "#/c/A"}, {"type": "null"}]}, Maybe(Named("A"))),
        ({"oneOf": [{"$ref": "#/c/A"}, {"$ref": "#/c/B"}]}, OneOf((Named("A"), Named("B")))),
        ({"description": "whatever"}, ANYTHING),
    ],
)
def test_a_schema_is_read(schema: dict[str, Any], found: object) -> None:
    assert read(schema) == found


@pytest.mark.parametrize("schema", [{"type": "number"}, {"type": "tuple"}, {"allOf": []}, {"not": {}}])
def test_a_schema_that_nobody_knows_stops_the_generator(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no floats|no type for"):
        read(schema)
