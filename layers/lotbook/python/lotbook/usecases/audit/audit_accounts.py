"""The scheduled audit: every account once a day, a bounded number a run. What it leaves is due first in the next run.

An account that is not finished is due again at once, behind all others: it gets on by a turn a run until it is.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from lotbook.domain.values.instants import DAY, SECOND
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.ports.shop import DueItem
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import FailedWork, attempt
from lotbook.usecases.audit.audit_account import Audited, Auditing
from lotbook.usecases.audit.audit_new import audit_new
from lotbook.usecases.sweeping import Bounds, Swept, Work, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.ports.shop import DueIndex
    from lotbook.ports.sweeps import SweepMemory

DUE_KIND = "audit"
MIN_TIME_LEFT = 60 * SECOND  # before more accounts are begun
TO_END_IN = 20 * SECOND  # before another page is read: what a piece takes to be replayed and kept
MAX_ACCOUNTS_A_RUN = 20_000  # more than a run has time for
BOUNDS = Bounds(MAX_ACCOUNTS_A_RUN, batch=20, workers=4, time_left=MIN_TIME_LEFT)


class LedgerDiffers(Exception):
    """Books and ledger do not agree: the schedule's alarm must ring. Nothing is corrected by itself."""


@dataclass(frozen=True, slots=True)
class AuditRun:
    """What a run did. `unfinished`: accounts that go on in the next run; until then nobody knows of them."""

    accounts: int
    entries: int
    unfinished: tuple[str, ...]
    sweep: Swept

    @property
    def more(self) -> bool:
        """Whether the next run has something to go on with."""
        return self.sweep.more or bool(self.unfinished)


def audit_accounts(
    *,
    due: DueIndex,
    auditing: Auditing,
    units_of: Callable[[str], Iterable[str]],
    memory: SweepMemory,
    time_left: Callable[[], int],
) -> AuditRun:
    """Audit the accounts that are due. `time_left` answers milliseconds, `units_of` the units that an account may have.

    Each is postponed by a day before it is looked at. Raises nothing for an account that differs or cannot be read: both
    are among the sweep's failures, after all others were done.
    """
    round_ = _Round(auditing, units_of, time_left)
    work = Work(DUE_KIND, due.due(DUE_KIND, auditing.clock.now(), BOUNDS.items), round_.audit, round_.postpone, BOUNDS)
    swept = sweep([work], memory=memory, clock=auditing.clock, time_left=time_left)[DUE_KIND]
    failures = (*round_.differing, *swept.failures)
    done = Swept(swept.finished, swept.more, failures)
    return AuditRun(swept.finished, round_.entries, tuple(round_.unfinished), done)


def audit_asked(
    account_id: str,
    asked: int,
    *,
    auditing: Auditing,
    units_of: Callable[[str], Iterable[str]],
    time_left: Callable[[], int],
) -> AuditRun:
    """Replay one account from its first entry on, because somebody asked at the instant `asked`; `more`: it goes on there.

    Raises nothing: what differs, or cannot be read, is among the failures.
    """
    round_ = _Round(auditing, units_of, time_left, asked)
    tried = attempt(partial(round_.audit, DueItem(account_id, "", asked)))
    failures = list(round_.differing)
    if tried.error is not None:
        failures.append(FailedWork(DUE_KIND, account_id, "", tried.error))
        alarm("work_failed", what=DUE_KIND, account_id=account_id, error=type(tried.error).__name__)
    done = Swept(int(tried.error is None), bool(round_.unfinished), tuple(failures))
    return AuditRun(done.finished, round_.entries, tuple(round_.unfinished), done)


@dataclass(slots=True)
class _Round:
    """One run under way."""

    auditing: Auditing
    units_of: Callable[[str], Iterable[str]]
    time_left: Callable[[], int]
    asked: int = 0
    counting: Lock = field(default_factory=Lock)
    entries: int = 0
    unfinished: list[str] = field(default_factory=list)
    differing: list[FailedWork] = field(default_factory=list)

    def postpone(self, item: DueItem, until: int) -> DueItem:
        """By a day at least: once a day is what is promised, also of one that cannot be read."""
        self.auditing.audits.postpone(item.account_id, max(until, self.auditing.clock.now() + DAY))
        return item

    def audit(self, item: DueItem) -> None:
        units = self.units_of(item.account_id)
        turn = audit_new(item.account_id, units, auditing=self.auditing, has_time=self._has_time, asked=self.asked)
        audited = turn.audited
        with self.counting:
            self.entries += audited.entries
        if self.auditing.note_uses is not None and (audited.entries or turn.is_first):
            self.auditing.note_uses(item.account_id, audited.units)
        if not audited.finished:
            self.unfinished.append(item.account_id)
            self.auditing.audits.postpone(item.account_id, self.auditing.clock.now())
        if turn.rings:
            alarm("audit_unfinished", account_id=item.account_id, entries=str(audited.entries))
        if audited.first is not None:
            self._tell(audited)

    def _has_time(self) -> bool:
        return self.time_left() >= TO_END_IN

    def _tell(self, audited: Audited) -> None:
        unit, first = audited.differences[0]
        alarm(
            "ledger_differs",
            account_id=audited.account_id,
            unit=unit,
            kind=first.kind,
            subject=first.subject,
            expected=str(first.expected),
            found=str(first.found),
        )
        error = LedgerDiffers(f"{first.kind} {first.subject}")
        self.differing.append(FailedWork("ledger", audited.account_id, unit, error))
