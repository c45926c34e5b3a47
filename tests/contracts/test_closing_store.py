"""What closing leaves to be done, in the table and in the fake: the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lotbook.adapters.dynamo.closings import DynamoClosings
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.ports.closings import ClosingWork
from lotbook.usecases.closing.closings_due import DUE_KIND
from tests import table as tables
from tests.fakes.closing_store import FakeClosings
from tests.quick_moto import mock_aws


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """The store, and what answers since when each account is due."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        if request.param == "fake":
            fake = FakeClosings()
            yield fake, lambda: dict(fake.due)
            return
        table = tables.create(tables.dynamodb())
        index = DynamoDueIndex(table)
        yield DynamoClosings(table), lambda: {each.account_id: each.due_at for each in index.due(DUE_KIND, 10**15, 100)}


def test_a_look_is_due_until_it_is_finished_and_whoever_asks_meanwhile_is_heard(store: tuple[Any, Any]) -> None:
    work, due = store
    assert (work.get("acme"), due()) == (None, {})
    work.ask("acme", 100)
    assert (work.get("acme"), due()) == (ClosingWork(1), {"acme": 100})
    assert work.look_again("acme", 200, 1)
    assert (work.get("acme"), due()) == (ClosingWork(1), {"acme": 200})
    work.ask("acme", 150)
    assert not work.look_again("acme", 300, 1)
    assert not work.finish("acme", 1)
    assert (work.get("acme"), due()) == (ClosingWork(2), {"acme": 150})
    assert work.finish("acme", 2)
    assert (work.get("acme"), due()) == (ClosingWork(2), {})


def test_the_place_at_which_erasing_goes_on_is_kept_beside_it(store: tuple[Any, Any]) -> None:
    work, due = store
    work.ask("acme", 100)
    work.keep_place("acme", "[1]")
    assert (work.get("acme"), due()) == (ClosingWork(1, "[1]"), {"acme": 100})
    work.ask("acme", 200)
    assert work.get("acme") == ClosingWork(2, "[1]")
    work.keep_place("acme", None)
    assert work.get("acme") == ClosingWork(2)
