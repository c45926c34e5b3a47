"""Do one thing for many owners in few calls; whatever goes wrong with one of them is nobody else's trouble.

A batch that fails as a whole is done again, one owner after the other: so the call that says no to one says it to that one.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.usecases.attempts import attempt, attempt_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Owner = TypeVar("Owner", bound=Hashable)
Part = TypeVar("Part")
Answer = TypeVar("Answer")

MAX_SILENT = (
    3  # tries in a row that nobody answered, the batch's own included: then nobody is there for the others either
)
RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Batched(Generic[Owner, Answer]):
    """What was answered, by owner, and whoever failed, each with why. An owner is in one of the two."""

    answers: Mapping[Owner, Answer]
    failed: Mapping[Owner, Exception]


def cut(parts: Iterable[tuple[Owner, Part]], most: int) -> list[list[tuple[Owner, Part]]]:
    """The parts in their order, at most `most` in a batch."""
    found = list(parts)
    return [found[start : start + most] for start in range(0, len(found), most)]


def in_batches(
    batches: Sequence[Sequence[tuple[Owner, Part]]],
    do: Callable[[Sequence[tuple[Owner, Part]]], Mapping[Owner, Answer]],
    workers: int = 1,
) -> Batched[Owner, Answer]:
    """`do` answers by owner what it did; whoever is in the batch and not in its answer comes again later (Unavailable).

    An owner with parts in several batches fails with any of them. Raises nothing of one owner's.
    """
    answers: dict[Owner, Answer] = {}
    failed: dict[Owner, Exception] = {}
    work = _Work(do)
    for done in _all([partial(work, batch) for batch in batches if batch], workers):
        answers |= done.answers
        failed |= done.failed
    return Batched({owner: answer for owner, answer in answers.items() if owner not in failed}, failed)


def _all(works: Sequence[Callable[[], Batched[Owner, Answer]]], workers: int) -> Iterator[Batched[Owner, Answer]]:
    if len(works) <= 1 or workers == 1:
        yield from (work() for work in works)
        return
    for tried in attempt_all(works, workers):
        if tried.error is not None:
            raise tried.error  # a defect in here: `_Work` hears what `do` raises
        if tried.answer is not None:
            yield tried.answer


@dataclass(slots=True)
class _Work(Generic[Owner, Part, Answer]):
    """One kind of work. Once nobody has answered for long enough, batches that have not begun are not asked for."""

    do: Callable[[Sequence[tuple[Owner, Part]]], Mapping[Owner, Answer]]
    outage: Exception | None = field(default=None)
    # Owners with a batch each for whom nobody answered, since somebody last did.
    silent: set[Owner] = field(default_factory=set)

    def __call__(self, batch: Sequence[tuple[Owner, Part]]) -> Batched[Owner, Answer]:
        if self.outage is not None:
            return Batched({}, dict.fromkeys((owner for owner, _ in batch), self.outage))
        tried = attempt(partial(self.do, batch))
        if tried.error is not None:
            return self._apart(batch, tried.error)
        self.silent.clear()
        return self._complete(batch, tried.answer or {})

    def _apart(self, batch: Sequence[tuple[Owner, Part]], why: Exception) -> Batched[Owner, Answer]:
        shares: dict[Owner, list[tuple[Owner, Part]]] = {}
        for owner, part in batch:
            shares.setdefault(owner, []).append((owner, part))
        if len(shares) == 1:
            self._hear(shares, why)
            return Batched({}, dict.fromkeys(shares, why))
        answers: dict[Owner, Answer] = {}
        failed: dict[Owner, Exception] = {}
        silent = int(isinstance(why, Unavailable))
        for owner, share in shares.items():
            if silent >= MAX_SILENT:
                self.outage = why
                failed[owner] = why
                continue
            tried = attempt(partial(self.do, share))
            done = Batched({}, {owner: tried.error}) if tried.error else self._complete(share, tried.answer or {})
            answers |= done.answers
            failed |= done.failed
            silent = silent + 1 if isinstance(tried.error, Unavailable) else 0
        return Batched(answers, failed)

    def _hear(self, alone: Iterable[Owner], why: Exception) -> None:
        """One owner's calls, however many, are no outage."""
        if not isinstance(why, Unavailable):
            self.silent.clear()
            return
        self.silent.update(alone)
        if len(self.silent) >= MAX_SILENT:
            self.outage = why

    @staticmethod
    def _complete(batch: Sequence[tuple[Owner, Part]], answers: Mapping[Owner, Answer]) -> Batched[Owner, Answer]:
        left = [owner for owner, _ in batch if owner not in answers]
        return Batched(answers, {owner: Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS) for owner in left})
