"""A policy document (JSON values) to a `Policy`: types here, what holds across fields in the domain.

Strict: unknown fields, floats, numbers in strings where integers belong and the like are refused, each with its path,
what was found and what is allowed. Decimals are written as strings (`"0.0009"`): a float would have lost digits already.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from lotbook.domain.policy import document as policy
from lotbook.domain.policy import parts, plans, top_ups
from lotbook.domain.policy.bounds import leaves, path_of
from lotbook.domain.policy.checks import findings
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, refusal, shown
from lotbook.domain.values import decimals

MAX_DEPTH = 16
SCHEMA_FIELD = "$schema"  # where a file says which schema describes it
_STRICT = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)
_ALLOWED = {
    "missing": "a value; this field is required",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "string_type": "a text",
    "bool_type": "true or false",
    "decimal_type": decimals.FORM,
    "decimal_parsing": decimals.FORM,
    "finite_number": decimals.FORM,
    "tuple_type": "a list",
    "mapping_type": "an object",
    "dict_type": "an object",
    "dataclass_type": "an object",
}


def parse_policy(document: object) -> Policy:
    """The policy that a document describes. Raises PolicyInvalid naming every path, what was found and what is allowed."""
    strange = tuple(_strange("", document, 0))
    if strange:
        raise refusal(strange)
    try:
        parsed = _adapter().validate_json(json.dumps(document))
    except ValidationError as error:
        raise refusal(_finding(document, each) for each in error.errors(include_url=False)) from None
    misspelt = tuple(_misspelt_decimals(document, parsed))
    told = {each.path for each in misspelt}
    wrong = (*misspelt, *(each for each in findings(parsed) if each.path not in told))
    if wrong:
        raise refusal(wrong)
    return parsed


def without_schema(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is published of a file: the address of its schema is for editors."""
    is_address = isinstance(document.get(SCHEMA_FIELD), str)
    return {name: value for name, value in document.items() if not (name == SCHEMA_FIELD and is_address)}


def json_schema(ref_template: str) -> dict[str, Any]:
    """The JSON Schema of a policy document: fields, types, words; rules across fields are told by `parse_policy` alone."""
    return _adapter().json_schema(ref_template=ref_template, schema_generator=_PolicySchema)


class _PolicySchema(GenerateJsonSchema):
    """Decimals as documents write them: in quotes, by our grammar."""

    def decimal_schema(self, _schema: core_schema.DecimalSchema) -> dict[str, Any]:
        """The grammar instead of pydantic's own."""
        return {"type": "string", "pattern": f"^{decimals.GRAMMAR.pattern}$"}


@cache
def _adapter() -> TypeAdapter[Policy]:
    """Built once: the domain's dataclasses know nothing of pydantic, so they are made strict here."""
    for module in (parts, plans, policy, top_ups):
        for model in vars(module).values():
            if isinstance(model, type) and is_dataclass(model) and model.__module__ == module.__name__:
                with_config(_STRICT)(model)
    return TypeAdapter(Policy)


def _strange(path: str, value: object, depth: int) -> Iterator[Finding]:
    """What JSON has not, or has but we refuse: floats, dates, keys that are not text, nesting without end."""
    if depth > MAX_DEPTH:
        yield Finding(path, "deeper nesting", f"at most {MAX_DEPTH} levels")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                yield Finding(_join(path, str(key)), f"the key {shown(key)}", "keys that are text: put it in quotes")
            yield from _strange(_join(path, str(key)), item, depth + 1)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _strange(_join(path, str(place)), item, depth + 1)
    elif isinstance(value, float):
        yield Finding(path, shown(value), 'an integer, or a decimal in quotes, for example "0.0009"', code="float")
    elif value is not None and not isinstance(value, str | int | bool):
        yield Finding(path, shown(value), "JSON values: put it in quotes", code="not_json")


def _misspelt_decimals(document: object, parsed: Policy) -> Iterator[Finding]:
    """Decimals that Python reads though nobody should write them so; the message is that of any other text."""
    for steps, value in leaves(parsed):
        written = _look_up(document, steps) if isinstance(value, Decimal) else None
        if isinstance(written, str) and not decimals.is_decimal(written):
            yield Finding(path_of(steps), shown(written), decimals.FORM, code="type")


def _finding(document: object, error: Any) -> Finding:
    path = ".".join(str(step) for step in error["loc"])
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        known = _field_names(error["loc"][:-1])
        return Finding(path, "an unknown field", f"one of {', '.join(known)}", code="unknown_field")
    found = "nothing" if kind == "missing" else shown(_look_up(document, error["loc"]))
    if kind == "literal_error":
        return Finding(path, found, str(error["ctx"]["expected"]), code="unknown_value")
    return Finding(path, found, _ALLOWED.get(kind, str(error["msg"])), code="missing" if kind == "missing" else "type")


def _look_up(document: Any, steps: tuple[str | int, ...]) -> object:
    """The value at a path, as far as the path leads."""
    for step in steps:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            break
    return document


def _field_names(steps: tuple[str | int, ...]) -> list[str]:
    """The fields of the dataclass that a path leads to."""
    model: Any = Policy
    for step in steps:
        if is_dataclass(model) and isinstance(step, str):
            model = _inner(get_type_hints(model)[step])
    return [field.name for field in fields(model)]


def _inner(hint: Any) -> Any:
    """The dataclass inside `X | None`, `tuple[X, ...]`, `Mapping[str, X]`; other hints as they are."""
    if get_origin(hint) in (Union, types.UnionType):
        return _inner(next(each for each in get_args(hint) if each is not type(None)))
    if get_origin(hint) is not None and get_args(hint):
        inner = [each for each in get_args(hint) if is_dataclass(each)]
        return inner[0] if inner else hint
    return hint


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step
