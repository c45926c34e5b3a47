"""N4: a process that is told to stop stops, however many signals it gets, and whenever they come."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from local import ROOT
from local.stopping import ASKING
from tests import patience

ROUNDS = 400
BURST = 4
LONG_SECONDS = 10 * patience.SECONDS  # a wait that is not ended is longer than anybody here is patient
GAPS, GAP_SECONDS = 60, 0.000_002  # between two signals of a burst: from none to a tenth of a millisecond

pytestmark = pytest.mark.process


def python(source: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_n4_a_burst_of_signals_stops_the_wait_every_time() -> None:
    """With a handler that takes a lock (`Event.set`) one burst in a few hundred waits for itself for ever."""
    child = python(f"""
        from local.stopping import Stop
        for number in range({ROUNDS}):
            stop = Stop()
            print("waits", flush=True)
            assert stop.wait({LONG_SECONDS})
            print("stopped", flush=True)
            input()  # until the last signal of the burst has come, too
    """)
    assert child.stdout is not None
    assert child.stdin is not None
    for number in range(ROUNDS):
        assert child.stdout.readline() == "waits\n"
        for step in range(BURST):
            os.kill(child.pid, ASKING[(number + step) % len(ASKING)])
            until = time.perf_counter() + (number % GAPS) * GAP_SECONDS
            while time.perf_counter() < until:
                pass
        answered, _, _ = select.select([child.stdout], [], [], patience.SECONDS)
        if not answered:
            child.kill()
        assert answered, f"round {number}: it waits for itself"
        assert child.stdout.readline() == "stopped\n"
        child.stdin.write("\n")
        child.stdin.flush()
    assert child.wait(patience.SECONDS) == 0


def test_n4_a_signal_at_every_step_of_the_handler_of_the_one_before_does_not_hang_it() -> None:
    """The same without luck: whatever lock the handler takes, the second signal comes while it is held."""
    child = python("""
        import signal, sys
        from local.stopping import Stop
        def signal_again(frame, event, argument):
            signal.raise_signal(signal.SIGTERM)
            return signal_again
        stop = Stop()
        sys.settrace(signal_again)
        signal.raise_signal(signal.SIGTERM)
        sys.settrace(None)
        print(stop.wait(1_200))
    """)
    try:
        said, _ = child.communicate(timeout=patience.SECONDS)
    finally:
        child.kill()
    assert said == "True\n"


@pytest.mark.parametrize("number", ASKING)
def test_n4_each_kind_of_signal_wakes_a_long_wait_at_once(number: signal.Signals) -> None:
    child = python("""
        from local.stopping import Stop
        stop = Stop()
        print("waits", flush=True)
        print(stop.wait(1_200))
    """)
    assert child.stdout is not None
    assert child.stdout.readline() == "waits\n"
    began = time.monotonic()
    child.send_signal(number)
    assert child.communicate(timeout=patience.SECONDS)[0] == "True\n"
    assert time.monotonic() - began < patience.SECONDS


def test_n4_signals_that_come_while_it_ends_change_neither_its_work_nor_its_exit_code() -> None:
    child = python("""
        import time
        from local.stopping import Stop, ignore_signals
        stop = Stop()
        print("waits", flush=True)
        stop.wait(1_200)
        ignore_signals()
        print("ends", flush=True)
        time.sleep(0.5)
        print("ended")
    """)
    assert child.stdout is not None
    assert child.stdout.readline() == "waits\n"
    child.send_signal(signal.SIGTERM)
    assert child.stdout.readline() == "ends\n"
    for number in ASKING * 3:
        child.send_signal(number)
    assert child.communicate(timeout=patience.SECONDS)[0] == "ended\n"
    assert child.returncode == 0


def test_n4_a_command_that_works_is_interrupted_once() -> None:
    """Its own tidying up is not interrupted by the signals that come after the first."""
    child = python("""
        import time
        from local.stopping import interrupt_on_signals
        interrupt_on_signals()
        try:
            print("works", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            print("tidies", flush=True)
            time.sleep(0.5)
            print("tidied")
    """)
    assert child.stdout is not None
    assert child.stdout.readline() == "works\n"
    for _ in range(3):
        os.kill(child.pid, signal.SIGTERM)
    assert child.communicate(timeout=patience.SECONDS)[0] == "tidies\ntidied\n"
    assert child.returncode == 0
