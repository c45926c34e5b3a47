"""Idempotency markers: what a key stands for, frozen by put-if-absent. Kept for ever, like the ledger (D3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.puts import put_new
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, Table, from_item, to_item
from lotbook.domain.values.ids import fingerprint

OF_HOLDS = "hold"


class DynamoIdempotency:
    """Implements `ports.IdempotencyStore`. The key itself is not kept: a caller may make it of whom it is about.

    Markers of a hold's end have a partition of their own; what stands where they were before is found, too (decision 123).
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, account_id: str, space: str, key: str) -> dict[str, str | int] | None:
        """The record of the key in its key space; None when it is free."""
        place = _place(account_id, space, key)
        found = self._record(place)
        return self._record(keys.before(place)) if found is None and space == OF_HOLDS else found

    def claim(
        self, account_id: str, space: str, key: str, record: Mapping[str, str | int]
    ) -> dict[str, str | int] | None:
        """Write the record if the key is free: None when written, else the record that the key has."""
        found = put_new(self._table, _place(account_id, space, key) | {"record": dict(record)}, NOT_YET_WRITTEN)
        return None if found is None else found["record"]

    def _record(self, place: dict[str, str]) -> dict[str, str | int] | None:
        request = {"TableName": self._table.name, "Key": to_item(place), "ConsistentRead": True}
        item: Mapping[str, Any] | None = send(self._table.client, "get_item", request).get("Item")
        return None if item is None else from_item(item)["record"]


def _place(account_id: str, space: str, key: str) -> dict[str, str]:
    if space == OF_HOLDS:
        return keys.hold_marker(account_id, fingerprint(key))
    return keys.idempotency(account_id, space, fingerprint(key))
