"""What `make test-fast` relies on: a test that starts a process without saying so fails."""

from __future__ import annotations

import multiprocessing
import os
import pty
import subprocess
import sys
import threading

import pytest

from tests import patience, processes
from tests.architecture.tree import TESTS
from tests.processes import UnmarkedProcess


def test_a_process_that_was_not_announced_is_refused() -> None:
    with pytest.raises(UnmarkedProcess, match="mark it `process`"):
        subprocess.run([sys.executable, "-c", ""], check=True)
    with pytest.raises(UnmarkedProcess):
        os.system("true")
    with pytest.raises(UnmarkedProcess):
        os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ)


def test_nor_does_anything_else_in_python_start_one() -> None:
    for method in ("fork", "spawn", "forkserver"):
        with pytest.raises(UnmarkedProcess):
            multiprocessing.get_context(method).Process(target=print).start()  # type: ignore[attr-defined]
    with pytest.raises(UnmarkedProcess):
        os.spawnlp(os.P_WAIT, "true", "true")
    with pytest.raises(UnmarkedProcess):
        pty.spawn(["true"])


def test_also_when_a_thread_starts_it() -> None:
    refused: list[UnmarkedProcess] = []

    def start() -> None:
        with pytest.raises(UnmarkedProcess) as raised:
            subprocess.run([sys.executable, "-c", ""], check=True)
        refused.append(raised.value)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join(patience.SECONDS)
    assert len(refused) == 1


@pytest.mark.process
def test_one_that_was_announced_starts() -> None:
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0


FAST = "not process and not store and not slow"


def test_what_the_marks_leave_out_as_a_whole_is_not_imported_and_all_else_is() -> None:
    """To import a folder takes as long as its tests would take that are fast, if it had any."""
    folders = {name for name in processes.PLACES if not name.endswith(".py")}
    assert {name for name in processes.PLACES if processes.leaves_out(FAST, name)} == set(processes.PLACES)
    for asked in ("", "soak or hypothesis", "store", "slow and not process"):
        assert not [name for name in folders - {"race"} if processes.leaves_out(asked, name)], asked
    assert not [name for name in ("domain", "usecases", "api", "test_codes.py") if processes.leaves_out(FAST, name)]


def test_every_place_with_a_mark_is_there() -> None:
    there = {path.name for path in TESTS.rglob("*") if "__pycache__" not in path.parts}
    assert set(processes.PLACES) <= there
