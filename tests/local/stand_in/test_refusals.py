"""Requests that Stripe refuses are refused here, with Stripe's codes."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests import patience
from tests.local.stand_in.shop import Shop, order


def _line(**price_data: Any) -> dict[str, Any]:
    return {
        "quantity": 1,
        "price_data": {"currency": "usd", "product_data": {"name": "x"}, "unit_amount": 500, **price_data},
    }


REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", "payment_method_types"),
    ({"payment_methods": ["card"]}, "parameter_unknown", "payment_methods"),
    ({"line_items": [{**_line(), "unit_price": 1}]}, "parameter_unknown", "line_items[0][unit_price]"),
    (
        {"line_items": [_line(unit_amount="12.5")]},
        "parameter_invalid_integer",
        "line_items[0][price_data][unit_amount]",
    ),
    ({"mode": "pay"}, None, "mode"),
    ({"ui_mode": "hosted"}, None, "ui_mode"),
    ({"mode": None}, "parameter_missing", "mode"),
    ({"success_url": None}, "parameter_missing", "success_url"),
    ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
    ({"line_items": [_line(unit_amount=49)]}, "amount_too_small", "line_items"),
    ({"line_items": [_line(unit_amount=100_000_000)]}, "amount_too_large", "line_items"),
    ({"line_items": [_line(currency="xxx")]}, None, "line_items[0][price_data][currency]"),
    ({"line_items": [_line(), _line(currency="eur")]}, None, "line_items"),
    ({"line_items": [{**_line(), "quantity": 0}]}, None, "line_items[0][quantity]"),
    ({"line_items": [{"price": "price_none", "quantity": 1}]}, "resource_missing", "line_items[0][price]"),
    ({"line_items": [_line(unit_amount_decimal="1E-7")]}, None, "line_items[0][price_data][unit_amount_decimal]"),
    ({"line_items": [{**_line(), "tax_rates": ["txr_none"]}]}, "resource_missing", "line_items[0][tax_rates][0]"),
    ({"metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 40}]"),
    ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
    ({"metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
    ({"customer": "cus_none"}, "resource_missing", "customer"),
    ({"customer_update": {"address": "auto"}}, None, "customer_update"),
    ({"subscription_data": {"description": "x"}}, None, "subscription_data"),
    ({"discounts": [{"coupon": "x"}]}, "stand_in_unsupported", "discounts"),
    ({"client_reference_id": "x" * 201}, "parameter_invalid_string_too_long", "client_reference_id"),
]


@pytest.mark.parametrize(("changes", "code", "param"), REFUSED, ids=lambda value: str(value)[:60])
def test_checkout_refuses_as_stripe_does(
    shop: Shop, changes: dict[str, Any], code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.checkout.sessions.create(order(**changes))
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert shop.client().v1.products.list({}).data == [], "a refused request leaves nothing behind"


def test_automatic_tax_with_a_customer_without_address_needs_customer_update(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({"email": "a@example.com"})
    tax: Any = {"enabled": True}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(order(customer=customer.id, automatic_tax=tax))
    assert refused.value.code == "customer_tax_location_invalid"
    update: Any = {"address": "auto"}
    session = client.v1.checkout.sessions.create(order(customer=customer.id, automatic_tax=tax, customer_update=update))
    assert session.automatic_tax.enabled is True


def test_an_unknown_id_is_a_404_in_the_address_and_a_400_as_a_parameter(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        shop.client().v1.checkout.sessions.retrieve("cs_test_none")
    assert (missing.value.http_status, missing.value.code, missing.value.param) == (404, "resource_missing", "id")
    with pytest.raises(stripe.InvalidRequestError) as missing:
        shop.client().v1.refunds.create({"payment_intent": "pi_none"})
    assert (missing.value.http_status, missing.value.code, missing.value.param) == (
        400,
        "resource_missing",
        "payment_intent",
    )


@pytest.mark.parametrize("key", ["sk_live_x", "pk_test_x", "nonsense"])
def test_only_test_keys_are_taken(shop: Shop, key: str) -> None:
    client = stripe.StripeClient(key, base_addresses={"api": shop.url})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.customers.list({})


def test_removed_parameters_of_intents_are_refused(shop: Shop) -> None:
    params: Any = {"amount": 500, "currency": "usd", "payment_method_types": ["card"]}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.payment_intents.create(params)
    assert refused.value.code == "payment_method_types_no_longer_supported"


@pytest.mark.parametrize(("amount", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large")])
def test_the_limits_of_a_charge(shop: Shop, amount: int, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.payment_intents.create({"amount": amount, "currency": "usd"})
    assert refused.value.code == code


def test_three_decimal_currencies_end_in_nought(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client().v1.payment_intents.create({"amount": 5001, "currency": "kwd"})


def test_a_path_that_cannot_be_expanded_is_refused(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.client().v1.checkout.sessions.retrieve(session.id, {"expand": ["metadata.secrets"]})


@pytest.mark.parametrize("limit", [0, 101])
def test_a_list_has_1_to_100_rows(shop: Shop, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client().v1.events.list({"limit": limit})


HOSTILE = [
    "mode=payment&mode[x]=1",
    "line_items[0]=x",
    "a" + "[b]" * 40 + "=1",
    "%ff%fe=1",
    "[]=1",
    "line_items[x][quantity]=1&mode=payment",
    "expand=x",
    "limit[gt]=1",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_hostile_form_is_a_400_never_a_500(shop: Shop, body: str) -> None:
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{shop.url}/v1/checkout/sessions", data=body, headers=headers, timeout=patience.SECONDS)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


CONTROLS: list[tuple[str, Any, int]] = [
    ("webhooks", {"mode": "later"}, 422),
    ("webhooks", {"mode": "hold", "x": 1}, 422),
    ("webhooks/deliver", {"times": 0}, 422),
    ("webhooks/deliver", {"times": True}, 422),
    ("webhooks/deliver", {"shuffle_seed": "x"}, 422),
    ("webhooks/deliver", {}, 409),
    ("webhooks/nothing", {}, 404),
    ("nothing", {}, 404),
    ("refund", {}, 422),
    ("refund", {"payment_intent": "pi_none"}, 404),
    ("refund", {"payment_intent": ["pi"]}, 422),
    ("refund", {"payment_intent": "pi_none", "amount_minor": 1.5}, 422),
    ("dispute", {"payment_intent": "pi_none"}, 404),
    ("dispute/du_none/close", {"outcome": "won"}, 404),
    ("dispute/du_none/close", {"outcome": "draw"}, 422),
    ("settle_async", {"session": "cs_none", "outcome": "succeeded"}, 404),
    ("payments/pi_none", {"outcome": "succeed"}, 404),
    ("payments/pi_none", {"outcome": "succeeded"}, 422),
    ("payments/pi_none", {"outcome": "fail", "session_follows": 1}, 422),
    ("payments/pi_none/end", {"outcome": "fail"}, 404),
    ("fail", {"operation": "checkout.session.create", "kind": "500", "times": 1}, 422),
    ("fail", {"operation": "checkout.sessions.create", "kind": "501", "times": 1}, 422),
    ("fail", {"operation": "checkout.sessions.create", "kind": "500", "times": -1}, 422),
    ("fail", {"operation": {"a": 1}, "kind": "500"}, 422),
    ("fail", {"operation": "checkout.sessions.create", "kind": ["500"]}, 422),
]


@pytest.mark.parametrize(("path", "body", "status"), CONTROLS, ids=lambda value: str(value)[:50])
def test_bad_input_to_a_control_is_answered_plainly(shop: Shop, path: str, body: Any, status: int) -> None:
    answer = requests.post(f"{shop.url}/_stand_in/{path}", json=body, timeout=patience.SECONDS)
    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (status, True)


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"\xff", b'{"card": 4242}', b"[" * 100_000, b'{"card": "x", "y": 1}', b"{}"]
)
def test_bad_input_to_the_page_is_answered_plainly(shop: Shop, body: bytes) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    answer = requests.post(f"{shop.url}/checkout/{session.id}/pay", data=body, timeout=patience.SECONDS)
    assert answer.status_code in (400, 422)
    assert shop.client().v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_what_is_not_a_test_card_is_declined(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    assert shop.pay(session, "4111111111111111").json()["error"]["decline_code"] == "test_mode_live_card"
    assert shop.pay(session, "4242424242424241").json()["error"]["code"] == "incorrect_number"


def test_unknown_addresses_are_404(shop: Shop) -> None:
    for path in (
        "/",
        "/nothing",
        "/checkout/cs_none/pay/x",
        "/invoice/in_none",
        "/invoice/in_none/pdf",
        "/billing_portal/x",
        "/_stand_in",
    ):
        assert requests.get(shop.url + path, timeout=patience.SECONDS).status_code == 404, path
    headers = {"Authorization": "Bearer sk_test_x"}
    assert requests.get(f"{shop.url}/v1/treasure", headers=headers, timeout=patience.SECONDS).status_code == 404
