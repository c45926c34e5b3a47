"""Checks a dict of request parameters against the Stripe library's own parameter types: the judge of what we send.

The library does not check at run time; its TypedDicts are generated from Stripe's API description. Unknown keys, missing
required keys and values of another type are refused; literals must be one of those listed.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from stripe import _request_options
from typing_extensions import get_type_hints, is_typeddict

# Names that the request options use; one of them the library imports for type checkers only.
NAMES: dict[str, Any] = {**vars(_request_options), "StripeContext": object}
OPTIONS = frozenset(
    {
        "api_key",
        "idempotency_key",
        "stripe_account",
        "stripe_context",
        "stripe_version",
        "headers",
        "max_network_retries",
        "content_type",
    }
)


def check_params(params: object, kind: Any, path: str = "") -> list[str]:
    """What is wrong with `params` as a `kind`, as `path: reason`; empty when all is right."""
    if is_typeddict(kind):
        return _check_typed_dict(params, kind, path)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (NotRequired, Required):
        return check_params(params, arguments[0], path)
    if origin in (Union, UnionType):
        return _check_union(params, arguments, path)
    if origin is Literal:
        return [] if params in arguments else [f"{path}: {params!r} is none of {arguments}"]
    if origin is list:
        if not isinstance(params, list):
            return [f"{path}: not a list"]
        return [wrong for i, each in enumerate(params) for wrong in check_params(each, arguments[0], f"{path}[{i}]")]
    if origin is dict:
        return _check_mapping(params, arguments, path)
    return _check_plain(params, kind, path)


def _check_typed_dict(params: object, kind: Any, path: str) -> list[str]:
    if not isinstance(params, dict):
        return [f"{path}: not an object of {kind.__name__}"]
    hints = get_type_hints(kind, vars(sys.modules[kind.__module__]), NAMES, include_extras=True)
    known = {name: hint for name, hint in hints.items() if name not in OPTIONS}
    wrong = [f"{path}.{name}: unknown to {kind.__name__}" for name in params if name not in known]
    wrong += [
        f"{path}.{name}: missing"
        for name, hint in known.items()
        if name not in params and get_origin(hint) is not NotRequired and name in kind.__required_keys__
    ]
    for name, value in params.items():
        if name in known:
            wrong += check_params(value, known[name], f"{path}.{name}")
    return wrong


def _check_union(params: object, members: tuple[Any, ...], path: str) -> list[str]:
    literals = [member for member in members if get_origin(member) is Literal]
    if isinstance(params, str) and literals:
        # Generated as `Literal[...] | str` to stay open; for what we send, only the listed values count. `''` alone
        # means "unset", beside a type of its own.
        listed = [value for member in literals for value in get_args(member)]
        if listed != [""]:
            return [] if params in listed else [f"{path}: {params!r} is none of {listed}"]
    found = [check_params(params, member, path) for member in members]
    return [] if any(not wrong for wrong in found) else min(found, key=len)


def _check_mapping(params: object, arguments: tuple[Any, ...], path: str) -> list[str]:
    if not isinstance(params, dict):
        return [f"{path}: not a mapping"]
    return [
        wrong
        for name, value in params.items()
        for wrong in check_params(name, arguments[0], f"{path} key")
        + check_params(value, arguments[1], f"{path}.{name}")
    ]


def _check_plain(params: object, kind: Any, path: str) -> list[str]:
    if kind in (NoneType, None):
        return [] if params is None else [f"{path}: not None"]
    if kind is int:
        right = isinstance(params, int) and not isinstance(params, bool)
    elif kind is float:
        right = isinstance(params, float | Decimal)  # a Decimal is sent digit by digit, which no float promises
    elif kind in (str, bool, Decimal):
        right = isinstance(params, kind)
    else:
        right = isinstance(kind, type) and isinstance(params, kind)
    return [] if right else [f"{path}: {params!r} is no {getattr(kind, '__name__', kind)}"]
