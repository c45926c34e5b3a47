"""Months of the reports for finance, what they come to, and how far each account's ledger has been read.

A closed month is written once: the condition of every later put refuses it. What passes one item is refused (`MAX_BYTES`): some
ten thousand lots of one account with something in one month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.report_payments import BEHIND, DynamoPayments
from lotbook.adapters.dynamo.table import NOT_NEWER, Condition, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.values.errors import ItemTooLarge
from lotbook.ports.reports import KeptMonth, KeptSums

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 390_000  # an item takes 400 KB with its keys
NOT_CLOSED = Condition("(attribute_not_exists(pk) OR closed = :open)")


class DynamoReports(DynamoPayments):
    """Implements `ReportStore`. Reads are strongly consistent, but for lines, which never change."""

    def lines_after(self, account_id: str, unit: str, seq: int, limit: int) -> list[StatementLine]:
        """One query, oldest first."""
        bound = keys.statement(account_id, unit, seq)
        request = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk AND sk > :sk",
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in bound.items()}),
            "Limit": limit,
        }
        found = map(from_item, send(self._table.client, "query", request)["Items"])
        return [StatementLine(int(each["sk"]), entry_of(each["name"], each)) for each in found]

    def tallies(self, account_id: str) -> bytes | None:
        """One read."""
        return self._content(keys.report_tallies(account_id))

    def keep_tallies(self, account_id: str, content: bytes) -> None:
        """A plain put: of two runs at once the later stays, and both say what is so."""
        put_over(self._table, keys.report_tallies(account_id) | _checked(account_id, content), NOT_NEWER)

    def month(self, month: str, account_id: str) -> KeptMonth | None:
        """One read."""
        item = self._item(keys.report_month(month, account_id))
        return None if item is None else _month(item)

    def keep_month(self, month: str, kept: KeptMonth) -> bool:
        """The condition decides."""
        name = f"{month} of {kept.account_id}"
        values = {"closed": kept.closed, "through": dict(kept.through)} | _checked(name, kept.content)
        return self._put_once_closed(keys.report_month(month, kept.account_id) | values)

    def months(self, month: str, after: str | None, limit: int) -> tuple[list[KeptMonth], str | None]:
        """One query."""
        answer = self._query({**BEHIND, "Limit": limit}, keys.report_month(month, after or " "))
        found = [_month(item) for item in map(from_item, answer["Items"])]
        return found, found[-1].account_id if found and "LastEvaluatedKey" in answer else None

    def sums(self, month: str) -> KeptSums | None:
        """One read."""
        return self._sums(keys.report_sums(month))

    def keep_sums(self, month: str, kept: KeptSums) -> bool:
        """The condition decides."""
        return self._put_once_closed(keys.report_sums(month) | _sums_values(month, kept))

    def tie(self, month: str) -> KeptSums | None:
        """One read."""
        return self._sums(keys.report_tie(month))

    def keep_tie(self, month: str, kept: KeptSums) -> bool:
        """The condition decides."""
        return self._put_once_closed(keys.report_tie(month) | _sums_values(month, kept))

    def tie_place(self) -> bytes | None:
        """One read."""
        return self._content(keys.report_place("tie"))

    def keep_tie_place(self, content: bytes) -> None:
        """A plain put, as of the round."""
        put_over(self._table, keys.report_place("tie") | _checked("tie", content), NOT_NEWER)

    def place(self) -> bytes | None:
        """One read."""
        return self._content(keys.report_place())

    def keep_place(self, content: bytes) -> None:
        """A plain put: each says a round and how far it has come, so either of two is true."""
        put_over(self._table, keys.report_place() | _checked("place", content), NOT_NEWER)

    def _content(self, key: dict[str, str]) -> bytes | None:
        item = self._item(key)
        return None if item is None else bytes(item["content"])

    def _sums(self, key: dict[str, str]) -> KeptSums | None:
        item = self._item(key)
        return None if item is None else KeptSums(bytes(item["content"]), item["closed"], item["at"])

    def _item(self, key: dict[str, str]) -> dict[str, Any] | None:
        request = {"TableName": self._table.name, "Key": to_item(key), "ConsistentRead": True}
        answer = send(self._table.client, "get_item", request)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _put_once_closed(self, values: Mapping[str, Any]) -> bool:
        item = to_item(values)
        known = {":open": False, ":f": formats.REPORT.reads}
        request = {
            "TableName": self._table.name,
            "Item": item,
            "ConditionExpression": " AND ".join((NOT_CLOSED, NOT_NEWER)),
            "ExpressionAttributeValues": to_item(known),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            send(self._table.client, "put_item", request)
        except ServiceRefused as refusal:
            if not was_refused(refusal):
                raise
            answer: Mapping[str, Any] = refusal.response
            from_item(answer["Item"])  # raises NewerFormat for what a newer release has written
            return False
        return True


def _checked(name: str, content: bytes) -> dict[str, bytes]:
    if len(content) > MAX_BYTES:
        raise ItemTooLarge(f"report {name}")
    return {"content": content}


def _sums_values(month: str, kept: KeptSums) -> dict[str, Any]:
    return {"closed": kept.closed, "at": kept.at} | _checked(month, kept.content)


def _month(item: Mapping[str, Any]) -> KeptMonth:
    return KeptMonth(item["sk"], bytes(item["content"]), item["closed"], item["through"])
