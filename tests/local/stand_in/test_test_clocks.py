"""Test clocks: customers that live by a time of their own."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import DAY, HOUR, Shop, invoices_of, order, plan, subscribe

START = 1_900_000_000


def _clocked(shop: Shop, token: str = "pm_card_visa") -> tuple[Any, Any]:
    v1 = shop.client().v1
    clock = v1.test_helpers.test_clocks.create({"frozen_time": START, "name": "a story"})
    customer = v1.customers.create({"test_clock": clock.id, "email": "a@example.com"})
    method = v1.payment_methods.attach(token, {"customer": customer.id})
    v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    items: Any = [{"price": plan(shop.client()).id}]
    return clock, v1.subscriptions.create({"customer": customer.id, "items": items})


def _advance(shop: Shop, clock: Any, seconds: int) -> Any:
    clocks = shop.client().v1.test_helpers.test_clocks
    assert clocks.advance(clock.id, {"frozen_time": seconds}).status == "advancing"
    return clocks.retrieve(clock.id)


def test_what_lives_by_a_test_clock_has_its_time_and_no_other(shop: Shop) -> None:
    clock, subscription = _clocked(shop)
    end = subscription["items"].data[0].current_period_end
    assert (subscription.created, subscription.test_clock, end > START) == (START, clock.id, True)
    shop.comes(end + 90 * DAY)
    assert len(invoices_of(shop, subscription)) == 1, "our own clock does nothing to it"
    ready = _advance(shop, clock, end + HOUR)
    assert (ready.status, ready.frozen_time) == ("ready", end + HOUR)
    renewal = invoices_of(shop, subscription)[-1]
    assert (renewal.created, renewal.status, renewal.status_transitions.paid_at) == (end, "paid", end + HOUR)


def test_our_own_clock_and_a_test_clock_go_their_own_ways(shop: Shop) -> None:
    _, by_test_clock = _clocked(shop)
    own = subscribe(shop)
    shop.comes(own["items"].data[0].current_period_end + HOUR)
    assert len(invoices_of(shop, own)) == 2
    assert len(invoices_of(shop, by_test_clock)) == 1


def test_events_of_a_test_clock_carry_real_time(shop: Shop) -> None:
    """Whoever waits for them asks for those since the start of the run."""
    clock, subscription = _clocked(shop)
    _advance(shop, clock, subscription["items"].data[0].current_period_end + HOUR)
    assert {event.created for event in shop.client().v1.events.list({"limit": 100}).data} == {shop.clock.at // 1000}
    assert shop.events()[-1] == "test_helpers.test_clock.ready"


def test_a_test_clock_goes_forward_only_and_not_too_far_at_once(shop: Shop) -> None:
    clock, subscription = _clocked(shop)
    end = subscription["items"].data[0].current_period_end
    for wrong in (START, START - 1, end + 40 * DAY):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            _advance(shop, clock, wrong)
        assert refused.value.param == "frozen_time"


def test_a_checkout_of_a_clocked_customer_lives_by_that_clock(shop: Shop) -> None:
    clock, subscription = _clocked(shop)
    session = shop.client().v1.checkout.sessions.create(order(customer=subscription.customer))
    assert session.expires_at == START + DAY
    shop.comes(START + 2 * DAY)
    assert shop.client().v1.checkout.sessions.retrieve(session.id).status == "open"
    _advance(shop, clock, START + DAY)
    assert shop.client().v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_lists_leave_out_what_lives_by_a_test_clock(shop: Shop) -> None:
    clock, subscription = _clocked(shop)
    v1 = shop.client().v1
    assert v1.customers.list({}).data == []
    assert [each.id for each in v1.customers.list({"test_clock": clock.id}).data] == [subscription.customer]
    assert v1.subscriptions.list({}).data == []
    assert len(v1.subscriptions.list({"test_clock": clock.id}).data) == 1
    assert len(v1.subscriptions.list({"customer": subscription.customer}).data) == 1


def test_a_deleted_test_clock_takes_its_customers_with_it(shop: Shop) -> None:
    clock, subscription = _clocked(shop)
    v1 = shop.client().v1
    assert v1.test_helpers.test_clocks.delete(clock.id).deleted is True
    assert v1.customers.retrieve(subscription.customer).deleted is True
    assert v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert v1.test_helpers.test_clocks.list({}).data == []
    with pytest.raises(stripe.InvalidRequestError) as gone:
        v1.test_helpers.test_clocks.retrieve(clock.id)
    assert (gone.value.http_status, gone.value.code) == (404, "resource_missing")


def test_a_fourth_customer_finds_no_place_on_a_test_clock(shop: Shop) -> None:
    v1 = shop.client().v1
    clock = v1.test_helpers.test_clocks.create({"frozen_time": START})
    for _ in range(3):
        v1.customers.create({"test_clock": clock.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.create({"test_clock": clock.id})
    assert refused.value.param == "test_clock"
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        v1.customers.create({"test_clock": "clock_none"})
    assert unknown.value.param == "test_clock"
