"""Purchases and the markers of their idempotency keys: written together once, then changed under the version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.pages import newest_first
from lotbook.adapters.dynamo.purchase_items import due, from_values, to_values
from lotbook.adapters.dynamo.puts import over_version
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, STILL_THE_VERSION_READ, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.values.errors import Conflict
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.shop import KeyUse

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Attributes, Table
    from lotbook.domain.sales.purchase import Purchase

KEY_SPACE = "buy"


class DynamoPurchases:
    """Implements `PurchaseStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def place(self, order: Purchase, use: KeyUse) -> KeyUse | None:
        """Write order and marker together if the key is unused: None when written, else the key's first use."""
        marker = keys.idempotency(order.account_id, KEY_SPACE, use.fingerprint)
        row = keys.purchase(order.account_id, order.purchase_id) | to_values(order) | due(order)
        puts = [
            self._put_new(marker | {"purchase_id": use.purchase_id, "digest": use.digest}),
            self._put_new(row),
        ]
        try:
            write_over(self._table.client, "transact_write_items", {"TransactItems": puts})
        except Conflict:
            first = self.key_use(order.account_id, use.fingerprint)
            if first is None:
                raise
            return first
        return None

    def put_new(self, row: Purchase) -> bool:
        """Write a row that no key asked for, unless one of its id is there."""
        put = self._put_new(keys.purchase(row.account_id, row.purchase_id) | to_values(row) | due(row))["Put"]
        try:
            send(self._table.client, "put_item", put)
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            return False
        return True

    def key_use(self, account_id: str, fingerprint: str) -> KeyUse | None:
        """What the key was used for."""
        item = self._item(keys.idempotency(account_id, KEY_SPACE, fingerprint))
        return None if item is None else KeyUse(fingerprint, item["purchase_id"], item["digest"], item.get("answer"))

    def use_key(self, account_id: str, use: KeyUse) -> KeyUse | None:
        """Write the marker if the key is unused: None when written, else the key's first use."""
        marker = keys.idempotency(account_id, KEY_SPACE, use.fingerprint)
        answer = {} if use.answer is None else {"answer": use.answer}
        put = self._put_new(marker | {"purchase_id": use.purchase_id, "digest": use.digest} | answer)["Put"]
        try:
            send(self._table.client, "put_item", put)
        except ServiceRefused as error:
            if not was_refused(error):  # a transaction that holds the marker has not written ours
                raise
            return self.key_use(account_id, use.fingerprint)
        return None

    def get(self, account_id: str, purchase_id: str) -> Purchase | None:
        """The purchase, or None."""
        item = self._item(keys.purchase(account_id, purchase_id))
        return None if item is None else from_values(item)

    def save(self, purchase: Purchase) -> Purchase:
        """Write a changed purchase over the version that it was read at. Raises Conflict when somebody was faster."""
        changed = replace(purchase, version=purchase.version + 1)
        key = keys.purchase(purchase.account_id, purchase.purchase_id)
        values = to_values(changed) | due(changed)
        request = over_version(self._table, key, values, STILL_THE_VERSION_READ)
        write_over(self._table.client, "update_item", request)
        return changed

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[Purchase], str | None]:
        """One query."""
        bound = keys.purchase(account_id, after) if after else None
        items, more = newest_first(self._table, keys.purchase(account_id, ""), bound, limit)
        rows = [from_values(item) for item in items]
        return rows, rows[-1].purchase_id if more else None

    def _item(self, key: dict[str, str]) -> dict[str, Any] | None:
        request = {"TableName": self._table.name, "Key": to_item(key), "ConsistentRead": True}
        answer = send(self._table.client, "get_item", request)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _put_new(self, values: dict[str, Any]) -> Attributes:
        return {
            "Put": {"TableName": self._table.name, "Item": to_item(values), "ConditionExpression": NOT_YET_WRITTEN},
        }
