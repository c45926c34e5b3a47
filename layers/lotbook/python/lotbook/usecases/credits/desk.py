"""What the burn path needs from outside, in one value: the ports of the credit desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.shop import Clock, PurchaseStore


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """Ports of burns, holds, grants and the statement.

    `renew` opens an account's books and renews their period; it raises AccountNotFound. `prunes` are the receipts that
    this process may take out. `statement` saves a reader of entries some reads, and decides nothing. `rows`: where a renewal
    puts the purchase of a period that begins. `is_renewing`: whoever asks is the renewal itself, so nothing waits for it.
    """

    books: BookStore
    clock: Clock
    renew: Callable[[str], None]
    prunes: Prunes = OF_THIS_PROCESS
    statement: StatementStore | None = None
    rows: PurchaseStore | None = None
    is_renewing: bool = False
