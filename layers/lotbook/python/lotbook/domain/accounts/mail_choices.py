"""Whether an account may be mailed: by its own choice, and because its address takes mail at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.notifications import MAIL_KINDS, MailKind, Unreachable, WhyUnreachable
from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.accounts.account import Account


def fingerprint_of(address: str) -> str:
    """What is kept of an address that bounced: enough to know it again, and nothing that names a person."""
    return ids.fingerprint("address", address.strip().casefold())


def may_be_mailed(account: Account, kind: MailKind) -> bool:
    """Whether the account wants this kind, and its present address takes mail. One that is erased has none."""
    return bool(account.email) and kind not in account.notifications.off and not is_unreachable(account)


def is_unreachable(account: Account) -> bool:
    """Whether the account's present address bounced or complained. Another address is another matter."""
    known = account.notifications.unreachable
    return known is not None and known.address == fingerprint_of(account.email)


def with_choice(account: Account, locale: str | None, off: Iterable[MailKind]) -> Account:
    """The account with this language and these kinds switched off, and no others."""
    chosen = frozenset(off)
    kept = tuple(kind for kind in MAIL_KINDS if kind in chosen)
    return replace(account, notifications=replace(account.notifications, locale=locale, off=kept))


def without_kind(account: Account, kind: MailKind) -> Account:
    """The account with one more kind switched off."""
    return with_choice(account, account.notifications.locale, {*account.notifications.off, kind})


def with_unreachable(account: Account, address: str, reason: WhyUnreachable, at: int) -> Account:
    """The account that is not mailed at this address again; unchanged where its address is another one by now."""
    if fingerprint_of(address) != fingerprint_of(account.email) or is_unreachable(account):
        return account
    told = Unreachable(fingerprint_of(address), reason, at)
    return replace(account, notifications=replace(account.notifications, unreachable=told))
