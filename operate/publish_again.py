"""File and publish again what the table says happened since an instant: for a consumer that was down, and after a restore.

Ledger entries, purchases and the history of automatic purchase are read from the table by a scan and handed to the outbox function,
so that whoever keeps the ids of events sees nothing twice. Events about an account's plan or pauses are in no item of their own: they
are in the archive of the bus (docs/restore.md). A run that stops says how to go on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from local.instants import instant
from lotbook.adapters.dynamo import keys
from lotbook.domain.values.instants import DAY, to_text
from operate.outbox import Record, Sent, hand_over, record_of
from operate.stack import Stack, find

MOST = 100_000  # records of one run, unless --most says otherwise
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


def publish_again(walk: Walk, stack: Stack, most: int = MOST, *, dry: bool = False) -> Sent:
    """Hand over what the walk finds, up to `most` records and to the end of their page. `walk.after` says whether it came to its end."""
    sent = Sent()
    for items, after in walk.pages(stack.client("dynamodb")):
        start = sum(sent.kinds.values())
        records: list[Record] = [record_of(item, f"again-{start + place:012d}") for place, item in enumerate(items)]
        hand_over(records, _Nobody() if dry else stack, sent)
        walk.after = after
        if sum(sent.kinds.values()) >= most:
            break
    return sent


class _Nobody:
    """A dry run's functions: they take everything and do nothing."""

    def invoke(self, _logical_id: str, _event: Mapping[str, Any]) -> None:
        return None


def main(arguments: list[str], look_up: Callable[[str], Stack] = find) -> int:
    """Answers the exit code: 1 where something failed or is left, 2 where AWS refused."""
    asked = _parser().parse_args(arguments)
    if asked.since >= asked.until:
        print(f"--since ({to_text(asked.since)}) is not before --until ({to_text(asked.until)}).", file=sys.stderr)
        return 2
    walk = Walk("", asked.since, asked.until, _place(asked.after))
    try:
        with in_one_sentence(asked.stack):
            stack = look_up(asked.stack)
            walk.table = asked.table or stack.name("Table")
            return _told(walk, publish_again(walk, stack, asked.most, dry=asked.dry_run), dry=asked.dry_run)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        _say_place(walk)
        return 2


def _told(walk: Walk, sent: Sent, *, dry: bool) -> int:
    print(f"{'Would be published' if dry else 'Published'} again: {sent}")
    for place in sent.failed:
        print(f"failed: {place}")
    _say_place(walk)
    return 1 if sent.failed or walk.after else 0


def _say_place(walk: Walk) -> None:
    if walk.after:
        print(f"Not all was seen. Go on with: --after '{walk.after['pk']['S']}' '{walk.after['sk']['S']}'")


def _place(after: list[str] | None) -> dict[str, Any] | None:
    return {"pk": {"S": after[0]}, "sk": {"S": after[1]}} if after else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.publish_again", description=__doc__)
    parser.add_argument("stack", help="the stack's name")
    parser.add_argument("--since", required=True, type=instant, metavar="INSTANT", help="2026-01-31 or RFC 3339")
    parser.add_argument(
        "--until", type=instant, metavar="INSTANT", default=instant("9999-12-31"), help="default: no end"
    )
    parser.add_argument("--table", help="another table than the stack's own, such as a restored one")
    parser.add_argument("--most", type=int, default=MOST, help=f"records of this run (default {MOST})")
    parser.add_argument("--after", nargs=2, metavar=("PK", "SK"), help="where the run before stopped")
    parser.add_argument("--dry-run", action="store_true", help="count only")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
