"""Service keys as items found by the hash of the whole key: the table never holds a key (D40)."""

from __future__ import annotations

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import IS_THERE, NOT_NEWER, Table, from_item, to_item
from lotbook.domain.values.access import SCOPES, Scope


class DynamoServiceKeys:
    """Implements `ports.ServiceKeyStore`. Revoked keys stay as items: an entry's actor can always be looked up."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, key_hash: str) -> tuple[str, frozenset[Scope]] | None:
        """`(key_id, scopes)` of an active key; None when unknown or revoked. Strongly consistent, so a revocation counts."""
        request = {"TableName": self._table.name, "Key": to_item(keys.service_key(key_hash)), "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        item = from_item(found.get("Item", {}))
        if not item or "revoked_at" in item:
            return None
        return item["key_id"], frozenset(scope for scope in SCOPES if scope in item["scopes"])

    def put(self, key_hash: str, key_id: str, scopes: frozenset[Scope], created_at: int) -> None:
        """Write a key; the same key again replaces its scopes and lifts its revocation."""
        item = keys.service_key(key_hash) | {"key_id": key_id, "scopes": sorted(scopes), "created_at": created_at}
        put_over(self._table, item, NOT_NEWER)

    def revoke(self, key_hash: str, at: int) -> None:
        """From now on the key is unknown; API Gateway may remember it for its caching time (60 s)."""
        request = {
            "TableName": self._table.name,
            "Key": to_item(keys.service_key(key_hash)),
            "UpdateExpression": "SET revoked_at = :at",
            "ConditionExpression": IS_THERE,
            "ExpressionAttributeValues": to_item({":at": at}),
        }
        send(self._table.client, "update_item", request)
