"""Claims of automatic purchases, each with its row in one transaction, and the history, an event once for its cause."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import ITEM_REFUSED, RETRY_AFTER_SECONDS, refused_by, send, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.ledger_items import entry_key
from lotbook.adapters.dynamo.pages import newest_first
from lotbook.adapters.dynamo.purchase_items import due, to_values
from lotbook.adapters.dynamo.puts import over_version, put_new, put_over
from lotbook.adapters.dynamo.table import NOT_NEWER, NOT_YET_WRITTEN, STILL_THE_VERSION_READ, from_item, to_item
from lotbook.domain.sales.auto_history import AutoEvent, placed
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.light_dataclasses import asdict, fields, replace

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase

MAX_NOTED = 10_000  # causes that a process knows to be told
_FIELDS = frozenset(field.name for field in fields(AutoEvent))


class DynamoClaims:
    """Implements `ClaimStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look(self, account_id: str, policy_id: str) -> tuple[Account | None, int]:
        """One BatchGetItem. What the service leaves unprocessed, it would rather have asked again: Unavailable."""
        wanted = [to_item(keys.account(account_id)), to_item(keys.policy_head(policy_id))]
        asked = {self._table.name: {"Keys": wanted, "ConsistentRead": True}}
        answer = send(self._table.client, "batch_get_item", {"RequestItems": asked})
        if answer.get("UnprocessedKeys"):
            raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
        items = [from_item(item) for item in answer["Responses"].get(self._table.name, ())]
        account = next((account_of(item) for item in items if item["sk"] == "account"), None)
        return account, next((int(item["newest"]) for item in items if item["sk"] == "head"), 0)

    def claim(self, account: Account, row: Purchase, burn: tuple[str, str] | None = None) -> Account | None:
        """The account is written as a whole, like everywhere, so that it is of one format."""
        changed = replace(account, version=account.version + 1)
        items: list[dict[str, Any]] = [{"Update": self._account(changed)}, {"Put": self._row(row)}]
        if burn is not None:
            items.append({"ConditionCheck": self._not_burned(account.account_id, *burn)})
        try:
            write_over(self._table.client, "transact_write_items", {"TransactItems": items})
        except Conflict as conflict:
            if burn is not None and refused_by(conflict, len(items)) == ITEM_REFUSED:
                return None
            raise
        return changed

    def _account(self, changed: Account) -> dict[str, Any]:
        return over_version(self._table, keys.account(changed.account_id), asdict(changed), STILL_THE_VERSION_READ)

    def _row(self, row: Purchase) -> dict[str, Any]:
        item = keys.purchase(row.account_id, row.purchase_id) | to_values(row) | due(row)
        return {"TableName": self._table.name, "Item": to_item(item), "ConditionExpression": NOT_YET_WRITTEN}

    def _not_burned(self, account_id: str, unit: str, name: str) -> dict[str, Any]:
        key = to_item(entry_key(account_id, unit, name))
        return {"TableName": self._table.name, "Key": key, "ConditionExpression": NOT_YET_WRITTEN}


class DynamoAutoHistory:
    """Implements `AutoHistory`. The latch of a cause holds its event whole: whoever finds the latch can put the event again."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: set[tuple[str, str]] = set()
        self._numbers = count()

    def note(self, event: AutoEvent) -> bool:
        """The latch decides, then the event is put as the latch has it, by everybody who comes: a crash in between loses nothing.

        No transaction: many refusals of one cause come together, and would cancel each other. A process asks once for each
        cause, for what is told stays told. Events of one instant are listed in the order in which a process noted them.
        """
        known = event.account_id, event.cause
        if known in self._noted:
            return False
        told = placed(event, next(self._numbers))
        first = self._first(told)
        item = keys.auto_event(event.account_id, (first or told).event_id) | asdict(first or told)
        put_over(self._table, item, NOT_NEWER)
        if len(self._noted) < MAX_NOTED:
            self._noted.add(known)
        return first is None

    def _first(self, event: AutoEvent) -> AutoEvent | None:
        """The event that the cause was told with; None where this one is the first."""
        latch = keys.auto_cause(event.account_id, event.cause) | asdict(event)
        found = put_new(self._table, latch, NOT_YET_WRITTEN)
        return None if found is None else event_of(found)

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[AutoEvent], str | None]:
        """One query."""
        bound = keys.auto_event(account_id, after) if after else None
        items, more = newest_first(self._table, keys.auto_event(account_id, ""), bound, limit)
        found = [event_of(item) for item in items]
        return found, found[-1].event_id if more else None


def event_of(values: dict[str, Any]) -> AutoEvent:
    """The event of an item's values."""
    return AutoEvent(**{name: value for name, value in values.items() if name in _FIELDS})
