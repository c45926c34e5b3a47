"""What no source settles about Stripe, asked of Stripe itself: `STRIPE_API_KEY=sk_test_... pytest -m sandbox`.

Each case says on what the product relies, in a form that holds whichever way the doubt falls. The same cases run at the stand-in,
so that they are known to work before anybody has a key. Nothing is left behind but a test clock's customers, which Stripe deletes
with the clock.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import stripe

from lotbook.adapters.stripe.client import API_VERSION
from lotbook.adapters.stripe.plan_facts import plan_invoice_facts, subscription_facts
from lotbook.adapters.stripe.plan_requests import RETRIEVE_INVOICE
from lotbook.adapters.stripe.schedules import card_of_what_follows, what_follows
from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts
from lotbook.domain.values.instants import SECOND
from tests.contracts.plan_worlds import AtTheStandIn
from tests.fakes.purchases import TEST

KEY = os.environ.get("STRIPE_API_KEY", "")
NEEDS_KEY = pytest.mark.skipif(
    not KEY.startswith("sk_test_"), reason="no key of Stripe's test mode (STRIPE_API_KEY=sk_test_...)"
)
START = 1_801_396_800  # 2027-01-31T12:00:00Z
HOUR, DAY = 3_600, 86_400
MAX_LOOKS, SECONDS_BETWEEN = 90, 2.0


class Place:
    """A Stripe, with a test clock, a customer that lives by it, and two monthly prices."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.client = client
        self.clock = client.v1.test_helpers.test_clocks.create({"frozen_time": START}).id
        self.customer = client.v1.customers.create({"test_clock": self.clock}).id
        self.product = client.v1.products.create({"name": "Plan"}).id

    def price(self, amount: int, interval: Any = "month") -> str:
        params: Any = {
            "currency": "usd", "unit_amount": amount, "product": self.product, "recurring": {"interval": interval}
        }  # fmt: skip
        return self.client.v1.prices.create(params).id

    def card(self, token: str) -> str:
        return self.client.v1.payment_methods.attach(token, {"customer": self.customer}).id

    def subscribe(self, price: str, card: str) -> stripe.Subscription:
        params: Any = {
            "customer": self.customer, "items": [{"price": price}], "default_payment_method": card,
            "billing_mode": {"type": "flexible"}, "payment_behavior": "error_if_incomplete",
        }  # fmt: skip
        return self.client.v1.subscriptions.create(params)

    def now(self, subscription: str) -> Any:
        return self.client.v1.subscriptions.retrieve(subscription)

    def invoice(self, name: Any) -> PlanInvoiceFacts:
        params: Any = RETRIEVE_INVOICE
        facts = plan_invoice_facts(self.client.v1.invoices.retrieve(str(name), params).to_dict())
        assert facts is not None
        return facts

    def advance(self, seconds: int) -> None:
        """The clock arrives there, and everything that is due has happened."""
        self.client.v1.test_helpers.test_clocks.advance(self.clock, {"frozen_time": seconds})
        for _ in range(MAX_LOOKS):
            if self.client.v1.test_helpers.test_clocks.retrieve(self.clock).status == "ready":
                return
            Event().wait(SECONDS_BETWEEN)
        raise AssertionError("the test clock does not arrive")

    def change(self, subscription: Any, price: str, **more: Any) -> stripe.Subscription:
        params: Any = {
            "items": [{"id": subscription["items"].data[0].id, "price": price, "quantity": 1}],
            "billing_cycle_anchor": {"type": "now"},
            "proration_behavior": "none",
            "payment_behavior": "error_if_incomplete",
            **more,
        }
        return self.client.v1.subscriptions.update(subscription.id, params)


@pytest.fixture(params=["stand-in", pytest.param("sandbox", marks=(pytest.mark.sandbox, NEEDS_KEY))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sandbox":
        made = Place(stripe.StripeClient(KEY, stripe_version=API_VERSION, max_network_retries=2))
        yield made
        made.client.v1.test_helpers.test_clocks.delete(made.clock)
        return
    world = AtTheStandIn(tmp_path / "stripe")
    addresses: Any = {"api": world.url}
    yield Place(stripe.StripeClient("sk_test_x", stripe_version=API_VERSION, base_addresses=addresses))
    world.close()


def test_doubt_1_a_renewal_that_the_bank_wants_authenticated_needs_the_buyer_whatever_its_payments_status(
    place: Place,
) -> None:
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    asks: Any = {"default_payment_method": place.card("pm_card_authenticationRequired")}
    place.client.v1.subscriptions.update(subscription.id, asks)
    period_end = subscription["items"].data[0].current_period_end
    place.advance(period_end + 2 * HOUR)
    facts = place.invoice(place.now(subscription.id).latest_invoice)
    assert (facts.state, facts.needs_buyer) == ("open", True)
    assert facts.payment is not None
    assert facts.payment.state in ("requires_action", "requires_payment_method")
    assert facts.hosted_url


def test_doubt_2_an_end_with_the_period_is_seen_whichever_field_tells_it(place: Place) -> None:
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    ended: Any = {"cancel_at_period_end": True}
    place.client.v1.subscriptions.update(subscription.id, ended)
    period_end = subscription["items"].data[0].current_period_end
    assert subscription_facts(place.now(subscription.id).to_dict()).cancel_at == period_end * SECOND
    place.client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert subscription_facts(place.now(subscription.id).to_dict()).cancel_at is None
    at_an_instant: Any = {"cancel_at": period_end + DAY, "proration_behavior": "none"}
    place.client.v1.subscriptions.update(subscription.id, at_an_instant)
    changed = place.change(place.now(subscription.id), place.price(9_000), cancel_at_period_end=False)
    assert changed.cancel_at in (None, period_end + DAY)
    place.client.v1.subscriptions.update(subscription.id, {"cancel_at": ""})
    assert subscription_facts(place.now(subscription.id).to_dict()).cancel_at is None


def test_doubt_3_a_change_to_a_year_begins_one_and_charges_it_where_the_anchor_says_now(place: Place) -> None:
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    place.advance(START + 10 * DAY)
    yearly = place.price(48_000, "year")
    changed = place.change(subscription, yearly)
    facts = place.invoice(changed.latest_invoice)
    assert (facts.state, facts.total_minor, facts.lines[0].is_proration) == ("paid", 48_000, False)
    start, end = facts.lines[0].period
    assert (start, (end - start) // (DAY * SECOND)) == ((START + 10 * DAY) * SECOND, 365)


def test_doubt_4_a_credit_larger_than_the_price_is_refused_or_leaves_nothing_to_pay(place: Place) -> None:
    """X-20 never sends one; what becomes of the rest must not be a second discount that nobody asked for."""
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    credit = {"price_data": {"currency": "usd", "product": place.product, "unit_amount": -10_000}}
    try:
        changed = place.change(subscription, place.price(9_000), add_invoice_items=[credit])
    except stripe.InvalidRequestError:
        return
    facts = place.invoice(changed.latest_invoice)
    assert (facts.state, facts.paid_minor, facts.total_minor) == ("paid", 0, -1_000)
    assert place.client.v1.customers.retrieve(place.customer).balance in (0, -1_000)


def test_doubt_5_paying_a_paid_invoice_is_refused_and_it_stays_paid_once(place: Place) -> None:
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    with pytest.raises(stripe.InvalidRequestError):
        place.client.v1.invoices.pay(str(subscription.latest_invoice), {"payment_method": place.card("pm_card_visa")})
    facts = place.invoice(subscription.latest_invoice)
    assert (facts.state, facts.paid_minor) == ("paid", 4_000)


def test_doubt_6_a_page_that_names_the_flexible_mode_is_taken(place: Place) -> None:
    params: Any = {
        "mode": "subscription",
        "ui_mode": "hosted_page",
        "customer": place.customer,
        "line_items": [{"price": place.price(4_000), "quantity": 1}],
        "subscription_data": {"billing_mode": {"type": "flexible"}},
        "allowed_payment_method_types": ["card"],
        "success_url": "https://shop.example/",
    }
    assert place.client.v1.checkout.sessions.create(params).url
    assert place.subscribe(place.price(100), place.card("pm_card_visa")).billing_mode.type == "flexible"


def test_doubt_7_a_renewals_period_is_the_anchors_to_the_second_and_it_is_paid_within_hours(place: Place) -> None:
    subscription = place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    period_end = subscription["items"].data[0].current_period_end
    assert period_end == 1_803_816_000, "2027-02-28T12:00:00Z"
    place.advance(period_end + 3 * HOUR)
    facts = place.invoice(place.now(subscription.id).latest_invoice)
    assert facts.lines[0].period == (1_803_816_000 * SECOND, 1_806_494_400 * SECOND)
    assert facts.state == "paid"
    assert facts.paid_at is not None
    assert 0 <= facts.paid_at // SECOND - period_end <= 3 * HOUR


def test_what_this_product_sends_is_what_a_subscription_is_sold_with(place: Place) -> None:
    """The lookup key, the discount and the refusal that leaves nothing: the three that decide about money."""
    params: Any = {
        "currency": "usd", "unit_amount": 4_000, "product": place.product, "recurring": {"interval": "month"},
        "lookup_key": f"lotbook:doubts:{place.customer}",
    }  # fmt: skip
    made = place.client.v1.prices.create(params)
    listed = place.client.v1.prices.list({"lookup_keys": [params["lookup_key"]]}).data
    assert [each.id for each in listed] == [made.id]
    subscription = place.subscribe(made.id, place.card("pm_card_visa"))
    credit = {"price_data": {"currency": "usd", "product": place.product, "unit_amount": -513}}
    paid = place.invoice(place.change(subscription, place.price(9_000), add_invoice_items=[credit]).latest_invoice)
    assert (paid.state, paid.total_minor, paid.reason) == ("paid", 8_487, "subscription_update")
    assert paid.lines[1].period == paid.lines[0].period
    bad: Any = {"default_payment_method": place.card("pm_card_chargeCustomerFail")}
    before = place.now(subscription.id)
    with pytest.raises(stripe.CardError) as declined:
        place.change(before, place.price(20_000), **bad)
    assert declined.value.code == "card_declined"
    assert place.now(subscription.id).latest_invoice == before.latest_invoice
    asks: Any = {"default_payment_method": place.card("pm_card_authenticationRequired")}
    with pytest.raises(stripe.CardError) as asked:
        place.change(before, place.price(20_000), **asks)
    assert asked.value.code == "subscription_payment_intent_requires_action"


def test_doubt_8_another_interval_that_was_scheduled_is_charged_by_itself_when_it_begins(place: Place) -> None:
    """Decision 66: tax rates, card and mark of the subscription outlive the change of its phase."""
    v1, subscription = place.client.v1, place.subscribe(place.price(4_000), place.card("pm_card_visa"))
    v1.subscriptions.update(subscription.id, {"metadata": {"app": "lotbook"}})
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    follows: Any = what_follows(schedule.to_dict(), place.price(48_000, "year"), 12, TEST)
    v1.subscription_schedules.update(schedule.id, follows)
    card = place.card("pm_card_mastercard")
    v1.subscriptions.update(subscription.id, {"default_payment_method": card})
    told: Any = card_of_what_follows(card)
    v1.subscription_schedules.update(schedule.id, told)
    end = subscription["items"].data[0].current_period_end
    place.advance(end + 2 * HOUR)
    begun = place.now(subscription.id)
    facts = place.invoice(begun.latest_invoice)
    assert (facts.state, facts.total_minor, [line.is_proration for line in facts.lines]) == ("paid", 48_000, [False])
    assert (facts.lines[0].period[0], begun.billing_cycle_anchor) == (end * SECOND, end)
    assert (begun.default_payment_method, begun.metadata["app"]) == (card, "lotbook")
    v1.subscription_schedules.release(schedule.id)
    assert place.now(subscription.id).schedule is None
