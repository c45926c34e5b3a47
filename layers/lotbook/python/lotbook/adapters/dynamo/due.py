"""The sparse index of what schedules look at next: `dp` (kind and shard) and `du` (when)."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.shop import DueItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.adapters.dynamo.table import Table

STILL_AS_LISTED = "du = :listed"
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
                place = item["pk"], item["sk"]
                yield DueItem(*keys.owner_and_name(*place), due_at=item["du"], place=place)
            if "LastEvaluatedKey" not in page:
                return
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        """Move it, unless whoever did its work has moved it or taken it off."""
        pk, sk = item.place
        request = {
            "TableName": self._table.name,
            "Key": to_item({"pk": pk, "sk": sk}),
            "UpdateExpression": "SET du = :until",
            "ConditionExpression": STILL_AS_LISTED,
            "ExpressionAttributeValues": to_item({":until": until, ":listed": item.due_at}),
        }
        try:
            send(self._table.client, "update_item", request)
        except ServiceRefused as error:
            if was_refused(error):
                return None
            raise
        return replace(item, due_at=until)
