"""The parameters of the requests about cards, as `requests.py`: pure, and checked against the library's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.requests import LIST_PAGE, metadata
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.domain.sales.cards import CardSetup, Seen
    from lotbook.domain.sales.gateway import Deployment

SEEN = "card_seen"  # the name of the customer's metadata


def setup(asked: CardSetup, customer: str, deployment: Deployment) -> dict[str, Any]:
    """A page that adds a card and charges nothing. Session metadata is not copied to the setup intent: both are marked."""
    mark = metadata(deployment, asked.account_id)
    return {
        "mode": "setup",
        "ui_mode": "hosted_page",
        "customer": customer,
        "client_reference_id": asked.setup_id,
        "currency": asked.currency,  # setup mode needs one
        "allowed_payment_method_types": ["card"],  # MK-14
        "metadata": mark,
        "setup_intent_data": {"metadata": mark},
        "expires_at": asked.ends_at // SECOND,
        "success_url": asked.success_url,
        "cancel_url": asked.cancel_url,
    }


def cards(after: str | None) -> dict[str, Any]:
    """One page of a customer's cards, newest first."""
    params: dict[str, Any] = {"type": "card", "limit": LIST_PAGE}
    return params if after is None else {**params, "starting_after": after}


def setups(customer: str) -> dict[str, Any]:
    """The newest setup intents of a customer."""
    return {"customer": customer, "limit": LIST_PAGE}


def default(payment_method: str, seen: Seen | None) -> dict[str, Any]:
    """The default, for subscriptions and invoices, too. Metadata that is not named stays."""
    params: dict[str, Any] = {"invoice_settings": {"default_payment_method": payment_method}}
    if seen is not None:
        params["metadata"] = {SEEN: f"{seen.added_at // SECOND}:{seen.payment_method}"}
    return params
