"""The statement as a person reads it: entries with the lots that they touched, and the balance of another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import list_entries, pages
from lotbook.usecases.portal.reading import read_once

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry, EntryKind
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.requests import Balance, LotView
    from lotbook.usecases.credits.desk import CreditDesk

ROWS_A_PAGE = 40
MAX_PAGES = 5  # of a hundred entries that one page of a filtered statement looks at
MAX_PAST_PAGES = 20  # and that a day in the past is looked for in


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """Which entries to show; `since` and `before` are half-open, None matches all."""

    kinds: frozenset[EntryKind] | None = None
    since: int | None = None
    before: int | None = None

    def matches(self, entry: Entry) -> bool:
        """Whether to show the entry."""
        return (
            (self.kinds is None or entry.kind in self.kinds)
            and (self.since is None or entry.at >= self.since)
            and (self.before is None or entry.at < self.before)
        )

    def is_past(self, entries: Sequence[Entry]) -> bool:
        """Whether what comes after these, newest first, is older than all that is wanted."""
        return self.since is not None and bool(entries) and entries[-1].at < self.since


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Entries, newest first, and the lots that they name, as they were made."""

    entries: tuple[Entry, ...]
    lots: Mapping[str, Lot]
    next_cursor: str | None


def read_page(
    account_id: str, unit: str, wanted: WantedEntries, cursor: str | None, *, desk: CreditDesk
) -> StatementPage:
    """A page of entries; of a filtered statement what matches in the next five hundred. Raises as `list_entries`."""
    found: list[Entry] = []
    if wanted == WantedEntries():
        plain = list_entries(account_id, unit, ROWS_A_PAGE, cursor, desk=desk)
        return StatementPage(plain.entries, lots_of(account_id, unit, plain.entries, desk=desk), plain.next_cursor)
    for page in pages(account_id, unit, cursor, MAX_PAGES, desk=desk):
        found += (entry for entry in page.entries if wanted.matches(entry))
        cursor = page.next_cursor
        if cursor is None or wanted.is_past(page.entries):
            cursor = None
            break
    return StatementPage(tuple(found), lots_of(account_id, unit, found, desk=desk), cursor)


def lots_of(account_id: str, unit: str, entries: Sequence[Entry], *, desk: CreditDesk) -> Mapping[str, Lot]:
    """The lots that these entries name."""
    lot_ids = {draw.lot_id for entry in entries for draw in (*entry.draws, *entry.back)}
    return desk.books.lots(account_id, unit, lot_ids) if lot_ids else {}


@dataclass(frozen=True, slots=True)
class AsOf:
    """The balance at an instant. `available` None: it lies further back than is looked. `ends`: of what is there now, what will have
    expired by then, the soonest first; None for a day that is over."""

    at: int
    available: int | None
    ends: tuple[LotView, ...] | None
    balance: Balance


def read_as_of(account_id: str, unit: str, at: int, *, desk: CreditDesk) -> AsOf:
    """What could be, or will be, spent at `at`: in the past by the entries, in the future if nothing is used, bought or granted."""
    once = read_once(desk)
    balance = read_balance(account_id, unit, desk=once)
    if at >= balance.as_of:
        return _later(balance, at)
    for page in pages(account_id, unit, None, MAX_PAST_PAGES, desk=once):
        for entry in page.entries:
            if entry.at < at:
                return AsOf(at, entry.available_after, None, balance)
        if page.next_cursor is None:
            return AsOf(at, 0, None, balance)
    return AsOf(at, None, None, balance)


def _later(balance: Balance, at: int) -> AsOf:
    open_lots = [lot for lot in balance.lots if lot.state != "frozen"]
    gone = [lot for lot in open_lots if lot.expires_at is not None and lot.expires_at <= at and lot.remaining]
    begun = sum(lot.remaining for lot in open_lots if balance.as_of < lot.effective_at <= at)
    over = sum(lot.remaining for lot in gone if lot.effective_at <= at)
    ends = tuple(sorted(gone, key=lambda lot: (lot.expires_at or 0, lot.lot_id)))
    return AsOf(at, balance.available + begun - over, ends, balance)
