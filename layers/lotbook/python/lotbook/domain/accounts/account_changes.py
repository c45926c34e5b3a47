"""What a caller may change of an account: its address and names, its time zone, and what it is mailed about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.close import refuse_erased
from lotbook.domain.accounts.mail_choices import with_choice
from lotbook.domain.accounts.notifications import MailKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be changed; None leaves it as it is. `locale` and `external_id` count where they are set, for None is one, too:
    English, and no name.
    """

    email: str | None = None
    locale: str | None = None
    sets_locale: bool = False
    off: tuple[MailKind, ...] | None = None
    time_zone: str | None = None
    external_id: str | None = None
    sets_external_id: bool = False
    metadata: tuple[tuple[str, str], ...] | None = None


def changed(account: Account, change: AccountChange) -> Account:
    """The account with what is to be changed. Raises AccountClosed for one that is erased."""
    refuse_erased(account)
    if change.email is not None:
        account = replace(account, email=change.email)
    if change.sets_external_id:
        account = replace(account, external_id=change.external_id)
    if change.metadata is not None:
        account = replace(account, metadata=tuple(sorted(change.metadata)))
    if change.time_zone is not None:
        account = in_time_zone(account, change.time_zone)
    known = account.notifications
    locale = change.locale if change.sets_locale else known.locale
    return with_choice(account, locale, known.off if change.off is None else change.off)


def in_time_zone(account: Account, time_zone: str) -> Account:
    """The account whose days are those of another time zone. Its periods go on as they were counted from the beginning."""
    kept = "" if time_zone == account.period_zone else account.period_zone
    return replace(account, time_zone=time_zone, period_time_zone=kept)
