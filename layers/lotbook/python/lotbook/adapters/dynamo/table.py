"""One low-level DynamoDB client and the conversions between Python values and attribute values.

The low-level client, not the resource: it is what the cold start can afford, and `ALL_OLD` comes back untouched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NewType, NoReturn

from lotbook.adapters.dynamo import formats
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KEY_NAMES = len(("pk", "sk"))
Attributes = dict[str, Any]  # DynamoDB JSON, {"N": "1"}
# What a write demands of the item. Every condition has a name and lies at a module's top: tests/contracts takes each one out.
Condition = NewType("Condition", str)
NOT_YET_WRITTEN = Condition("attribute_not_exists(pk)")
IS_THERE = Condition("attribute_exists(pk)")
STILL_THE_VERSION_READ = Condition("#version = :read")
# Of a write that stands over whatever is there: or an older release writes over what a newer one has written.
NOT_NEWER = Condition("(attribute_not_exists(f) OR f <= :f)")


@dataclass(frozen=True, slots=True)
class Table:
    """The client and the table's name; adapters take it as one argument."""

    client: Any
    name: str


def to_attribute(value: Any) -> dict[str, Any]:
    """One Python value (str, int, Decimal, bool, None, bytes, list, dict) as an attribute value. Floats are a defect."""
    write = _WRITERS.get(type(value))
    return write(value) if write else _of_a_rare_kind(value)


_WRITERS: dict[type, Callable[[Any], Attributes]] = {
    int: lambda value: {"N": str(value)},
    str: lambda value: {"S": value},
    bytes: lambda value: {"B": value},
    list: lambda value: {"L": [to_attribute(item) for item in value]},
    tuple: lambda value: {"L": [to_attribute(item) for item in value]},
    dict: lambda value: {"M": {key: to_attribute(item) for key, item in value.items()}},
    bool: lambda value: {"BOOL": value},
    type(None): lambda _value: {"NULL": True},
}


def _of_a_rare_kind(value: Any) -> dict[str, Any]:
    from decimal import Decimal  # no burn has one

    if isinstance(value, Decimal):
        return {"N": format(value, "f")}
    for kind in type(value).__mro__:
        if kind in _WRITERS:
            return _WRITERS[kind](value)
    raise TypeError(f"{type(value).__name__} is not kept in the table")


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        from decimal import Decimal  # no burn has one

        return Decimal(text)


def _bytes(value: Any) -> Any:
    """Records of the stream are JSON, in which Lambda writes bytes as base 64; the table's own clients have read them already."""
    if isinstance(value, str):
        from binascii import a2b_base64  # the stream's alone

        return a2b_base64(value)
    return value


def _same(value: Any) -> Any:
    return value


def _members(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _READERS[kind](value) for name, attribute in attributes.items() for kind, value in attribute.items()}


def _elements(attributes: Sequence[Any]) -> list[Any]:
    return [_READERS[kind](value) for attribute in attributes for kind, value in attribute.items()]


class _Readers(dict[str, "Callable[[Any], Any]"]):
    def __missing__(self, kind: str) -> NoReturn:
        raise TypeError(f"attribute type {kind} is not kept in the table")


_READERS: Mapping[str, Callable[[Any], Any]] = _Readers(
    {"N": _number, "S": _same, "B": _bytes, "L": _elements, "M": _members, "BOOL": _same, "NULL": lambda _value: None}
)


def to_item(values: Mapping[str, Any]) -> Attributes:
    """Values as attribute values. A whole item (a key, and more than a key) goes out with its format's number."""
    item = {key: to_attribute(value) for key, value in values.items()}
    if "pk" in values and len(values) > KEY_NAMES:
        item[formats.NAME] = {"N": str(formats.writes_of(values))}
    return item


def from_item(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An item as Python values. Raises NewerFormat for one that a newer release has written."""
    if formats.NAME in attributes and "pk" in attributes:
        formats.refuse_newer(attributes)
    return _members(attributes)
