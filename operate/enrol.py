"""Enter accounts and policies into the directory that an older release made: once, after the deployment that brought their lists.

It scans the whole table, and may be run again: who is entered stays so. `lotbook accounts enrol` does it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.directory import entries_of_new
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.table import from_item
from lotbook.domain.values.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.adapters.dynamo.table import Table

ACCOUNT, POLICY = keys.account("")["sk"], keys.policy_head("")["sk"]  # what their sort keys are


def enrol(table: Table, done: Callable[[str], None] = lambda _name: None) -> tuple[int, int]:
    """How many accounts and how many policies the table has; each is in the directory then. `done` hears of each."""
    accounts, policies, known = 0, 0, DynamoPolicies(table)
    wanted = {":account": {"S": ACCOUNT}, ":policy": {"S": POLICY}}
    condition = "sk = :account OR sk = :policy"
    scan = table.client.get_paginator("scan")
    for page in scan.paginate(TableName=table.name, FilterExpression=condition, ExpressionAttributeValues=wanted):
        for item in filter(formats.is_known, page["Items"]):
            kind, _, name = item["pk"]["S"].partition("#")
            if (kind, item["sk"]["S"]) == ("A", ACCOUNT):
                accounts += 1
                for entry in entries_of_new(table, account_of(from_item(item))):
                    table.client.put_item(**entry["Put"])
            elif (kind, item["sk"]["S"]) == ("P", POLICY):
                policies += 1
                with suppress(Conflict):  # it is being published, and enters itself
                    known.enter(name)
            else:
                continue
            done(item["pk"]["S"])
    return accounts, policies
