"""Subscriptions: started, renewed, changed, ended, as long as everybody pays or nobody does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from local.stripe_stand_in.resources.periods import boundary
from tests.local.stand_in.shop import HOUR, Shop, change, plan, subscribe


def test_a_subscription_renews_when_the_clock_passes_its_period(shop: Shop) -> None:
    client = shop.client()
    subscription = subscribe(shop)
    item = subscription["items"].data[0]
    assert (subscription.status, item.price.unit_amount) == ("active", 900)
    shop.comes(item.current_period_end + HOUR)
    renewed = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert renewed["items"].data[0].current_period_start == item.current_period_end
    assert (renewed.latest_invoice.billing_reason, renewed.latest_invoice.status) == ("subscription_cycle", "paid")
    line = renewed.latest_invoice.lines.data[0]
    assert (line.period.start, line.parent.subscription_item_details.subscription_item) == (
        item.current_period_end,
        item.id,
    )


def test_a_renewal_that_is_declined_makes_it_past_due_until_the_invoice_is_paid(shop: Shop) -> None:
    client = shop.client()
    subscription = subscribe(shop)
    failing = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscription.customer})
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": failing.id})
    shop.comes(subscription["items"].data[0].current_period_end + HOUR)
    late = client.v1.subscriptions.retrieve(subscription.id)
    assert late.status == "past_due"
    good = client.v1.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    client.v1.invoices.pay(late.latest_invoice, {"payment_method": good.id})
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_an_upgrade_starts_a_new_period_and_bills_it_in_full(shop: Shop) -> None:
    subscription = subscribe(shop)
    shop.clock.pass_seconds(86_400)
    upgraded = change(shop, subscription, plan(shop.client(), 2900).id)
    item = upgraded["items"].data[0]
    assert (item.price.unit_amount, item.current_period_start) == (2900, shop.clock.now() // 1000)
    invoice = upgraded.latest_invoice
    assert (invoice.billing_reason, invoice.amount_paid, invoice.payments.data[0].status) == (
        "subscription_update",
        2900,
        "paid",
    )


def test_an_upgrade_that_is_declined_changes_nothing(shop: Shop) -> None:
    client = shop.client()
    subscription = subscribe(shop)
    failing = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscription.customer})
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": failing.id})
    dear = plan(client, 2900).id
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            change(shop, subscription, dear)
    after = client.v1.subscriptions.retrieve(subscription.id)
    assert (after["items"].data[0].price.unit_amount, after.latest_invoice) == (900, subscription.latest_invoice)


def test_an_item_without_id_is_added_as_at_stripe(shop: Shop) -> None:
    subscription = subscribe(shop)
    params: Any = {"items": [{"price": plan(shop.client(), 2900).id}], "proration_behavior": "none"}
    changed = shop.client().v1.subscriptions.update(subscription.id, params)
    assert [item.price.unit_amount for item in changed["items"].data] == [900, 2900]


def test_the_old_shape_of_the_anchor_is_refused(shop: Shop) -> None:
    subscription = subscribe(shop)
    params: Any = {"billing_cycle_anchor": "now"}
    with pytest.raises(stripe.InvalidRequestError):
        shop.client().v1.subscriptions.update(subscription.id, params)


def test_a_subscription_ends_at_once_or_with_its_period(shop: Shop) -> None:
    client = shop.client()
    now = client.v1.subscriptions.cancel(subscribe(shop).id)
    assert (now.status, now.ended_at) == ("canceled", shop.clock.now() // 1000)
    later = subscribe(shop)
    later = client.v1.subscriptions.update(later.id, {"cancel_at_period_end": True})
    assert (later.status, later.cancel_at) == ("active", later["items"].data[0].current_period_end)
    resumed = client.v1.subscriptions.update(later.id, {"cancel_at_period_end": False})
    assert (resumed.cancel_at, resumed.canceled_at) == (None, None)
    client.v1.subscriptions.update(later.id, {"cancel_at_period_end": True})
    shop.clock.at = later["items"].data[0].current_period_end * 1000
    assert client.v1.subscriptions.retrieve(later.id).status == "canceled"
    assert shop.events()[-1] == "customer.subscription.deleted"


def test_a_first_payment_that_fails_leaves_it_incomplete_or_undone(shop: Shop) -> None:
    assert subscribe(shop, "pm_card_chargeCustomerFail").status == "incomplete"
    with pytest.raises(stripe.CardError):
        subscribe(shop, "pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete")
    assert len(shop.client().v1.subscriptions.list({"status": "all"}).data) == 1


@pytest.mark.parametrize(
    ("start", "cycles", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
    ],
)
def test_periods_are_counted_from_the_anchor_so_the_31st_comes_back(start: str, cycles: int, end: str) -> None:
    anchor = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
    reached = boundary(anchor, {"interval": "month", "interval_count": 1}, cycles)
    assert datetime.fromtimestamp(reached, UTC).date().isoformat() == end


def test_a_card_that_was_removed_is_charged_no_more_and_the_customers_default_takes_its_place(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    own = v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscription.customer})
    v1.subscriptions.update(subscription.id, {"default_payment_method": own.id})
    v1.payment_methods.detach(own.id)
    assert v1.subscriptions.retrieve(subscription.id).default_payment_method is None
    shop.comes(subscription["items"].data[0].current_period_end + HOUR)
    latest = v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]}).latest_invoice
    assert latest.status == "paid"
    draft = v1.invoices.create({"customer": subscription.customer})
    v1.invoice_items.create({"customer": subscription.customer, "invoice": draft.id, "amount": 700, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError):
        v1.invoices.pay(draft.id, {"payment_method": own.id})


@pytest.mark.parametrize("state", ["incomplete", "canceled"])
def test_what_has_not_begun_or_is_over_cannot_change_its_plan(shop: Shop, state: str) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop, "pm_card_chargeCustomerFail" if state == "incomplete" else "pm_card_visa")
    if state == "canceled":
        v1.subscriptions.cancel(subscription.id)
    dear = plan(shop.client(), 2900).id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        change(shop, subscription, dear)
    assert (refused.value.http_status, refused.value.param) == (400, "items")
    assert v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}}).metadata.to_dict() == {"a": "b"}
