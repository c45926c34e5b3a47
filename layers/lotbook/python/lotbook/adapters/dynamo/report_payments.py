"""Payments of the reports for finance, as the books and the gateway have them: a partition a month, in the order of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import NOT_NEWER, from_item, to_item
from lotbook.domain.reports.payments import BOOKED, Booked, Moved
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.light_dataclasses import asdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.adapters.dynamo.table import Table

RETRY_AFTER_SECONDS = 1
BEHIND = {"KeyConditionExpression": "pk = :pk AND sk > :sk"}  # of a partition, what stands behind a place


class DynamoPayments:
    """The part of `ReportStore` that keeps rows of payments. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep_paid(self, month: str, row: Booked | Moved) -> None:
        """One put; of a sale two: first that the payment is ours."""
        if isinstance(row, Booked) and row.type == "sale":
            self._put(keys.report_sale(row.payment) | {"month": month})
        self._put(keys.report_paid(month, row.place) | asdict(row))

    def paid(self, month: str, after: str | None, limit: int) -> tuple[list[Booked | Moved], str | None]:
        """One query."""
        answer = self._query({**BEHIND, "Limit": limit}, keys.report_paid(month, after or " "))
        found = [from_item(item) for item in answer["Items"]]
        return [_row(each) for each in found], found[-1]["sk"] if found and "LastEvaluatedKey" in answer else None

    def paid_of(self, month: str, payment: str) -> list[Booked | Moved]:
        """One query: of a payment are few, a few hundred bytes each."""
        within = {"KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)"}
        answer = self._query(within, keys.report_paid(month, f"{payment}#"))
        return [_row(from_item(item)) for item in answer["Items"]]

    def sold(self, payments: Sequence[str]) -> set[str]:
        """One BatchGetItem, of a hundred at most. What the service leaves unprocessed, it would rather have asked again: Unavailable."""
        if not payments:
            return set()
        wanted = [to_item(keys.report_sale(each)) for each in dict.fromkeys(payments)]
        asked = {self._table.name: {"Keys": wanted, "ConsistentRead": True}}
        answer = send(self._table.client, "batch_get_item", {"RequestItems": asked})
        if answer.get("UnprocessedKeys"):
            raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
        found = map(from_item, answer["Responses"].get(self._table.name, ()))
        return {keys.payment_of(each["pk"]) for each in found}

    def _put(self, values: Mapping[str, Any]) -> None:
        put_over(self._table, values, NOT_NEWER)

    def _query(self, asked: Mapping[str, Any], key: Mapping[str, str]) -> dict[str, Any]:
        bound = {f":{name}": value for name, value in key.items()}
        request = {"TableName": self._table.name, "ExpressionAttributeValues": to_item(bound), "ConsistentRead": True}
        answer: dict[str, Any] = send(self._table.client, "query", {**request, **asked})
        return answer


def _row(item: Mapping[str, Any]) -> Booked | Moved:
    """What it says, in the fields that this release knows."""
    made: type[Booked] | type[Moved] = Booked if item["sk"].split("#")[1] == BOOKED else Moved
    return made(**{name: item.get(name) for name in made.__dataclass_fields__})  # type: ignore[arg-type]  # as it was written
