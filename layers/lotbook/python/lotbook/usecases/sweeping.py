"""What every sweep has in common: bounded, resumable, fair, and stopped by nobody's failure.

An item is postponed before it is finished, so one that fails, or kills the run, is behind all others the next time. What
fails again waits longer each time, and rings the first time and once a day after that. Kinds of work take turns, a batch
each: a backlog of one leaves the others their share of the run. What a run leaves comes first in the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import DAY, HOUR, MINUTE, SECOND
from lotbook.ports.shop import Clock, DueItem
from lotbook.ports.sweeps import Stumble, SweepMemory
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import Attempted, FailedWork, attempt, attempt_all

WORKERS = 4
MAX_ITEMS_A_RUN = 1_000  # of one kind
BATCH = 20  # items of one kind before the next kind has its turn and the run looks at its time
MIN_TIME_LEFT = 15 * SECOND  # what a batch may take when every call in it is retried

FIRST_PAUSE = 5 * MINUTE  # longer than a run takes: nobody else is at an item that is being finished
LONGEST_PAUSE = DAY
LONGEST_PAUSE_UNANSWERED = HOUR  # where only the other side did not answer: it will
RINGS_AGAIN = DAY
FORGOTTEN_AFTER = 2 * DAY  # past its next try: somebody else has done it meanwhile
MAX_FORGOTTEN_A_RUN = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of one kind: items a run, items a turn, side by side, and the milliseconds that a turn needs."""

    items: int = MAX_ITEMS_A_RUN
    batch: int = BATCH
    workers: int = WORKERS
    time_left: int = MIN_TIME_LEFT


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of due work. `postpone` answers the item due at an instant; None: it is not due any more, or somebody's."""

    kind: str
    items: Iterable[DueItem]
    settle: Callable[[DueItem], None]
    postpone: Callable[[DueItem, int], DueItem | None]
    bounds: Bounds = field(default=Bounds())


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run did of one kind. `more`: it stopped before the kind's work was done; the next run goes on.

    `behind`: milliseconds since the longest overdue item that it left was due, or a little more; 0 where it left none.
    """

    finished: int
    more: bool
    failures: tuple[FailedWork, ...] = ()
    behind: int = 0


def pause_after(times: int, longest: int = LONGEST_PAUSE) -> int:
    """Milliseconds until something that failed `times` in a row is tried again: twice as long each time, up to `longest`."""
    doublings = min(times - 1, longest.bit_length())
    return min(FIRST_PAUSE << doublings, longest)


def sweep(
    works: Iterable[Work], *, memory: SweepMemory, clock: Clock, time_left: Callable[[], int]
) -> dict[str, Swept]:
    """Work off the kinds by turns, a batch each, until all are done or the time is over; what was done, by kind.

    `time_left` answers milliseconds. Never raises for an item or a kind: `raise_failures` is for the caller, when
    everything else was done.
    """
    sweeps = [_Sweep(work, memory, clock) for work in works]
    under_way = list(sweeps)
    while under_way:
        for each in tuple(under_way):
            if time_left() < each.work.bounds.time_left or not each.take_turn():
                under_way.remove(each)
    return {each.work.kind: each.done() for each in sweeps}


@dataclass(slots=True, eq=False)
class _Sweep:
    """The work of one kind under way."""

    work: Work
    memory: SweepMemory
    clock: Clock
    source: Iterator[DueItem] | None = None
    known: Mapping[str, Stumble] = field(default_factory=dict)
    claimed: dict[str, DueItem] = field(default_factory=dict)
    taken: int = 0
    last_due_at: int | None = None  # of what was taken: the longest overdue comes first, so what is left is no later
    finished: int = 0
    is_at_its_end: bool = False
    failures: list[FailedWork] = field(default_factory=list)

    def take_turn(self) -> bool:
        """One batch; False where there is no more to do in this run."""
        looked = attempt(self._next)
        if looked.error is not None:  # the list itself cannot be read: nothing of this kind can be done now
            self.failures.append(FailedWork(f"list of what is due: {self.work.kind}", None, "", looked.error))
            return False
        batch = looked.answer or []
        self.taken += len(batch)
        self.last_due_at = batch[-1].due_at if batch else self.last_due_at
        tried = attempt_all([partial(self._settle, item) for item in batch], self.work.bounds.workers)
        for item, each in zip(batch, tried, strict=True):
            self._count(item, each)
        self.is_at_its_end = len(batch) < self.work.bounds.batch and self.taken < self.work.bounds.items
        return len(batch) == self.work.bounds.batch and self.taken < self.work.bounds.items

    def done(self) -> Swept:
        return Swept(self.finished, not self.is_at_its_end, tuple(self.failures), self._behind())

    def _behind(self) -> int:
        if self.is_at_its_end:
            return 0
        if self.last_due_at is None:
            looked = attempt(lambda: next(iter(self.work.items), None))
            self.last_due_at = looked.answer.due_at if looked.answer else None
        return 0 if self.last_due_at is None else max(0, self.clock.now() - self.last_due_at)

    def _next(self) -> list[DueItem]:
        if self.source is None:
            self.known = self._remembered()
            self.source = iter(self.work.items)
        return list(islice(self.source, min(self.work.bounds.batch, self.work.bounds.items - self.taken)))

    def _remembered(self) -> Mapping[str, Stumble]:
        known, long_ago = self.memory.stumbles(self.work.kind), self.clock.now() - FORGOTTEN_AFTER
        over = [name for name, stumble in known.items() if stumble.until < long_ago][:MAX_FORGOTTEN_A_RUN]
        for name in over:
            self.memory.forget(self.work.kind, name)
        return {name: stumble for name, stumble in known.items() if name not in over}

    def _settle(self, item: DueItem) -> bool:
        """Postpone, then settle; False where there is nothing to settle now."""
        known, now = self.known.get(item.subject), self.clock.now()
        waits = known is not None and known.until > now  # somebody moved it forward: it waits all the same
        claimed = self.work.postpone(item, known.until if known and waits else now + FIRST_PAUSE)
        if claimed is None or waits:
            return False
        self.claimed[item.subject] = claimed
        self.work.settle(item)
        if known is not None:
            self.memory.forget(self.work.kind, item.subject)
        return True

    def _count(self, item: DueItem, tried: Attempted[bool]) -> None:
        if tried.error is None:
            self.finished += bool(tried.answer)
            return
        failure = self._failure(item, tried.error)
        self.failures.append(failure)
        if failure.rings:
            error = type(tried.error).__name__
            alarm("work_failed", what=self.work.kind, account_id=item.account_id, name=item.name, error=error)
        moved = attempt(partial(self._move_back, item, failure))
        if moved.error is not None:
            self.failures.append(replace(failure, what=f"moving back of {self.work.kind}", error=moved.error))

    def _failure(self, item: DueItem, error: Exception) -> FailedWork:
        known = self.known.get(item.subject)
        times = known.times + 1 if known else 1
        rings = known is None or self.clock.now() - known.rang_at >= RINGS_AGAIN
        return FailedWork(self.work.kind, item.account_id or None, item.name, error, times, rings)

    def _move_back(self, item: DueItem, failure: FailedWork) -> None:
        """Behind the others for the pause that its failures have earned; the claim has moved it by the first one."""
        now, known = self.clock.now(), self.known.get(item.subject)
        longest = LONGEST_PAUSE_UNANSWERED if isinstance(failure.error, Unavailable) else LONGEST_PAUSE
        until = now + pause_after(failure.times, longest)
        rang_at = now if failure.rings or known is None else known.rang_at
        self.memory.keep(self.work.kind, item.subject, Stumble(failure.times, rang_at, until))
        if failure.times > 1:
            self.work.postpone(self.claimed.get(item.subject, item), until)
