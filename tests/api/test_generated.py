"""What is generated and committed is current, and nothing lies beside it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from local import generate
from lotbook.api import openapi
from lotbook.api.http import problems
from lotbook.api.http.routes import CONTRACT


@cache
def files_of(generator: str) -> dict[Path, str]:
    """What it writes; made when a test asks, for every worker of a run reads this module."""
    return generate.GENERATORS[generator]()


@pytest.mark.parametrize("generator", generate.GENERATORS)
def test_generated_files_are_current(generator: str) -> None:
    """Otherwise: `make openapi errors events`."""
    made = files_of(generator)
    assert made
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, path


def test_generated_events_have_no_leftovers() -> None:
    lying = set(generate.EVENTS.rglob("*.json"))
    webhook = {path for path in lying if path.parent.name == "webhook"}
    assert lying - webhook <= files_of("events").keys()


def test_every_route_of_the_three_functions_has_an_example_and_an_event() -> None:
    shown = {sample["route"] for sample in generate.samples().values()}
    rest = {
        "GET /v1/openapi.json",
        "POST /v1/webhooks/stripe",
        "PUT /v1/policies/{policy_id}",
        "GET /v1/policies/{policy_id}",
        "GET /v1/policy-schema.json",
    }
    assert shown == set(CONTRACT) - rest


def test_the_catalogue_of_errors_names_every_code_once() -> None:
    text = next(iter(generate.errors_files().values()))
    codes = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert len(codes) == len(set(codes))
    assert set(codes) >= {kind.code for kind in problems.KINDS if kind.code}
    _, table = text.split("|---|---|---|---|\n")
    assert all(line.count(" | ") == 3 for line in table.splitlines()), "a row that breaks ends the table"


def test_generating_twice_gives_the_same_bytes() -> None:
    assert generate.openapi_files() == generate.openapi_files()
    assert json.loads(generate.openapi_files()[generate.ROOT / "openapi.json"])["openapi"] == "3.1.0"


def test_an_unknown_generator_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["nothing"]) == 2
    assert "nothing" in capsys.readouterr().err


def descriptions(schema: object) -> Iterator[str]:
    """Every description of an OpenAPI document."""
    if isinstance(schema, dict):
        yield from (text for name, text in schema.items() if name == "description" and isinstance(text, str))
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from descriptions(part)


def test_n6_the_document_is_the_same_on_every_python() -> None:
    """3.13 takes the indentation out of docstrings and 3.11 leaves it, so a description must not depend on it."""
    found = list(descriptions(openapi.document()))
    assert len(found) > 100
    assert [text for text in found if text != inspect.cleandoc(text)] == []


def test_s10_the_catalogue_says_what_api_gateway_answers_of_its_own_accord() -> None:
    text = next(iter(generate.errors_files().values()))
    assert '`{"message": ...}` without a code: 401 without the header' in text
