"""Open an account's book of one unit. Renewal does it for every unit of the policy; opening it again changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import Book

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def open_book(account_id: str, unit: str, *, desk: CreditDesk) -> bool:
    """Whether it was opened now. First uses may race: one of them opens it (D41)."""
    return desk.books.create(account_id, unit, Book(since=desk.clock.now()))
