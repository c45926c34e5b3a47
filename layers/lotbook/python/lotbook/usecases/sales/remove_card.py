"""Take a card off file. A number cannot be edited: another card is added, and the old one removed (IS-59)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import CardFile, successor
from lotbook.domain.values.errors import PaymentMethodNotFound
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.payment_pause import lift_payment_pause

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk


def remove_card(account_id: str, payment_method: str, caller: Caller, *, desk: SalesDesk) -> CardFile:
    """The cards that are left. Where the default goes, its successor is made the default first: there is never none (IS-24).

    Raises AccountNotFound, Forbidden, PaymentMethodNotFound (also for another customer's card, D40), Unavailable.
    """
    customer = desk.account_of_buying_member(account_id, caller).account.gateway_customer
    found = follow_cards(account_id, desk=desk) if customer else CardFile()
    if customer is None or found.find(payment_method) is None:
        raise PaymentMethodNotFound
    left = found.without(payment_method)
    default = left.default or successor(left.cards, desk.clock.now())
    if default is not None and default != left.default:
        desk.gateway.set_default(customer, default, found.newest)
    if not desk.gateway.detach(payment_method):
        raise PaymentMethodNotFound
    lift_payment_pause(account_id, default, desk=desk)
    return replace(left, default=default)
