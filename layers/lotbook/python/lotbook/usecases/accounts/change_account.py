"""Change what an account's holder is called and mailed: address, names, time zone, language, the kinds of mail that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.account_changes import changed
from lotbook.domain.values.errors import AccountNotFound, Conflict, InvalidRequest, Unavailable
from lotbook.usecases.accounts.time_zones import is_time_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.account_changes import AccountChange
    from lotbook.ports.shop import AccountStore

SAVE_ATTEMPTS = 5


def change_account(account_id: str, change: AccountChange, *, accounts: AccountStore) -> None:
    """Write the change; the same again changes nothing.

    Raises AccountNotFound, AccountClosed (erased), ExternalIdTaken, InvalidRequest for a time zone that is none, Unavailable.
    """
    if change.time_zone is not None and not is_time_zone(change.time_zone):
        raise InvalidRequest.of("time_zone", "unknown_time_zone", "not a time zone of the IANA data base")
    save_changed(account_id, lambda account: changed(account, change), accounts=accounts)


def save_changed(account_id: str, change: Callable[[Account], Account], *, accounts: AccountStore) -> bool:
    """Save the changed account over whatever others write meanwhile; whether it changed.

    Raises AccountNotFound, ExternalIdTaken, Unavailable.
    """
    for _ in range(SAVE_ATTEMPTS):
        was = accounts.get(account_id)
        if was is None:
            raise AccountNotFound
        account = change(was)
        if account == was:
            return False
        try:
            if (was.email, was.external_id) == (account.email, account.external_id):
                accounts.save(account)
            else:
                accounts.rename(was, account)
        except Conflict:
            continue
        return True
    raise Unavailable("The account is busy; send the same request again.")
