"""The sparse index of what schedules look at next: `dp` (kind and shard) and `du` (when)."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.ports.shop import DueItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.adapters.dynamo.table import Table

PAGE = 25  # keys that one query asks for: a shard's share of a run, so that a small run reads little


class DynamoDueIndex:
    """Implements `DueIndex` on the index `due` (keys only, eventually consistent as every index of DynamoDB)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        """At most `limit` items due at `until`, longest overdue first over all shards."""
        shards = [self._shard(shard, until, limit) for shard in keys.due_shards(kind)]
        return islice(merge(*shards, key=lambda item: item.due_at), limit)

    def _shard(self, shard: str, until: int, limit: int) -> Iterator[DueItem]:
        values = to_item({":shard": shard, ":until": until})
        more: dict[str, object] = {}
        for _ in range(-(-limit // PAGE)):  # no shard gives more than the whole run takes
            request = {
                "TableName": self._table.name,
                "IndexName": keys.DUE_INDEX,
                "KeyConditionExpression": "dp = :shard AND du <= :until",
                "ExpressionAttributeValues": values,
                "Limit": PAGE,
            }
            page = send(self._table.client, "query", request | more)
            for attributes in page["Items"]:
                item = from_item(attributes)
                yield DueItem(*keys.owner_and_name(item["pk"], item["sk"]), due_at=item["du"])
            if "LastEvaluatedKey" not in page:
                return
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
