"""How often a local run looks into its queues and its table's stream."""

from __future__ import annotations

from local.cloud.pace import LONGEST_SECONDS, SHORTEST_SECONDS, Pace


def test_a_poller_looks_ever_less_often_until_something_comes() -> None:
    pace, waited = Pace(), []
    for _ in range(12):
        waited.append(pace.seconds())
        pace.note(found=False)
    assert waited[0] == SHORTEST_SECONDS
    assert waited == sorted(waited)
    assert waited[-1] == pace.seconds() == LONGEST_SECONDS
    assert sum(waited) < 10, "after that a run that nobody uses is at rest"
    pace.note(found=True)
    assert pace.seconds() == SHORTEST_SECONDS
