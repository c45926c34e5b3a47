"""The key that cursors are signed with: random, made by the first function that needs it, kept in the table.

A parameter would be one more thing to write before a deployment works; this is written once, and read once a process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.adapters.calls import send, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, from_item, to_item
from lotbook.domain.values.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.shop import Entropy

KEY_BYTES = 32


class DynamoCursorKey:
    """One key a table: every function signs and checks with the same one."""

    def __init__(self, table: Table, entropy: Entropy) -> None:
        self._table, self._entropy = table, entropy

    def read(self) -> bytes:
        """The key; where there is none yet it is made. Raises Unavailable."""
        found = self._read() or self._make()
        if found is None:
            raise Unavailable("The key of cursors could not be read.")
        return found

    def _read(self) -> bytes | None:
        request = {"TableName": self._table.name, "Key": to_item(keys.cursor_key()), "ConsistentRead": True}
        answer = send(self._table.client, "get_item", request)
        return bytes(from_item(answer["Item"])["secret"]) if "Item" in answer else None

    def _make(self) -> bytes | None:
        """Two functions may make one at a time: who was slower reads what the other wrote."""
        made = self._entropy.read(KEY_BYTES)
        request = {
            "TableName": self._table.name,
            "Item": to_item(keys.cursor_key() | {"secret": made}),
            "ConditionExpression": NOT_YET_WRITTEN,
        }
        try:
            write_over(self._table.client, "put_item", request)
        except Conflict:
            return self._read()
        return made
