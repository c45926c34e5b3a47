"""A customer that was deleted, as by the button of the dashboard: what still answers, what refuses it, what goes with it."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import Shop, order, plan, subscriber


def test_a_deleted_customer_is_shown_as_deleted(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({"metadata": {"a": "1"}})
    assert client.v1.customers.update(customer.id, {"metadata": {"a": "", "b": "2"}}).metadata.to_dict() == {"b": "2"}
    client.v1.customers.delete(customer.id)
    assert client.v1.customers.retrieve(customer.id).deleted is True
    assert client.v1.customers.list({}).data == []
    assert shop.events()[-1] == "customer.deleted"
    page: Any = {"customer": customer.id, "mode": "setup", "currency": "usd", "success_url": "https://shop.example/"}
    for param, status, use in (
        ("customer", 400, lambda: client.v1.checkout.sessions.create(order(customer=customer.id))),
        ("customer", 400, lambda: client.v1.checkout.sessions.create(page)),
        ("customer", 400, lambda: client.v1.setup_intents.create({"customer": customer.id})),
        ("id", 404, lambda: client.v1.customers.update(customer.id, {"name": "x"})),
        ("id", 404, lambda: client.v1.customers.payment_methods.list(customer.id)),
        ("id", 404, lambda: client.v1.customers.delete(customer.id)),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            use()
        error = refused.value
        assert (error.code, error.param, error.http_status) == ("resource_missing", param, status)
        assert error.user_message == f"No such customer: '{customer.id}'"


def test_a_deleted_customer_takes_its_cards_and_subscriptions_with_it(shop: Shop) -> None:
    client = shop.client()
    customer, method = subscriber(client)
    price = plan(client)
    running = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    paid = client.v1.payment_intents.list({"customer": customer.id}).data[0]
    client.v1.customers.delete(customer.id)
    assert client.v1.subscriptions.retrieve(running.id).status == "canceled"
    assert shop.events()[-2:] == ["customer.subscription.deleted", "customer.deleted"]
    assert client.v1.payment_methods.retrieve(method.id).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(method.id, {"customer": client.v1.customers.create({}).id})
    assert client.v1.payment_intents.retrieve(paid.id).status == "succeeded"
