"""The parameters of the requests of an automatic purchase, as `requests.py`: pure, and checked against the library's own types.

Everything that Stripe would take from the account's or the customer's settings is named: tax, discounts, pending items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.requests import LIST_PAGE, MAX_NAME_CHARACTERS, line_name, metadata
from lotbook.domain.values.instants import HOUR, SECOND

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.purchase import Purchase

KIND, AUTOMATIC = "kind", "auto_top_up"  # of an invoice's metadata: a page's invoice names its purchase, too
PARKED: dict[str, Any] = {"auto_advance": False}  # nobody collects it by itself


def invoice(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """A draft of its own, without the card: that is named when it is paid, so another card is no other draft."""
    return {
        **PARKED,
        "customer": order.customer,
        "currency": order.currency,
        "collection_method": "charge_automatically",
        "pending_invoice_items_behavior": "exclude",
        "automatic_tax": {"enabled": False},
        "discounts": "",  # left out, the customer's would count
        "payment_settings": {"payment_method_types": ["card"]},  # MK-14
        "metadata": {**metadata(deployment, order.account_id, order.purchase_id), KIND: AUTOMATIC},
    }


def item(order: Purchase, number: int, invoice: str, rates: list[str]) -> dict[str, Any]:
    """One line, as one piece at its own rounded amount (decision 14)."""
    line = order.lines[number]
    return {
        "invoice": invoice,
        "customer": order.customer,
        "currency": order.currency,
        "amount": line.amount_minor,
        "description": line_name(line, order.currency)[:MAX_NAME_CHARACTERS],
        "discountable": False,
        **({"tax_rates": rates} if rates else {}),
    }


def pay(card: str) -> dict[str, Any]:
    """A try with this card, without the buyer."""
    return {"payment_method": card, "off_session": True}


def find(order: Purchase, after: str | None) -> dict[str, Any]:
    """One page of the invoices of the order's customer from around its time; the clocks may disagree by an hour."""
    params: dict[str, Any] = {
        "customer": order.customer,
        "created": {"gte": (order.created_at - HOUR) // SECOND},
        "limit": LIST_PAGE,
    }
    return params if after is None else {**params, "starting_after": after}
