"""What sweeps remember: items that failed, one partition a kind, which undelivered events were followed, and who goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.puts import put_new, put_over
from lotbook.adapters.dynamo.table import NOT_NEWER, NOT_YET_WRITTEN, from_item, to_item
from lotbook.domain.values.instants import DAY, SECOND
from lotbook.domain.values.light_dataclasses import asdict
from lotbook.ports.sweeps import Stumble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.adapters.dynamo.table import Table

MAX_STUMBLES = 2_000  # of one kind that a run knows of; those behind them count as failing for the first time
MAX_PAGES = 10
CLAIMS_KEPT = 2 * DAY  # longer than any run may be tried again


class DynamoSweeps:
    """Implements `SweepMemory`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def stumbles(self, kind: str) -> Mapping[str, Stumble]:
        """The partition of the kind, page by page."""
        found = dict[str, Stumble]()
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": keys.stumble(kind, "")["pk"]}),
            "ConsistentRead": True,
            "Limit": MAX_STUMBLES // MAX_PAGES,
        }
        for _ in range(MAX_PAGES):
            page = send(self._table.client, "query", request)
            for item in map(from_item, filter(formats.is_known, page["Items"])):  # a newer one holds up nobody's sweep
                found[item["sk"]] = Stumble(item["times"], item["rang_at"], item["until"])
            if "LastEvaluatedKey" not in page:
                break
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return found

    def keep(self, kind: str, name: str, stumble: Stumble) -> None:
        """A plain put: two runs at once may count one failure for two."""
        put_over(self._table, keys.stumble(kind, name) | asdict(stumble), NOT_NEWER)

    def forget(self, kind: str, name: str) -> None:
        """It was done."""
        key = to_item(keys.stumble(kind, name))
        send(self._table.client, "delete_item", {"TableName": self._table.name, "Key": key})

    def followed(self) -> frozenset[str]:
        """One item; nothing where none was ever kept."""
        request = {"TableName": self._table.name, "Key": to_item(keys.followed_events()), "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return frozenset(from_item(found["Item"])["ids"]) if "Item" in found else frozenset()

    def keep_followed(self, event_ids: Iterable[str]) -> None:
        """A plain put: what two runs lose of each other's is followed once more, which does nothing twice."""
        put_over(self._table, keys.followed_events() | {"ids": sorted(event_ids)}, NOT_NEWER)

    def claim(self, name: str, at: int) -> bool:
        """The put decides."""
        values = keys.next_run(name) | {"ttl": (at + CLAIMS_KEPT) // SECOND}
        return put_new(self._table, values, NOT_YET_WRITTEN) is None
