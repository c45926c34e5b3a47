"""Service keys of a table: issued, listed, revoked. The table has only a key's hash: it cannot be shown again."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.table import from_item
from lotbook.domain.values.instants import to_text
from lotbook.usecases.accounts.authenticate import SERVICE_KEY_PREFIX, hash_of

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.values.access import Scope

SECRET_BYTES = 24
PARTITION = keys.service_key("")["pk"]  # of every key, before its hash


def issue(table: Table, name: str, scopes: frozenset[Scope], now: int) -> str:
    """The new key, which is kept nowhere."""
    key = f"{SERVICE_KEY_PREFIX}{name}_{token_hex(SECRET_BYTES)}"
    DynamoServiceKeys(table).put(hash_of(key), name, scopes, now)
    return key


def listed(table: Table) -> list[dict[str, Any]]:
    """Every key, oldest first: `{name, created_at, revoked_at, scopes}`."""
    return [
        {
            "name": item["key_id"],
            "created_at": to_text(item["created_at"]),
            "revoked_at": to_text(item["revoked_at"]) if "revoked_at" in item else None,
            "scopes": sorted(item["scopes"]),
        }
        for item in sorted(_items(table), key=lambda item: int(item["created_at"]))
    ]


def found(table: Table, key: str) -> list[dict[str, Any]]:
    """By name every key that bears it, or the whole key: whoever must revoke one often does not have it."""
    wanted = f"{PARTITION}{hash_of(key)}"
    return [item for item in _items(table) if key == item["key_id"] or item["pk"] == wanted]


def revoke(table: Table, items: list[dict[str, Any]], now: int) -> int:
    """How many of them were not revoked before."""
    active = [item for item in items if "revoked_at" not in item]
    for item in active:
        DynamoServiceKeys(table).revoke(item["pk"].removeprefix(PARTITION), now)
    return len(active)


def _items(table: Table) -> Iterator[dict[str, Any]]:
    """Every key, by a scan of the table: only this command, which people run seldom, does that."""
    pages = table.client.get_paginator("scan").paginate(
        TableName=table.name,
        ConsistentRead=True,
        FilterExpression="begins_with(pk, :pk)",
        ExpressionAttributeValues={":pk": {"S": PARTITION}},
    )
    for page in pages:
        yield from map(from_item, page["Items"])
