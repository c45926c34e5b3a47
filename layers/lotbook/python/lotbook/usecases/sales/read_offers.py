"""What an account may buy now, and what one item of it costs. Neither orders anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.advice.advise import Planned, advise
from lotbook.domain.plans.moving import Present
from lotbook.domain.sales.items import Item
from lotbook.domain.sales.offers import Offers, offers
from lotbook.domain.sales.quotes import Quote, quote
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.sales.read_usage import read_usage
from lotbook.usecases.sales.unused_lots import unused_for

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.ports.shop import PurchaseStore
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.credits.desk import CreditDesk


def read_offers(
    loaded: LoadedAccount, caller: Caller, planned: Planned | None, *, desk: CreditDesk, purchases: PurchaseStore
) -> Offers:
    """What the caller may buy for the account now, with advice from its own usage and from what it plans.

    Raises Unavailable.
    """
    found = offers(loaded.published, loaded.account, caller, desk.clock.now())
    usage = read_usage(loaded, desk=desk, purchases=purchases)
    return replace(found, advice=advise(loaded.policy, usage, planned, desk.clock.now()))


def quote_item(
    loaded: LoadedAccount, item: Item, caller: Caller, *, desk: CreditDesk, purchases: PurchaseStore
) -> Quote:
    """The order summary of an item. Raises Unavailable, and the refusals of `domain.sales.quotes.quote`."""
    lots = unused_for(item, loaded, desk=desk, purchases=purchases)
    return quote(Present(loaded.policy, loaded.account, lots, desk.clock.now()), item, caller)
