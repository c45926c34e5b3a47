"""Changes of a plan: at once and in full, pending until paid, cancelled by a portal, with credits; what waits and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import (
    DAY,
    HOUR,
    Shop,
    change,
    invoices_of,
    order,
    plan,
    subscribe,
    subscriber,
    with_card,
)


def _now(shop: Shop, subscription: Any) -> Any:
    return shop.client().v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})


def _period(subscription: Any) -> tuple[int, int, int]:
    item = subscription["items"].data[0]
    return item.price.unit_amount, item.current_period_start, item.current_period_end


def _pending(shop: Shop, token: str = "pm_card_chargeCustomerFail", after: int = DAY) -> tuple[Any, Any]:
    """A subscription of $9.00 whose change to $29.00 could not be paid: as it was before, and what the call answered."""
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, token)
    shop.passes(after)
    before = _now(shop, subscription)
    dear = plan(shop.client(), 2900).id
    return before, change(shop, subscription, dear, payment_behavior="pending_if_incomplete")


def test_v2_a_pending_change_that_is_not_paid_changes_nothing(shop: Shop) -> None:
    before, after = _pending(shop)
    assert _period(after) == _period(before)
    assert (after.status, after.billing_cycle_anchor) == ("active", before.billing_cycle_anchor)
    pending = after.pending_update
    assert pending.expires_at == shop.clock.at // 1000 + 23 * HOUR
    assert pending.billing_cycle_anchor == shop.clock.at // 1000
    assert pending.subscription_items[0].price.unit_amount == 2900
    assert (after.latest_invoice.status, after.latest_invoice.amount_due) == ("open", 2900)
    assert after.latest_invoice.lines.data[0].period.start == shop.clock.at // 1000
    event = shop.happened("customer.subscription.updated")[-1]
    assert event.data.previous_attributes.pending_update is None


def test_v2_a_pending_change_comes_into_force_when_its_invoice_is_paid(shop: Shop) -> None:
    before, after = _pending(shop)
    asked = shop.clock.at // 1000
    shop.passes(HOUR)
    shop.client().v1.invoices.pay(after.latest_invoice.id, {"payment_method": "pm_card_visa"})
    applied = _now(shop, before)
    assert _period(applied)[:2] == (2900, asked)
    assert (applied.pending_update, applied.status, applied.billing_cycle_anchor) == (None, "active", asked)
    assert shop.events()[-2:] == ["customer.subscription.updated", "customer.subscription.pending_update_applied"]
    shop.passes(23 * HOUR)
    assert _period(_now(shop, before))[0] == 2900


def test_v2_a_pending_change_expires_after_23_hours_and_its_invoice_is_void(shop: Shop) -> None:
    before, after = _pending(shop)
    shop.passes(23 * HOUR - 1)
    assert _now(shop, before).pending_update
    shop.passes(1)
    expired = _now(shop, before)
    assert (expired.pending_update, expired.latest_invoice.status) == (None, "void")
    assert _period(expired) == _period(before)
    assert expired.status == "active"
    assert "customer.subscription.pending_update_expired" in shop.events()
    with pytest.raises(stripe.InvalidRequestError):
        shop.client().v1.invoices.pay(after.latest_invoice.id, {"payment_method": "pm_card_visa"})


def test_v2_a_pending_change_expires_with_the_period_if_that_is_sooner(shop: Shop) -> None:
    before, after = _pending(shop, after=30 * DAY - HOUR)
    end = _period(before)[2]
    assert after.pending_update.expires_at == end
    shop.comes(end)
    renewed = _now(shop, before)
    assert (renewed.pending_update, _period(renewed)[:2]) == (None, (900, end))


def test_v2_a_pending_change_that_is_paid_at_once_was_never_pending(shop: Shop) -> None:
    _, after = _pending(shop, "pm_card_visa")
    assert (after.pending_update, after.latest_invoice.status, _period(after)[0]) == (None, "paid", 2900)
    assert "customer.subscription.pending_update_applied" not in shop.events()


def test_v2_a_second_pending_change_takes_the_place_of_the_first(shop: Shop) -> None:
    before, first = _pending(shop)
    shop.passes(HOUR)
    second = change(shop, before, plan(shop.client(), 6400).id, payment_behavior="pending_if_incomplete")
    assert shop.client().v1.invoices.retrieve(first.latest_invoice.id).status == "void"
    assert second.pending_update.subscription_items[0].price.unit_amount == 6400
    assert second.pending_update.expires_at == shop.clock.at // 1000 + 23 * HOUR


def test_v2_voiding_the_invoice_drops_the_change(shop: Shop) -> None:
    before, after = _pending(shop)
    shop.control("POST", f"invoices/{after.latest_invoice.id}/void")
    dropped = _now(shop, before)
    assert (dropped.pending_update, dropped.status, _period(dropped)) == (None, "active", _period(before))


def test_v2_a_pending_change_waits_for_a_buyer_whose_bank_asks(shop: Shop) -> None:
    _, after = _pending(shop, "pm_card_authenticationRequired")
    assert (after.status, after.latest_invoice.status) == ("active", "open")
    assert after.latest_invoice.hosted_invoice_url


def test_v1_a_change_in_the_draft_hour_is_paid_and_an_hour_later_the_renewal_too(shop: Shop) -> None:
    """As at Stripe: the draft of the period that has begun is collected whatever the plan has become meanwhile."""
    subscription = subscribe(shop)
    shop.comes(_period(subscription)[2] + 20 * 60)
    changed = change(shop, subscription, plan(shop.client(), 20000).id)
    assert changed.latest_invoice.amount_paid == 20000
    shop.passes(2 * HOUR)
    assert [each.amount_paid for each in invoices_of(shop, subscription)] == [900, 900, 20000]


def test_v1_a_draft_that_is_finalized_without_collection_and_voided_is_never_charged(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    shop.comes(_period(subscription)[2] + 20 * 60)
    draft = invoices_of(shop, subscription)[-1]
    with pytest.raises(stripe.InvalidRequestError):
        v1.invoices.delete(draft.id)
    assert v1.invoices.finalize_invoice(draft.id, {"auto_advance": False}).status == "open"
    assert v1.invoices.void_invoice(draft.id).status == "void"
    changed = change(shop, subscription, plan(shop.client(), 20000).id)
    shop.passes(20 * DAY)
    assert [each.status for each in invoices_of(shop, subscription)] == ["paid", "void", "paid"]
    assert changed.status == "active"


@pytest.mark.parametrize("name", ["metadata", "default_payment_method", "cancel_at"])
def test_v18_what_cannot_wait_is_refused_beside_pending_if_incomplete(shop: Shop, name: str) -> None:
    subscription = subscribe(shop)
    values: dict[str, Any] = {"metadata": {"a": "b"}, "default_payment_method": "pm_x", "cancel_at": 1_900_000_000}
    dear = plan(shop.client(), 2900).id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        change(shop, subscription, dear, payment_behavior="pending_if_incomplete", **{name: values[name]})
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, name, None)


def _yearly(shop: Shop) -> str:
    recurring: Any = {"interval": "year"}
    return (
        shop.client()
        .v1.prices.create(
            {"currency": "usd", "unit_amount": 9000, "recurring": recurring, "product_data": {"name": "Year"}}
        )
        .id
    )


def test_v3_another_interval_needs_a_new_anchor(shop: Shop) -> None:
    subscription = subscribe(shop)
    yearly = _yearly(shop)
    item: Any = {"id": subscription["items"].data[0].id, "price": yearly}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.subscriptions.update(subscription.id, {"items": [item], "proration_behavior": "none"})
    assert refused.value.code == "stand_in_unsupported"
    changed = change(shop, subscription, yearly)
    assert (changed.latest_invoice.amount_paid, _period(changed)[2] > _period(subscription)[2]) == (9000, True)


def test_v3_items_of_two_intervals_are_refused(shop: Shop) -> None:
    subscription = subscribe(shop)
    item: Any = {"price": _yearly(shop)}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.subscriptions.update(subscription.id, {"items": [item], "proration_behavior": "none"})
    assert refused.value.code == "stand_in_unsupported"


@pytest.mark.parametrize("proration", [None, "create_prorations", "always_invoice"])
@pytest.mark.parametrize("what", ["anchor", "items"])
def test_v5_what_stripe_would_prorate_is_refused(shop: Shop, what: str, proration: str | None) -> None:
    subscription = subscribe(shop)
    item: Any = {"id": subscription["items"].data[0].id, "price": plan(shop.client(), 2900).id}
    params: Any = {"items": [item]} if what == "items" else {"billing_cycle_anchor": {"type": "now"}}
    more = {"proration_behavior": proration} if proration else {}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.subscriptions.update(subscription.id, {**params, **more})
    assert (refused.value.code, refused.value.param) == ("stand_in_unsupported", "proration_behavior")
    assert len(invoices_of(shop, subscription)) == 1


@pytest.mark.parametrize("call", ["create", "update"])
def test_v10_a_bank_that_asks_has_a_code_of_its_own_with_error_if_incomplete(shop: Shop, call: str) -> None:
    client = shop.client()
    if call == "create":
        customer, _ = subscriber(client, "pm_card_threeDSecure2Required")
        items: Any = [{"price": plan(client).id}]
        with pytest.raises(stripe.CardError) as asked:
            client.v1.subscriptions.create(
                {"customer": customer.id, "items": items, "payment_behavior": "error_if_incomplete"}
            )
        assert client.v1.subscriptions.list({"status": "all"}).data == []
    else:
        subscription = subscribe(shop)
        with_card(shop, subscription.customer, "pm_card_threeDSecure2Required")
        with pytest.raises(stripe.CardError) as asked:
            change(shop, subscription, plan(client, 2900).id)
        assert len(invoices_of(shop, subscription)) == 1, "no invoice to pay is left"
    assert (asked.value.http_status, asked.value.code) == (402, "subscription_payment_intent_requires_action")


def test_v11_a_portals_cancellation_is_an_instant_that_no_change_moves(shop: Shop) -> None:
    subscription = subscribe(shop)
    end = _period(subscription)[2]
    answer = shop.control("POST", f"subscriptions/{subscription.id}/portal_cancel").json()
    assert (answer["cancel_at"], answer["cancel_at_period_end"], answer["status"]) == (end, False, "active")
    shop.passes(10 * DAY)
    changed = change(shop, subscription, plan(shop.client(), 2900).id)
    assert (changed.cancel_at, _period(changed)[2] > end) == (end, True)
    shop.comes(end)
    assert _now(shop, subscription).status == "canceled", "in the middle of the period that was just paid"


def test_v11_one_call_changes_the_plan_and_takes_a_portals_cancellation_back(shop: Shop) -> None:
    subscription = subscribe(shop)
    shop.control("POST", f"subscriptions/{subscription.id}/portal_cancel")
    dear = plan(shop.client(), 2900).id
    assert change(shop, subscription, dear, cancel_at_period_end=False).cancel_at, "the harder of what Stripe may do"
    changed = change(shop, subscription, dear, cancel_at_period_end=False, cancel_at="")
    assert (changed.cancel_at, changed.canceled_at, _period(changed)[0]) == (None, None, 2900)


def test_v11_a_cancellation_at_the_periods_end_moves_with_the_period(shop: Shop) -> None:
    subscription = subscribe(shop)
    shop.client().v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    shop.passes(10 * DAY)
    changed = change(shop, subscription, plan(shop.client(), 2900).id)
    assert (changed.cancel_at_period_end, changed.cancel_at) == (True, _period(changed)[2])


def test_v11_an_instant_can_be_set_and_taken_back(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    at = _period(subscription)[2] + 5 * DAY
    assert v1.subscriptions.update(subscription.id, {"cancel_at": at}).cancel_at == at
    shop.comes(_period(subscription)[2] + 2 * HOUR)
    assert _now(shop, subscription).status == "active"
    cleared = v1.subscriptions.update(subscription.id, {"cancel_at": ""})
    assert (cleared.cancel_at, cleared.canceled_at, cleared.cancellation_details.reason) == (None, None, None)
    soon: Any = {"cancel_at": shop.clock.at // 1000 + DAY}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.subscriptions.update(subscription.id, soon)
    assert (refused.value.code, refused.value.param) == ("stand_in_unsupported", "cancel_at")
    v1.subscriptions.update(subscription.id, {**soon, "proration_behavior": "none"})
    shop.passes(DAY)
    assert _now(shop, subscription).status == "canceled"
    wrong: list[Any] = [{"cancel_at": 1}, {"cancel_at": at, "cancel_at_period_end": True}]
    other = subscribe(shop)
    for params in wrong:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.subscriptions.update(other.id, params)
        assert refused.value.param == "cancel_at"


def test_v15_events_say_what_was_before(shop: Shop) -> None:
    subscription = subscribe(shop)
    first = invoices_of(shop, subscription)[0].id
    shop.comes(_period(subscription)[2])
    renewed = shop.happened("customer.subscription.updated")[-1].data
    assert set(renewed.previous_attributes.to_dict()) == {"items", "latest_invoice"}
    assert renewed.previous_attributes.latest_invoice == first
    [was] = renewed.previous_attributes["items"].data
    assert (was.current_period_end, renewed.object["items"].data[0].current_period_start) == (
        _period(subscription)[2],
    ) * 2
    shop.passes(2 * HOUR)
    change(shop, subscription, plan(shop.client(), 2900).id)
    changed = shop.happened("customer.subscription.updated")[-1].data.previous_attributes
    assert set(changed.to_dict()) == {"billing_cycle_anchor", "items", "latest_invoice"}
    shop.client().v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    cancelled = shop.happened("customer.subscription.updated")[-1].data.previous_attributes.to_dict()
    assert cancelled == {
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"reason": None},
    }
    shop.client().v1.customers.update(subscription.customer, {"email": "b@example.com"})
    assert shop.happened("customer.updated")[-1].data.previous_attributes.to_dict() == {"email": "a@example.com"}


def test_v17_a_subscription_may_be_made_with_its_end(shop: Shop) -> None:
    subscription = subscribe(shop, cancel_at_period_end=True)
    assert (subscription.cancel_at_period_end, subscription.cancel_at) == (True, _period(subscription)[2])
    shop.comes(_period(subscription)[2] + HOUR)
    assert (_now(shop, subscription).status, len(invoices_of(shop, subscription))) == ("canceled", 1)


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"payment_behavior": "pending_if_incomplete"}, None, "payment_behavior"),
        ({"currency": "eur"}, None, "currency"),
        ({"billing_mode": {"type": "classic"}}, "stand_in_unsupported", "billing_mode[type]"),
        ({"collection_method": "send_invoice"}, "stand_in_unsupported", "collection_method"),
    ],
)
def test_v17_what_a_new_subscription_cannot_be(
    shop: Shop, params: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        subscribe(shop, **params)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert shop.client().v1.subscriptions.list({"status": "all"}).data == []


def test_v17_payment_settings_and_the_buyers_words_are_kept(shop: Shop) -> None:
    settings: Any = {"payment_method_types": ["card"], "save_default_payment_method": "on_subscription"}
    subscription = subscribe(shop, payment_settings=settings, billing_mode={"type": "flexible"})
    assert subscription.payment_settings.payment_method_types == ["card"]
    assert subscription.default_payment_method
    assert invoices_of(shop, subscription)[0].payment_settings.payment_method_types == ["card"]
    words: Any = {"comment": "too dear", "feedback": "too_expensive"}
    ended = shop.client().v1.subscriptions.cancel(subscription.id, {"cancellation_details": words})
    assert (ended.cancellation_details.comment, ended.cancellation_details.reason) == (
        "too dear",
        "cancellation_requested",
    )


def test_v25_a_change_while_the_renewal_is_unpaid_makes_a_second_collectable_invoice(shop: Shop) -> None:
    """As at Stripe: whoever changes a plan must see to the open renewal."""
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, "pm_card_chargeCustomerFail")
    shop.comes(_period(subscription)[2] + HOUR)
    with_card(shop, subscription.customer, "pm_card_visa")
    changed = change(shop, subscription, plan(shop.client(), 2900).id)
    assert changed.status == "active"
    assert [each.status for each in invoices_of(shop, subscription)] == ["paid", "open", "paid"]
    shop.passes(3 * DAY)
    assert [each.status for each in invoices_of(shop, subscription)] == ["paid", "paid", "paid"]


def test_a_plans_checkout_with_extras_keeps_its_card_for_the_subscription(shop: Shop) -> None:
    v1 = shop.client().v1
    customer = v1.customers.create({"email": "a@example.com"})
    lines: Any = [{"price": plan(shop.client()).id, "quantity": 1}, order()["line_items"][0]]
    rate = v1.tax_rates.create({"display_name": "GST", "percentage": 18, "inclusive": False})
    data: Any = {"metadata": {"plan": "core"}, "proration_behavior": "none", "billing_mode": {"type": "flexible"}}
    asked: Any = order(mode="subscription", customer=customer.id, line_items=lines, subscription_data=data)
    asked["subscription_data"]["default_tax_rates"] = [rate.id]
    session = v1.checkout.sessions.create(asked)
    assert shop.pay(session, "4000002500003155").status_code == 402
    assert shop.pay(session, None, authenticate=True).status_code == 200
    done = v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    assert (done.subscription.status, done.subscription.metadata.to_dict()) == ("active", {"plan": "core"})
    assert done.subscription.default_payment_method
    assert v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None
    assert done.subscription.default_tax_rates[0].id == rate.id
    assert len(done.invoice.lines.data) == 2
    shop.comes(_period(done.subscription)[2] + HOUR)
    renewal = invoices_of(shop, done.subscription)[-1]
    assert (renewal.status, renewal.total) == ("paid", 1062), "set up on the page: no bank asks at the renewal"
