"""Set or clear the flags of an account's books: the one that refuses burns, and the one that a refused burn asks by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.order import open_book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 5


def pause_account(account_id: str, units: Iterable[str], reason: str | None, version: int, *, desk: CreditDesk) -> None:
    """Pause with a `reason`, or lift the pause with None. `units`: all of the account's policy.

    `version` is the account item's: of two calls that race, or arrive late, the one about the newer account counts.
    Every book is opened first, so that none can be opened unpaused afterwards. Raises Unavailable.
    """
    for unit in units:
        for _ in range(MAX_TRIES):
            attempt = desk.books.pause(account_id, unit, reason, version)
            if attempt.book is not None:  # set, or a newer decision stands
                break
            open_book(account_id, unit, desk=desk)
        else:
            raise Unavailable(retry_after_seconds=1)


def mark_book(account_id: str, unit: str, tops_up: str | None, version: int, *, desk: CreditDesk) -> None:
    """Say in the book whether a burn that it cannot cover may be topped up; `version` as of a pause.

    Where the book says so already nothing is written. Raises Unavailable.
    """
    for _ in range(MAX_TRIES):
        book = desk.books.get(account_id, unit)
        if book is None:
            open_book(account_id, unit, desk=desk)
        elif (
            book.tops_up == tops_up
            or book.top_up_version >= version
            or desk.books.mark(account_id, unit, tops_up=tops_up, version=version).done
        ):
            return
    raise Unavailable(retry_after_seconds=1)
