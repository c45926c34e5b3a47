"""Whether an account exists: what lists of it ask first, so that an absent one is not an empty one (D40)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import AccountNotFound

if TYPE_CHECKING:
    from lotbook.ports.shop import AccountStore


def require_account(account_id: str, *, accounts: AccountStore) -> None:
    """Raises AccountNotFound."""
    if accounts.get(account_id) is None:
        raise AccountNotFound
