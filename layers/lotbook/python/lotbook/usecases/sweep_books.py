"""The scheduled expiry: journal what ended, renew what is due. Nothing depends on it; it keeps the statements timely.

A run does bounded work. What it leaves is still in the index and comes first in the next run. A book that cannot be
settled stays there too, is tried again by every run, and never keeps the others from their turn.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lotbook.domain import instants
from lotbook.usecases.settle_book import settle_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lotbook.ports import BookStore, Clock, DueIndex, DueItem

MAX_BOOKS_A_RUN = 1_000
MAX_FAILURES_A_RUN = 200  # past this it is not some poisoned book but the store: stop, the alarm rings anyway
BATCH = 20  # books that are settled side by side before the run looks at its time again
WORKERS = 4
MIN_TIME_LEFT = 15 * instants.SECOND  # what a batch may take when every call in it is retried


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run did. `more`: it stopped before the index was empty; the next run goes on."""

    settled: int
    more: bool


def sweep_books(
    *,
    due: DueIndex,
    books: BookStore,
    clock: Clock,
    renew: Callable[[str], None],
    time_left: Callable[[], int],
) -> Swept:
    """Settle and renew the books that are due. `time_left` answers milliseconds.

    Raises an ExceptionGroup with one exception a book that failed, each naming the book, after all others were done:
    the schedule's alarm must ring, and nobody else must wait for it.
    """
    items = due.due("book", clock.now(), MAX_BOOKS_A_RUN + MAX_FAILURES_A_RUN)

    def settle(item: DueItem) -> None:
        settle_book(item.account_id, item.name, books=books, clock=clock)
        renew(item.account_id)

    settled, failures, more = 0, list[Exception](), False
    for batch in _batches(items):
        failed = _failures(settle, batch)
        settled += len(batch) - len(failed)
        failures += failed
        more = settled >= MAX_BOOKS_A_RUN or len(failures) >= MAX_FAILURES_A_RUN or time_left() < MIN_TIME_LEFT
        if more:
            break
    if failures:
        raise ExceptionGroup(f"{len(failures)} books could not be settled ({settled} were)", failures)
    return Swept(settled, more)


def _batches(items: Iterable[DueItem]) -> Iterator[list[DueItem]]:
    source = iter(items)
    while batch := list(islice(source, BATCH)):
        yield batch


def _failures(settle: Callable[[DueItem], None], batch: list[DueItem]) -> list[Exception]:
    """Settle a batch side by side. A future keeps whatever its book raised: nothing is swallowed, nobody is stopped."""
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = {pool.submit(settle, item): item for item in batch}
        wait(futures)
    failures = list[Exception]()
    for future, item in futures.items():
        error = future.exception()
        if isinstance(error, Exception):
            error.add_note(f"book {item.name} of account {item.account_id}, due {instants.to_text(item.due_at)}")
            failures.append(error)
    return failures
