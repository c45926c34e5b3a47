"""What tests of the stand-in share: a clock, the real client in front of a served stand-in, orders, plans."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
import stripe

from local.stripe_stand_in import StandIn
from tests import patience

SECRET = "whsec_test"
HOUR = 3600
DAY = 24 * HOUR


@dataclass
class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False
    at: int = 1_700_000_000_000

    def now(self) -> int:
        return self.at

    def pass_seconds(self, seconds: int) -> None:
        self.at += seconds * 1000


@dataclass
class Receiver:
    """What arrived at the webhook endpoint; answers with `statuses`, then 200."""

    url: str = ""
    got: list[tuple[bytes, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    on_event: Callable[[], object] = lambda: None


@dataclass
class Shop:
    """A served stand-in with the real client and the controls."""

    stand_in: StandIn
    url: str
    clock: TestClock
    in_process: stripe.StripeClient | None = None

    def client(self, retries: int = 0) -> stripe.StripeClient:
        """The real client: over HTTP, or without a socket where one was given."""
        return self.in_process or stripe.StripeClient(
            "sk_test_shop",
            base_addresses={"api": self.url},
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=patience.SECONDS),
        )

    def control(self, method: str, path: str, **body: Any) -> requests.Response:
        return requests.request(method, f"{self.url}/_stand_in/{path}", json=body or None, timeout=patience.SECONDS)

    def pay(self, session: Any, card: str | None = "4242424242424242", **more: Any) -> requests.Response:
        body = {**({"card": card} if card else {}), **more}
        return requests.post(f"{self.url}/checkout/{session.id}/pay", json=body, timeout=patience.SECONDS)

    def passes(self, seconds: int) -> None:
        """The clock moves on, and what that makes due happens."""
        self.clock.pass_seconds(seconds)
        self.stand_in.tick()

    def comes(self, seconds: int) -> None:
        """The clock stands at that instant, and what that makes due has happened."""
        self.clock.at = seconds * 1000
        self.stand_in.tick()

    def happened(self, kind: str) -> list[Any]:
        """Events of a type, oldest first."""
        return list(reversed(self.client().v1.events.list({"limit": 100, "type": kind}).data))

    def events(self) -> list[str]:
        """Types of all events, oldest first."""
        found = self.client().v1.events.list({"limit": 100}).data
        return [event.type for event in reversed(found)]


def wait_for(condition: Callable[[], Any]) -> Any:
    """The condition's value once it holds; fails after a bounded wait."""
    deadline = time.monotonic() + patience.SECONDS
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        threading.Event().wait(0.02)
    raise AssertionError("waited in vain")


def order(**changes: Any) -> Any:
    """Parameters of a checkout of 1,000 credits at 0.09 cents: 90 cents."""
    line = {
        "quantity": 1000,
        "price_data": {"currency": "usd", "product_data": {"name": "Credits"}, "unit_amount_decimal": "0.09"},
    }
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [line],
        "allowed_payment_method_types": ["card"],
        "success_url": "https://shop.example/done?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "metadata": {"purchase_id": "p1"},
        **changes,
    }


def plan(client: stripe.StripeClient, cents: int = 900) -> Any:
    """A monthly price."""
    recurring: Any = {"interval": "month"}
    return client.v1.prices.create(
        {"currency": "usd", "unit_amount": cents, "recurring": recurring, "product_data": {"name": f"Plan {cents}"}}
    )


def subscriber(client: stripe.StripeClient, token: str = "pm_card_visa") -> tuple[Any, Any]:
    """A customer with that card as the default."""
    customer = client.v1.customers.create({"email": "a@example.com"})
    method = client.v1.payment_methods.attach(token, {"customer": customer.id})
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    return customer, method


def subscribe(shop: Shop, token: str = "pm_card_visa", **more: Any) -> Any:
    """A subscription to a plan of $9.00 a month, with that card as its customer's default."""
    client = shop.client()
    customer, _ = subscriber(client, token)
    params: Any = {"customer": customer.id, "items": [{"price": plan(client).id}], "off_session": True, **more}
    return client.v1.subscriptions.create(params)


def change(shop: Shop, subscription: Any, price: str, **more: Any) -> Any:
    """The subscription on another price from now on, in full, or not at all."""
    params: Any = {
        "items": [{"id": subscription["items"].data[0].id, "price": price, "quantity": 1}],
        "billing_cycle_anchor": {"type": "now"},
        "proration_behavior": "none",
        "payment_behavior": "error_if_incomplete",
        "expand": ["latest_invoice.payments"],
        **more,
    }
    return shop.client().v1.subscriptions.update(subscription.id, params)


def with_card(shop: Shop, customer: str, token: str) -> str:
    """That card becomes the customer's default; its id."""
    v1 = shop.client().v1
    method = v1.payment_methods.attach(token, {"customer": customer})
    v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    return method.id


def invoices_of(shop: Shop, subscription: Any) -> list[Any]:
    """Its invoices, oldest first."""
    return list(reversed(shop.client().v1.invoices.list({"subscription": subscription.id, "limit": 100}).data))
