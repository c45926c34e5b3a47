"""What sweeps remember, in the table and in the fake: the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lotbook.adapters.dynamo import sweeps
from lotbook.adapters.dynamo.sweeps import DynamoSweeps
from lotbook.ports.sweeps import Stumble
from tests import table as tables
from tests.fakes.sweeps import FakeMemory
from tests.quick_moto import mock_aws


@pytest.fixture(params=["table", "fake"])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield DynamoSweeps(tables.create(tables.dynamodb())) if request.param == "table" else FakeMemory()


def test_s4_what_fails_is_remembered_by_kind_and_name_until_it_is_done(memory: Any) -> None:
    assert memory.stumbles("hold") == {}
    memory.keep("hold", "acme#n1", Stumble(1, 5, 10))
    memory.keep("hold", "acme#n1", Stumble(2, 5, 20))
    memory.keep("book", "acme#credits", Stumble(7, 6, 30))
    assert memory.stumbles("hold") == {"acme#n1": Stumble(2, 5, 20)}
    memory.forget("hold", "acme#n1")
    memory.forget("hold", "acme#n1")
    assert memory.stumbles("hold") == {}
    assert memory.stumbles("book") == {"acme#credits": Stumble(7, 6, 30)}


def test_s4_the_events_that_were_followed_are_those_that_were_kept_last(memory: Any) -> None:
    assert memory.followed() == frozenset()
    memory.keep_followed({"evt_2", "evt_1"})
    assert memory.followed() == {"evt_1", "evt_2"}
    memory.keep_followed({"evt_3"})
    assert memory.followed() == {"evt_3"}
    assert memory.stumbles("undelivered") == {}
    memory.keep_followed(())
    assert memory.followed() == frozenset()


def test_s4_a_run_knows_of_a_bounded_number_of_failures(monkeypatch: pytest.MonkeyPatch, memory: Any) -> None:
    if isinstance(memory, FakeMemory):
        pytest.skip("the fake has no pages")
    monkeypatch.setattr(sweeps, "MAX_STUMBLES", 6)
    monkeypatch.setattr(sweeps, "MAX_PAGES", 3)
    for number in range(8):
        memory.keep("hold", f"acme#n{number}", Stumble(1, 0, 0))
    assert sorted(memory.stumbles("hold")) == [f"acme#n{number}" for number in range(6)]


def test_s4_a_next_run_is_claimed_once(memory: Any) -> None:
    assert [memory.claim(name, 7) for name in ("expire#1#2", "expire#1#2", "expire#1#3", "recheck#1#2")] == [
        *(True, False, True, True),
    ]
    assert memory.stumbles("expire") == {}
