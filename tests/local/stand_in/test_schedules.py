"""Subscription schedules: what follows at the period's end, what a managed subscription refuses, and how a schedule ends."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import DAY, HOUR, Shop, invoices_of, plan, subscribe


def _yearly(shop: Shop) -> str:
    recurring: Any = {"interval": "year"}
    params: Any = {"currency": "usd", "unit_amount": 9_000, "recurring": recurring, "product_data": {"name": "Year"}}
    return shop.client().v1.prices.create(params).id


def _scheduled(shop: Shop, price: str, **more: Any) -> tuple[Any, Any]:
    """A subscription of $9.00 a month, and its schedule with the price from the period's end on."""
    v1, subscription = shop.client().v1, subscribe(shop)
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    return subscription, _told(shop, schedule, price, **more)


def _told(shop: Shop, schedule: Any, price: str, **more: Any) -> Any:
    runs = schedule.phases[0]
    phases = [
        {
            "items": [{"price": runs["items"][0].price, "quantity": 1}],
            "start_date": runs.start_date,
            "end_date": runs.end_date,
            "proration_behavior": "none",
        },
        {"items": [{"price": price, "quantity": 1}], "proration_behavior": "none", **more},
    ]
    params: Any = {"phases": phases, "proration_behavior": "none", "end_behavior": "release"}
    return shop.client().v1.subscription_schedules.update(schedule.id, params)


def _now(shop: Shop, subscription: Any) -> Any:
    return shop.client().v1.subscriptions.retrieve(subscription.id)


def test_another_interval_begins_at_the_periods_end_and_is_charged_after_the_drafts_hour(shop: Shop) -> None:
    subscription, schedule = _scheduled(shop, _yearly(shop), billing_cycle_anchor="phase_start")
    end = subscription["items"].data[0].current_period_end
    assert (_now(shop, subscription).schedule, schedule.current_phase.end_date) == (schedule.id, end)
    shop.comes(end)
    begun = _now(shop, subscription)
    item = begun["items"].data[0]
    assert (begun.billing_cycle_anchor, item.current_period_start, item.price.unit_amount) == (end, end, 9_000)
    assert (item.current_period_end - end) // DAY in (365, 366)
    assert [each.status for each in invoices_of(shop, subscription)] == ["paid", "draft"]
    shop.passes(HOUR)
    assert [each.amount_paid for each in invoices_of(shop, subscription)] == [900, 9_000]
    shop.comes(item.current_period_end)
    assert (_now(shop, subscription).schedule, len(invoices_of(shop, subscription))) == (None, 3)
    assert shop.client().v1.subscription_schedules.retrieve(schedule.id).status == "released"


def test_the_same_interval_keeps_its_anchor(shop: Shop) -> None:
    subscription, _ = _scheduled(shop, plan(shop.client(), 2_900).id)
    shop.comes(subscription["items"].data[0].current_period_end)
    begun = _now(shop, subscription)
    assert begun.billing_cycle_anchor == subscription.billing_cycle_anchor
    assert begun["items"].data[0].price.unit_amount == 2_900


def test_a_phase_that_names_neither_tax_nor_card_takes_the_schedules(shop: Shop) -> None:
    """Which of the two Stripe does is not settled; this is the harder."""
    subscription, schedule = _scheduled(shop, plan(shop.client(), 2_900).id)
    v1 = shop.client().v1
    old = v1.payment_methods.attach("pm_card_visa", {"customer": str(subscription.customer)})
    new = v1.payment_methods.attach("pm_card_mastercard", {"customer": str(subscription.customer)})
    told: Any = {"default_settings": {"default_payment_method": old.id}}
    v1.subscription_schedules.update(schedule.id, told)
    v1.subscriptions.update(subscription.id, {"default_payment_method": new.id})
    shop.comes(subscription["items"].data[0].current_period_end)
    assert _now(shop, subscription).default_payment_method == old.id


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"cancel_at_period_end": True}, None),
        ({"cancel_at": ""}, None),
        ({"items": [{"price": "price_x"}], "proration_behavior": "none"}, "stand_in_unsupported"),
        ({"billing_cycle_anchor": {"type": "now"}, "proration_behavior": "none"}, "stand_in_unsupported"),
    ],
)
def test_a_managed_subscription_is_changed_by_its_schedule_alone(shop: Shop, params: Any, code: str | None) -> None:
    """Ten public code bases met the first answer; the second would change the phase that runs."""
    subscription, _ = _scheduled(shop, _yearly(shop), billing_cycle_anchor="phase_start")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.subscriptions.update(subscription.id, params)
    assert refused.value.code == code
    if code is None:
        assert "is managed by the subscription schedule" in str(refused.value)


def test_released_the_subscription_goes_on_as_it_is_and_the_schedule_is_over(shop: Shop) -> None:
    subscription, schedule = _scheduled(shop, _yearly(shop), billing_cycle_anchor="phase_start")
    v1 = shop.client().v1
    assert v1.subscription_schedules.release(schedule.id).released_subscription == subscription.id
    for again in (v1.subscription_schedules.release, v1.subscription_schedules.update):
        with pytest.raises(stripe.InvalidRequestError):
            again(schedule.id)
    v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError):
        v1.subscription_schedules.create({"from_subscription": subscription.id})
    shop.comes(subscription["items"].data[0].current_period_end)
    assert _now(shop, subscription).status == "canceled"


def test_what_would_not_be_charged_or_would_be_prorated_is_refused(shop: Shop) -> None:
    v1, subscription, yearly = shop.client().v1, subscribe(shop), _yearly(shop)
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    with pytest.raises(stripe.InvalidRequestError, match="another interval without"):
        _told(shop, schedule, yearly)
    for more in ({"proration_behavior": "create_prorations"}, {"end_date": 1}, {"start_date": 1}):
        with pytest.raises(stripe.InvalidRequestError):
            _told(shop, schedule, yearly, billing_cycle_anchor="phase_start", **more)
    with pytest.raises(stripe.InvalidRequestError, match="already attached"):
        v1.subscription_schedules.create({"from_subscription": subscription.id})
    shop.comes(subscription["items"].data[0].current_period_end)
    assert _now(shop, subscription)["items"].data[0].price.unit_amount == 900, "nothing of it was kept"
