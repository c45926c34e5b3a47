"""One customer at the gateway for each account, made when the first purchase needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.errors import AccountNotFound, Conflict, Unavailable

if TYPE_CHECKING:
    from lotbook.ports import AccountStore, Gateway

SAVE_ATTEMPTS = 5


def ensure_customer(account_id: str, *, accounts: AccountStore, gateway: Gateway) -> str:
    """The account's gateway customer. It is saved before anything is made for it, so no card ends up on an orphan.

    Two at once ask under the same idempotency key and get the same customer; the first to save wins all the same.
    Raises AccountNotFound, Unavailable.
    """
    for _ in range(SAVE_ATTEMPTS):
        account = accounts.get(account_id)
        if account is None:
            raise AccountNotFound
        if account.gateway_customer is not None:
            return account.gateway_customer
        customer = gateway.open_customer(account)
        try:
            accounts.save(replace(account, gateway_customer=customer))
        except Conflict:
            continue
        return customer
    raise Unavailable("The account is busy; send the same request again.")
