"""Deliver what the table's stream brought: file the statement, then announce. One account's trouble is nobody else's.

Changes of one account and unit are taken together and in their order; groups are independent. A group that fails is
reported by its records, so that the stream brings them again; everybody else's are done.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.accounts.canary import is_counted
from lotbook.domain.news.announcements import AccountWritten, AutoNoted, Change, EntryWritten, PurchaseWritten
from lotbook.usecases.accounts.note_uses import note_uses
from lotbook.usecases.attempts import attempt_all
from lotbook.usecases.credits.file_statement import file_statement
from lotbook.usecases.news.announce import (
    Outlets,
    announce_account,
    announce_auto_event,
    announce_entries,
    announce_purchase,
)
from lotbook.usecases.news.ask_automatic import ask_for_account, ask_for_row
from lotbook.usecases.news.plan_ends import note_plan_end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from lotbook.ports.news import StatementStore

    Record = TypeVar("Record")

WORKERS = 4


def read_changes(
    records: Mapping[str, Record], read: Callable[[Record], Change | None]
) -> tuple[dict[str, Change], dict[str, Exception]]:
    """Changes by record, and the records that cannot be read, each with why, whatever reading it raises (S4)."""
    tried = attempt_all([partial(read, record) for record in records.values()], 1)
    found = dict(zip(records, tried, strict=True))
    changes = {number: each.answer for number, each in found.items() if each.answer is not None}
    return changes, {number: each.error for number, each in found.items() if each.error is not None}


def deliver_changes(
    changes: Mapping[str, Change], *, statement: StatementStore, outlets: Outlets
) -> dict[str, Exception]:
    """`changes` by record, in the stream's order. Answers the records that failed, each with why; none when all is done."""
    groups: dict[tuple[str, str], list[str]] = {}
    for record, change in changes.items():
        groups.setdefault(_group(change), []).append(record)
    works = [
        partial(_deliver, group, [changes[record] for record in records], statement, outlets)
        for group, records in groups.items()
    ]
    failed = dict[str, Exception]()
    for records, tried in zip(groups.values(), attempt_all(works, WORKERS), strict=True):
        if tried.error is not None:
            failed |= dict.fromkeys(records, tried.error)
    return {record: failed[record] for record in changes if record in failed}


def _group(change: Change) -> tuple[str, str]:
    match change:
        case EntryWritten(account_id, entry):
            return account_id, entry.unit
        case PurchaseWritten(_, purchase):
            return purchase.account_id, ""
        case AccountWritten(_, account):
            return account.account_id, ""
        case AutoNoted(event):
            return event.account_id, ""


def _deliver(group: tuple[str, str], changes: Sequence[Change], statement: StatementStore, outlets: Outlets) -> None:
    account_id, unit = group
    entries = [change.entry for change in changes if isinstance(change, EntryWritten)]
    if entries:
        file_statement(account_id, unit, entries, statement=statement)
    if not is_counted(account_id):  # the deployment's own account: its statement is there, and nobody is told
        return
    if entries:
        announce_entries(account_id, unit, entries, outlets=outlets)
        if any(entry.kind == "granted" for entry in entries):
            note_uses(account_id, (unit,), accounts=outlets.accounts, policies=outlets.policies)
    for change in changes:
        match change:
            case PurchaseWritten(before, after):
                ask_for_row(before, after, queue=outlets.queue)
                announce_purchase(before, after, outlets=outlets)
            case AccountWritten(was, account):
                ask_for_account(was, account, queue=outlets.queue)
                announce_account(was, account, outlets=outlets)
                note_plan_end(was, account, outlets=outlets)
            case AutoNoted(event):
                announce_auto_event(event, outlets=outlets)
