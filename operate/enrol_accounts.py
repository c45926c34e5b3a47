"""Enter accounts into the directory that an older release opened: once, after the deployment that brought `GET /v1/accounts`.

It scans the whole table, and may be run again: who is entered stays so. `lotbook accounts enrol` does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.directory import entries_of_new
from lotbook.adapters.dynamo.table import from_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.adapters.dynamo.table import Table


def enrol(table: Table, done: Callable[[str], None] = lambda _name: None) -> int:
    """How many accounts the table has; each is in the directory then. `done` hears of each."""
    count, wanted = 0, {":sk": {"S": "account"}}
    scan = table.client.get_paginator("scan")
    for page in scan.paginate(TableName=table.name, FilterExpression="sk = :sk", ExpressionAttributeValues=wanted):
        for item in filter(formats.is_known, page["Items"]):
            if not item["pk"]["S"].startswith("A#"):
                continue
            for entry in entries_of_new(table, account_of(from_item(item))):
                table.client.put_item(**entry["Put"])
            count += 1
            done(item["pk"]["S"])
    return count
