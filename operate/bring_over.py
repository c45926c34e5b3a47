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
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.table import Table, from_item
from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.book import Book
from lotbook.domain.policy.uses import Use

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

    Raises ClientError, and Refused for an account whose policy the restored table lacks.
    """
    brought: Counter[str] = Counter()
    for item in _made(client, before):
        kind = next(kind for kind, name in KINDS.items() if item["sk"]["S"].startswith(name))
        if _is_there(client, restored, item):
            continue
        if not dry:
            _bring(Table(client, restored), item, kind)
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


def _bring(table: Table, item: Mapping[str, Any], kind: str) -> None:
    """Raises Refused for an account whose policy the restored table lacks."""
    if kind == "accounts":
        _give_book(table, account_of(from_item(item)))
    try:
        table.client.put_item(TableName=table.name, Item=dict(item), ConditionExpression=ABSENT)
    except table.client.exceptions.ConditionalCheckFailedException:
        return  # somebody made it meanwhile


def _give_book(table: Table, account: Account) -> None:
    """As when it was opened: a book that is closed and due, before there is an account. Renewal puts its periods' credits in."""
    policies = DynamoPolicies(table)
    published = policies.newest(account.policy_id)
    if published is None:
        raise Refused(
            f"{account.account_id} is of the policy {account.policy_id}, which {table.name} lacks: publish it, and run this again."
        )
    policies.note_use(account.policy_id, Use("currency", account.currency), account.account_id)
    due = account.created_at
    DynamoBooks(table).create(account.account_id, published.policy.units[0], Book(since=due, until=due, renews_at=due))


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
