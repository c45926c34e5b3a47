"""Change what an account's holder is called and mailed: the address, the language, the kinds of mail that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.account_changes import changed
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.account_changes import AccountChange
    from lotbook.ports.shop import AccountStore

SAVE_ATTEMPTS = 5


def change_account(account_id: str, change: AccountChange, *, accounts: AccountStore) -> None:
    """Write the change; the same again changes nothing. Raises AccountNotFound, AccountClosed (erased), Unavailable."""
    save_changed(account_id, lambda account: changed(account, change), accounts=accounts)


def save_changed(account_id: str, change: Callable[[Account], Account], *, accounts: AccountStore) -> bool:
    """Save the changed account over whatever others write meanwhile; whether it changed. Raises AccountNotFound, Unavailable."""
    for _ in range(SAVE_ATTEMPTS):
        was = accounts.get(account_id)
        if was is None:
            raise AccountNotFound
        account = change(was)
        if account == was:
            return False
        try:
            accounts.save(account)
        except Conflict:
            continue
        return True
    raise Unavailable("The account is busy; send the same request again.")
