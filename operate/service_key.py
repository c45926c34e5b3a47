"""Service keys of a deployment: `issue TABLE NAME SCOPE...`, `list TABLE`, `revoke TABLE NAME` (or the whole key).

Needs AWS credentials that may write the table. A key is printed once and stored as a hash: it cannot be shown again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import boto3

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.table import Table, from_item
from lotbook.adapters.system import SystemClock
from lotbook.api.http.identity import is_id
from lotbook.domain.values.access import SCOPES
from lotbook.domain.values.instants import to_text
from lotbook.usecases.accounts.authenticate import SERVICE_KEY_PREFIX, hash_of

SECRET_BYTES = 24
PARTITION = keys.service_key("")["pk"]  # of every key, before its hash


def main(arguments: list[str]) -> int:
    """Answers the exit code."""
    asked = _parser().parse_args(arguments)
    work = {"issue": _issue, "list": _list, "revoke": _revoke}
    try:
        with in_one_sentence(asked.table):
            return work[asked.command](Table(boto3.client("dynamodb"), asked.table), asked)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2


def _issue(table: Table, asked: argparse.Namespace) -> int:
    key = f"{SERVICE_KEY_PREFIX}{asked.name}_{token_hex(SECRET_BYTES)}"
    DynamoServiceKeys(table).put(hash_of(key), asked.name, frozenset(asked.scopes), SystemClock().now())
    print(key)
    return 0


def _list(table: Table, _: argparse.Namespace) -> int:
    for item in sorted(_items(table), key=lambda item: int(item["created_at"])):
        state = f"revoked {to_text(item['revoked_at'])}" if "revoked_at" in item else "active"
        print(f"{item['key_id']:<24} {to_text(item['created_at'])}  {state:<28}  {' '.join(item['scopes'])}")
    return 0


def _revoke(table: Table, asked: argparse.Namespace) -> int:
    """By name every key that bears it: whoever must revoke one often does not have it."""
    wanted = f"{PARTITION}{hash_of(asked.key)}"
    named = [item for item in _items(table) if asked.key == item["key_id"] or item["pk"] == wanted]
    active = [item for item in named if "revoked_at" not in item]
    for item in active:
        DynamoServiceKeys(table).revoke(item["pk"].removeprefix(PARTITION), SystemClock().now())
    if active:
        print(f"{len(active)} revoked; the API may remember a key for 60 seconds")
        return 0
    print("it was revoked before" if named else "there is no such key; `list` shows all", file=sys.stderr)
    return 0 if named else 1


def _items(table: Table) -> Iterator[dict[str, Any]]:
    """Every key, by a scan of the table: only this command, which people run seldom, does that."""
    pages = table.client.get_paginator("scan").paginate(
        TableName=table.name,
        ConsistentRead=True,
        FilterExpression="begins_with(pk, :pk)",
        ExpressionAttributeValues={":pk": {"S": PARTITION}},
    )
    for page in pages:
        yield from map(from_item, page["Items"])


def _name(text: str) -> str:
    if not is_id(text) or text.startswith(SERVICE_KEY_PREFIX):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: 1 to 64 letters, digits, _ and -")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.service_key", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    issue = commands.add_parser("issue", help="make a key and print it")
    issue.add_argument("table", help="the stack's output TableName")
    issue.add_argument("name", type=_name, help="shown as the actor of what it does")
    issue.add_argument("scopes", nargs="+", choices=SCOPES, metavar="SCOPE", help=", ".join(SCOPES))
    listed = commands.add_parser("list", help="all keys: name, since when, whether revoked, scopes")
    listed.add_argument("table")
    revoke = commands.add_parser("revoke", help="make a key unknown; the API may remember it for 60 seconds")
    revoke.add_argument("table")
    revoke.add_argument("key", help="its name (all keys of that name), or the whole key")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
