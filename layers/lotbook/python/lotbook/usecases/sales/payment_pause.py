"""The pause that a failed automatic payment causes, and its end: another card is the default (MK-26).

The account remembers the card that failed, so whether the pause is over is a question to ask at any time, not an event to
catch: the same card again, or an old event delivered again, lifts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT, tops_up
from lotbook.domain.sales.cards import with_payment_pause_lifted
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.cards import CardFile
    from lotbook.usecases.sales.desk import SalesDesk

SAVE_ATTEMPTS = 5


def lift_payment_pause(account_id: str, file: CardFile, *, desk: SalesDesk) -> None:
    """Lift the pause, and what was suspended, if another card than the one that failed is there. Other pauses stay.

    Raises AccountNotFound, Unavailable.
    """
    change_and_follow(account_id, lambda account: with_payment_pause_lifted(account, file), desk=desk)


def change_and_follow(account_id: str, change: Callable[[Account], Account], *, desk: SalesDesk) -> None:
    """Save the changed account, then bring its books along, also after a crash between the two.

    Raises AccountNotFound, Unavailable.
    """
    for _ in range(SAVE_ATTEMPTS):
        was = desk.accounts.get(account_id)
        if was is None:
            raise AccountNotFound
        account = change(was)
        try:
            account = account if account == was else desk.accounts.save(account)
        except Conflict:
            continue
        if account != was or _is_told_otherwise(account, desk):
            desk.follow_pauses(account_id)
        return
    raise Unavailable("The account is busy; send the same request again.")


def _is_told_otherwise(account: Account, desk: SalesDesk) -> bool:
    """Whether a book has a flag for this reason that the account has not, or lacks it."""
    units = desk.account(account.account_id).published.policy.units
    books = [book for unit in units if (book := desk.books.get(account.account_id, unit)) is not None]
    told = {book.pause_reason for book in books}
    is_paused_otherwise = PAUSED_FOR_PAYMENT in told | {account.pause_reason} and told != {account.pause_reason}
    return is_paused_otherwise or (bool(books) and books[0].tops_up != tops_up(account))
