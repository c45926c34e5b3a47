"""Fixtures of contracts that every implementation of a port must keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.ports.books import BookStore
from tests import table
from tests.fakes.books import FakeBooks
from tests.quick_moto import mock_aws


@pytest.fixture(params=["fake", "table"])
def books(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[BookStore]:
    """An empty store of books: the one in memory that other tests trust, and the table's."""
    if request.param == "fake":
        yield FakeBooks()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield DynamoBooks(table.create(table.dynamodb()))


@pytest.fixture(scope="module")
def aws() -> Iterator[Table]:
    """One table in memory for a module's tests: each has accounts of its own."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield table.create(table.dynamodb())
