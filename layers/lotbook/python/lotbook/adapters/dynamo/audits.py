"""Auditing's own reads, its marks, and the account items' place in the due index.

A mark that passes one item is cut: its parts are written first, under a name that no other mark has, then the item that names
them. So a crash leaves the old mark or the new one. The table drops parts by their time to live, long after a rotation, which
writes every mark anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import IS_THERE, NOT_NEWER, from_item, to_item
from lotbook.domain.audit.marks import ROTATION, Damaged, seal
from lotbook.domain.values.errors import ItemTooLarge, Unavailable
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.credits.ledger import Entry

PART = 350_000  # bytes: an item takes 400 KB with its keys
KEPT_FOR = 3 * ROTATION
MAX_PARTS = 40  # some 300,000 open lots of one book
MAX_PAGES = 1_000  # of a megabyte: some million lot events of one account and unit


class DynamoAudits:
    """Implements `AuditStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lot_events(self, account_id: str, unit: str) -> list[Entry]:
        """The partition of lot events, page by page."""
        found: list[Entry] = []
        partition = keys.lot_ledger(account_id, unit, "")["pk"]
        more: dict[str, Any] = {}
        for _ in range(MAX_PAGES):
            request = {
                "TableName": self._table.name,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": to_item({":pk": partition}),
                "ConsistentRead": True,
            }
            page = send(self._table.client, "query", request | more)
            found += [entry_of(values["sk"], values) for values in map(from_item, page["Items"])]
            if "LastEvaluatedKey" not in page:
                return found
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise Unavailable(retry_after_seconds=1)

    def postpone(self, account_id: str, until: int) -> None:
        """Beside everything else in the account item; its version does not move."""
        values = {":dp": keys.due_shard("audit", account_id), ":du": until}
        request = {
            "TableName": self._table.name,
            "Key": to_item(keys.account(account_id)),
            "UpdateExpression": "SET dp = :dp, du = :du",
            "ConditionExpression": IS_THERE,
            "ExpressionAttributeValues": to_item(values),
        }
        send(self._table.client, "update_item", request)

    def mark(self, account_id: str, name: str) -> bytes | None:
        """The item, and its parts where it has any. Raises Damaged where one is missing or another's."""
        item = self._item(account_id, name)
        if item is None:
            return None
        try:
            content, parts, sealed = item["content"], item["parts"], item["seal"]
            for number in range(1, min(parts, MAX_PARTS)):
                content += (self._item(account_id, _part(name, sealed, number)) or {})["content"]
            is_whole = seal(account_id, name, content) == sealed
        except (KeyError, TypeError) as error:
            raise Damaged(name) from error
        if not is_whole:
            raise Damaged(name)
        return bytes(content)

    def keep(self, account_id: str, name: str, content: bytes, at: int) -> None:
        """Of two runs at once the later one stays, and both say what is so. Raises ItemTooLarge past MAX_PARTS."""
        sealed = seal(account_id, name, content)
        cut = [content[start : start + PART] for start in range(0, len(content), PART)]
        if len(cut) > MAX_PARTS:
            raise ItemTooLarge(f"{account_id} {name}")
        kept = {"content": cut[0], "parts": len(cut), "seal": sealed, "at": at}
        end = (at + KEPT_FOR) // SECOND
        parts = [(_part(name, sealed, number), {"content": part, "ttl": end}) for number, part in enumerate(cut)]
        for each, values in [*parts[1:], (name, kept)]:
            put_over(self._table, keys.audit_mark(account_id, each) | values, NOT_NEWER)

    def _item(self, account_id: str, name: str) -> dict[str, Any] | None:
        key = to_item(keys.audit_mark(account_id, name))
        found = send(
            self._table.client, "get_item", {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        )
        return from_item(found["Item"]) if "Item" in found else None


def _part(name: str, sealed: str, number: int) -> str:
    return f"{name}#{sealed[:16]}#{number}"
