"""The local run's clock: set, advanced, frozen, kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.clock import ClockError, LocalClock
from lotbook.adapters.system import OffsetClock, SystemClock
from lotbook.domain.values.instants import from_text

NOON = "2026-01-31T12:00:00Z"


@contextmanager
def passing() -> Iterator[Callable[[], int]]:
    """Answers how many milliseconds of the wall clock the block took: as many as may pass on a clock that ticks."""
    wall = SystemClock()
    began = ended = wall.now()
    yield lambda: ended - began
    ended = wall.now()


@pytest.fixture
def clock(tmp_path: Path) -> LocalClock:
    return LocalClock(tmp_path / "clock.json")


def test_unset_it_is_the_wall_clock(clock: LocalClock) -> None:
    wall = SystemClock()
    assert wall.now() <= clock.now() <= wall.now()
    assert clock.describe()["frozen"] is False


def test_set_it_ticks_on(clock: LocalClock) -> None:
    with passing() as most:
        assert clock.change({"now": NOON})["frozen"] is False
        first = clock.now()
    assert 0 <= first - from_text(NOON) <= most()
    while clock.now() == first:  # ends within a millisecond, or the clock stands still and the test hangs to its bound
        pass


def test_frozen_it_stands_still_and_can_be_advanced(clock: LocalClock) -> None:
    clock.change({"now": NOON, "frozen": True})
    assert [clock.now() for _ in range(3)] == [from_text(NOON)] * 3
    assert clock.change({"advance_seconds": 90}) == {"now": "2026-01-31T12:01:30Z", "frozen": True}
    assert clock.change({"advance_seconds": -30}) == {"now": "2026-01-31T12:01:00Z", "frozen": True}
    with passing() as most:
        assert clock.change({"frozen": False})["frozen"] is False
        ticked = clock.now() - from_text("2026-01-31T12:01:00Z")
    assert 0 <= ticked <= most()


def test_setting_now_without_frozen_lets_it_tick(clock: LocalClock) -> None:
    clock.change({"now": NOON, "frozen": True})
    assert clock.change({"now": NOON})["frozen"] is False


def test_handlers_see_the_change_and_a_restart_keeps_it(clock: LocalClock) -> None:
    handlers = OffsetClock(clock.path)
    for now in (NOON, "2027-02-01T00:00:00Z", "2026-06-01T00:00:00Z"):
        clock.change({"now": now, "frozen": True})
        assert handlers.now() == from_text(now)
    assert LocalClock(clock.path).now() == from_text("2026-06-01T00:00:00Z")


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        {},
        "2026-01-31T12:00:00Z",
        {"now": 5},
        {"now": "yesterday"},
        {"now": "2026-01-31T12:00:00"},
        {"now": NOON, "advance_seconds": 1},
        {"now": NOON, "frozen": "yes"},
        {"advance_seconds": True},
        {"advance_seconds": 1.5},
        {"advance_seconds": "1"},
        {"advance_seconds": 10**12},
        {"now": "9999-12-31T23:59:59Z"},
        {"now": "1969-12-31T23:59:59Z"},
        {"now": "0001-01-01T00:00:00+14:00"},
        {"speed": 2},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(clock: LocalClock, wanted: Any) -> None:
    clock.change({"now": NOON, "frozen": True})
    before = clock.path.read_text()
    with pytest.raises(ClockError):
        clock.change(wanted)
    assert clock.path.read_text() == before


def test_the_file_is_for_its_owner_alone(clock: LocalClock) -> None:
    clock.change({"now": NOON})
    assert clock.path.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(clock.path.read_text())) == {"base", "set_at", "frozen"}
