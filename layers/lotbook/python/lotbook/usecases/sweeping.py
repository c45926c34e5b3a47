"""What every sweep of the due index has in common: bounded, resumable, and not stopped by one item that fails.

What a run leaves is still in the index and comes first in the next run. An item that cannot be settled stays there too, is
tried again by every run, and never keeps the others from their turn.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lotbook.domain.values import instants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lotbook.ports.shop import DueItem

WORKERS = 4


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run did. `more`: it stopped before the index was empty; the next run goes on."""

    settled: int
    more: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one run does: items settled, items that failed, items side by side, and the milliseconds a batch needs."""

    settled: int
    failures: int
    batch: int
    time_left: int


def sweep(
    what: str,
    items: Iterable[DueItem],
    settle: Callable[[DueItem], None],
    bounds: Bounds,
    time_left: Callable[[], int],
) -> Swept:
    """Settle the items, some side by side. `time_left` answers milliseconds; `what` names an item in a failure's note.

    Raises an ExceptionGroup with one exception an item that failed, after all others were done: the schedule's alarm must
    ring, and nobody else must wait for it.
    """
    settled, failures, more = 0, list[Exception](), False
    for batch in _batches(items, bounds.batch):
        failed = _failures(what, settle, batch)
        settled += len(batch) - len(failed)
        failures += failed
        more = settled >= bounds.settled or len(failures) >= bounds.failures or time_left() < bounds.time_left
        if more:
            break
    if failures:
        raise ExceptionGroup(f"{len(failures)} {what}s could not be settled ({settled} were)", failures)
    return Swept(settled, more)


def _batches(items: Iterable[DueItem], size: int) -> Iterator[list[DueItem]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _failures(what: str, settle: Callable[[DueItem], None], batch: list[DueItem]) -> list[Exception]:
    """Settle a batch side by side, each in its caller's context (in whose name: the local run's permissions ask for that).

    A future keeps whatever its item raised: nothing is swallowed, nobody is stopped.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = {pool.submit(copy_context().run, settle, item): item for item in batch}
        wait(futures)
    failures = list[Exception]()
    for future, item in futures.items():
        error = future.exception()
        if isinstance(error, Exception):
            error.add_note(f"{what} {item.name} of account {item.account_id}, due {instants.to_text(item.due_at)}")
            failures.append(error)
    return failures
