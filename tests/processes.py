"""What `make test-fast` leaves out: tests that start a process, those with a store or a server in this process, and slow ones.

A test that starts a process says so: `process`, or `engine` and `sam`, which imply it. What says nothing and starts one all the same
fails, wherever it is run: whatever starts one asks here first. (An audit hook would hear of every start too, and of every `id()` and every
field of a frozen dataclass besides: it took a fourth of all time.) `store` and `slow` go by folder or file here, or by the test's own mark.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache, wraps
from multiprocessing import util
from typing import Any

import pytest

MARKER = "process"
IMPLYING = ("engine", "sam")  # markers
PLACES = {
    "functions": "store",
    "contracts": "store",
    "stand_in": "store",
    "console": "store",
    "scenarios": "store",
    "releases": "store",
    "simulation": "slow",
    "properties": "slow",
    "test_money_back_orders.py": "slow",
    "test_asking_commands.py": "store",
    "test_reconcile_command.py": "store",
    "test_http_server.py": "store",
    "test_streams.py": "store",
    "test_wire_faults.py": "store",
    "test_ratios.py": "slow",
    "race": "process",
}
STARTING = ("dynamo_engine", "stack")  # fixtures
# All else in Python goes through these.
STARTERS = (
    (subprocess.Popen, "__init__"),
    (util, "spawnv_passfds"),
    *((os, name) for name in ("posix_spawn", "posix_spawnp", "fork", "forkpty", "execv", "execve", "system")),
)
_running: list[pytest.Item] = []


class UnmarkedProcess(AssertionError):
    """A test without the marker started a process."""


def mark(items: list[pytest.Item]) -> None:
    """Add the marker where another marker or a fixture says the same."""
    for item in items:
        implied = any(mark.name in IMPLYING for mark in item.iter_markers())
        if implied or not set(STARTING).isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(MARKER)
        for marker in _markers_of(item.nodeid.partition("::")[0]):
            item.add_marker(marker)


@cache
def _markers_of(file: str) -> list[str]:
    return [PLACES[place] for place in PLACES.keys() & set(file.split("/"))]


def leaves_out(expression: str, place: str) -> bool:
    """Whether `-m` leaves out all that lies in this folder or file: then it need not even be imported."""
    marker = PLACES.get(place)
    return marker is not None and f"not {marker}" in expression


def watched(start: Any) -> Any:
    """This way to start a process, refused to a running test that did not announce one."""

    @wraps(start)
    def asked(*arguments: Any, **named: Any) -> Any:
        if _running and not _running[-1].get_closest_marker(MARKER):
            raise UnmarkedProcess(f"{_running[-1].nodeid} calls {start.__qualname__}: mark it `{MARKER}`")
        return start(*arguments, **named)

    return asked


def running(item: pytest.Item) -> None:
    _running.append(item)


def ended() -> None:
    _running.clear()


for owner, name in STARTERS:
    setattr(owner, name, watched(getattr(owner, name)))
