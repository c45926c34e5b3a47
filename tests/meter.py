"""Counts calls and capacity units of a DynamoDB client, by AWS's published rules (local engines' figures are wrong).

Writes: 1 unit a started KB of the larger of the item before and after, also when the condition fails; a refused write of an
absent item takes 1. Reads, strongly consistent: 1 unit a started 4 KB of each item, at least 1.
Sizes: names and strings in UTF-8 bytes; binary by its length; a number about one byte per two significant digits plus one; null and bool 1;
lists and maps 3 bytes plus 1 for each element. Index writes are counted by `index_writes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITE_BYTES = 1024
READ_BYTES = 4096


def item_bytes(item: Mapping[str, Any]) -> int:
    """The size of an item of attribute values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(attribute: Mapping[str, Any]) -> int:
    """The size of one attribute value."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            digits = value.lstrip("-").replace(".", "").strip("0")
            return (len(digits) + 1) // 2 + 1 + (1 if value.startswith("-") else 0)
        case "B":
            return len(value)
        case "NULL" | "BOOL":
            return 1
        case "L":
            return 3 + sum(1 + value_bytes(item) for item in value)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_bytes(item) for name, item in value.items())
    raise AssertionError(f"{kind} is not kept in the table")


def _key_of(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("pk", "sk")}


def units(size: int, step: int) -> int:
    """Started steps, at least one."""
    return max(1, -(-size // step))


@dataclass(slots=True)
class Metered:
    """A client that counts. It reads the item around each write with the client beneath, which is not counted."""

    client: Any
    calls: Counter[str] = field(default_factory=Counter)
    write_units: int = 0
    read_units: int = 0
    index_writes: int = 0
    sizes: list[int] = field(default_factory=list)

    @property
    def exceptions(self) -> Any:
        return self.client.exceptions

    def counts(self) -> tuple[int, int, int]:
        """(calls, write units, read units) so far."""
        return sum(self.calls.values()), self.write_units, self.read_units

    def reset(self) -> None:
        """Start again from nothing."""
        self.calls.clear()
        self.write_units = self.read_units = self.index_writes = 0

    def update_item(self, **request: Any) -> Any:
        return self._write("update_item", request["Key"], request)

    def put_item(self, **request: Any) -> Any:
        key = {name: request["Item"][name] for name in ("pk", "sk")}
        return self._write("put_item", key, request)

    def transact_write_items(self, **request: Any) -> Any:
        """One call; each put, update and check takes twice its units."""
        parts = [part for item in request["TransactItems"] for part in item.values()]
        places = [(part["TableName"], part.get("Key") or _key_of(part["Item"])) for part in parts]
        sizes = [item_bytes(part.get("Item", {})) for part in parts]
        self.calls["transact_write_items"] += 1
        try:
            return self.client.transact_write_items(**request)
        finally:
            kept = [item_bytes(self._peek(*place)) for place in places]
            self.write_units += sum(2 * units(max(pair), WRITE_BYTES) for pair in zip(sizes, kept, strict=True))

    def transact_get_items(self, **request: Any) -> Any:
        """One call; each get takes twice its units."""
        answer = self.client.transact_get_items(**request)
        self.calls["transact_get_items"] += 1
        self.read_units += sum(2 * units(item_bytes(each.get("Item", {})), READ_BYTES) for each in answer["Responses"])
        return answer

    def get_item(self, **request: Any) -> Any:
        assert request["ConsistentRead"] is True
        answer = self.client.get_item(**request)
        self._read("get_item", [answer["Item"]] if "Item" in answer else [])
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        """Half the units, rounded up, where an old answer is good enough: of what never changes."""
        ((_, wanted),) = request["RequestItems"].items()
        answer = self.client.batch_get_item(**request)
        (found,) = answer["Responses"].values() or ([],)
        before = self.read_units
        self._read("batch_get_item", found, at_least=len(wanted["Keys"]))
        if not wanted["ConsistentRead"]:
            self.read_units = before + -(-(self.read_units - before) // 2)
        return answer

    def batch_write_item(self, **request: Any) -> Any:
        """One call; each item is a write of its own."""
        ((table, puts),) = request["RequestItems"].items()
        items = [each["PutRequest"]["Item"] for each in puts]
        before = [item_bytes(self._peek(table, _key_of(item))) for item in items]
        self.calls["batch_write_item"] += 1
        sizes = [max(pair) for pair in zip(before, map(item_bytes, items), strict=True)]
        self.sizes += sizes
        self.write_units += sum(units(size, WRITE_BYTES) for size in sizes)
        return self.client.batch_write_item(**request)

    def query(self, **request: Any) -> Any:
        """Half the units, rounded up, where an old answer is good enough: of the index, and of the filed statement."""
        answer = self.client.query(**request)
        self.calls["query"] += 1
        read = units(sum(map(item_bytes, answer["Items"])), READ_BYTES)
        self.read_units += read if request.get("ConsistentRead") else -(-read // 2)
        return answer

    def _read(self, operation: str, found: list[Any], at_least: int = 1) -> None:
        self.calls[operation] += 1
        self.read_units += sum(units(item_bytes(item), READ_BYTES) for item in found) + at_least - len(found)

    def _write(self, operation: str, key: Mapping[str, Any], request: dict[str, Any]) -> Any:
        before = self._peek(request["TableName"], key)
        self.calls[operation] += 1
        try:
            return getattr(self.client, operation)(**request)
        finally:
            after = self._peek(request["TableName"], key)
            size = max(item_bytes(before), item_bytes(after))
            self.sizes.append(size)
            self.write_units += units(size, WRITE_BYTES)
            if (before.get("dp"), before.get("du")) != (after.get("dp"), after.get("du")):
                self.index_writes += 1 + ("dp" in before and "dp" in after)

    def _peek(self, table: str, key: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return found
