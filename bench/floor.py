"""The floor: one conditional UpdateItem on a counter. No lots, no ledger, no once-only."""

from __future__ import annotations

from typing import Any

KEY = {"pk": {"S": "FLOOR"}, "sk": {"S": "counter"}}
CREDITS = 1_000_000_000


class Floor:
    """A counter."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table
        client.put_item(TableName=table, Item=KEY | {"left": {"N": str(CREDITS)}})

    def burn(self, _key: str) -> Any:
        """Count one down."""
        return self._client.update_item(
            TableName=self._table,
            Key=KEY,
            UpdateExpression="SET #left = #left - :n",
            ConditionExpression="#left >= :n",
            ExpressionAttributeNames={"#left": "left"},
            ExpressionAttributeValues={":n": {"N": "1"}},
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
