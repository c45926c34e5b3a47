"""Rewrites what names a person, item by item: the only writes that change a ledger entry, and never a number of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.ledger_items import entry_key, entry_of, entry_values
from lotbook.adapters.dynamo.table import IS_THERE, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.closing.forgetting import forgotten_entry
from lotbook.domain.credits import batches
from lotbook.domain.values.access import ERASED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.credits.ledger import Entry

PAGE = 100
ENTRY_PARTS = ("actor", "reference", "reason", "lines", "lot")  # of an entry's values, those that forgetting changes

GONE = object()  # the attribute is taken away
Change = dict[str, Any]  # by attribute


class DynamoErasures:
    """Implements `ErasureStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def passes(self, account_id: str, after: str | None) -> str | None:
        """One query, an update for each that still names somebody; the table takes all of them away a day after their end."""
        return self._page(keys.portal_round(account_id)["pk"], after, _pass_change)

    def notes(self, account_id: str, after: str | None) -> str | None:
        """The account's own partition of notes."""
        return self._page(keys.note(account_id, "", "")["pk"], after, _note_change)

    def keys(self, account_id: str, after: str | None) -> str | None:
        """The markers among what is filed with the account."""
        return self._page(keys.account(account_id)["pk"], after, _marker_change, keys.MARKERS)

    def keys_of_holds(self, account_id: str, after: str | None) -> str | None:
        """Their own partition."""
        return self._page(keys.hold_marker(account_id, "")["pk"], after, _marker_change)

    def lot_entries(self, account_id: str, unit: str, after: str | None) -> str | None:
        """The partition of lot events."""
        return self._page(keys.lot_ledger(account_id, unit, "")["pk"], after, _entry_change)

    def entries(self, account_id: str, entries: Sequence[Entry]) -> None:
        """An update each, beside what a schedule has marked there; metadata that lies beside an entry goes with it."""
        for each in entries:
            self._update(entry_key(account_id, each.unit, each.name), _parts(entry_values(each)))
            if each.note:
                self._update(keys.old_note(account_id, each.name, each.note), {"metadata": {}})

    def lines(self, account_id: str, unit: str, after: str | None) -> str | None:
        """The partition of the filed statement."""
        return self._page(keys.statement(account_id, unit, 0)["pk"], after, _entry_change)

    def _page(
        self, pk: str, after: str | None, change: Callable[[Mapping[str, Any]], Change], begins: str = ""
    ) -> str | None:
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :begins)" if begins else "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": pk} | ({":begins": begins} if begins else {})),
            "ConsistentRead": True,
            "Limit": PAGE,
        }
        if after is not None:
            request["ExclusiveStartKey"] = to_item({"pk": pk, "sk": after})
        page = send(self._table.client, "query", request)
        for item in map(from_item, page["Items"]):
            news = change(item)
            if news:
                self._update({"pk": item["pk"], "sk": item["sk"]}, news)
        return from_item(page["LastEvaluatedKey"])["sk"] if "LastEvaluatedKey" in page else None

    def _update(self, key: Mapping[str, str], change: Change) -> None:
        kept = {name: value for name, value in change.items() if value is not GONE}
        gone = [name for name, value in change.items() if value is GONE]
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in kept) if kept else ""
        update += " REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(key),
            "UpdateExpression": update.strip(),
            "ConditionExpression": IS_THERE,  # or what the table took away meanwhile comes back as an empty item
            "ExpressionAttributeNames": {f"#{name}": name for name in change},
        }
        if kept:
            request["ExpressionAttributeValues"] = to_item({f":{name}": value for name, value in kept.items()})
        try:
            send(self._table.client, "update_item", request)
        except ServiceRefused as error:
            if not was_refused(error):
                raise


def _pass_change(item: Mapping[str, Any]) -> Change:
    if "actor" not in item or (item["actor"], item["return_url"]) == (ERASED, None):
        return {}  # the round, or one of those that name nobody
    return {"actor": ERASED, "return_url": None}


def _marker_change(item: Mapping[str, Any]) -> Change:
    return {"key": GONE} if "key" in item else {}


def _note_change(item: Mapping[str, Any]) -> Change:
    """Of a batch's lines, what each burned stays."""
    noted = dict(item["metadata"])
    left = {batches.NOTE: batches.forgotten(noted[batches.NOTE])} if keys.is_note_of_lines(item["sk"]) and noted else {}
    return {"metadata": left} if left != noted else {}


def _entry_change(item: Mapping[str, Any]) -> Change:
    name = str(item.get("name", item["sk"]))
    entry = entry_of(name, item)
    known = forgotten_entry(entry)
    return {} if known == entry else _parts(entry_values(known))


def _parts(values: Mapping[str, Any]) -> Change:
    return {name: values.get(name, GONE) for name in ENTRY_PARTS}
