"""Receipts that this process saw into the ledger: its next burns take them out of the book in the same write.

Kept per account and unit, bounded, and safe under threads. Losing one costs nothing but a little room in the book.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from lotbook.domain.credits.book import MAX_BURNS_A_WRITE
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.domain.credits.book import Book
    from lotbook.ports.books import Prune

MAX_BOOKS = 1_024  # the least recently burned of a warm process are forgotten
MAX_RECEIPTS_A_BOOK = 64  # about as many as threads can leave behind at once


@dataclass(slots=True)
class Lent:
    """The receipts that one burn may prune; what is still here afterwards is given back."""

    prunes: tuple[Prune, ...]

    def forget_gone(self, book: Book) -> bool:
        """Whether a name was burned again since: that receipt is not ours to take out."""
        ours = tuple(each for each in self.prunes if book.record(each.name) in (None, each.receipt))
        is_less, self.prunes = len(ours) < len(self.prunes), ours
        return is_less


class Prunes:
    """What may be pruned, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._books: OrderedDict[tuple[str, str], deque[Prune]] = OrderedDict()

    @contextmanager
    def lent(self, account_id: str, unit: str) -> Iterator[Lent]:
        """Receipts to prune, for as long as one burn lasts; no other burn gets the same ones."""
        lent = Lent(self._take(account_id, unit))
        try:
            yield lent
        finally:
            if lent.prunes:
                self.give(account_id, unit, *lent.prunes)

    def give(self, account_id: str, unit: str, *prunes: Prune) -> None:
        """Receipts whose entries are in the ledger."""
        with self._lock:
            waiting = self._books.setdefault((account_id, unit), deque(maxlen=MAX_RECEIPTS_A_BOOK))
            waiting.extend(prunes)
            self._books.move_to_end((account_id, unit))
            if len(self._books) > MAX_BOOKS:
                self._books.popitem(last=False)

    def _take(self, account_id: str, unit: str) -> tuple[Prune, ...]:
        with self._lock:
            waiting = self._books.get((account_id, unit))
            return tuple(waiting.popleft() for _ in range(min(len(waiting), MAX_BURNS_A_WRITE))) if waiting else ()


OF_THIS_PROCESS = Prunes()
