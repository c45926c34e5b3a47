"""Deliver what the table's stream brought: file the statement, then announce. One account's trouble is nobody else's.

Changes of one account and unit are taken together and in their order; groups are independent. A group that fails is
reported by its records, so that the stream brings them again; everybody else's are done.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING

from lotbook.domain.news.announcements import AccountWritten, Change, EntryWritten, PurchaseWritten
from lotbook.usecases.credits.file_statement import file_statement
from lotbook.usecases.news.announce import Outlets, announce_account, announce_entries, announce_purchase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.ports.news import StatementStore

WORKERS = 4


def deliver_changes(
    changes: Mapping[str, Change], *, statement: StatementStore, outlets: Outlets
) -> dict[str, BaseException]:
    """`changes` by record, in the stream's order. Answers the records that failed, each with why; none when all is done."""
    groups: dict[tuple[str, str], list[str]] = {}
    for record, change in changes.items():
        groups.setdefault(_group(change), []).append(record)
    with ThreadPoolExecutor(WORKERS) as pool:  # each group in its caller's context, as in a sweep
        running: dict[Future[None], list[str]] = {
            pool.submit(copy_context().run, _deliver, group, [changes[r] for r in records], statement, outlets): records
            for group, records in groups.items()
        }
        wait(running)
    failed = dict[str, BaseException]()
    for future, records in running.items():
        error = future.exception()  # a future keeps whatever its group raised: nothing is swallowed, nobody is stopped
        if error is not None:
            failed |= dict.fromkeys(records, error)
    return {record: failed[record] for record in changes if record in failed}


def _group(change: Change) -> tuple[str, str]:
    match change:
        case EntryWritten(account_id, entry):
            return account_id, entry.unit
        case PurchaseWritten(_, purchase):
            return purchase.account_id, ""
        case AccountWritten(_, account):
            return account.account_id, ""


def _deliver(group: tuple[str, str], changes: Sequence[Change], statement: StatementStore, outlets: Outlets) -> None:
    account_id, unit = group
    entries = [change.entry for change in changes if isinstance(change, EntryWritten)]
    if entries:
        file_statement(account_id, unit, entries, statement=statement)
        announce_entries(account_id, unit, entries, outlets=outlets)
    for change in changes:
        if isinstance(change, PurchaseWritten):
            announce_purchase(change.before, change.after, outlets=outlets)
        elif isinstance(change, AccountWritten):
            announce_account(change.before, change.after, outlets=outlets)
