"""What an account may buy now, and what one item of it costs. Neither orders anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.advice.advise import Planned, advise
from lotbook.domain.sales.offers import Offers, offers
from lotbook.domain.sales.quotes import Item, Quote, quote
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.sales.read_usage import read_usage
from lotbook.usecases.sales.unused_lots import unused_for

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.ports.shop import AccountStore, PolicyStore, PurchaseStore
    from lotbook.usecases.credits.desk import CreditDesk
    from lotbook.usecases.sales.desk import SalesDesk


def read_offers(
    account_id: str,
    caller: Caller,
    planned: Planned | None,
    *,
    accounts: AccountStore,
    policies: PolicyStore,
    purchases: PurchaseStore,
    desk: CreditDesk,
) -> Offers:
    """What the caller may buy for the account now, with advice from its own usage and from what it plans.

    Raises AccountNotFound, Unavailable.
    """
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=desk.clock)
    found = offers(loaded.published, loaded.account, caller, desk.clock.now())
    usage = read_usage(loaded, desk=desk, purchases=purchases)
    return replace(found, advice=advise(loaded.published.policy, usage, planned, desk.clock.now()))


def quote_item(account_id: str, item: Item, caller: Caller, *, desk: SalesDesk) -> Quote:
    """The order summary of an item. Raises AccountNotFound, Unavailable, and the refusals of `domain.sales.quotes.quote`."""
    loaded = desk.account(account_id)
    lots = unused_for(item, loaded, desk=desk)
    return quote(loaded.published, loaded.account, item, caller, desk.clock.now(), lots=lots)
