"""Every account of the local run, by a scan: only the local run does that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from local.cloud.cloud import scanning_client
from local.demo_accounts import DEMO_ACCOUNTS

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table


def account_ids() -> list[str]:
    """The demo accounts as they were opened, then all that were opened since, by name. The environment is the run's by then."""
    found = set(scanned(scannable()))
    demo = [account.account_id for account in DEMO_ACCOUNTS if account.account_id in found]
    return demo + sorted(found - set(demo))


def scannable() -> Table:
    """The run's table by a client that knows a scan: the functions' own does not, for none of them needs one."""
    from lotbook import wiring
    from lotbook.adapters.dynamo.table import Table

    return Table(scanning_client(), wiring.table().name)


def scanned(table: Any) -> Iterable[str]:
    """In no order."""
    pages = table.client.get_paginator("scan").paginate(
        TableName=table.name,
        FilterExpression="sk = :sk",
        ExpressionAttributeValues={":sk": {"S": "account"}},
        ProjectionExpression="pk",
    )
    for page in pages:
        yield from (item["pk"]["S"].removeprefix("A#") for item in page["Items"])
