"""Auditing's own reads, and the account items' place in the due index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import IS_THERE, from_item, to_item
from lotbook.domain.values.errors import Unavailable

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.credits.ledger import Entry

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
