"""Try many things, each by itself: whatever one raises, the others get their turn, and nothing is swallowed.

What a work raised is kept, of any kind: a named outcome, a defect, an error of a library. So one account that raises
stops no schedule (S4). Whoever tries says at the end what failed: `raise_failures`, or in its answer.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")

MAX_RAISED = 20  # failures of one run that are raised with their tracebacks; all are counted
MAX_NAMED = 5  # of them in the text


@dataclass(frozen=True, slots=True)
class Attempted(Generic[Answer]):
    """What one work answered, or the error that it raised."""

    answer: Answer | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class FailedWork:
    """One thing that could not be done, and whose it is. `account_id` None: it belongs to no account."""

    what: str
    account_id: str | None
    name: str
    error: Exception
    times: int = 1  # in a row, this one included
    rings: bool = True  # False: it rang before, and people know

    def __str__(self) -> str:
        named = f"{self.what} {self.name}" if self.name else self.what
        return named if self.account_id is None else f"{named} of account {self.account_id}"


def attempt(work: Callable[[], Answer]) -> Attempted[Answer]:
    """One work, in the caller's thread and a copy of its context. Raises only what stops the process."""
    block = _Keeping()
    with block:
        return Attempted(copy_context().run(work))
    return Attempted(error=block.error)


def attempt_all(works: Sequence[Callable[[], Answer]], workers: int) -> list[Attempted[Answer]]:
    """The works side by side, each in the caller's context (in whose name: the local run's permissions ask for that).

    A thread is started only for what has another one beside it. Raises only what stops the process.
    """
    beside = min(workers, len(works))
    if beside <= 1:
        return [attempt(work) for work in works]
    with ThreadPoolExecutor(beside) as pool:
        futures = [pool.submit(copy_context().run, attempt, work) for work in works]
    return [future.result() for future in futures]


class _Keeping:
    """A block whose error is kept. What stops the process (an exit, an interrupt) is nobody's failure: it is passed on."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, Exception):
            self.error = error
        return self.error is not None


def raise_failures(failures: Sequence[FailedWork], done: str) -> None:
    """Raise an ExceptionGroup that names what failed, if anything rings: the schedule's alarm must hear it.

    `done`: what the run did all the same. Every error carries a note that says whose it is.
    """
    ringing = [failure for failure in failures if failure.rings]
    if not ringing:
        return
    for failure in ringing:
        failure.error.add_note(str(failure))
    names = "; ".join(str(failure) for failure in ringing[:MAX_NAMED])
    more = f" and {len(ringing) - MAX_NAMED} more" if len(ringing) > MAX_NAMED else ""
    raise ExceptionGroup(
        f"{len(ringing)} could not be done: {names}{more} ({done})", [each.error for each in ringing[:MAX_RAISED]]
    )
