"""What `make test-fast` relies on: a test that starts a process without saying so fails."""

from __future__ import annotations

import os
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
