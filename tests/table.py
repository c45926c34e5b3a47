"""The table of `template.yaml`, made with any DynamoDB client: key schema and index come from the template, not from here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import boto3

from local.cloud.intrinsics import read
from lotbook.adapters.dynamo.table import Table

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
MOST_IN_A_BATCH = 25  # of DynamoDB
TAKEN = ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")


@cache
def resources() -> dict[str, Any]:
    """The template's resources, each short tag in its long form. Read once."""
    found: dict[str, Any] = read(TEMPLATE)["Resources"]
    return found


def definition() -> dict[str, Any]:
    """What CreateTable needs, without the name."""
    (properties,) = [each["Properties"] for each in resources().values() if each["Type"] == "AWS::DynamoDB::Table"]
    return {name: properties[name] for name in TAKEN if name in properties}


@cache
def dynamodb() -> Any:
    """One client for all tests on moto that hang nothing on it: each takes a second to make on a busy machine."""
    return boto3.client("dynamodb", region_name="us-east-1")


def create(client: Any, name: str = "lotbook") -> Table:
    """An empty table."""
    client.create_table(TableName=name, **definition())
    return Table(client, name)


def everything(table: Table) -> list[dict[str, Any]]:
    """All items of a small table."""
    page = table.client.scan(TableName=table.name)
    assert "LastEvaluatedKey" not in page
    return list(page["Items"])


def put_back(table: Table, items: list[dict[str, Any]]) -> None:
    """Write what `everything` found into an empty table, in as few calls as DynamoDB takes."""
    for first in range(0, len(items), MOST_IN_A_BATCH):
        puts = [{"PutRequest": {"Item": item}} for item in items[first : first + MOST_IN_A_BATCH]]
        table.client.batch_write_item(RequestItems={table.name: puts})


def clear(table: Table) -> None:
    """Take every item out of a small table, in as few calls as DynamoDB takes."""
    keys = [{"Key": {"pk": item["pk"], "sk": item["sk"]}} for item in everything(table)]
    for first in range(0, len(keys), MOST_IN_A_BATCH):
        deletes = [{"DeleteRequest": key} for key in keys[first : first + MOST_IN_A_BATCH]]
        table.client.batch_write_item(RequestItems={table.name: deletes})
