"""Enter accounts into the directory that an older release opened: once, after the deployment that brought `GET /v1/accounts`.

It scans the whole table, and may be run again: who is entered stays so. `TABLE` is the stack's output TableName.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.directory import entries_of_new
from lotbook.adapters.dynamo.table import from_item
from operate.table import deployed_table

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code: 2 where there is no such table."""
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.enrol_accounts", description=__doc__)
    parser.add_argument("table")
    asked = parser.parse_args(arguments)
    try:
        with in_one_sentence(asked.table):
            print(f"{enrol(deployed_table(asked.table)[0])} accounts are in the directory.")
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


def enrol(table: Table) -> int:
    """How many accounts the table has; each is in the directory then."""
    count, wanted = 0, {":sk": {"S": "account"}}
    scan = table.client.get_paginator("scan")
    for page in scan.paginate(TableName=table.name, FilterExpression="sk = :sk", ExpressionAttributeValues=wanted):
        for item in filter(formats.is_known, page["Items"]):
            if not item["pk"]["S"].startswith("A#"):
                continue
            for entry in entries_of_new(table, account_of(from_item(item))):
                table.client.put_item(**entry["Put"])
            count += 1
    return count


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
