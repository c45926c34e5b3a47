"""Every account of the local run, by a scan: only the local run does that."""

from __future__ import annotations

from collections.abc import Iterable

from local.cloud.cloud import scanning_client
from local.demo_accounts import DEMO_ACCOUNTS


def account_ids() -> list[str]:
    """The demo accounts as they were opened, then all that were opened since, by name. The environment is the run's by then."""
    from lotbook import wiring

    found = set(scanned(wiring.table().name))
    demo = [account.account_id for account in DEMO_ACCOUNTS if account.account_id in found]
    return demo + sorted(found - set(demo))


def scanned(table_name: str) -> Iterable[str]:
    """In no order."""
    pages = (
        scanning_client()
        .get_paginator("scan")
        .paginate(
            TableName=table_name,
            FilterExpression="sk = :sk",
            ExpressionAttributeValues={":sk": {"S": "account"}},
            ProjectionExpression="pk",
        )
    )
    for page in pages:
        yield from (item["pk"]["S"].removeprefix("A#") for item in page["Items"])
