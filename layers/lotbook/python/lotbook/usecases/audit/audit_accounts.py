"""The scheduled audit: every account once a day, a bounded number a run. What it leaves is due first in the next run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.values.instants import DAY, SECOND
from lotbook.usecases.alarms import alarm
from lotbook.usecases.audit.audit_account import Auditing, audit_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.ports.shop import DueIndex

DUE_KIND = "audit"
MAX_ACCOUNTS_A_RUN = 2_000
MIN_TIME_LEFT = 60 * SECOND  # what one long account may take


class LedgerDiffers(Exception):
    """Books and ledger do not agree: the schedule's alarm must ring. Nothing is corrected by itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a run did. `more`: it stopped before the index was empty."""

    accounts: int
    entries: int
    more: bool


def audit_accounts(
    *,
    due: DueIndex,
    auditing: Auditing,
    units_of: Callable[[str], Iterable[str]],
    time_left: Callable[[], int],
) -> Checked:
    """Audit the accounts that are due. `time_left` answers milliseconds, `units_of` the units that an account may have.

    Each is postponed before it is looked at, so one that cannot be read never stands in the way of the others. Raises
    LedgerDiffers after all others were done, and Unavailable.
    """
    accounts = entries = 0
    differing = []
    now = auditing.clock.now()
    for item in due.due(DUE_KIND, now, MAX_ACCOUNTS_A_RUN + 1):
        if accounts == MAX_ACCOUNTS_A_RUN or time_left() < MIN_TIME_LEFT:
            break
        auditing.audits.postpone(item.account_id, now + DAY)
        audited = audit_account(item.account_id, units_of(item.account_id), auditing=auditing)
        accounts, entries = accounts + 1, entries + audited.entries
        if audited.first is not None:
            unit, first = audited.first
            alarm(
                "ledger_differs",
                account_id=item.account_id,
                unit=unit,
                kind=first.kind,
                subject=first.subject,
                expected=str(first.expected),
                found=str(first.found),
            )
            differing.append(item.account_id)
    else:
        _raise_if_any(differing)
        return Checked(accounts, entries, more=False)
    _raise_if_any(differing)
    return Checked(accounts, entries, more=True)


def _raise_if_any(differing: list[str]) -> None:
    if differing:
        raise LedgerDiffers(f"{len(differing)} accounts, the first {differing[0]}")
