"""Close an account, for good. Pure: what the account says from then on; the gateway and the books follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import switched_off
from lotbook.domain.accounts.closing import Closing
from lotbook.domain.accounts.refusals import AccountNotClosed
from lotbook.domain.values.errors import AccountClosed
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account


def is_closed(account: Account) -> bool:
    """Whether nothing is bought, granted or burned any more."""
    return account.state == "closed"


def closed(account: Account, reason: str, actor: str, now: int) -> Account:
    """The account, closed: no pause counts any more, and nothing is bought automatically. The first reason stays."""
    if is_closed(account):
        return account
    return replace(
        account,
        state="closed",
        pause_reason=None,
        pause_reasons=(),
        auto=account.auto and switched_off(account.auto, "closed"),
        closing=Closing(now, reason, actor),
    )


def refuse_erased(account: Account) -> None:
    """Raises AccountClosed where nothing that names a person may be written any more."""
    if account.closing is not None and account.closing.erase_asked_at is not None:
        raise AccountClosed


def asked_to_erase(account: Account, now: int) -> Account:
    """The closed account of which everything that names a person is to go. Raises AccountNotClosed for an open one."""
    closing = account.closing
    if not is_closed(account) or closing is None:
        raise AccountNotClosed
    return (
        account
        if closing.erase_asked_at is not None
        else replace(account, closing=replace(closing, erase_asked_at=now))
    )
