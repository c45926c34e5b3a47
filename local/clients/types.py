"""Types of the OpenAPI document, read into a few words that both languages have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_INSTANT_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"  # how the bodies of requests say `date-time`


@dataclass(frozen=True, slots=True)
class Plain:
    """`text`, `integer`, `boolean`, `instant`, `decimal` or `anything`."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A shape by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """One of these words; an answer of a newer server may have another."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    of: Type


@dataclass(frozen=True, slots=True)
class Mapped:
    """An object whose names are the caller's."""

    of: Type


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these."""

    types: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Maybe:
    """That, or null."""

    of: Type


Type = Plain | Named | Words | Many | Mapped | OneOf | Maybe
ANYTHING = Plain("anything")


def read(schema: Schema) -> Type:
    """The type of a schema. Raises ValueError for one that this reader does not know: then it must learn it."""
    if "$ref" in schema:
        return Named(str(schema["$ref"]).rsplit("/", 1)[1])
    if "const" in schema:
        return Words((str(schema["const"]),))
    if "enum" in schema:
        return Words(tuple(map(str, schema["enum"])))
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _either(schema[several])
    return _plain(schema)


def _either(schemas: list[Schema]) -> Type:
    told = tuple(read(each) for each in schemas if each.get("type") != "null")
    inside = told[0] if len(told) == 1 else OneOf(told)
    return Maybe(inside) if len(told) < len(schemas) else inside


def _plain(schema: Schema) -> Type:
    match schema.get("type"):
        case "array":
            return Many(read(schema["items"]))
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return Mapped(read(schema["additionalProperties"]))
        case "object":
            return Mapped(ANYTHING)
        case "string":
            return Plain(_text(schema))
        case "integer" | "boolean" as name:
            return Plain(name)
        case "number":
            raise ValueError("the contract has no floats")
        case None if not set(schema) - {"description"}:
            return ANYTHING
    raise ValueError(f"no type for {schema}")


def _text(schema: Schema) -> str:
    known = {"date-time": "instant", "decimal": "decimal"}
    if str(schema.get("pattern", "")).startswith(_INSTANT_PATTERN):
        return "instant"
    return known.get(schema.get("format", ""), "text")
