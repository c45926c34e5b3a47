"""The desk of the burn path over whatever books and clock a test has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.shop import Clock


def nothing_to_renew(_account_id: str) -> None:
    """The renewal of accounts whose books have no periods."""


def credit_desk(
    books: BookStore,
    clock: Clock,
    renew: Callable[[str], None] = nothing_to_renew,
    *,
    prunes: Prunes = OF_THIS_PROCESS,
    statement: StatementStore | None = None,
) -> CreditDesk:
    """A desk; without `renew` for books that have no periods."""
    return CreditDesk(books, clock, renew, prunes, statement)
