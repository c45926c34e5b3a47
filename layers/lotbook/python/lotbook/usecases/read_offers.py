"""What an account may buy now, and what one item of it costs. Neither changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.offers import Offers, offers
from lotbook.domain.quotes import Item, Quote, quote
from lotbook.usecases.load_account import load_account

if TYPE_CHECKING:
    from lotbook.domain.access import Caller
    from lotbook.ports import AccountStore, Clock, PolicyStore


def read_offers(
    account_id: str, caller: Caller, *, accounts: AccountStore, policies: PolicyStore, clock: Clock
) -> Offers:
    """What the caller may buy for the account now. Raises AccountNotFound."""
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=clock)
    return offers(loaded.published, loaded.account, caller, clock.now())


def quote_item(
    account_id: str, item: Item, caller: Caller, *, accounts: AccountStore, policies: PolicyStore, clock: Clock
) -> Quote:
    """The order summary of an item. Raises AccountNotFound and the refusals of `domain.quotes.quote`."""
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=clock)
    return quote(loaded.published, loaded.account, item, caller, clock.now())
