"""How often the pollers look."""

from __future__ import annotations

from local.cloud.pace import IDLE_ROUNDS, IDLE_SECONDS, POLL_SECONDS, Pace


def test_a_poller_that_finds_nothing_for_a_while_looks_less_often_until_something_comes() -> None:
    pace = Pace()
    for _ in range(IDLE_ROUNDS):
        assert pace.seconds() == POLL_SECONDS
        pace.note(False)
    assert pace.seconds() == IDLE_SECONDS
    pace.note(True)
    assert pace.seconds() == POLL_SECONDS
