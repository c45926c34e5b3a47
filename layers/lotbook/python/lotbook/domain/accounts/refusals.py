"""How the end of an account says no."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused


class AccountNotClosed(Refused):
    """Only a closed account is erased."""

    code = "account_not_closed"
    title = "The account is not closed."
