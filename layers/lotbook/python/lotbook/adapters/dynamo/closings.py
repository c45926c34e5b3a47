"""The work that closing leaves, one item an account: in the due index for as long as there is any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.table import NOT_NEWER, Condition, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.ports.closings import ClosingWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.dynamo.table import Table

DUE_KIND = "closing"
NOBODY_ASKED_SINCE = Condition("asks = :asks")  # or a look that money has asked for is forgotten


class DynamoClosings:
    """Implements `ClosingStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def ask(self, account_id: str, at: int) -> None:
        """A try of the SDK's own that is sent twice asks twice, which means the same."""
        values = {":dp": keys.due_shard(DUE_KIND, account_id), ":du": at, ":one": 1}
        self._write("SET f = :f, dp = :dp, du = :du ADD asks :one", account_id, values)

    def get(self, account_id: str) -> ClosingWork | None:
        """The work, also when it is done."""
        request = {"TableName": self._table.name, "Key": to_item(keys.closing(account_id)), "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        if "Item" not in found:
            return None
        item = from_item(found["Item"])
        return ClosingWork(item.get("asks", 0), item.get("place"))

    def keep_place(self, account_id: str, place: str | None) -> None:
        """Whoever comes later in a race goes over some entries again, which changes nothing."""
        self._write("SET f = :f, place = :place", account_id, {":place": place})

    def look_again(self, account_id: str, at: int, asks: int) -> bool:
        """Only the instant."""
        return self._still("SET du = :du", account_id, {":du": at, ":asks": asks})

    def finish(self, account_id: str, asks: int) -> bool:
        """Off the due index."""
        return self._still("REMOVE dp, du", account_id, {":asks": asks})

    def _write(self, update: str, account_id: str, values: Mapping[str, Any]) -> None:
        """Raises NewerFormat where a newer release wrote what is there."""
        try:
            known = {**values, ":f": formats.CLOSING.writes}
            self._update(account_id, update, known, ConditionExpression=NOT_NEWER)
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            formats.refuse(formats.CLOSING.kind, "newer", f"A#{account_id}")

    def _still(self, update: str, account_id: str, values: Mapping[str, Any]) -> bool:
        try:
            self._update(account_id, update, values, ConditionExpression=NOBODY_ASKED_SINCE)
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            return False
        return True

    def _update(self, account_id: str, update: str, values: Mapping[str, Any], **more: str) -> None:
        request = {
            "TableName": self._table.name,
            "Key": to_item(keys.closing(account_id)),
            "UpdateExpression": update,
            "ExpressionAttributeValues": to_item(values),
        }
        send(self._table.client, "update_item", request | more)
