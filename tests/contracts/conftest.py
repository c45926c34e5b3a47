"""Fixtures of contracts that every implementation of a port must keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.ports.books import BookStore
from tests import table as tables
from tests.fakes.books import FakeBooks
from tests.quick_moto import mock_aws


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """An empty table in memory, with the index `due`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield tables.create(tables.dynamodb())


@pytest.fixture(params=["fake", "table"])
def books(request: pytest.FixtureRequest) -> BookStore:
    """An empty store of books: the one in memory that other tests trust, and the table's."""
    return FakeBooks() if request.param == "fake" else DynamoBooks(request.getfixturevalue("table"))


@pytest.fixture(scope="module")
def aws() -> Iterator[Table]:
    """One table in memory for a module's tests: each has accounts of its own."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield tables.create(tables.dynamodb())
