"""Accounts and policies of an older release are in the directory once they were entered, also twice."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.directory import DynamoDirectory
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.policy_lists import DynamoPolicyLists
from lotbook.adapters.dynamo.table import Table
from operate.stack import Stack
from tests import table as tables
from tests.fakes.accounts import an_account
from tests.fakes.samples import published
from tests.operate.terminal import on
from tests.quick_moto import mock_aws


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield tables.create(boto3.client("dynamodb"))


def test_what_is_in_no_list_is_in_it_afterwards(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a1", "a2"):
        DynamoAccounts(table).create(an_account(account_id=name))
    document = dict(published("make").document)
    for title in ("Make", "Make, renamed"):
        DynamoPolicies(table).publish("make", {**document, "title": title})
    for item in tables.everything(table):
        if item["pk"]["S"].startswith("E#"):
            table.client.delete_item(TableName=table.name, Key={"pk": item["pk"], "sk": item["sk"]})
    directory = DynamoDirectory(table, 2026)
    policies = DynamoPolicyLists(table)
    assert (directory.page(9, None), policies.page(9, None)) == ([], [])
    for _ in range(2):
        assert on(Stack({"Table": "lotbook"}, lambda _: table.client), "accounts", "enrol", "--yes") == 0
    assert [each.account_id for each in directory.page(9, None)] == ["a2", "a1"]
    assert [each.account_id for each in directory.with_email("owner@acme.example", 9, None)] == ["a2", "a1"]
    assert [(each.policy_id, each.title, each.version) for each in policies.page(9, None)] == [
        ("make", "Make, renamed", 2)
    ]
    assert capsys.readouterr().out == "2 accounts and 1 policy are in the directory.\n" * 2
