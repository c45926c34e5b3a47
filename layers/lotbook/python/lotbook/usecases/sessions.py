"""The checkout session of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.domain.purchase import Purchase
    from lotbook.usecases.sales import Sales


def session_of(purchase: Purchase, sales: Sales) -> str | None:
    """The order's checkout session. After a crash between opening and saving it is looked up at the gateway."""
    known = purchase.gateway_refs.checkout_session
    if known is not None:
        return known
    customer = purchase.customer or sales.account(purchase.account_id).account.gateway_customer
    return sales.gateway.find_checkout(purchase, customer) if customer else None
