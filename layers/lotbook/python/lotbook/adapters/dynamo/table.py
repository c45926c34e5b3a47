"""One low-level DynamoDB client and the conversions between Python values and attribute values.

The low-level client, not the resource: it is what the cold start can afford, and `ALL_OLD` comes back untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

Attributes = dict[str, Any]  # DynamoDB JSON, {"N": "1"}
# What a write demands of the item. Every condition has a name and lies at a module's top: tests/contracts takes each one out.
Condition = NewType("Condition", str)
NOT_YET_WRITTEN = Condition("attribute_not_exists(pk)")
IS_THERE = Condition("attribute_exists(pk)")
STILL_THE_VERSION_READ = Condition("#version = :read")


@dataclass(frozen=True, slots=True)
class Table:
    """The client and the table's name; adapters take it as one argument."""

    client: Any
    name: str


def to_attribute(value: Any) -> dict[str, Any]:
    """One Python value (str, int, Decimal, bool, None, bytes, list, dict) as an attribute value. Floats are a defect."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case Decimal():
            return {"N": format(value, "f")}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {key: to_attribute(item) for key, item in value.items()}}
        case list() | tuple():
            return {"L": [to_attribute(item) for item in value]}
    raise TypeError(f"{type(value).__name__} is not kept in the table")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The Python value of an attribute value; whole numbers are ints, others Decimals."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL" | "B":
            return value
        case "N":
            return int(value) if value.lstrip("-").isdigit() else Decimal(value)
        case "NULL":
            return None
        case "M":
            return {key: from_attribute(item) for key, item in value.items()}
        case "L":
            return [from_attribute(item) for item in value]
    raise TypeError(f"attribute type {kind} is not kept in the table")


def to_item(values: Mapping[str, Any]) -> Attributes:
    """A whole item as attribute values."""
    return {key: to_attribute(value) for key, value in values.items()}


def from_item(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item as Python values."""
    return {key: from_attribute(value) for key, value in attributes.items()}
