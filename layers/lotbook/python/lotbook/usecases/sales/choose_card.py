"""Make a card on file the default: automatic payments, subscriptions and invoices are charged to it (IS-24)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import CardFile
from lotbook.domain.values.errors import PaymentMethodNotFound
from lotbook.usecases.sales.payment_pause import lift_payment_pause

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk


def choose_card(account_id: str, payment_method: str, caller: Caller, *, desk: SalesDesk) -> CardFile:
    """The cards with their new default. Cards that came before this, by whatever way, do not take it over any more.

    Raises AccountNotFound, Forbidden, PaymentMethodNotFound (also for another customer's card, D40), Unavailable.
    """
    customer = desk.account_of_buying_member(account_id, caller).account.gateway_customer
    found = desk.gateway.card_file(customer) if customer else CardFile()
    if customer is None or found.find(payment_method) is None:
        raise PaymentMethodNotFound
    if not desk.gateway.set_default(customer, payment_method, found.newest):
        raise PaymentMethodNotFound
    lift_payment_pause(account_id, payment_method, desk=desk)
    return replace(found, default=payment_method, seen=found.newest)
