"""Deliver what the table's stream brought: file the statement, then announce. One account's trouble is nobody else's.

Changes of one account and unit are taken together and in their order; groups are independent. The entries of all groups go the same
way in few calls (`deliver_entries`). A group that fails is reported by its records, so that the stream brings them again;
everybody else's are done.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.accounts.canary import is_counted
from lotbook.domain.news.announcements import AccountWritten, AutoNoted, Change, EntryWritten, PurchaseWritten
from lotbook.usecases.attempts import attempt_all
from lotbook.usecases.news.announce import WORKERS, Outlets, announce_account, announce_auto_event, announce_purchase
from lotbook.usecases.news.ask_automatic import ask_for_account, ask_for_row
from lotbook.usecases.news.deliver_entries import deliver_entries
from lotbook.usecases.news.plan_ends import note_plan_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeVar

    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.news import Owner, StatementStore

    Record = TypeVar("Record")

OF_NO_UNIT = ""  # in the place of a unit: no unit is called so


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
    groups: dict[Owner, list[str]] = {}
    for record, change in changes.items():
        groups.setdefault(_group(change), []).append(record)
    entries = {
        group: each for group, records in groups.items() if (each := _entries(changes[record] for record in records))
    }
    failed = deliver_entries(entries, statement=statement, outlets=outlets) if entries else {}
    works = {
        group: partial(_deliver, [changes[record] for record in records], outlets)
        for group, records in groups.items()
        if group not in entries and is_counted(group[0])
    }
    for group, tried in zip(works, attempt_all(list(works.values()), WORKERS), strict=True):
        if tried.error is not None:
            failed[group] = tried.error
    why = {record: failed[group] for group, records in groups.items() if group in failed for record in records}
    return {record: why[record] for record in changes if record in why}


def _group(change: Change) -> Owner:
    match change:
        case EntryWritten(account_id, entry):
            return account_id, entry.unit
        case PurchaseWritten(_, purchase):
            return purchase.account_id, OF_NO_UNIT
        case AccountWritten(_, account):
            return account.account_id, OF_NO_UNIT
        case AutoNoted(event):
            return event.account_id, OF_NO_UNIT


def _entries(changes: Iterable[Change]) -> list[Entry]:
    return [change.entry for change in changes if isinstance(change, EntryWritten)]


def _deliver(changes: Sequence[Change], outlets: Outlets) -> None:
    """What is written of one account beside its ledger, in its order."""
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
