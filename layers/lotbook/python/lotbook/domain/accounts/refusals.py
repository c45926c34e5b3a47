"""How the end of an account says no."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused


class ExternalIdTaken(Refused):
    """Another account has that external id. Data: `external_id`."""

    code = "external_id_taken"
    title = "Another account has this external id."


class AccountNotClosed(Refused):
    """Only a closed account is erased."""

    code = "account_not_closed"
    title = "The account is not closed."
