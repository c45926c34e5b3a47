"""A run that leaves work begins the next one: one at a time, bounded, until the schedule is due again (S4)."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.usecases.going_on import MAX_RUNS, Done, Onward, go_on
from tests.fakes.accounts import ManualClock
from tests.fakes.sweeps import FakeMemory, FakeNextRun

LAMBDAS_OWN_BOUND = 16  # runs in a row: then Lambda takes it for a loop that is out of control
MORE, ENOUGH = (Done("audit", "arn:audit", HOUR, more) for more in (True, False))


class Ports:
    """The ports of going on, in memory."""

    def __init__(self) -> None:
        self.memory, self.clock, self.runs = FakeMemory(), ManualClock(), FakeNextRun()
        self.onward = Onward(self.memory, self.clock, self.runs)

    def after(self, event: dict[str, Any], done: Done = MORE) -> dict[str, Any] | None:
        """The event of the run that this one begins."""
        before = len(self.runs.begun)
        assert go_on(event, done, onward=self.onward) == []
        return self.runs.begun[-1][1] if len(self.runs.begun) > before else None


def test_s4_a_run_that_leaves_nothing_begins_nothing() -> None:
    ports = Ports()
    assert ports.after({"work": "hold"}, ENOUGH) is None
    assert ports.memory.claimed == set()


def test_s4_a_run_that_leaves_work_begins_its_own_function_with_the_same_question() -> None:
    ports = Ports()
    event = ports.after({"work": "hold"})
    assert ports.runs.begun[0][0] == "arn:audit"
    assert event == {"work": "hold", "chain": {"number": 2, "until": ports.clock.instant + HOUR}}


def test_s4_a_chain_has_an_end_below_the_one_that_lambda_knows() -> None:
    """MAX_RUNS in a row, the schedule's own counted; the schedule begins the next chain."""
    ports = Ports()
    event: dict[str, Any] | None = {}
    runs = 0
    while event is not None:
        event, runs = ports.after(event), runs + 1
        assert runs <= MAX_RUNS
    assert runs == MAX_RUNS < LAMBDAS_OWN_BOUND


def test_s4_a_chain_ends_when_its_schedule_is_due_again() -> None:
    ports = Ports()
    event = ports.after({})
    assert event
    ports.clock.instant += HOUR
    assert ports.after(event) is None
    assert ports.after({}) is not None, "which begins a new one"


def test_s4_a_run_that_lambda_tries_again_begins_nothing_twice() -> None:
    """It has failed after it had begun the next one: or two chains would run, then four, then eight."""
    ports = Ports()
    event = ports.after({})
    assert event
    assert ports.after(event) is not None
    assert ports.after(event) is None
    ports.clock.instant += MINUTE
    assert ports.after({}) is None, "the schedule's own run, tried again"


def test_s4_other_works_have_chains_of_their_own() -> None:
    ports = Ports()
    assert ports.after({}) is not None
    assert ports.after({}, Done("expire#hold", "arn:expire", HOUR, True)) is not None


@pytest.mark.parametrize("port", ["memory", "next_run"])
def test_s4_what_cannot_be_begun_is_a_failure_of_the_run_and_hides_no_other(port: str) -> None:
    ports = Ports()

    class Silent:
        def claim(self, *_: object) -> bool:
            raise Unavailable

        begin = claim

    broken: dict[str, Any] = {"memory": ports.memory, "clock": ports.clock, "next_run": ports.runs, port: Silent()}
    (failure,) = go_on({}, MORE, onward=Onward(**broken))
    assert (str(failure), type(failure.error)) == ("the next run of audit", Unavailable)
