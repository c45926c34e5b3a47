"""Charges off session, invoices, refunds, disputes."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.local.stand_in.shop import Shop, order, subscriber


def _charge(shop: Shop, token: str, **more: Any) -> Any:
    client = shop.client()
    customer, method = subscriber(client, token)
    params: Any = {
        "amount": 1170,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": method.id,
        "confirm": True,
        "off_session": True,
        "metadata": {"purchase_id": "p1"},
        **more,
    }
    return client.v1.payment_intents.create(params)


def test_a_saved_card_pays_off_session(shop: Shop) -> None:
    intent = _charge(shop, "pm_card_visa")
    assert (intent.status, intent.amount_received, intent.metadata["purchase_id"]) == ("succeeded", 1170, "p1")
    assert shop.client().v1.charges.retrieve(intent.latest_charge).paid is True


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
    ],
)
def test_a_decline_raises_with_stripes_fields(shop: Shop, token: str, code: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as declined:
        _charge(shop, token)
    error = declined.value
    assert (error.http_status, error.code, error.error.decline_code) == (402, code, decline_code)
    intent = error.error.payment_intent
    assert (intent["status"], intent["last_payment_error"]["code"]) == ("requires_payment_method", code)
    assert shop.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    canceled = shop.client().v1.payment_intents.cancel(intent["id"], {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")


def test_a_card_of_another_customer_cannot_be_charged(shop: Shop) -> None:
    client = shop.client()
    _, method = subscriber(client)
    other = client.v1.customers.create({})
    params: Any = {"amount": 500, "currency": "usd", "customer": other.id, "payment_method": method.id, "confirm": True}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(params)
    assert (refused.value.code, refused.value.param) == ("resource_missing", "payment_method")


def test_an_on_session_confirmation_may_need_an_action(shop: Shop) -> None:
    client = shop.client()
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    assert intent.status == "requires_payment_method"
    intent = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_authenticationRequired"})
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    intent = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert intent.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_setup_intent_saves_a_card(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({})
    params: Any = {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    intent = client.v1.setup_intents.create(params)
    assert (client.v1.setup_intents.retrieve(intent.id).status, intent.usage) == ("succeeded", "off_session")
    assert client.v1.payment_methods.list({"customer": customer.id}).data[0].id == intent.payment_method


def test_a_detached_card_is_no_longer_default_and_never_charged_again(shop: Shop) -> None:
    client = shop.client()
    customer, method = subscriber(client)
    client.v1.payment_methods.update(method.id, {"metadata": {"k": "v"}})
    assert client.v1.payment_methods.retrieve(method.id).metadata["k"] == "v"
    assert client.v1.payment_methods.detach(method.id).customer is None
    assert client.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    params: Any = {"amount": 500, "currency": "usd", "payment_method": method.id, "confirm": True}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(params)


def _draft(shop: Shop, token: str = "pm_card_visa") -> Any:
    client = shop.client()
    customer, method = subscriber(client, token)
    settings: Any = {"payment_method_types": ["card"]}
    invoice = client.v1.invoices.create(
        {
            "customer": customer.id,
            "currency": "usd",
            "collection_method": "charge_automatically",
            "auto_advance": False,
            "pending_invoice_items_behavior": "exclude",
            "default_payment_method": method.id,
            "payment_settings": settings,
            "metadata": {"purchase_id": "p1"},
        }
    )
    item: Any = {
        "invoice": invoice.id,
        "customer": customer.id,
        "currency": "usd",
        "unit_amount_decimal": "0.117",
        "quantity": 10_000,
        "tax_behavior": "exclusive",
        "description": "Credits",
    }
    client.v1.invoice_items.create(item)
    return client.v1.invoices.retrieve(invoice.id)


def test_an_invoice_is_drafted_finalized_and_paid(shop: Shop) -> None:
    client = shop.client()
    draft = _draft(shop)
    assert (draft.status, draft.total, draft.number, draft.hosted_invoice_url) == ("draft", 1170, None, None)
    opened = client.v1.invoices.finalize_invoice(draft.id, {"auto_advance": False, "expand": ["payments"]})
    assert (opened.status, opened.amount_due, opened.payments.data[0].status) == ("open", 1170, "open")
    paid = client.v1.invoices.pay(draft.id, {"off_session": True, "expand": ["payments.data.payment.payment_intent"]})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 1170, 0)
    assert paid.payments.data[0].payment.payment_intent.status == "succeeded"
    assert shop.events()[-5:] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.invoices.pay(draft.id)
    assert refused.value.code == "invoice_already_paid"


def test_an_invoice_whose_card_declines_stays_open_and_is_voided(shop: Shop) -> None:
    client = shop.client()
    draft = _draft(shop, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as declined:
        client.v1.invoices.pay(draft.id, {"off_session": True})
    assert declined.value.error.decline_code == "generic_decline"
    opened = client.v1.invoices.retrieve(draft.id)
    assert (opened.status, opened.attempted, opened.attempt_count) == ("open", True, 1)
    void = client.v1.invoices.void_invoice(draft.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert (void.status, void.payments.data[0].status) == ("void", "canceled")
    assert void.payments.data[0].payment.payment_intent.cancellation_reason == "void_invoice"
    assert [kind for kind in shop.events() if kind.startswith("invoice.")] == [
        "invoice.created",
        "invoice.finalized",
        "invoice.payment_failed",
        "invoice.voided",
    ]


def test_an_invoice_that_needs_authentication_says_so(shop: Shop) -> None:
    draft = _draft(shop, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as declined:
        shop.client().v1.invoices.pay(draft.id, {"off_session": True})
    assert declined.value.code == "authentication_required"
    assert "invoice.payment_action_required" in shop.events()


def test_invoice_tax_rates_and_pending_items(shop: Shop) -> None:
    client = shop.client()
    customer, _ = subscriber(client)
    rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False})
    client.v1.invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd", "tax_rates": [rate.id]})
    invoice = client.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    assert (invoice.subtotal, invoice.total, invoice.total_taxes[0].amount) == (1000, 1190, 190)
    assert client.v1.invoices.delete(invoice.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.invoices.retrieve(invoice.id)


def _paid_intent(shop: Shop) -> str:
    session = shop.client().v1.checkout.sessions.create(order())
    return str(shop.pay(session).json()["payment_intent"])


def test_money_goes_back_in_parts_and_never_more_than_was_paid(shop: Shop) -> None:
    client = shop.client()
    intent = _paid_intent(shop)
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 30})
    assert (refund.status, refund.amount) == ("succeeded", 30)
    assert shop.control("POST", "refund", payment_intent=intent, amount_minor=61).status_code == 400
    assert shop.control("POST", "refund", payment_intent=intent).json()["amount"] == 60
    charge = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.refunds"]}).latest_charge
    assert (charge.refunded, charge.amount_refunded, len(charge.refunds.data)) == (True, 90, 2)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    assert [kind for kind in shop.events() if "refund" in kind] == [
        "charge.refunded",
        "refund.created",
        "refund.updated",
    ] * 2
    failed = shop.control("POST", f"refund/{refund.id}/fail")
    assert failed.json()["status"] == "failed"
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 60


@pytest.mark.parametrize(
    ("outcome", "last"), [("won", "charge.dispute.funds_reinstated"), ("lost", "charge.dispute.closed")]
)
def test_a_dispute_takes_the_money_and_ends_won_or_lost(shop: Shop, outcome: str, last: str) -> None:
    client = shop.client()
    intent = _paid_intent(shop)
    dispute = shop.control("POST", "dispute", payment_intent=intent).json()
    assert (dispute["amount"], dispute["status"]) == (90, "needs_response")
    assert shop.control("POST", "dispute", payment_intent=intent).status_code == 409
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_disputed"
    assert client.v1.disputes.update(dispute["id"], {"evidence": {"product_description": "x"}}).status == "under_review"
    assert shop.control("POST", f"dispute/{dispute['id']}/close", outcome=outcome).json()["status"] == outcome
    assert shop.control("POST", f"dispute/{dispute['id']}/close", outcome=outcome).status_code == 409
    assert client.v1.disputes.list({"payment_intent": intent}).data[0].status == outcome
    assert shop.events()[-1] == last


def test_accepting_a_dispute_loses_it(shop: Shop) -> None:
    dispute = shop.control("POST", "dispute", payment_intent=_paid_intent(shop)).json()
    assert shop.client().v1.disputes.close(dispute["id"]).status == "lost"


def test_the_portal_has_an_address(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({})
    session = client.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "https://shop.example"})
    assert session.url.startswith(shop.url)
