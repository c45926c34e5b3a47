"""One round over all accounts: each account's months, then what all of them come to, then the months that are over are closed.

A round is a place in the directory, kept after every page; a run goes on where the last one stopped, and begins the next round
when one is done. A month is closed when a round that began after its end has met every account, and none failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.reports.lines import Sums, add_up, month_of_bytes, packed
from lotbook.domain.reports.months import after, is_over, month_of, months
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import asdict, dataclass, replace
from lotbook.ports.reports import KeptSums
from lotbook.usecases.attempts import Attempted, FailedWork, attempt_all
from lotbook.usecases.reports.fold_account import Folded, ReportDesk, fold_account

if TYPE_CHECKING:
    from lotbook.ports.directory import AccountDirectory

ACCOUNTS_A_PAGE = 40
WORKERS = 8
MAX_PAGES = 100_000  # of a run
SUMMED_A_PAGE = 100
MIN_TIME_LEFT = 20 * SECOND  # what a page may take when every call in it is retried


@dataclass(frozen=True, slots=True)
class Round:
    """`began_at`: what it calls now. `place`: the last account that it has met; `met_all`: it has met every one.

    `first`: the earliest month of any sale; `next_month`: the one that is to be closed next. `missed`: accounts that failed, or were
    not read to their end. `summing`, `sums` and `summed_to`: the month that is being summed, and how far.
    """

    began_at: int
    place: str | None = None
    met_all: bool = False
    first: str | None = None
    next_month: str | None = None
    missed: int = 0
    summing: str | None = None
    sums: dict[str, Sums] | None = None
    summed_to: str | None = None


@dataclass(frozen=True, slots=True)
class Rounded:
    """What a run did. `more`: the round goes on."""

    accounts: int
    entries: int
    missed: int
    closed: tuple[str, ...]
    more: bool
    behind: int
    failures: tuple[FailedWork, ...]


def fold_accounts(
    *, desk: ReportDesk, directory: AccountDirectory, time_left: Callable[[], int], least: int = MIN_TIME_LEFT
) -> Rounded:
    """Go on with the round, or begin one. Never raises for an account; raises Unavailable for the list of them."""

    def has_time() -> bool:
        return time_left() >= least

    run = _Run(_present(desk), desk, directory, has_time)
    finished = run.accounts_done() and run.sums_done()
    missed = run.round.missed
    behind = 0 if finished else max(0, desk.clock.now() - run.round.began_at)
    if finished:
        run.keep(Round(0, first=run.round.first, next_month=run.round.next_month))
    return Rounded(run.accounts, run.entries, missed, tuple(run.closed), not finished, behind, tuple(run.failures))


def _present(desk: ReportDesk) -> Round:
    content = desk.reports.place()
    kept = Round(**json.loads(content)) if content is not None else Round(0)
    return kept if kept.began_at else replace(kept, began_at=desk.clock.now())


class _Run:
    """One run of a round."""

    def __init__(
        self, present: Round, desk: ReportDesk, directory: AccountDirectory, has_time: Callable[[], bool]
    ) -> None:
        self.round, self._desk, self._directory, self._has_time = present, desk, directory, has_time
        self.accounts = self.entries = 0
        self.closed: list[str] = []
        self.failures: list[FailedWork] = []

    def keep(self, changed: Round) -> None:
        self.round = changed
        self._desk.reports.keep_place(json.dumps(asdict(changed), sort_keys=True).encode())

    def accounts_done(self) -> bool:
        """Meet the accounts that are left, a page side by side; False where the time is over."""
        for _ in range(MAX_PAGES):
            if self.round.met_all:
                return True
            if not self._has_time():
                return False
            found = self._directory.page(ACCOUNTS_A_PAGE, self.round.place)
            names = [each.account_id for each in found]
            works = [
                partial(fold_account, name, self.round.began_at, desk=self._desk, has_time=self._has_time)
                for name in names
            ]
            tried = attempt_all(works, WORKERS)
            self.accounts += len(found)
            if self._was_stopped(tried):
                return False
            met = self.round
            for name, each in zip(names, tried, strict=True):
                if each.error is not None:
                    self.failures.append(FailedWork("reports", name, "", each.error))
                met = _met(met, each.answer)
                self.entries += each.answer.entries if each.answer else 0
            place = found[-1].place if found else met.place
            self.keep(replace(met, place=place, met_all=len(found) < ACCOUNTS_A_PAGE))
        return False

    def _was_stopped(self, tried: list[Attempted[Folded]]) -> bool:
        """Whether the time was over before an account's end: then the page comes again, and goes on with what was read."""
        return not self._has_time() and any(each.answer and not each.answer.finished for each in tried)

    def sums_done(self) -> bool:
        """Sum up each open month, the earliest first, and close those that are over."""
        first = self.round.next_month or self.round.first
        for month in months(first, month_of(self.round.began_at)) if first else ():
            if self.round.summing is not None and month < self.round.summing:
                continue
            if not self._summed(month):
                return False
            is_closed = is_over(month, self.round.began_at) and not self.round.missed
            sums = KeptSums(packed(self.round.sums or {}), is_closed, self.round.began_at)
            self._desk.reports.keep_sums(month, sums)
            done = replace(self.round, summing=after(month), sums={}, summed_to="")
            self.keep(replace(done, next_month=after(month)) if is_closed else done)
            if is_closed:
                self.closed.append(month)
        return True

    def _summed(self, month: str) -> bool:
        if self.round.summing != month:
            self.round = replace(self.round, summing=month, sums={}, summed_to="")
        for _ in range(MAX_PAGES):
            if self.round.summed_to is None:
                return True
            if not self._has_time():
                self.keep(self.round)
                return False
            found, last = self._desk.reports.months(month, self.round.summed_to or None, SUMMED_A_PAGE)
            sums = self.round.sums or {}
            for each in found:
                sums = add_up(sums, month_of_bytes(each.content), month)
            self.round = replace(self.round, sums=sums, summed_to=last)
        return False


def _met(present: Round, folded: Folded | None) -> Round:
    """The round with one more account."""
    if folded is None or not folded.finished:
        return replace(present, missed=present.missed + 1)
    earliest = min((each for each in (present.first, folded.first) if each is not None), default=None)
    return replace(present, first=earliest)
