"""Latches of mails: an item for each account, kind and cause, that the table takes away some time after it holds no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, STILL_THE_VERSION_READ, from_item, to_item
from lotbook.domain.mails.latches import HOLDS, MailLatch
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.mails.occasions import Occasion


class DynamoMailLatches:
    """Implements `MailLatchStore`. The item's `ttl` only tidies up: what holds is decided by the instants in it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account_id: str, occasion: Occasion) -> MailLatch:
        """The latch, a fresh one where there is none."""
        place = to_item(keys.mail_latch(account_id, occasion.kind, occasion.cause))
        request = {"TableName": self._table.name, "Key": place, "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return _latch(from_item(found["Item"])) if "Item" in found else MailLatch()

    def save(self, account_id: str, occasion: Occasion, latch: MailLatch) -> MailLatch:
        """Put it over the version that it was read at. Raises Conflict when somebody was faster."""
        written = replace(latch, version=latch.version + 1)
        ends = (written.leased_until + HOLDS) // SECOND
        place = keys.mail_latch(account_id, occasion.kind, occasion.cause)
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": to_item(place | _values(written) | {"ttl": ends}),
            "ConditionExpression": NOT_YET_WRITTEN,
        }
        if latch.version:
            request |= {
                "ConditionExpression": STILL_THE_VERSION_READ,
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": to_item({":read": latch.version}),
            }
        write_over(self._table.client, "put_item", request)
        return written


def _values(latch: MailLatch) -> dict[str, Any]:
    return {
        "lease": latch.lease,
        "leased_until": latch.leased_until,
        "tries": latch.tries,
        "sent_at": latch.sent_at,
        "version": latch.version,
    }


def _latch(values: Mapping[str, Any]) -> MailLatch:
    return MailLatch(
        lease=values["lease"],
        leased_until=values["leased_until"],
        tries=values["tries"],
        sent_at=values["sent_at"],
        version=values["version"],
    )
