"""The filed statement: one item a line, ordered by `seq`, the same content whoever writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.batches import put_all
from lotbook.adapters.dynamo.ledger_items import entry_of, entry_values
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.credits.statement_lines import StatementLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.adapters.dynamo.table import Attributes, Table
    from lotbook.ports.news import Owner


class DynamoStatement:
    """Implements `StatementStore`.

    Reads are eventually consistent, at half the price: a line never changes, and one that is not seen yet is read from
    the ledger like one that is not filed yet.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def file(self, lines: Sequence[tuple[Owner, StatementLine]]) -> set[Owner]:
        """Each line over itself, in one call, without a condition: the same key has the same content for ever (decision 184)."""
        items: dict[Owner, list[Attributes]] = {owner: [] for owner, _ in lines}
        for owner, line in lines:
            items[owner].append(to_item(_item(*owner, line)))
        left = put_all(self._table, [item for each in items.values() for item in each])
        return {owner for owner in items if not any(pk == _partition(owner) for pk, _ in left)}

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


def _partition(owner: Owner) -> str:
    return keys.statement(*owner, 0)["pk"]


def _item(account_id: str, unit: str, line: StatementLine) -> dict[str, Any]:
    return keys.statement(account_id, unit, line.seq) | {"name": line.entry.name} | entry_values(line.entry)


def _line(values: dict[str, Any]) -> StatementLine:
    return StatementLine(int(values["sk"]), entry_of(values["name"], values))
