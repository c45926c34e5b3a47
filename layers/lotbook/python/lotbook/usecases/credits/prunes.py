"""Receipts that this process saw into the ledger: its next burns take them out of the book in the same write.

Kept per account and unit, bounded, and safe under threads. Losing one costs nothing but a little room in the book.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.ports.books import Prune

MAX_BOOKS = 1_024  # the least recently burned of a warm process are forgotten
MAX_RECEIPTS_A_BOOK = 64  # about as many as threads can leave behind at once


class Prunes:
    """What may be pruned, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._books: OrderedDict[tuple[str, str], deque[Prune]] = OrderedDict()

    def take(self, account_id: str, unit: str) -> Prune | None:
        """One receipt to prune; no other caller gets the same one."""
        with self._lock:
            waiting = self._books.get((account_id, unit))
            return waiting.popleft() if waiting else None

    def give(self, account_id: str, unit: str, prune: Prune) -> None:
        """A receipt whose entry is in the ledger."""
        with self._lock:
            waiting = self._books.setdefault((account_id, unit), deque(maxlen=MAX_RECEIPTS_A_BOOK))
            waiting.append(prune)
            self._books.move_to_end((account_id, unit))
            if len(self._books) > MAX_BOOKS:
                self._books.popitem(last=False)


OF_THIS_PROCESS = Prunes()
