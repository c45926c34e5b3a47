"""The pause that a failed automatic payment causes, and its end: another card is the default (MK-26).

The account remembers the card that failed, so whether the pause is over is a question to ask at any time, not an event to
catch: the same card again, or an old event delivered again, lifts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import PAUSED_FOR_PAYMENT, with_payment_pause, with_payment_pause_lifted
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable
from lotbook.usecases.credits.pause_books import pause_account
from lotbook.usecases.sales.follow_shortfall import follow_shortfall

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.sales.desk import SalesDesk

SAVE_ATTEMPTS = 5


def pause_for_payment(account_id: str, payment_method: str, *, desk: SalesDesk) -> None:
    """An automatic payment with this card failed for good: burns stop until another card is the default.

    Raises AccountNotFound, Unavailable.
    """
    at = desk.clock.now()
    _change(account_id, lambda account: with_payment_pause(account, payment_method, at), desk)


def lift_payment_pause(account_id: str, default: str | None, *, desk: SalesDesk) -> None:
    """Lift the pause if `default` is another card than the one that failed; credits that are owed may pause it at once again.

    Raises AccountNotFound, Unavailable.
    """
    was = _change(account_id, lambda account: with_payment_pause_lifted(account, default), desk)
    if with_payment_pause_lifted(was, default) != was:
        _owing_pauses(account_id, desk)


def _change(account_id: str, change: Callable[[Account], Account], desk: SalesDesk) -> Account:
    """Save the changed account, bring its books along; answers the account as it was."""
    for _ in range(SAVE_ATTEMPTS):
        was = desk.accounts.get(account_id)
        if was is None:
            raise AccountNotFound
        account = change(was)
        try:
            account = account if account == was else desk.accounts.save(account)
        except Conflict:
            continue
        _tell_books(account, desk)
        return was
    raise Unavailable("The account is busy; send the same request again.")


def _tell_books(account: Account, desk: SalesDesk) -> None:
    """Also where nothing changed: a crash may have come between the account and its books."""
    units = desk.account(account.account_id).published.policy.units
    told = [desk.books.get(account.account_id, unit) for unit in units]
    reasons = {book.pause_reason for book in told if book is not None}
    if PAUSED_FOR_PAYMENT in reasons | {account.pause_reason} and reasons != {account.pause_reason}:
        pause_account(account.account_id, units, account.pause_reason, account.version, desk=desk.credits)


def _owing_pauses(account_id: str, desk: SalesDesk) -> None:
    for _ in range(SAVE_ATTEMPTS):
        try:
            follow_shortfall(account_id, desk=desk)
        except Conflict:
            continue
        return
    raise Unavailable("The account is busy; send the same request again.")
