"""What a caller may change of an account: its address, and what it is mailed about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.close import refuse_erased
from lotbook.domain.accounts.mail_choices import with_choice
from lotbook.domain.accounts.notifications import MailKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be changed; None leaves it as it is. `locale` counts where `sets_locale`, for None is one, too: English."""

    email: str | None = None
    locale: str | None = None
    sets_locale: bool = False
    off: tuple[MailKind, ...] | None = None


def changed(account: Account, change: AccountChange) -> Account:
    """The account with what is to be changed. Raises AccountClosed for one that is erased."""
    refuse_erased(account)
    if change.email is not None:
        account = replace(account, email=change.email)
    known = account.notifications
    locale = change.locale if change.sets_locale else known.locale
    return with_choice(account, locale, known.off if change.off is None else change.off)
