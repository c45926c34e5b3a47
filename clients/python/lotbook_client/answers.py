"""How JSON becomes dataclasses: integers stay integers, prices are Decimals, instants aware datetimes.

What a newer server adds is kept in `extra`, so that nothing breaks; a word or a kind that is not known here passes as it is.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from lotbook_client.failures import UnexpectedAnswer
from lotbook_client.instants import instant

Convert = Callable[[Any], Any]
T = TypeVar("T")
KIND, EXTRA, REPLAYED = "kind", "extra", "replayed"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Of every answer. `extra`: members that this version of the client does not know."""

    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class KeyedAnswer(Answer):
    """Of a call with an idempotency key. `replayed`: it is the first answer again, and nothing happened a second time."""

    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class UnknownKind(Answer):
    """Something of a kind that this version of the client does not know; all of it is in `extra`."""

    kind: str


def decode(kind: type[T], value: Any, replayed: bool | None = None) -> T:
    """A dataclass of the JSON value. Raises UnexpectedAnswer where a member is missing or is not what it should be."""
    try:
        made: T = _of_class(kind, value, {} if replayed is None else {REPLAYED: replayed})
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnexpectedAnswer(f"The answer is not a {kind.__name__}: {type(error).__name__} {error}") from error
    return made


def _of_class(kind: Any, value: Mapping[str, Any], more: Mapping[str, Any]) -> Any:
    members = _members(kind)
    given = {members[name].field: members[name].read(each) for name, each in value.items() if name in members}
    given |= {each.field: None for name, each in members.items() if name not in value and each.takes_none}
    extra = {name: each for name, each in value.items() if name not in members}
    return kind(**given, **more, extra=extra)


class _Member(NamedTuple):
    """A field, and how its JSON is read."""

    field: str  # as JSON has it, or with `_` behind a word of the language
    read: Convert
    takes_none: bool


@cache
def _members(kind: Any) -> dict[str, _Member]:
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind) if each.name not in (EXTRA, REPLAYED)]
    return {
        name.removesuffix("_"): _Member(name, converter(hints[name]), type(None) in get_args(hints[name]))
        for name in names
    }


def converter(hint: Any) -> Convert:
    """What turns a JSON value into the type."""
    if hint is datetime:
        return instant
    if hint is Decimal:
        return Decimal
    if hint in (int, str, bool):
        return _exactly(hint)
    if is_dataclass(hint):
        return lambda value: _of_class(hint, value, {})
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        one = converter(arguments[0])
        return lambda value: [one(each) for each in value]
    if origin in (Union, types.UnionType):
        return _either([each for each in arguments if each is not type(None)], type(None) in arguments)
    return lambda value: value


def _exactly(kind: type) -> Convert:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return same


def _either(hints: list[Any], nullable: bool) -> Convert:
    classes = [each for each in hints if is_dataclass(each)]
    if len(classes) > 1:
        one = _by_kind(classes)
    else:
        one = converter(next((each for each in hints if get_origin(each) is not Literal), str))
    return (lambda value: None if value is None else one(value)) if nullable else one


def _by_kind(classes: list[Any]) -> Convert:
    known = {get_args(get_type_hints(each)[KIND])[0]: each for each in classes if each is not UnknownKind}
    return lambda value: _of_class(known.get(value[KIND], UnknownKind), value, {})
