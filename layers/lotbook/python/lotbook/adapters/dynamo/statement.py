"""The filed statement: one item a line, ordered by `seq`, the same content whoever writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.ledger_items import entry_of, entry_values
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.values.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.adapters.dynamo.table import Table

BATCH = 25  # lines that one BatchWriteItem takes
MAX_BATCH_TRIES = 5  # of lines that the service left unprocessed


class DynamoStatement:
    """Implements `StatementStore`.

    Reads are eventually consistent, at half the price: a line never changes, and one that is not seen yet is read from
    the ledger like one that is not filed yet.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def file(self, account_id: str, unit: str, lines: Sequence[StatementLine]) -> None:
        """Write the lines by plain puts: the same key has the same content for ever."""
        puts = [{"PutRequest": {"Item": to_item(_item(account_id, unit, line))}} for line in lines]
        for start in range(0, len(puts), BATCH):
            self._write(puts[start : start + BATCH])

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        """One query, newest first."""
        answer = send(
            self._table.client,
            "query",
            {
                "TableName": self._table.name,
                "KeyConditionExpression": "pk = :pk AND sk < :sk",
                "ExpressionAttributeValues": to_item(
                    {f":{name}": value for name, value in keys.statement(account_id, unit, before_seq).items()}
                ),
                "ScanIndexForward": False,
                "Limit": limit,
            },
        )
        return [_line(from_item(item)) for item in answer["Items"]]

    def _write(self, puts: list[dict[str, Any]]) -> None:
        for _ in range(MAX_BATCH_TRIES):
            answer = send(self._table.client, "batch_write_item", {"RequestItems": {self._table.name: puts}})
            puts = answer.get("UnprocessedItems", {}).get(self._table.name, [])
            if not puts:
                return
        raise Unavailable(retry_after_seconds=1)


def _item(account_id: str, unit: str, line: StatementLine) -> dict[str, Any]:
    return keys.statement(account_id, unit, line.seq) | {"name": line.entry.name} | entry_values(line.entry)


def _line(values: dict[str, Any]) -> StatementLine:
    return StatementLine(int(values["sk"]), entry_of(values["name"], values))
