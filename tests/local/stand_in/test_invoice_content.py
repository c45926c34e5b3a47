"""What stands on invoices beside the plan: items that wait, credits, the customer's balance, metadata."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import (
    HOUR,
    Shop,
    change,
    invoices_of,
    plan,
    subscribe,
    with_card,
)


def _now(shop: Shop, subscription: Any) -> Any:
    return shop.client().v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})


def _period(subscription: Any) -> tuple[int, int, int]:
    item = subscription["items"].data[0]
    return item.price.unit_amount, item.current_period_start, item.current_period_end


def test_v4_an_item_that_waits_is_taken_by_the_invoice_of_a_change(shop: Shop) -> None:
    subscription = subscribe(shop)
    item = shop.client().v1.invoice_items.create({"customer": subscription.customer, "amount": -370, "currency": "usd"})
    changed = change(shop, subscription, plan(shop.client(), 20000).id)
    assert (changed.latest_invoice.total, changed.latest_invoice.amount_paid) == (19630, 19630)
    assert shop.client().v1.invoice_items.retrieve(item.id).invoice == changed.latest_invoice.id


def test_v4_a_renewal_takes_it_too_and_one_of_another_subscription_stays(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    items: Any = [{"price": plan(shop.client(), 100).id}]
    other = v1.subscriptions.create({"customer": subscription.customer, "items": items})
    v1.invoice_items.create({"customer": subscription.customer, "amount": 50, "currency": "usd"})
    own: Any = {"customer": subscription.customer, "amount": 7, "currency": "usd", "subscription": other.id}
    v1.invoice_items.create(own)
    shop.comes(_period(subscription)[2] + HOUR)
    totals = sorted(each.total for each in (invoices_of(shop, subscription)[-1], invoices_of(shop, other)[-1]))
    assert totals == [107, 950]


def test_v4_an_item_that_waits_can_be_taken_back(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    item = v1.invoice_items.create({"customer": subscription.customer, "amount": -370, "currency": "usd"})
    assert v1.invoice_items.delete(item.id).deleted is True
    assert change(shop, subscription, plan(shop.client(), 20000).id).latest_invoice.total == 20000


def test_v4_what_still_waits_when_a_subscription_ends_is_billed(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    own: Any = {"customer": subscription.customer, "amount": 700, "currency": "usd", "subscription": subscription.id}
    v1.invoice_items.create(own)
    v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    shop.comes(_period(subscription)[2] + HOUR)
    assert _now(shop, subscription).status == "canceled"
    last = invoices_of(shop, subscription)[-1]
    assert (last.status, last.total) == ("paid", 700)


def _credit(shop: Shop, cents: int) -> Any:
    product = shop.client().v1.products.create({"name": "Unused credits"}).id
    return {"price_data": {"currency": "usd", "product": product, "unit_amount": cents}, "metadata": {"a": "b"}}


def test_v19_a_credit_stands_on_the_invoice_of_the_change_itself(shop: Shop) -> None:
    subscription = subscribe(shop)
    changed = change(shop, subscription, plan(shop.client(), 6400).id, add_invoice_items=[_credit(shop, -513)])
    invoice = changed.latest_invoice
    assert (invoice.total, invoice.amount_paid) == (5887, 5887)
    plan_line, credit_line = invoice.lines.data
    assert (plan_line.amount, plan_line.parent.type) == (6400, "subscription_item_details")
    assert (credit_line.amount, credit_line.parent.type) == (-513, "invoice_item_details")
    assert plan_line.parent.subscription_item_details.proration is False


def test_v19_a_credit_of_a_change_that_is_declined_leaves_nothing_behind(shop: Shop) -> None:
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        change(shop, subscription, plan(shop.client(), 6400).id, add_invoice_items=[_credit(shop, -513)])
    assert shop.client().v1.invoice_items.list({"customer": subscription.customer}).data == []


def test_v19_a_credit_without_an_invoice_of_its_own_waits_for_the_next_one(shop: Shop) -> None:
    subscription = subscribe(shop)
    shop.client().v1.subscriptions.update(subscription.id, {"add_invoice_items": [_credit(shop, -300)]})
    assert len(invoices_of(shop, subscription)) == 1
    shop.comes(_period(subscription)[2] + HOUR)
    assert invoices_of(shop, subscription)[-1].amount_paid == 600


def test_v19_a_new_subscription_can_bring_a_line_of_its_own(shop: Shop) -> None:
    subscription = subscribe(shop, add_invoice_items=[_credit(shop, 250)])
    [invoice] = invoices_of(shop, subscription)
    assert (invoice.amount_paid, len(invoice.lines.data)) == (1150, 2)


def test_v20_more_credit_than_price_goes_to_the_balance_and_pays_later_invoices(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    changed = change(shop, subscription, plan(shop.client(), 2900).id, add_invoice_items=[_credit(shop, -3500)])
    invoice = changed.latest_invoice
    assert (invoice.status, invoice.total, invoice.amount_due, invoice.amount_paid) == ("paid", -600, 0, 0)
    assert (invoice.starting_balance, invoice.ending_balance) == (0, -600)
    assert v1.customers.retrieve(subscription.customer).balance == -600
    shop.comes(_period(changed)[2] + HOUR)
    renewal = invoices_of(shop, subscription)[-1]
    assert (renewal.total, renewal.starting_balance, renewal.amount_paid, renewal.ending_balance) == (
        2900,
        -600,
        2300,
        0,
    )
    moves = v1.customers.balance_transactions.list(subscription.customer).data
    assert [(each.amount, each.type, each.ending_balance) for each in moves] == [
        (600, "applied_to_invoice", 0),
        (-600, "applied_to_invoice", -600),
    ]
    assert shop.happened("customer.updated")[-1].data.previous_attributes.balance == -600


def test_v20_a_voided_invoice_gives_back_the_credit_that_it_took(shop: Shop) -> None:
    v1 = shop.client().v1
    subscription = subscribe(shop)
    v1.customers.balance_transactions.create(subscription.customer, {"amount": -600, "currency": "usd"})
    with_card(shop, subscription.customer, "pm_card_chargeCustomerFail")
    shop.comes(_period(subscription)[2] + HOUR)
    renewal = invoices_of(shop, subscription)[-1]
    assert (renewal.status, renewal.amount_due, v1.customers.retrieve(subscription.customer).balance) == (
        "open",
        300,
        0,
    )
    v1.invoices.void_invoice(renewal.id)
    assert v1.customers.retrieve(subscription.customer).balance == -600


@pytest.mark.parametrize(("discount", "charged", "carried"), [(-2851, 0, 49), (-2850, 50, 0), (-2900, 0, 0)])
def test_v21_less_than_the_least_charge_is_carried_on(shop: Shop, discount: int, charged: int, carried: int) -> None:
    subscription = subscribe(shop)
    changed = change(shop, subscription, plan(shop.client(), 2900).id, add_invoice_items=[_credit(shop, discount)])
    invoice = changed.latest_invoice
    assert (invoice.status, invoice.amount_paid, invoice.ending_balance) == ("paid", charged, carried)
    assert shop.client().v1.customers.retrieve(subscription.customer).balance == carried
    shop.comes(_period(changed)[2] + HOUR)
    assert invoices_of(shop, subscription)[-1].amount_paid == 2900 + carried


def test_v24_lines_show_the_subscriptions_present_metadata_and_the_parent_that_of_its_time(shop: Shop) -> None:
    subscription = subscribe(shop, metadata={"plan": "old"}, add_invoice_items=[_credit(shop, 250)])
    shop.client().v1.subscriptions.update(subscription.id, {"metadata": {"plan": "new"}})
    [invoice] = invoices_of(shop, subscription)
    assert invoice.parent.subscription_details.metadata.to_dict() == {"plan": "old"}
    assert [line.metadata.to_dict() for line in invoice.lines.data] == [{"plan": "new"}, {"a": "b"}]
