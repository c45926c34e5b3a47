"""The parameters of every request to Stripe, as plain dicts built by pure functions. No library here.

Tests check each against the library's own parameter types; an unknown or misspelt name fails there, not at Stripe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.domain.sales.cards import keeps_card
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.domain.values.money import price_text

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.invoices.billing_details import Address, BillingDetails
    from lotbook.domain.reconciliation.differences import ComparedPeriod
    from lotbook.domain.sales.items import OrderLine, Tax
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import OwnRefund

LIST_PAGE = 100
MAX_NAME_CHARACTERS = 250
_PERCENT = 100

RETRIEVE_CHECKOUT: dict[str, Any] = {"expand": ["payment_intent.latest_charge", "invoice.payments", "subscription"]}


def metadata(deployment: Deployment, account_id: str, purchase_id: str | None = None) -> dict[str, str]:
    """Our mark on an object: whose it is, in which deployment (several systems share a Stripe account)."""
    mark = deployment.mark | {"account_id": account_id}
    return mark if purchase_id is None else {**mark, "purchase_id": purchase_id}


def customer(account: Account, deployment: Deployment) -> dict[str, Any]:
    """The account as Stripe's customer."""
    return {"email": account.email, "metadata": metadata(deployment, account.account_id)}


def customer_details(details: BillingDetails) -> dict[str, Any]:
    """Billing details on the customer; an empty text takes away what is there. Invoices show the custom fields."""
    shown = (("Tax ID", details.tax_id), ("PO number", details.purchase_order))
    fields = [{"name": name, "value": value} for name, value in shown if value]
    return {
        "name": details.name,
        "email": details.receipt_email or details.email,
        "phone": details.phone or "",
        "address": _address(details.address),
        "shipping": {"name": details.name, "address": _address(details.shipping or details.address)},
        "invoice_settings": {"custom_fields": fields or ""},
    }


def _address(address: Address) -> dict[str, str]:
    return {
        "line1": address.line1,
        "line2": address.line2 or "",
        "city": address.city,
        "state": address.state or "",
        "postal_code": address.postal_code,
        "country": address.country,
    }


def checkout(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """The checkout page of an order, all but its customer. A function of frozen fields: a retry sends the same.

    Every line is sent as one piece at its own rounded amount, tax as a line of ours: so the page charges the order's
    total to the minor unit, whatever Stripe's own rounding, tax settings or quantity limits are (decisions/0014).
    """
    mark = metadata(deployment, order.account_id, order.purchase_id)
    payment: dict[str, Any] = {"metadata": mark}
    if keeps_card(order):
        payment["setup_future_usage"] = "off_session"
    return {
        **page_of_order(order, deployment),
        "mode": "payment",
        "line_items": _line_items(order),
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": mark}},
        "payment_intent_data": payment,
    }


def page_of_order(order: Purchase, deployment: Deployment) -> dict[str, Any]:
    """What the page of every order has in common, whatever it charges for."""
    return {
        "ui_mode": "hosted_page",
        "client_reference_id": order.purchase_id,
        "metadata": metadata(deployment, order.account_id, order.purchase_id),
        "allowed_payment_method_types": ["card"],  # MK-14
        "adaptive_pricing": {"enabled": False},  # the currency is the account's (NP-17)
        "allow_promotion_codes": False,
        "automatic_tax": {"enabled": False},  # omitted, the Stripe account's default would count
        "customer_update": {"address": "auto", "name": "auto"},
        "expires_at": order.checkout_expires_at // SECOND,
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }


def find_checkout(order: Purchase, customer: str) -> dict[str, Any]:
    """The sessions of the customer from around the order's time; the clocks may disagree by an hour."""
    return {
        "customer": customer,
        "created": {"gte": (order.created_at - HOUR) // SECOND},
        "limit": LIST_PAGE,
    }


def list_checkouts(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of the sessions of a period, with their payments and when those were made."""
    return _listed(period, after, "payment_intent.latest_charge", "invoice.payments", "subscription")


def list_refunds(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of the refunds of a period; their payments say whose they are."""
    return _listed(period, after, "payment_intent")


def list_disputes(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of the disputes of a period, with their payments."""
    return _listed(period, after, "payment_intent")


def list_balance(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of what moved the balance in a period, with the charge, refund, dispute or payout that did."""
    return _listed(period, after, "source")


def list_invoices(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of the invoices of a period, with their payments; subscriptions' and others'."""
    return _listed(period, after, "payments")


def list_subscriptions(period: ComparedPeriod, after: str | None) -> dict[str, Any]:
    """One page of the subscriptions that were made in a period, whatever became of them."""
    return {**_listed(period, after), "status": "all"}


def invoice_of_payment(payment_intent: str) -> dict[str, Any]:
    """The invoice that a payment paid."""
    paid = {"type": "payment_intent", "payment_intent": payment_intent}
    return {"payment": paid, "limit": 1, "expand": ["data.invoice"]}


def refund(purchase: Purchase, own: OwnRefund, deployment: Deployment) -> dict[str, Any]:
    """One refund that the product asked for. Its number tells it from those of the dashboard."""
    mark = metadata(deployment, purchase.account_id, purchase.purchase_id)
    return {
        "payment_intent": purchase.gateway_refs.payment_intent,
        "amount": own.amount_minor,
        "reason": "requested_by_customer",
        "metadata": {**mark, "refund_number": str(own.number)},
    }


def of_payment(payment_intent: str, after: str | None) -> dict[str, Any]:
    """One page of a payment's refunds, or of its disputes."""
    params: dict[str, Any] = {"payment_intent": payment_intent, "limit": LIST_PAGE}
    return params if after is None else {**params, "starting_after": after}


def undelivered(kinds: tuple[str, ...], since: int, after: str | None) -> dict[str, Any]:
    """One page of events that were not acknowledged."""
    params: dict[str, Any] = {
        "types": list(kinds),
        "delivery_success": False,
        "created": {"gte": since // SECOND},
        "limit": LIST_PAGE,
    }
    return params if after is None else {**params, "starting_after": after}


def _listed(period: ComparedPeriod, after: str | None, *expanded: str) -> dict[str, Any]:
    params: dict[str, Any] = {
        "created": {"gte": period.start // SECOND, "lt": period.end // SECOND},
        "limit": LIST_PAGE,
    }
    if expanded:
        params["expand"] = [f"data.{name}" for name in expanded]
    return params if after is None else {**params, "starting_after": after}


def _line_items(order: Purchase) -> list[dict[str, Any]]:
    items = [one_off(order, line) for line in order.lines]
    if order.tax is not None and order.tax.amount_minor:
        items.append(_item(order.currency, _tax_name(order.tax), order.tax.amount_minor))
    return items


def one_off(order: Purchase, line: OrderLine) -> dict[str, Any]:
    """A line as one piece at its own rounded amount."""
    return _item(order.currency, line_name(line, order.currency), line.amount_minor)


def _item(currency: str, name: str, amount_minor: int) -> dict[str, Any]:
    product = {"name": name[:MAX_NAME_CHARACTERS]}
    return {"quantity": 1, "price_data": {"currency": currency, "unit_amount": amount_minor, "product_data": product}}


def line_name(line: OrderLine, currency: str) -> str:
    """What the buyer reads: `Credits (10,000 x 0.0009)`, `Credits (30 x 1.50)`; a single piece needs no arithmetic."""
    if line.quantity == 1:
        return line.description
    return f"{line.description} ({line.quantity:,} x {price_text(line.unit_price, currency)})"


def _tax_name(tax: Tax) -> str:
    percent = (tax.rate * _PERCENT).normalize()
    return f"{tax.name} {percent:f} %"
