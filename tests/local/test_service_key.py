"""The operator's command for service keys, against the table in memory."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local import service_key
from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.table import Table
from lotbook.usecases.authenticate import hash_of
from tests.table import create


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """An empty table, found as boto3 finds it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield create(boto3.client("dynamodb"))


def test_an_issued_key_has_its_scopes_until_it_is_revoked_and_is_not_in_the_table(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service_key.main(["issue", "lotbook", "backend", "credits:consume", "read"]) == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("lbk_backend_")
    store = DynamoServiceKeys(table)
    assert store.find(hash_of(key)) == ("backend", frozenset({"credits:consume", "read"}))
    assert key not in str(table.client.scan(TableName="lotbook")["Items"])
    assert service_key.main(["revoke", "lotbook", key]) == 0
    assert store.find(hash_of(key)) is None


def test_a_scope_that_does_not_exist_is_refused_before_anything_is_written(table: Table) -> None:
    with pytest.raises(SystemExit):
        service_key.main(["issue", "lotbook", "backend", "everything"])
    assert table.client.scan(TableName="lotbook")["Items"] == []
