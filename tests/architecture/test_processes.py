"""What `make test-fast` relies on: a test that starts a process without saying so fails."""

from __future__ import annotations

import multiprocessing
import os
import pty
import subprocess
import sys
import threading

import pytest

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
    thread.join(10)
    assert len(refused) == 1


@pytest.mark.process
def test_one_that_was_announced_starts() -> None:
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0
