"""The schemas of the OpenAPI document: of bodies, of answers, of a policy, of refusals. Made from what the code itself uses.

What pydantic says is cut down to what generated clients read well: no titles (they would become class names), no
defaults (an optional field would read as one that must be sent), and descriptions in words for callers.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
import types
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic.json_schema import models_json_schema

from lotbook.api import answers as rooms
from lotbook.api.document import refusals
from lotbook.api.requests import policy_document, schemas
from lotbook.domain.values.errors import MAX_ERRORS

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
LEFT_OUT = "Left out:"  # and what it is then
KIND = "kind"  # by which the shapes of a union differ
POLICY, OF_POLICY = "PolicyDocument", "Policy"  # the document's name, and what its parts' names begin with
_PLAIN: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
    Any: {},
}
_RULE_IDS = re.compile(
    r"[ \n]\((?:[A-Z]{1,3}-?\d+(?:\.\.\d+|\sto\s[A-Z]{1,3}-?\d+)?[,;]?\s?)+\)"
)  # of our own pages: nothing to a caller


def reference(name: str) -> Schema:
    """A reference to the schema of that name."""
    return {"$ref": REFERENCE.format(model=name)}


def all_of_them() -> dict[str, Schema]:
    """Every schema by name."""
    found = {**bodies(), **answers(), **policy(), "Problem": problem(), "GatewayMessage": gateway_message()}
    return dict(sorted(found.items()))


def bodies() -> dict[str, Schema]:
    """The bodies of requests."""
    models = [(model, "validation") for model in schemas.models().values()]
    _, found = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]
    named: dict[str, Schema] = {name: readable(schema) for name, schema in found["$defs"].items()}
    return named


def policy() -> dict[str, Schema]:
    """A policy document, as `PUT /v1/policies/{policy_id}` takes it: its id may be left out, the path has it."""
    found = policy_document.json_schema(REFERENCE.format(model=f"{OF_POLICY}{{model}}"))
    parts = {f"{OF_POLICY}{name}": readable(schema) for name, schema in found.pop("$defs").items()}
    document = readable(found)
    document["required"] = [name for name in document["required"] if name != "policy_id"]
    return {POLICY: document, **parts}


def answers() -> dict[str, Schema]:
    """The shapes of answers."""
    found: dict[str, Schema] = {
        "OpenApi": {"type": "object", "description": "An OpenAPI 3.1 document.", "additionalProperties": True},
        "PolicySchema": {"type": "object", "description": "A JSON Schema, 2020-12.", "additionalProperties": True},
    }
    for name, shape in _shapes().items():
        if is_typeddict(shape) and not name.startswith("_"):
            found[name] = _shape(shape)
    return found | {name: _one_of(union) for union, name in _unions().items()}


@cache
def _shapes() -> dict[str, Any]:
    """What the modules `shapes*` of the answers hold; found, not listed, so none is forgotten."""
    modules = sorted(each.name for each in pkgutil.iter_modules(rooms.__path__) if each.name.startswith("shapes"))
    return {
        name: shape for module in modules for name, shape in vars(import_module(f"{rooms.__name__}.{module}")).items()
    }


@cache
def _unions() -> dict[Any, str]:
    """Unions of shapes by what they are: each has a name in the document, and its shapes differ in `kind`."""
    named = {shape: name for name, shape in _shapes().items() if isinstance(shape, types.UnionType)}
    return {shape: name for shape, name in named.items() if all(map(is_typeddict, get_args(shape)))}


def _one_of(union: Any) -> Schema:
    kinds = {get_args(get_type_hints(shape)[KIND])[0]: reference(shape.__name__)["$ref"] for shape in get_args(union)}
    listed = [{"$ref": target} for target in kinds.values()]
    return {"oneOf": listed, "discriminator": {"propertyName": KIND, "mapping": kinds}}


def problem() -> Schema:
    """Every refusal of ours."""
    text = {"type": "string"}
    error = dict.fromkeys(("field", "code", "message"), text)
    return {
        "description": "RFC 9457. Beside these members it carries the refusal's own data; `x-codes` lists all codes with theirs.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            **dict.fromkeys(("type", "title", "code", "detail", "request_id"), text),
            "status": {"type": "integer"},
            "errors": {
                "type": "array",
                "maxItems": MAX_ERRORS,
                "items": {"type": "object", "required": sorted(error), "properties": error},
            },
        },
        "x-codes": {
            code: told | {"description": in_words(told["description"])} for code, told in refusals.schemas().items()
        },
    }


def gateway_message() -> Schema:
    """What API Gateway answers of its own accord (decisions/0057)."""
    return {
        "description": "What stands before the product answers in this form: a call without the header Authorization, a "
        "route that does not exist, a flood, a crash. The header `apigw-requestid` names the call.",
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
    }


def readable(schema: Any) -> Any:
    """The schema without titles and defaults, with descriptions for callers, which say the defaults instead."""
    if isinstance(schema, Mapping):
        made = {
            name: in_words(value) if name == "description" and isinstance(value, str) else _inside(name, value)
            for name, value in schema.items()
            if not (name == "title" and isinstance(value, str)) and name != "default"
        }
        default = schema.get("default")
        if isinstance(default, str | int) and LEFT_OUT not in made.get("description", ""):
            made["description"] = f"{made.get('description', '')} {LEFT_OUT} `{json.dumps(default)}`.".strip()
        return made
    return [readable(each) for each in schema] if isinstance(schema, list | tuple) else schema


def _inside(name: str, value: Any) -> Any:
    """Members of `properties` are named by the product: one that is called title, default or description is a field."""
    if name == "properties" and isinstance(value, Mapping):
        return {field: readable(schema) for field, schema in value.items()}
    return readable(value)


def in_words(text: str) -> str:
    """A docstring in words for callers: without the ids of our own rules."""
    return _RULE_IDS.sub("", text).replace("None", "null")


def _shape(shape: Any) -> Schema:
    members = get_type_hints(shape, include_extras=True)
    described: Schema = {
        "type": "object",
        "description": in_words(
            inspect.cleandoc(shape.__doc__)
        ),  # as Python 3.13 keeps it: the same document everywhere
        "properties": {name: _type(member) for name, member in members.items()},
    }
    required = [name for name in members if name in shape.__required_keys__]
    return described | ({"required": required} if required else {})


def _type(member: Any) -> Schema:
    if is_typeddict(member):
        return reference(member.__name__)
    if member in _PLAIN:
        return _PLAIN[member]
    if member in _unions():
        return reference(_unions()[member])
    origin, arguments = get_origin(member), get_args(member)
    if origin is Annotated:
        return {**_type(arguments[0]), "format": arguments[1]}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1])}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_type(argument) for argument in arguments]}
    raise TypeError(f"{member} has no schema")
