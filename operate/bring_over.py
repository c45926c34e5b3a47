"""After a restore: bring accounts, billing details and orders over that were made after the restore point, from the table before.

Only what the restored table lacks is written, and nothing is changed in either. What an order brought is not brought over: the
reconciliation that follows asks the gateway and grants it (docs/restore.md). Burns are not brought over.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import boto3

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.adapters.dynamo import keys

MOST = 100_000  # items of one run, unless --most says otherwise
ABSENT = "attribute_not_exists(pk)"
OF_ACCOUNTS = keys.account("")["pk"]
KINDS = {
    "accounts": keys.account("")["sk"],
    "billing details": keys.billing("")["sk"],
    "orders": keys.purchase("", "")["sk"],
}


def bring_over(client: Any, before: str, restored: str, most: int = MOST, *, dry: bool = False) -> Counter[str]:
    """How many of each kind the restored table lacked. Each is written by itself, so a run that stops is run again.

    Raises ClientError.
    """
    brought: Counter[str] = Counter()
    for item in _made(client, before):
        kind = next(kind for kind, name in KINDS.items() if item["sk"]["S"].startswith(name))
        if _is_there(client, restored, item):
            continue
        if not dry:
            _put(client, restored, item)
        brought[kind] += 1
        print(f"... {item['pk']['S']} {item['sk']['S']}", file=sys.stderr)
        if sum(brought.values()) >= most:
            break
    return brought


def _made(client: Any, table: str) -> Iterator[Mapping[str, Any]]:
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :account) AND (sk IN (:record, :billing) OR begins_with(sk, :order))",
        ExpressionAttributeValues={
            ":account": {"S": OF_ACCOUNTS},
            ":record": {"S": KINDS["accounts"]},
            ":billing": {"S": KINDS["billing details"]},
            ":order": {"S": KINDS["orders"]},
        },
    )
    for page in pages:
        yield from page["Items"]


def _is_there(client: Any, table: str, item: Mapping[str, Any]) -> bool:
    key = {name: item[name] for name in ("pk", "sk")}
    found = client.get_item(TableName=table, Key=key, ConsistentRead=True, ProjectionExpression="pk")
    return "Item" in found


def _put(client: Any, table: str, item: Mapping[str, Any]) -> None:
    try:
        client.put_item(TableName=table, Item=dict(item), ConditionExpression=ABSENT)
    except client.exceptions.ConditionalCheckFailedException:
        return  # somebody made it meanwhile


def main(arguments: list[str]) -> int:
    """Answers the exit code: 2 where AWS refused, or where the two tables are one."""
    asked = _parser().parse_args(arguments)
    if asked.before == asked.restored:
        print("BEFORE and RESTORED are the same table.", file=sys.stderr)
        return 2
    try:
        with in_one_sentence(f"{asked.before} or {asked.restored}"):
            client = boto3.client("dynamodb")
            brought = bring_over(client, asked.before, asked.restored, asked.most, dry=asked.dry_run)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    kinds = ", ".join(f"{brought[kind]} {kind}" for kind in KINDS)
    print(f"{'Would be brought' if asked.dry_run else 'Brought'} over: {kinds}")
    if sum(brought.values()) >= asked.most:
        print("There may be more: run it again.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.bring_over", description=__doc__)
    parser.add_argument("before", help="the table that was in use until now")
    parser.add_argument("restored", help="the restored table")
    parser.add_argument("--most", type=int, default=MOST, help=f"items of this run (default {MOST})")
    parser.add_argument("--dry-run", action="store_true", help="say what would be brought, and write nothing")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
