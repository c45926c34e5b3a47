"""The reconciliation journal, how far a comparison has come, and money without a known purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import NOT_NEWER, NOT_YET_WRITTEN, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.reconciliation.differences import ComparedPeriod, Stray
from lotbook.domain.reconciliation.strays import StrayCase, StrayNote
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import asdict, fields
from lotbook.ports.reconciliation import Noted, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.adapters.dynamo.table import Table

DAY_CHARACTERS = len("2026-01-31")
MAX_NOTES = 1_000  # of one stray
_LEARNED = ("account_id", "purchase_id", "session", "payment_intent", "event_id", "total_minor", "currency")
MAX_SEEN_PAGES = 50  # some 700,000 payments of three days
SEEN_KEPT = 14 * instants.DAY  # longer than a run goes on


class DynamoReconciliation:
    """Implements `ReconciliationJournal` and `StrayStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, noted: Noted) -> bool:
        """Put it unless the same was noted on that day."""
        found = noted.difference
        item = keys.reconciliation_note(instants.to_text(noted.at)[:DAY_CHARACTERS], f"{found.name}#{noted.outcome}")
        values = {
            "at": noted.at,
            "difference": found.kind,
            "severity": found.rule.severity,
            "repair": found.rule.repair,
            "outcome": noted.outcome,
            "account_id": found.account_id,
            "purchase_id": found.purchase_id,
            "reference": found.reference,
            "fields": found.fields,
        }
        return self._put_new(item | values)

    def progress(self, name: str) -> Progress | None:
        """Where the comparison of this name goes on."""
        found = self._get(keys.reconciliation_progress(name))
        if found is None:
            return None
        return Progress(ComparedPeriod(found["start"], found["end"]), found["phase"], found["after"])

    def save_progress(self, name: str, progress: Progress) -> None:
        """A plain put: two runs of one name may repeat each other's work, never miss any."""
        period = {"start": progress.period.start, "end": progress.period.end}
        item = keys.reconciliation_progress(name) | period | {"phase": progress.phase, "after": progress.after}
        put_over(self._table, item, NOT_NEWER)

    def clear_progress(self, name: str) -> None:
        """The comparison came to its end."""
        key = to_item(keys.reconciliation_progress(name))
        send(self._table.client, "delete_item", {"TableName": self._table.name, "Key": key})

    def seen(self, name: str, period: ComparedPeriod) -> set[str]:
        """The partition of the run, a megabyte a query; past MAX_SEEN_PAGES the rest is asked of the gateway once more."""
        found: set[str] = set()
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": keys.reconciliation_seen(name, period.start, "")["pk"]}),
            "ConsistentRead": True,
        }
        for _ in range(MAX_SEEN_PAGES):
            page = send(self._table.client, "query", request)
            found.update(each for item in page["Items"] for each in from_item(item)["ids"])
            if "LastEvaluatedKey" not in page:
                break
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return found

    def keep_seen(self, name: str, progress: Progress, seen: Iterable[str], at: int) -> None:
        """A plain put: the same page has compared the same."""
        place = keys.reconciliation_seen(name, progress.period.start, f"{progress.phase}#{progress.after or ''}")
        put_over(self._table, place | {"ids": sorted(seen), "ttl": (at + SEEN_KEPT) // instants.SECOND}, NOT_NEWER)

    def keep(self, stray: Stray) -> bool:
        """Put it; what is there already only gets what it lacks."""
        place = keys.stray(stray.name)
        if self._put_new(place | asdict(stray)):
            return True
        kept = self._get(place) or {}
        learned = {name: getattr(stray, name) for name in _LEARNED if getattr(stray, name) is not None}
        news = {name: value for name, value in learned.items() if kept.get(name) is None}
        if news:
            self._learn(place, news)
        return False

    def stray(self, name: str) -> StrayCase | None:
        """The stray of that name with its notes."""
        found = self._get(keys.stray(name))
        return None if found is None else self._case(found)

    def strays(self, limit: int, after: str | None = None) -> list[StrayCase]:
        """At most `limit` of them by name, from behind `after`. A query for each one's notes: there are few."""
        place = None if after is None else keys.stray(after)
        return [self._case(row) for row in self._query(keys.stray("")["pk"], limit, place)]

    def note_stray(self, note: StrayNote) -> bool:
        """Put it; False where there is one of the same millisecond."""
        return self._put_new(keys.stray_note(note.stray, note.at) | asdict(note))

    def _case(self, row: dict[str, Any]) -> StrayCase:
        stray = Stray(**_known(Stray, row))
        notes = self._query(keys.stray_note(stray.name, 0)["pk"], MAX_NOTES, None)
        return StrayCase(stray, tuple(StrayNote(**_known(StrayNote, each)) for each in notes))

    def _query(self, pk: str, limit: int, after: dict[str, str] | None) -> list[dict[str, Any]]:
        """At most `limit` items; they are small, so one page of the store's holds them."""
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": pk}),
            "ConsistentRead": True,
            "Limit": limit,
        }
        if after is not None:
            request["ExclusiveStartKey"] = to_item(after)
        return [from_item(item) for item in send(self._table.client, "query", request)["Items"]]

    def _learn(self, place: dict[str, str], news: dict[str, Any]) -> None:
        request = {
            "TableName": self._table.name,
            "Key": to_item(place),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in news),
            "ExpressionAttributeNames": {f"#{name}": name for name in news},
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in news.items()}),
        }
        send(self._table.client, "update_item", request)

    def _put_new(self, values: dict[str, Any]) -> bool:
        request = {
            "TableName": self._table.name,
            "Item": to_item(values),
            "ConditionExpression": NOT_YET_WRITTEN,
        }
        try:
            send(self._table.client, "put_item", request)
        except ServiceRefused as error:
            if was_refused(error):
                return False
            raise
        return True

    def _get(self, key: dict[str, str]) -> dict[str, Any] | None:
        request = {"TableName": self._table.name, "Key": to_item(key), "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return from_item(found["Item"]) if "Item" in found else None


def _known(kind: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The members of the row that the dataclass has."""
    return {field.name: row[field.name] for field in fields(kind) if field.name in row}
