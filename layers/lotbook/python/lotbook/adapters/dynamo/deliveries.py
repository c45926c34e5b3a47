"""Deliveries by endpoint, in the due index for as long as they are pending; and the lanes that bound how many run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused, write_over
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.pages import newest_first
from lotbook.adapters.dynamo.table import (
    NOT_YET_WRITTEN,
    STILL_THE_VERSION_READ,
    Condition,
    from_item,
    to_attribute,
    to_item,
)
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.endpoints.deliveries import Attempt, Delivery
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import asdict, fields, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.adapters.dynamo.table import Table

DUE_KIND = "delivery"
LANE_IS_FREE = Condition("(attribute_not_exists(taken_until) OR taken_until <= :now)")
LANE_IS_OURS = Condition("taken_until = :until")


class DynamoDeliveries:
    """Implements `DeliveryStore`. The table takes an item away at its `ttl`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, delivery: Delivery) -> bool:
        """One conditional write."""
        try:
            send(self._table.client, "put_item", self._put(delivery) | {"ConditionExpression": NOT_YET_WRITTEN})
        except ServiceRefused as refusal:
            if was_refused(refusal):
                return False
            raise
        return True

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """One read."""
        key = to_item(keys.delivery(endpoint_id, delivery_id))
        request = {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return _delivery(from_item(found["Item"])) if "Item" in found else None

    def save(self, delivery: Delivery) -> Delivery:
        """Over the version that was read."""
        written = replace(delivery, version=delivery.version + 1)
        guarded = self._put(written) | {
            "ConditionExpression": STILL_THE_VERSION_READ,
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":read": to_attribute(delivery.version)},
        }
        write_over(self._table.client, "put_item", guarded)
        return written

    def page(self, endpoint_id: str, after: str | None, limit: int) -> tuple[Sequence[Delivery], bool]:
        """One query."""
        first = keys.delivery(endpoint_id, "")
        behind = None if after is None else keys.delivery(endpoint_id, after)
        found, more = newest_first(self._table, first, behind, limit)
        return [_delivery(item) for item in found], more

    def _put(self, delivery: Delivery) -> dict[str, Any]:
        values = asdict(delivery) | {"attempts": [asdict(each) for each in delivery.attempts]}
        looked_at = delivery.looked_at
        due = {} if looked_at is None else {"dp": keys.due_shard(DUE_KIND, delivery.delivery_id), "du": looked_at}
        item = keys.delivery(delivery.endpoint_id, delivery.delivery_id) | values | due
        return {"TableName": self._table.name, "Item": to_item(item | {"ttl": delivery.ends_at // SECOND})}


class DynamoLanes:
    """Implements `Lanes`: a write to take one, a write to leave it. The table takes away what nobody has used for long."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, endpoint_id: str, lane: int, now: int, until: int) -> bool:
        """Also one whose worker died: its time is over."""
        values = {":now": now, ":until": until, ":ttl": until // SECOND + LANE_KEPT_SECONDS, ":f": formats.LANE.writes}
        update = "SET taken_until = :until, #ttl = :ttl, f = :f"
        return self._write(endpoint_id, lane, update, LANE_IS_FREE, values, {"#ttl": "ttl"})

    def leave(self, endpoint_id: str, lane: int, until: int) -> None:
        """Free for the next one."""
        self._write(endpoint_id, lane, "REMOVE taken_until", LANE_IS_OURS, {":until": until})

    def _write(
        self,
        endpoint_id: str,
        lane: int,
        update: str,
        condition: Condition,
        values: Mapping[str, int],
        names: Mapping[str, str] | None = None,
    ) -> bool:
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(keys.lane(endpoint_id, lane)),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": to_item(values),
        }
        try:
            send(self._table.client, "update_item", request | ({"ExpressionAttributeNames": names} if names else {}))
        except ServiceRefused as refusal:
            if was_refused(refusal):
                return False
            raise
        return True


LANE_KEPT_SECONDS = 86_400
_KNOWN = tuple(each.name for each in fields(Delivery))


def _delivery(item: Mapping[str, Any]) -> Delivery:
    known = {name: item[name] for name in _KNOWN if name in item}
    return Delivery(**known | {"attempts": tuple(Attempt(**each) for each in item["attempts"])})
