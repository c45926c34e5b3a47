"""The processes that race."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests import patience

MOST_PROCESSES = 4


def _is_up() -> None:
    """Something to do for a process that has started."""


@pytest.fixture(scope="session")
def racers() -> Iterator[ProcessPoolExecutor]:
    """Processes for all races: to start one takes more than its race does. They wait for each other, so callers meet from the first call on."""
    context = multiprocessing.get_context("spawn")
    all_up = context.Barrier(MOST_PROCESSES)
    with ProcessPoolExecutor(
        MOST_PROCESSES, mp_context=context, initializer=all_up.wait, initargs=(patience.SECONDS,)
    ) as pool:
        for started in [pool.submit(_is_up) for _ in range(MOST_PROCESSES)]:
            started.result()
        yield pool
