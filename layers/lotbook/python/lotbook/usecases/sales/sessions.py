"""The checkout session of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def session_of(purchase: Purchase, desk: SalesDesk) -> str | None:
    """The order's checkout session. After a crash between opening and saving it is looked up at the gateway.

    There it stays with the customer that it was opened for, also if that one was deleted and another followed it.
    """
    known = purchase.gateway_refs.checkout_session
    if known is not None:
        return known
    customers = (purchase.customer,) if purchase.customer else desk.account(purchase.account_id).account.customers
    found = (desk.gateway.find_checkout(purchase, customer) for customer in customers)
    return next((session for session in found if session is not None), None)
