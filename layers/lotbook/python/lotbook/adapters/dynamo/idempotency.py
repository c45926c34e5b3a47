"""Idempotency markers: what a key stands for, frozen by put-if-absent. Kept for ever, like the ledger (D3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.puts import put_new
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, Table, from_item, to_item
from lotbook.domain.values.ids import fingerprint


class DynamoIdempotency:
    """Implements `ports.IdempotencyStore`. The key itself is kept beside its fingerprint, for people who look for it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, account_id: str, space: str, key: str) -> dict[str, str | int] | None:
        """The record of the key in its key space; None when it is free."""
        place = to_item(keys.idempotency(account_id, space, fingerprint(key)))
        request = {"TableName": self._table.name, "Key": place, "ConsistentRead": True}
        item = send(self._table.client, "get_item", request).get("Item")
        return None if item is None else _record(item)

    def claim(
        self, account_id: str, space: str, key: str, record: Mapping[str, str | int]
    ) -> dict[str, str | int] | None:
        """Write the record if the key is free: None when written, else the record that the key has."""
        place = keys.idempotency(account_id, space, fingerprint(key))
        found = put_new(self._table, place | {"key": key, "record": dict(record)}, NOT_YET_WRITTEN)
        return None if found is None else found["record"]


def _record(item: Mapping[str, Any]) -> dict[str, str | int]:
    record: dict[str, str | int] = from_item(item)["record"]
    return record
