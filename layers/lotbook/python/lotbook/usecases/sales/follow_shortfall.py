"""Pause an account that owes credits, where its policy says so, and lift that pause once they are paid (D13)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.usecases.credits.pause_books import pause_account

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.sales.desk import SalesDesk

PAUSED_FOR_SHORTFALL = "shortfall"


def follow_shortfall(account_id: str, *, desk: SalesDesk) -> None:
    """Bring the account's state, and the flag in its books, to what its shortfall asks for. A pause for another reason stays.

    Raises AccountNotFound, Unavailable; Conflict when somebody changed the account meanwhile.
    """
    policy = desk.account(account_id).published.policy
    account = desk.accounts.get(account_id)
    if not policy.shortfall_pauses or account is None:
        return
    books = (desk.books.get(account_id, unit) for unit in policy.units)
    changed = _followed(account, owes=any(book is not None and book.debt > 0 for book in books))
    if changed != account:
        account = desk.accounts.save(changed)
    # Also where nothing changed: a crash may have come between the account and its books.
    pause_account(account_id, policy.units, account.pause_reason, account.version, desk=desk.credits)


def _followed(account: Account, *, owes: bool) -> Account:
    if owes and account.state == "active":
        return replace(account, state="paused", pause_reason=PAUSED_FOR_SHORTFALL)
    if not owes and account.pause_reason == PAUSED_FOR_SHORTFALL:
        return replace(account, state="active", pause_reason=None)
    return account
