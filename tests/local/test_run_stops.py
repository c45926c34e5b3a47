"""N4: `make run` as a process, told to stop."""

from __future__ import annotations

import signal
import time

import pytest

from tests import patience
from tests.local.a_run import (
    CALLERS,
    IS_INSTALLED,
    RUNS,
    START_SECONDS,
    STEP_SECONDS,
    STOP_SECONDS,
    STOPPED_SECONDS,
    Burners,
    Run,
    on_this_machine,
)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not IS_INSTALLED, reason="the local engine is not installed: make run"),
]
VOLLEY = (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP) * 3


def test_n4_it_stops_as_fast_while_it_starts(run: Run) -> None:
    process = run.spawn()
    until = time.monotonic() + START_SECONDS
    while "starting the local AWS engine" not in run.output:
        assert time.monotonic() < until
        time.sleep(STEP_SECONDS)
    began = time.monotonic()
    for _ in range(3):
        process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_SECONDS) == 0
    assert time.monotonic() - began < on_this_machine(STOPPED_SECONDS)
    assert run.output.endswith("Stopped before everything had started.\n")
    run.wait_until_ports_are_free()


def test_n4_any_number_of_signals_stops_it_in_two_seconds_while_sixteen_callers_burn_and_no_burn_is_lost(
    run: Run,
) -> None:
    run.start()
    before = run.balance("make")["available"]
    with Burners(run, CALLERS) as burners:
        until = time.monotonic() + patience.SECONDS
        while burners.burned <= CALLERS and time.monotonic() < until:
            time.sleep(STEP_SECONDS)
        took = stopped(run)
    assert took < on_this_machine(STOPPED_SECONDS)
    assert run.output.endswith("Stopping.\n")
    run.start()
    gone = before - run.balance("make")["available"]
    assert burners.burned > CALLERS
    assert burners.burned <= gone <= burners.burned + CALLERS, "what was answered is kept; what was not may be"
    assert stopped(run) < on_this_machine(STOPPED_SECONDS), "with nobody at it, too"
    run.wait_until_ports_are_free()


def stopped(run: Run) -> float:
    """A volley of signals, and the seconds until it has ended."""
    assert run.process is not None
    began = time.monotonic()
    for number in VOLLEY:
        run.process.send_signal(number)
    assert run.process.wait(STOP_SECONDS) == 0
    return time.monotonic() - began


@pytest.mark.soak
def test_n4_a_hundred_runs_told_three_times_within_microseconds(run: Run) -> None:
    """Prints how long each took to stop, as it goes."""
    took = []
    for number in range(RUNS):
        run.start()
        assert run.process is not None
        began = time.monotonic()
        for _ in range(3):
            run.process.send_signal(signal.SIGTERM)
            until = time.perf_counter() + number % 20 * 0.000_005
            while time.perf_counter() < until:
                pass
        assert run.process.wait(STOP_SECONDS) == 0
        took.append(time.monotonic() - began)
        print(f"{took[-1]:.2f}", end=" ", flush=True)
        run.wait_until_ports_are_free()
    took.sort()
    spread = ", ".join(f"{took[at]:.2f}" for at in (0, RUNS // 2, RUNS * 9 // 10, -1))
    print(f"\nseconds to stop, {RUNS} runs, least, median, nine of ten, most: {spread}")
    assert took[-1] < STOPPED_SECONDS
