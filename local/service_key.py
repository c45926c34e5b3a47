"""Service keys of a deployment: `python -m local.service_key issue TABLE KEY_ID SCOPE...` and `... revoke TABLE KEY`.

Needs AWS credentials that may write the table. A key is printed once and stored as a hash: it cannot be shown again.
"""

from __future__ import annotations

import argparse
import sys
from secrets import token_hex

import boto3

from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock
from lotbook.domain.access import SCOPES
from lotbook.usecases.authenticate import hash_of

SECRET_BYTES = 24


def main(arguments: list[str]) -> int:
    """Answers the exit code."""
    asked = _parser().parse_args(arguments)
    store = DynamoServiceKeys(Table(boto3.client("dynamodb"), asked.table))
    now = SystemClock().now()
    if asked.command == "revoke":
        store.revoke(hash_of(asked.key), now)
        return 0
    key = f"lbk_{asked.key_id}_{token_hex(SECRET_BYTES)}"
    store.put(hash_of(key), asked.key_id, frozenset(asked.scopes), now)
    print(key)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.service_key", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    issue = commands.add_parser("issue", help="make a key and print it")
    issue.add_argument("table", help="the stack's output TableName")
    issue.add_argument("key_id", help="its name, shown as the actor of what it does")
    issue.add_argument("scopes", nargs="+", choices=SCOPES, metavar="SCOPE", help=", ".join(SCOPES))
    revoke = commands.add_parser("revoke", help="make a key unknown; the API may remember it for 60 seconds")
    revoke.add_argument("table")
    revoke.add_argument("key", help="the whole key")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
