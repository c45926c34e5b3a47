"""Change what an account's holder is called and mailed: the address, the language, the kinds of mail that are wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lotbook.domain.accounts.mail_choices import with_choice
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.notifications import MailKind
    from lotbook.ports.shop import AccountStore

SAVE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an account wants of its mails: all of it, so what is not named is as if it never was."""

    locale: str | None
    off: tuple[MailKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be changed; None leaves it as it is."""

    email: str | None = None
    choice: Choice | None = None


def change_account(account_id: str, change: AccountChange, *, accounts: AccountStore) -> None:
    """Write the change; the same again changes nothing. Raises AccountNotFound, Unavailable."""
    save_changed(account_id, lambda account: _changed(account, change), accounts=accounts)


def _changed(account: Account, change: AccountChange) -> Account:
    if change.email is not None:
        account = replace(account, email=change.email)
    return account if change.choice is None else with_choice(account, change.choice.locale, change.choice.off)


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
