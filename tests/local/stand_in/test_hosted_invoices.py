"""What a bank asks, who answers, and the page on which a buyer pays an open invoice."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests import patience
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

VISA, ALWAYS, ONCE, SET_UP, POOR, DECLINED = (
    "4242424242424242", "4000002760003184", "4000002500003155", "4000003800000446", "4000008260003178", "4000000000000002",
)  # fmt: skip


def _renewed(shop: Shop, token: str = "pm_card_authenticationRequired") -> tuple[Any, Any]:
    """A subscription and its renewal, one hour into the new period, with that card."""
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, token)
    shop.comes(subscription["items"].data[0].current_period_end + HOUR)
    return subscription, invoices_of(shop, subscription)[-1]


def _post(shop: Shop, invoice: Any, **body: Any) -> requests.Response:
    return requests.post(f"{shop.url}/invoice/{invoice.id}/pay", json=body, timeout=patience.SECONDS)


def _intent(shop: Shop, invoice: Any) -> Any:
    whole = shop.client().v1.invoices.retrieve(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})
    return whole.payments.data[0].payment.payment_intent


@pytest.mark.parametrize("status", ["requires_action", "requires_payment_method"])
def test_v23_a_renewal_that_the_bank_wants_authenticated_waits_for_the_buyer(shop: Shop, status: str) -> None:
    shop.control("POST", "settings", renewal_3ds=status)
    subscription, invoice = _renewed(shop)
    intent = _intent(shop, invoice)
    assert (invoice.status, intent.status, intent.last_payment_error.code) == (
        "open",
        status,
        "authentication_required",
    )
    assert (intent.payment_method is None) == (status == "requires_payment_method")
    assert shop.client().v1.subscriptions.retrieve(subscription.id).status == "past_due"
    told = [kind for kind in shop.events() if kind.startswith("invoice.")]
    assert told[-2:] == ["invoice.payment_action_required", "invoice.payment_failed"]
    assert "charge.failed" in shop.events()


def test_v22_the_buyer_answers_the_bank_on_the_invoices_page(shop: Shop) -> None:
    subscription, invoice = _renewed(shop)
    assert "Confirm at the bank" in requests.get(invoice.hosted_invoice_url, timeout=patience.SECONDS).text
    failed = _post(shop, invoice, authenticate=False)
    assert (failed.status_code, failed.json()["invoice"]["status"]) == (402, "open")
    assert _post(shop, invoice, authenticate=True).json()["error"]["code"] == "incomplete_number", "the card is gone"
    paid = _post(shop, invoice, card=ALWAYS, authenticate=True)
    assert (paid.status_code, paid.json()["status"], paid.json()["amount_paid"]) == (200, "paid", 900)
    assert shop.client().v1.subscriptions.retrieve(subscription.id).status == "active"


def test_v22_the_card_that_waits_is_authenticated_without_being_typed_again(shop: Shop) -> None:
    _, invoice = _renewed(shop)
    assert _post(shop, invoice, authenticate=True).json()["status"] == "paid"


def test_v22_another_card_pays_too_and_a_declined_one_leaves_it_open(shop: Shop) -> None:
    _, invoice = _renewed(shop, "pm_card_chargeCustomerFail")
    declined = _post(shop, invoice, card=DECLINED)
    assert (declined.status_code, declined.json()["error"]["code"]) == (402, "card_declined")
    asked = _post(shop, invoice, card=ALWAYS)
    assert (asked.status_code, asked.json()["error"]["code"]) == (402, "authentication_required")
    assert _post(shop, invoice, card=VISA).json()["status"] == "paid"
    again = _post(shop, invoice, card=VISA)
    assert (again.status_code, again.json()["error"]["code"]) == (400, "invoice_already_paid")
    assert len(shop.happened("invoice.paid")) == 2, "the first one and this"


def test_v22_a_form_does_the_same_for_a_person(shop: Shop) -> None:
    _, invoice = _renewed(shop, "pm_card_chargeCustomerFail")
    assert 'name="card"' in requests.get(invoice.hosted_invoice_url, timeout=patience.SECONDS).text
    url = f"{shop.url}/invoice/{invoice.id}/pay"
    declined = requests.post(url, data={"card": DECLINED}, timeout=patience.SECONDS)
    assert (declined.status_code, 'role="alert"' in declined.text) == (402, True)
    paid = requests.post(url, data={"card": VISA}, timeout=patience.SECONDS)
    assert paid.status_code == 200
    assert 'name="card"' not in paid.text
    assert (
        requests.post(f"{shop.url}/invoice/in_none/pay", data={"card": VISA}, timeout=patience.SECONDS).status_code
        == 404
    )


def test_v22_a_pending_change_is_paid_on_its_page(shop: Shop) -> None:
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, "pm_card_authenticationRequired")
    dear = plan(shop.client(), 2900).id
    pending = change(shop, subscription, dear, payment_behavior="pending_if_incomplete")
    assert _post(shop, pending.latest_invoice, authenticate=True).json()["status"] == "paid"
    after = shop.client().v1.subscriptions.retrieve(subscription.id)
    assert (after["items"].data[0].price.id, after.pending_update) == (dear, None)


def test_v22_a_payment_in_review_pays_its_invoice_when_it_is_decided(shop: Shop) -> None:
    _, invoice = _renewed(shop, "pm_card_chargeCustomerFail")
    assert _post(shop, invoice, card="card_in_review").json()["status"] == "open"
    answer = shop.control("POST", f"payments/{_intent(shop, invoice).id}", outcome="succeed")
    assert answer.json()["status"] == "succeeded"
    assert shop.client().v1.invoices.retrieve(invoice.id).status == "paid"


def _charged(shop: Shop, customer: str, method: str) -> str | None:
    """The code of an off-session charge; None when it passed."""
    params: Any = {
        "amount": 700,
        "currency": "usd",
        "customer": customer,
        "payment_method": method,
        "off_session": True,
    }
    try:
        shop.client().v1.payment_intents.create({**params, "confirm": True})
    except stripe.CardError as declined:
        return declined.code
    return None


@pytest.mark.parametrize(
    ("card", "code"), [(ONCE, None), (ALWAYS, "authentication_required"), (SET_UP, None), (POOR, "card_declined")]
)
def test_v26_what_a_card_asks_after_it_was_saved_on_a_page(shop: Shop, card: str, code: str | None) -> None:
    customer = shop.client().v1.customers.create({}).id
    asked: Any = order(mode="setup", customer=customer)
    del asked["line_items"]
    session = shop.client().v1.checkout.sessions.create(asked)
    assert shop.pay(session, card).status_code == 402
    assert shop.pay(session, None, authenticate=True).status_code == 200
    [saved] = shop.client().v1.payment_methods.list({"customer": customer}).data
    assert _charged(shop, customer, saved.id) == code


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_authenticationRequiredOnSetup", "authentication_required"),
        ("pm_card_authenticationRequiredSetupForOffSession", None),
        ("pm_card_authenticationRequired", "authentication_required"),
        ("pm_card_threeDSecure2Required", "authentication_required"),
    ],
)
def test_v26_what_a_card_asks_that_was_never_set_up(shop: Shop, token: str, code: str | None) -> None:
    customer, method = subscriber(shop.client(), token)
    assert _charged(shop, customer.id, method.id) == code


def test_v26_a_payment_on_a_page_that_saves_the_card_sets_it_up(shop: Shop) -> None:
    data: Any = {"setup_future_usage": "off_session"}
    session = shop.client().v1.checkout.sessions.create(order(payment_intent_data=data))
    assert shop.pay(session, ONCE).status_code == 402
    assert shop.pay(session, None, authenticate=True).status_code == 200
    customer = shop.client().v1.checkout.sessions.retrieve(session.id).customer
    [saved] = shop.client().v1.payment_methods.list({"customer": customer}).data
    assert _charged(shop, customer, saved.id) is None


def test_v26_a_plan_bought_with_authentication_renews_without(shop: Shop) -> None:
    line: Any = {"price": plan(shop.client()).id, "quantity": 1}
    session = shop.client().v1.checkout.sessions.create(order(mode="subscription", line_items=[line]))
    shop.pay(session, ONCE)
    shop.pay(session, None, authenticate=True)
    [subscription] = shop.client().v1.subscriptions.list({}).data
    shop.comes(subscription["items"].data[0].current_period_end + HOUR)
    assert [each.status for each in invoices_of(shop, subscription)] == ["paid", "paid"]
    shop.passes(DAY)
