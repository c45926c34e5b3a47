"""One customer at the gateway for each account, made when the first purchase needs it, and anew when it was deleted there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lotbook.domain.accounts.account import with_customer
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable
from lotbook.usecases.alarms import alarm

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.ports.shop import AccountStore, Gateway

SAVE_ATTEMPTS = 5
CUSTOMER_ATTEMPTS = 3

Answer = TypeVar("Answer")


def for_customer(account_id: str, use: Callable[[str], Answer], *, accounts: AccountStore, gateway: Gateway) -> Answer:
    """What `use` answers for the account's customer; where it was deleted at the gateway, for the one that follows it.

    `use` may run several times, each time for another customer. Raises what it raises, AccountNotFound, Unavailable.
    """
    customer = ensure_customer(account_id, None, accounts=accounts, gateway=gateway)
    for _ in range(CUSTOMER_ATTEMPTS):
        try:
            return use(customer)
        except CustomerGone as gone:
            customer = ensure_customer(account_id, gone.customer, accounts=accounts, gateway=gateway)
    raise Unavailable("The account's customer at the payment gateway is being replaced; send the same request again.")


def ensure_customer(account_id: str, gone: str | None, *, accounts: AccountStore, gateway: Gateway) -> str:
    """The account's gateway customer, any but `gone`. It is saved before anything is made for it: no card ends up on an orphan.

    Two at once ask under the same idempotency key and get the same customer; the first to save wins all the same.
    Raises AccountNotFound, Unavailable.
    """
    for _ in range(SAVE_ATTEMPTS):
        account = accounts.get(account_id)
        if account is None:
            raise AccountNotFound
        known = account.gateway_customer
        if known is not None and known != gone:
            return known
        customer = gateway.open_customer(account)
        try:
            accounts.save(with_customer(account, customer))
        except Conflict:
            continue
        if known is not None:  # its cards went with it, and nobody here has asked for that
            alarm("customer_replaced", account_id=account_id, gone=known, customer=customer)
        return customer
    raise Unavailable("The account is busy; send the same request again.")
