"""Purchases by the time at which they were made, from the due index: those that wait, and those that wait for nothing.

A purchase is in exactly one of the two kinds of shards. Its id says when it was made, so no row is read to tell.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.purchase_items import DUE_KIND, MADE_KIND
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.values import ids, instants
from lotbook.ports.reconciliation import PurchaseName, RowPage

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.reconciliation.differences import ComparedPeriod

PAGE = 100
SHARDS = (*keys.due_shards(MADE_KIND), *keys.due_shards(DUE_KIND))


class DynamoPurchaseLists:
    """Implements `PurchaseLists`, one shard after the other. A page may be empty and not the last."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def made(self, period: ComparedPeriod, after: str | None) -> RowPage[PurchaseName]:
        """One query. `after` is a shard's number and, inside it, DynamoDB's own place."""
        shard, place = json.loads(after) if after else (0, None)
        waits = SHARDS[shard].startswith(f"{DUE_KIND}#")
        # What waits is there at the time of its next look, whenever it was made; there is never more than some days' worth.
        first, last = (0, instants.FAR_FUTURE) if waits else (period.start, period.end - 1)
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": keys.DUE_INDEX,
            "KeyConditionExpression": "dp = :shard AND du BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_item({":shard": SHARDS[shard], ":first": first, ":last": last}),
            "Limit": PAGE,
        }
        if place:
            request["ExclusiveStartKey"] = place
        found = send(self._table.client, "query", request)
        names = [PurchaseName(*keys.owner_and_name(item["pk"], item["sk"])) for item in map(from_item, found["Items"])]
        return RowPage(
            tuple(name for name in names if _is_of(name, period)), _next(shard, found.get("LastEvaluatedKey"))
        )


def _is_of(name: PurchaseName, period: ComparedPeriod) -> bool:
    at = ids.time_of(name.purchase_id)
    return at is not None and period.holds(at)


def _next(shard: int, place: dict[str, Any] | None) -> str | None:
    if place is None and shard + 1 == len(SHARDS):
        return None
    return json.dumps([shard, place] if place else [shard + 1, None], separators=(",", ":"))
