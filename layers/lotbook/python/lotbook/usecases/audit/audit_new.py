"""Audit one account from its marks on: its books first, then its purchases. What the time does not suffice for goes on later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lotbook.domain.audit.marks import (
    AccountMark,
    Damaged,
    Mark,
    account_mark_bytes,
    account_mark_of,
    mark_bytes,
    mark_of,
)
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.alarms import alarm
from lotbook.usecases.audit.audit_account import Audited, Auditing
from lotbook.usecases.audit.audit_book import BookAudit, Ports
from lotbook.usecases.audit.audit_purchases import PurchaseAudit, PurchasePorts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ACCOUNT = "account"  # the name of an account's own mark; a book's is `unit#<unit>`

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Turn:
    """One account's turn. `rings`: it was left unfinished for too long; `is_first`: it was never audited before."""

    audited: Audited
    rings: bool
    is_first: bool


def audit_new(
    account_id: str, units: Iterable[str], *, auditing: Auditing, has_time: Callable[[], bool], asked: int = 0
) -> Turn:
    """Look at what is new in all books of the account, and by rotation at the whole.

    `asked`: the instant at which somebody asked for the whole, 0 where nobody did: what was done since then is not done again.
    Raises Unavailable, also NewerFormat where a newer release has audited the account.
    """
    return _Account(account_id, tuple(units), auditing, has_time, asked).run()


@dataclass(slots=True)
class _Account:
    account_id: str
    units: tuple[str, ...]
    auditing: Auditing
    has_time: Callable[[], bool]
    asked: int

    def run(self) -> Turn:
        now = self.auditing.clock.now()
        known = self._read(ACCOUNT, account_mark_of)
        bought = PurchaseAudit(self.account_id, self._purchase_ports(), known or AccountMark(), now, self.asked)
        books: list[BookAudit] = []
        for unit in self.units:
            looked = self._book(unit, bought) if self.has_time() else None
            books += [looked] if looked else []
        is_done = self.has_time() and bought.run(self.units) and all(looked.is_done for looked in books)
        marked = self._noted(bought.mark, books, now if not is_done else 0)
        if marked != known:
            self._keep_account(marked)
        return Turn(self._audited(books, bought, is_done=is_done), marked.rings(now), known is None)

    def _book(self, unit: str, bought: PurchaseAudit) -> BookAudit | None:
        book = self.auditing.books.get(self.account_id, unit)
        if book is None:
            return None
        name = f"unit#{unit}"
        mark = self._read(name, mark_of)
        if mark is None and unit in bought.mark.units:
            alarm("checkpoint_lost", account_id=self.account_id, name=name)
        ports = Ports(
            books=self.auditing.books,
            audits=self.auditing.audits,
            statement=self.auditing.statement,
            moved=partial(bought.lots_moved, unit),
            keep=lambda mark: self._keep(name, mark_bytes(mark)),
            has_time=self.has_time,
            now=self.auditing.clock.now,
        )
        audit = BookAudit(self.account_id, unit, mark or Mark(), ports)
        audit.run(book, self.asked)
        return audit

    def _read(self, name: str, read: Callable[[bytes], Read]) -> Read | None:
        """None where nothing was kept, or where what was kept is damaged: then all is replayed, and somebody hears of it."""
        try:
            content = self.auditing.audits.mark(self.account_id, name)
            return None if content is None else read(content)
        except Damaged:
            alarm("checkpoint_damaged", account_id=self.account_id, name=name)
            return None

    def _purchase_ports(self) -> PurchasePorts:
        known = self.auditing
        return PurchasePorts(known.purchases, known.books, known.audits, self._keep_account, self.has_time)

    def _keep_account(self, mark: AccountMark) -> None:
        self._keep(ACCOUNT, account_mark_bytes(mark))

    def _keep(self, name: str, content: bytes) -> None:
        self.auditing.audits.keep(self.account_id, name, content, self.auditing.clock.now())

    def _noted(self, mark: AccountMark, books: Iterable[BookAudit], unfinished_at: int) -> AccountMark:
        """Which books have marks, and since when the account has not been finished."""
        units = tuple(looked.unit for looked in books if looked.mark != Mark())
        since = (mark.unfinished_since or unfinished_at) if unfinished_at else 0
        return replace(mark, units=tuple(sorted({*mark.units, *units})), unfinished_since=since)

    def _audited(self, books: list[BookAudit], bought: PurchaseAudit, *, is_done: bool) -> Audited:
        found = [(looked.unit, each) for looked in books for each in looked.found]
        entries = sum(looked.entries for looked in books)
        used = tuple(sorted(looked.unit for looked in books if looked.mark.standing.of_lots))
        both = (*found, *(("", each) for each in bought.found))
        return Audited(self.account_id, len(books), entries, bought.looked_at, both, is_done, used)
