"""Audit one account in one go: replay its ledger against its books, lots and purchases, and say what differs, the earliest first.

What people and tests ask for. The schedule asks `audit_new`, which goes on where it was and does the same by pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.audit.books import differences
from lotbook.domain.audit.purchases import purchase_differences
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.audit.chain import NAMES_AHEAD, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.domain.audit.differences import Disagreement
    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.audit import AuditStore
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.shop import Clock, PurchaseStore

MAX_LOOKS = 3  # what another look does not find any more was a change under way
MAX_ENTRIES = 500_000  # of one book; a longer one is left alone and said to be unfinished
MAX_PURCHASES = 100_000


@dataclass(frozen=True, slots=True)
class Auditing:
    """The ports of auditing. `statement` only says which entries to read together; what it says is not believed."""

    audits: AuditStore
    books: BookStore
    purchases: PurchaseStore
    clock: Clock
    statement: StatementStore | None = None
    note_uses: Callable[[str, Iterable[str]], None] | None = None  # what the account uses of its policy


@dataclass(frozen=True, slots=True)
class Audited:
    """What was looked at, and what differs. `finished` False: too long to be read to its end.

    `units`: those in which the account ever got credits.
    """

    account_id: str
    books: int
    entries: int
    purchases: int
    differences: tuple[tuple[str, Disagreement], ...]  # (unit, difference); "" where it is about a purchase
    finished: bool = True
    units: tuple[str, ...] = ()

    @property
    def first(self) -> tuple[str, Disagreement] | None:
        """The first difference."""
        return self.differences[0] if self.differences else None


def audit_account(account_id: str, units: Iterable[str], *, auditing: Auditing) -> Audited:
    """Look at all books of the account. A difference counts when it is there at every one of several looks.

    Raises Unavailable.
    """
    units = tuple(units)
    audited = _look(account_id, units, auditing)
    for _ in range(MAX_LOOKS - 1):
        if not audited.differences:
            break
        audited = _look(account_id, units, auditing)
    return audited


def _look(account_id: str, units: tuple[str, ...], auditing: Auditing) -> Audited:
    purchases = _purchases(account_id, auditing)  # first: what is completed here has its lots in what is read after it
    found: list[tuple[str, Disagreement]] = []
    lots: dict[tuple[str, str], Entry] = {}
    books = count = 0
    finished = True
    for unit in units:
        book = auditing.books.get(account_id, unit)
        if book is None:
            continue
        entries, whole = _entries(account_id, unit, book, auditing)
        books, count, finished = books + 1, count + len(entries), finished and whole
        there = dict(book.outcomes) | entries
        lots |= {(unit, name): entry for name, entry in there.items() if name.startswith("lot#")}
        if whole:
            found += [(unit, difference) for difference in differences(unit, book, entries)]
    for entry in lots.values():
        bought_by = entry.lot.purchase_id if entry.lot else None
        if bought_by is not None and bought_by not in purchases:
            newer = auditing.purchases.get(account_id, bought_by)
            purchases |= {} if newer is None else {bought_by: newer}
    found += [("", each) for each in purchase_differences(purchases, lots, auditing.clock.now())]
    used = tuple(sorted({unit for unit, _ in lots}))
    return Audited(account_id, books, count, len(purchases), tuple(found), finished, used)


def _purchases(account_id: str, auditing: Auditing) -> dict[str, Purchase]:
    found: dict[str, Purchase] = {}
    after: str | None = None
    for _ in range(MAX_PURCHASES // NAMES_AHEAD):
        page, after = auditing.purchases.page(account_id, NAMES_AHEAD, after)
        found |= {purchase.purchase_id: purchase for purchase in page}
        if after is None:
            break
    return found


def _entries(account_id: str, unit: str, book: Book, auditing: Auditing) -> tuple[dict[str, Entry], bool]:
    """Every entry that the book's chain names, the lots' events, and the shelf's pages; False where there are too many."""
    reader = Reader(account_id, unit, auditing.books, auditing.statement)
    # What was journaled after the book was read is not part of this look.
    events = auditing.audits.lot_events(account_id, unit)
    found = {entry.name: entry for entry in events if entry.seq <= book.head.seq}
    found |= reader.entries(book.pages)
    link = book.head
    for _ in range(MAX_ENTRIES):
        if link.seq == 0:
            return reader.whole(found), True
        before = reader.before(link, book, found)
        if before is None or before.seq >= link.seq:
            return reader.whole(found), True  # the chain breaks here; the audit says so
        link = before
    return reader.whole(found), False
