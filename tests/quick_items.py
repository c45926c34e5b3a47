"""What moto's DynamoDB holds, sized, copied and told in one walk each: values are trees, and nothing in one points back.

moto sizes an item anew at each attribute that it gets, copies a value before it renders it, and asks a value up to five times what
kind it is. `tests/contracts/test_quick_moto.py` compares with moto as it is.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from moto.dynamodb import responses
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend, Table
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize

MOST = 405_000  # bytes of an item; moto's own figure
SETS = ("SS", "NS", "BS")
_cast: Any = vars(DynamoType)["cast_value"].fget
_transact: Any = DynamoDBBackend.transact_write_items
_told: Any = responses.dynamo_to_dict


def _size(self: DynamoType) -> int:
    """Bytes of a value, without a new value for each part of it."""
    kind, held = self.type, self.value
    if kind == "N":
        return len(str(held))
    if kind in SETS:
        return sum(len(str(each)) if kind == "NS" else bytesize(each) for each in held)
    if kind == "L":
        return sum(_size(each) for each in held)
    if kind == "M":
        return sum(bytesize(name) + _size(each) for name, each in held.items())
    return 1 if isinstance(held, bool) else bytesize(held)


def _size_of(attributes: dict[str, Any]) -> int:
    return sum(bytesize(name) + _size(value) for name, value in attributes.items())


def _set(self: LimitedSizeDict, name: str, value: DynamoType) -> None:
    """An attribute is set where there is room for it beside all that there are, itself too; an update notes what then is there."""
    noted, added = vars(self), bytesize(name) + _size(value)
    held = noted.get("size")
    if held is None:
        held = _size_of(self)
    if held + added > MOST:
        raise ItemSizeTooLarge
    if "size" in noted:
        noted["size"] = held + added - (bytesize(name) + _size(self[name]) if name in self else 0)
    dict.__setitem__(self, name, value)


def _whole_item(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """An item that is too large is refused when all is known of it, and not looked through at each attribute."""
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = LimitedSizeDict()
    dict.update(self.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if _size_of(self.attrs) > MOST:
        raise ItemSizeTooLarge


def _copy(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """A copy of a value, part by part; a part that an item holds twice its copy holds twice, too."""
    made: DynamoType | None = memo.get(id(self))
    if made is not None:
        return made
    memo[id(self)] = made = DynamoType.__new__(DynamoType)
    kind, held = self.type, self.value
    made.type = kind
    if kind == "L":
        made.value = [_copy(each, memo) for each in held]
    elif kind == "M":
        made.value = {name: _copy(each, memo) for name, each in held.items()}
    else:
        made.value = list(held) if kind in SETS else held
    return made


def _copy_item(self: Item, memo: dict[int, Any]) -> Item:
    """A copy of an item, without asking for each attribute how it is copied."""
    known: Item | None = memo.get(id(self))
    if known is not None:
        return known
    memo[id(self)] = made = Item.__new__(Item)
    made.hash_key = _copy(self.hash_key, memo)
    made.range_key = _copy(self.range_key, memo) if self.range_key is not None else None
    made.attrs = LimitedSizeDict()
    dict.update(made.attrs, {name: _copy(value, memo) for name, value in self.attrs.items()})
    return made


_copies: dict[int, Table] | None = None  # of tables, while a transaction goes on


def _copy_table(self: Table, memo: dict[int, Any]) -> Table:
    """A transaction keeps a table as it was, once; moto keeps it again for each of its items, before it does the first."""
    if _copies is not None and id(self) in _copies:
        return _copies[id(self)]
    memo[id(self)] = made = Table.__new__(Table)
    vars(made).update({name: deepcopy(part, memo) for name, part in vars(self).items()})
    if _copies is not None:
        _copies[id(self)] = made
    return made


def _together(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    global _copies
    _copies = {}
    try:
        _transact(self, transact_items)
    finally:
        _copies = None


def _regular(self: DynamoType) -> dict[str, Any]:
    """A value in DynamoDB's JSON, made as it is read; moto copies all of it first, part by part again."""
    kind, held = self.type, self.value
    if kind == "L" or kind == "M":
        pairs = held.items() if kind == "M" else enumerate(held)
        parts = [(at, _regular(part) if isinstance(part, DynamoType) else deepcopy(part)) for at, part in pairs]
        return {kind: dict(parts) if kind == "M" else [part for _, part in parts]}
    return {kind: list(held) if kind in SETS else held}


def _plain(found: Any) -> Any:
    """What a handler found, in plain words: most of it is text, which moto asks four times whether it is something else."""
    kind = type(found)
    if kind is str or kind is bytes or kind is bool or kind is int:
        return found
    if kind is dict or kind is LimitedSizeDict:
        return {name: _plain(part) for name, part in found.items()}
    if kind is list:
        return [_plain(part) for part in found]
    if kind is DynamoType:
        return {found.type: _plain(found.value)}
    return _told(found)


def _cast_value(self: DynamoType) -> Any:
    """A text is what it is, which is what most keys are."""
    kind = self.type
    if kind == "S":
        return self.value
    return Decimal(self.value) if kind == "N" else _cast(self)


QUICKER: tuple[tuple[Any, str, Any], ...] = (
    (DynamoType, "size", _size),
    (DynamoType, "__deepcopy__", _copy),
    (DynamoType, "to_regular_json", _regular),
    (DynamoType, "cast_value", property(_cast_value)),
    (Table, "__deepcopy__", _copy_table),
    (Item, "__init__", _whole_item),
    (Item, "__deepcopy__", _copy_item),
    (LimitedSizeDict, "__setitem__", _set),
    (DynamoDBBackend, "transact_write_items", _together),
    (responses, "dynamo_to_dict", _plain),
)
