"""File and publish again what the table says happened since an instant: for a consumer that was down, and after a restore.

Ledger entries, purchases and the history of automatic purchase are read from the table by a scan and handed to the outbox function,
so that whoever keeps the ids of events sees nothing twice. Events about an account's plan or pauses are in no item of their own: they
are in the archive of the bus (docs/restore.md). `lotbook events again` does it, and says how to go on where it stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lotbook.adapters.dynamo import keys
from lotbook.domain.values.instants import DAY
from operate.outbox import Record, Sent, hand_over, record_of
from operate.stack import Stack

MOST = 100_000  # records of one run, unless it is told otherwise
# A page to pay at lives a day, and a payment may take days after that: what a purchase has come to is told of those made so long before.
PAID_LATE = 10 * DAY
LEDGER = (keys.lot_ledger("", "", "")["pk"][:2], keys.spread_ledger("", "")["pk"][:2])
OF_ACCOUNTS = keys.account("")["pk"]
PURCHASE, AUTO = keys.purchase("", "")["sk"], keys.auto_event("", "")["sk"]
# `at` of an entry and of an event; `created_at` and `completed_at` of a purchase.
FILTER = (
    "((begins_with(pk, :lots) OR begins_with(pk, :burns)) AND #at BETWEEN :since AND :until)"
    " OR (begins_with(pk, :account) AND ((begins_with(sk, :auto) AND #at BETWEEN :since AND :until)"
    " OR (begins_with(sk, :purchase) AND (created_at BETWEEN :early AND :until OR completed_at BETWEEN :since AND :until))))"
)


@dataclass
class Walk:
    """One walk over the table. `after`: where it goes on; None when all was seen."""

    table: str
    since: int
    until: int
    after: Mapping[str, Any] | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)

    def pages(self, client: Any) -> Iterator[tuple[list[Mapping[str, Any]], Mapping[str, Any] | None]]:
        """Items page by page, each with where the next one begins. A purchase that an entry names comes with it: what was taken
        back has no instant of its own."""
        start: dict[str, Any] = {"ExclusiveStartKey": self.after} if self.after else {}
        for page in client.get_paginator("scan").paginate(**self._asked(), **start):
            items = [item for item in page["Items"] if self._is_new(item)]
            items += [found for item in items if (found := self._named(item, client))]
            yield items, page.get("LastEvaluatedKey")

    def _is_new(self, item: Mapping[str, Any]) -> bool:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if not keys.is_purchase(pk, sk):
            return True
        was_seen = keys.owner_and_name(pk, sk) in self.seen
        self.seen.add(keys.owner_and_name(pk, sk))
        return not was_seen

    def _named(self, item: Mapping[str, Any], client: Any) -> Mapping[str, Any] | None:
        if "purchase_id" not in item or not item["pk"]["S"].startswith(LEDGER):
            return None
        account_id, _ = keys.ledger_name(item["pk"]["S"], item["sk"]["S"]) or ("", "")
        place = account_id, item["purchase_id"]["S"]
        if place in self.seen:
            return None
        self.seen.add(place)
        key = {name: {"S": text} for name, text in keys.purchase(*place).items()}
        found: Mapping[str, Any] | None = client.get_item(TableName=self.table, Key=key).get("Item")
        return found

    def _asked(self) -> dict[str, Any]:
        values = {
            ":lots": {"S": LEDGER[0]},
            ":burns": {"S": LEDGER[1]},
            ":account": {"S": OF_ACCOUNTS},
            ":purchase": {"S": PURCHASE},
            ":auto": {"S": AUTO},
            ":since": {"N": str(self.since)},
            ":early": {"N": str(self.since - PAID_LATE)},
            ":until": {"N": str(self.until)},
        }
        names = {"#at": "at"}
        return {
            "TableName": self.table,
            "FilterExpression": FILTER,
            "ExpressionAttributeValues": values,
            "ExpressionAttributeNames": names,
        }


def publish_again(
    walk: Walk, stack: Stack, most: int = MOST, *, dry: bool = False, done: Callable[[str], None] = lambda _sent: None
) -> Sent:
    """Hand over what the walk finds, up to `most` records and to the end of their page. `walk.after` says whether it came to its end."""
    sent = Sent()
    for items, after in walk.pages(stack.client("dynamodb")):
        start = sum(sent.kinds.values())
        records: list[Record] = [record_of(item, f"again-{start + place:012d}") for place, item in enumerate(items)]
        hand_over(records, _Nobody() if dry else stack, sent, done)
        walk.after = after
        if sum(sent.kinds.values()) >= most:
            break
    return sent


class _Nobody:
    """A dry run's functions: they take everything and do nothing."""

    def invoke(self, _logical_id: str, _event: Mapping[str, Any]) -> None:
        return None
