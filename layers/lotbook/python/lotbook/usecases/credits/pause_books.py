"""Set or clear the flag that refuses burns, in every book of an account. It is read by the burn's own condition."""

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
