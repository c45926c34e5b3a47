"""Fixtures of all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from local.surroundings import leave_aws, reach_this_machine
from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes
from tests import dealing, engine, processes, rewriting
from tests.examples import TIMES, draw_on_nothing_of_ours, examples

SELDOM = (50_000, 20, 20)  # Python's own thresholds are (700, 10, 10)
gc.disable()  # until everything is imported and collected: nearly nothing of that goes away again
leave_aws(os.environ)  # no test asks an account, or a proxy for this machine
reach_this_machine(os.environ)
# How fast examples are made says something about the machine, and nothing about the code. `make test` tries the same ones each time, so
# what it says of the same code is always the same; `make soak` tries others.
settings.register_profile(
    "tests",
    max_examples=examples(20),
    deadline=None,
    derandomize=TIMES == 1,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")
if TIMES == 1:
    draw_on_nothing_of_ours()


def is_parallel(config: pytest.Config) -> bool:
    """Whether this is a worker of a parallel run."""
    return hasattr(config, "workerinput")


def place_of(config: pytest.Config) -> tuple[int, int]:
    """The worker's number, from 0, and how many there are."""
    given: dict[str, Any] = getattr(config, "workerinput")  # noqa: B009 -- only workers have it
    return int(given["workerid"].removeprefix("gw")), int(given["workercount"])


@pytest.fixture(scope="session")
def dynamo_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local AWS engine that this session started; skips where it is not installed."""
    with engine.running(tmp_path_factory.mktemp("engine")) as address:
        yield address


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> dealing.Dealing:
    """Who gets which tests in a parallel run."""
    return dealing.Dealing(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """A worker of a parallel run does its part of what all of them need."""
    if is_parallel(session.config) and session.config.args == list(session.config.getini("testpaths")):
        rewriting.prepare(session.config, *place_of(session.config))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """While a test runs, a process that it did not announce is refused. None meets the receipts that another one's `acme` has left."""
    processes.running(item)
    Prunes.__init__(OF_THIS_PROCESS)
    try:
        return (yield)
    finally:
        processes.ended()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """What a unit has started ends with it."""
    ended = yield
    if is_parallel(item.config):
        dealing.end_what_was_shared(item, nextitem)
    return ended


def pytest_collection_finish() -> None:
    """What was imported and collected stays for the whole run; to look through it again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`make test-fast` imports nothing of what it leaves out. (What is named is collected all the same.)"""
    return processes.leaves_out(str(config.getoption("-m")), collection_path.name) or None


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Soaks, and the deploy test, run only when they are asked for by name: `-m soak`."""
    processes.mark(items)
    if is_parallel(config):
        items.sort(key=lambda item: dealing.turn_of(item.nodeid))
    unasked = [name for name in ("soak", "deploy") if name not in str(config.getoption("-m"))]
    left_out = {item for item in items if any(mark.name in unasked for mark in item.iter_markers())}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
