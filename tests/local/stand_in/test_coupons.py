"""Coupons of a fixed amount on the page of a subscription, taxes added by its items, and a lookup key's only price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import HOUR, Shop, change, invoices_of, order, plan, subscribe


def _page(shop: Shop, coupon: str, **more: Any) -> Any:
    client = shop.client()
    lines = [{"price": plan(client, 9_000).id, "quantity": 1}, order()["line_items"][0]]
    customer = client.v1.customers.create({}).id
    params = {"mode": "subscription", "customer": customer, "line_items": lines, "discounts": [{"coupon": coupon}]}
    return client.v1.checkout.sessions.create({**order(), **params, **more})


def _coupon(shop: Shop, **more: Any) -> Any:
    return shop.client().v1.coupons.create({"amount_off": 500, "currency": "usd", "id": "c1", **more})


def test_a_coupon_takes_its_amount_off_the_first_invoice_and_what_is_taxed_is_less(shop: Shop) -> None:
    rate = shop.client().v1.tax_rates.create({"display_name": "VAT", "percentage": Decimal(10), "inclusive": False})
    _coupon(shop)
    session = _page(shop, "c1", subscription_data={"default_tax_rates": [rate.id]})
    sums = session.total_details
    assert (session.amount_subtotal, sums.amount_discount, sums.amount_tax, session.amount_total) == (
        9_090, 500, 859, 9_449,
    )  # fmt: skip
    assert shop.pay(session).status_code == 200
    subscription = shop.client().v1.subscriptions.retrieve(
        shop.client().v1.checkout.sessions.retrieve(session.id).subscription
    )
    (first,) = invoices_of(shop, subscription)
    assert (first.subtotal, first.total, first.amount_paid) == (9_090, 9_449, 9_449)
    assert [each.amount for each in first.total_discount_amounts] == [500]
    assert sum(off.amount for line in first.lines.data for off in line.discount_amounts) == 500
    shop.passes(31 * 24 * HOUR)
    assert invoices_of(shop, subscription)[1].total == 9_900


def test_a_coupon_is_used_as_often_as_it_may_be_and_not_beside_codes_of_the_buyers(shop: Shop) -> None:
    _coupon(shop, max_redemptions=1)
    for more in ({"allow_promotion_codes": False}, {"mode": "payment"}):
        with pytest.raises(stripe.InvalidRequestError):
            _page(shop, "c1", **more)
    assert shop.pay(_page(shop, "c1")).status_code == 200
    found = shop.client().v1.coupons.retrieve("c1")
    assert (found.times_redeemed, found.valid) == (1, False)
    with pytest.raises(stripe.InvalidRequestError) as spent:
        _page(shop, "c1")
    assert spent.value.code == "coupon_expired"
    with pytest.raises(stripe.InvalidRequestError) as there:
        _coupon(shop)
    assert there.value.code == "resource_already_exists"


def test_what_a_change_adds_is_taxed_and_dated_like_its_items(shop: Shop) -> None:
    client = shop.client()
    rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": Decimal(10), "inclusive": False})
    subscription = subscribe(shop, default_tax_rates=[rate.id])
    product = client.v1.products.create({"name": "Unused credits"}).id
    credit = {"price_data": {"currency": "usd", "product": product, "unit_amount": -500}}
    shop.passes(HOUR)
    changed = change(shop, subscription, plan(client, 2_900).id, add_invoice_items=[credit])
    (dear, off) = changed.latest_invoice.lines.data
    assert off.period.to_dict() == dear.period.to_dict()
    assert [tax.amount for tax in off.taxes] == [-50]
    assert changed.latest_invoice.total == 2_400 + 240


def test_a_lookup_key_belongs_to_one_price(shop: Shop) -> None:
    product = shop.client().v1.products.create({"name": "Plan"}).id
    params: Any = {"currency": "usd", "unit_amount": 900, "product": product, "lookup_key": "k"}
    made = shop.client().v1.prices.create(params)
    with pytest.raises(stripe.InvalidRequestError) as taken:
        shop.client().v1.prices.create({**params, "unit_amount": 901})
    assert taken.value.param == "lookup_key"
    assert [each.id for each in shop.client().v1.prices.list({"lookup_keys": ["k"]}).data] == [made.id]
