"""The cards of an account, looked at: what is to be the default is made so, and a pause that it lifts is lifted.

One look for all who have a reason: whoever lists the cards, an event that says that one came, a purchase that kept its card.
It asks the gateway what is there now, so order, repetition and loss of events do not matter (D6).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import CardFile, standing_default
from lotbook.domain.values.errors import AccountNotFound
from lotbook.usecases.sales.payment_pause import lift_payment_pause

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.sales.desk import SalesDesk


def follow_cards(account_id: str, *, desk: SalesDesk, adopted: frozenset[str] = frozenset()) -> CardFile:
    """The cards on file, the default among them; none, and no call, where the account has no customer at the gateway.

    `adopted`: cards that are to become the default if they came since the last decision, beside those of setup pages.
    Raises AccountNotFound, Unavailable.
    """
    account = desk.accounts.get(account_id)
    if account is None:
        raise AccountNotFound
    if account.gateway_customer is None:
        return CardFile()
    found = desk.gateway.card_file(account.gateway_customer)
    decided = _decided(found, account, adopted, desk)
    lift_payment_pause(account_id, decided.default, desk=desk)
    return decided


def _decided(found: CardFile, account: Account, adopted: frozenset[str], desk: SalesDesk) -> CardFile:
    customer = str(account.gateway_customer)
    others = [card for card in found.unseen if card.payment_method != found.default]
    asked = adopted | desk.gateway.set_up(customer) if others else adopted
    default = standing_default(found, asked, account, desk.clock.now())
    if default is None or default == found.default:
        return found
    if not desk.gateway.set_default(customer, default, found.newest):
        return found.without(default)  # it went this moment; the next look decides among those that are left
    return replace(found, default=default, seen=found.newest)
