"""The scheduled audit: every account once a day, a bounded number a run. What it leaves is due first in the next run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lotbook.domain.values.instants import DAY, SECOND
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import Failure
from lotbook.usecases.audit.audit_account import Audited, Auditing, audit_account
from lotbook.usecases.sweeping import Bounds, Swept, Work, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.ports.shop import DueIndex, DueItem
    from lotbook.ports.sweeps import SweepMemory

DUE_KIND = "audit"
MIN_TIME_LEFT = 60 * SECOND  # what one long account may take
BOUNDS = Bounds(2_000, batch=1, workers=1, time_left=MIN_TIME_LEFT)


class LedgerDiffers(Exception):
    """Books and ledger do not agree: the schedule's alarm must ring. Nothing is corrected by itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a run did. `unfinished`: accounts that were too long to be read to their end, so nobody knows of them."""

    accounts: int
    entries: int
    unfinished: tuple[str, ...]
    sweep: Swept


def audit_accounts(
    *,
    due: DueIndex,
    auditing: Auditing,
    units_of: Callable[[str], Iterable[str]],
    memory: SweepMemory,
    time_left: Callable[[], int],
) -> Checked:
    """Audit the accounts that are due. `time_left` answers milliseconds, `units_of` the units that an account may have.

    Each is postponed by a day before it is looked at. Raises nothing for an account that differs or cannot be read: both
    are among the sweep's failures, after all others were done.
    """
    round_ = _Round(auditing, units_of)
    work = Work(DUE_KIND, due.due(DUE_KIND, auditing.clock.now(), BOUNDS.items), round_.audit, round_.postpone, BOUNDS)
    swept = sweep([work], memory=memory, clock=auditing.clock, time_left=time_left)[DUE_KIND]
    failures = (*round_.differing, *swept.failures)
    done = Swept(swept.finished, swept.more, failures)
    return Checked(swept.finished, round_.entries, tuple(round_.unfinished), done)


@dataclass(slots=True)
class _Round:
    """One run under way."""

    auditing: Auditing
    units_of: Callable[[str], Iterable[str]]
    entries: int = 0
    unfinished: list[str] = field(default_factory=list)
    differing: list[Failure] = field(default_factory=list)

    def postpone(self, item: DueItem, until: int) -> DueItem:
        """By a day at least: once a day is what is promised, also of one that cannot be read."""
        self.auditing.audits.postpone(item.account_id, max(until, self.auditing.clock.now() + DAY))
        return item

    def audit(self, item: DueItem) -> None:
        audited = audit_account(item.account_id, self.units_of(item.account_id), auditing=self.auditing)
        self.entries += audited.entries
        if self.auditing.note_uses is not None:
            self.auditing.note_uses(item.account_id, audited.units)
        if not audited.finished:
            self.unfinished.append(item.account_id)
            alarm("audit_unfinished", account_id=item.account_id, entries=str(audited.entries))
        if audited.first is not None:
            self._tell(audited)

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
        self.differing.append(Failure("ledger", audited.account_id, unit, error))
