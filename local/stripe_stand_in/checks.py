"""Requests against the SDK's own parameter types: unknown keys, types, enums, required ones.

The judge is `stripe.params.*` (TypedDicts that Stripe generates from its API), so the stand-in is as strict as the version that
the installed package speaks, without a list of its own.
"""

from __future__ import annotations

import importlib
import re
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

from local.stripe_stand_in.errors import StripeError, invalid, missing_parameter, unknown_parameter
from local.stripe_stand_in.params import Params

_INTEGER = re.compile(r"^-?\d{1,18}$")
_DECIMAL = re.compile(r"^-?\d{1,18}(\.\d{1,12})?$")
# What the annotations of the SDK's request options need to be evaluated; those keys are left out afterwards.
_OPTION_NAMES = {"StripeContext": object, "Mapping": Mapping}
_NOT_REQUIRED = (typing.NotRequired, typing_extensions.NotRequired)
_REQUIRED = (typing.Required, typing_extensions.Required)


def check(raw: Mapping[str, Any], params_type: str) -> Params:
    """`raw` as typed values, judged by `stripe.params.<params_type>` (module path and class). Raises StripeError."""
    module, _, name = params_type.rpartition(".")
    return _typed_dict(dict(raw), getattr(importlib.import_module(f"stripe.params.{module}"), name), "")


@cache
def _fields(typed_dict: Any) -> dict[str, tuple[Any, bool]]:
    """`{key: (annotation, required)}` without the SDK's request options."""
    hints = typing.get_type_hints(typed_dict, localns=_OPTION_NAMES, include_extras=True)
    options = RequestOptions.__annotations__
    fields = {}
    for key, hint in hints.items():
        if key in options:
            continue
        origin = typing.get_origin(hint)
        wrapped = origin in _NOT_REQUIRED or origin in _REQUIRED
        fields[key] = (typing.get_args(hint)[0] if wrapped else hint, origin not in _NOT_REQUIRED)
    return fields


def _typed_dict(raw: Any, typed_dict: Any, path: str) -> Params:
    if not isinstance(raw, dict):
        raise invalid(f"Invalid object: {path}", param=path)
    fields = _fields(typed_dict)
    for key in raw:
        if key not in fields:
            raise unknown_parameter(_below(path, key))
    for key, (_, required) in fields.items():
        if required and key not in raw:
            raise missing_parameter(_below(path, key))
    return Params({key: _value(value, fields[key][0], _below(path, key)) for key, value in raw.items()})


def _below(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


def _value(raw: Any, hint: Any, path: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _union(raw, typing.get_args(hint), path)
    if origin in (typing.Literal, typing_extensions.Literal):
        return _literal(raw, typing.get_args(hint), path)
    if origin is list:
        return _list(raw, typing.get_args(hint)[0], path)
    if origin in (dict, UntypedStripeObject):
        if not isinstance(raw, dict):
            raise invalid(f"Invalid object: {path}", param=path)
        return {key: _value(value, typing.get_args(hint)[-1], _below(path, key)) for key, value in raw.items()}
    if typing_extensions.is_typeddict(hint):
        return _typed_dict(raw, hint, path)
    return _scalar(raw, hint, path)


def _list(raw: Any, item: Any, path: str) -> list[Any]:
    if not isinstance(raw, dict) or not all(key.isdigit() for key in raw):
        raise invalid(f"Invalid array: {path}", param=path)
    return [_value(raw[key], item, _below(path, key)) for key in sorted(raw, key=int)]


def _literal(raw: Any, allowed: tuple[Any, ...], path: str) -> Any:
    if raw in allowed:
        return raw
    named = ", ".join(str(value) for value in allowed if value != "")
    raise invalid(f"Invalid {path}: must be one of {named}", param=path)


def _union(raw: Any, options: tuple[Any, ...], path: str) -> Any:
    """The first option that fits. An enum with `str` beside it is the SDK's open enum: the wire's enum is closed."""
    literals = [
        option for option in options if typing.get_origin(option) in (typing.Literal, typing_extensions.Literal)
    ]
    if str in options and any(value != "" for option in literals for value in typing.get_args(option)):
        options = tuple(option for option in options if option is not str)
    refusals: list[StripeError] = []
    for option in options:
        try:
            return _value(raw, option, path)
        except StripeError as refusal:
            refusals.append(refusal)
    raise max(refusals, key=lambda refusal: len(str(refusal.fields.get("param", ""))))


def _scalar(raw: Any, hint: Any, path: str) -> Any:
    if hint in (object, Any):
        return raw
    if not isinstance(raw, str):
        raise invalid(f"Invalid string: {path}", param=path)
    if hint is str:
        return raw
    if hint is int:
        return int(_matching(raw, _INTEGER, "integer", path))
    if hint in (Decimal, float):
        return Decimal(_matching(raw, _DECIMAL, "decimal", path))
    if hint is bool:
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw[:100]}", param=path)
        return raw == "true"
    raise invalid(f"Invalid value: {path}", param=path)


def _matching(raw: str, pattern: re.Pattern[str], kind: str, path: str) -> str:
    if not pattern.match(raw):
        code = "parameter_invalid_empty" if raw == "" else "parameter_invalid_integer" if kind == "integer" else None
        raise invalid(f"Invalid {kind}: {raw[:100]}", param=path, code=code)
    return raw
