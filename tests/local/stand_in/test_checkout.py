"""Checkout through the real client and the page's addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests
import stripe

from tests import patience
from tests.local.stand_in.shop import Shop, order, plan, subscriber

HALF_HOUR, DAY = 1800, 86_400


def test_a_checkout_is_paid_and_read_back_with_everything_expanded(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order(client_reference_id="p1"))
    assert (session.status, session.payment_status, session.amount_subtotal, session.amount_total) == (
        "open",
        "unpaid",
        90,
        90,
    )
    assert session.payment_intent is None
    assert session.url == f"{shop.url}/checkout/{session.id}"

    answer = shop.pay(session).json()

    assert answer["redirect_url"] == f"https://shop.example/done?session_id={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "line_items"]})
    assert (paid.status, paid.payment_status, paid.url, paid.metadata["purchase_id"]) == (
        "complete",
        "paid",
        None,
        "p1",
    )
    assert paid.payment_intent.status == "succeeded"
    assert paid.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert [line.amount_total for line in paid.line_items.data] == [90]
    assert paid.line_items.data[0].price.unit_amount_decimal == Decimal("0.09")


@pytest.mark.parametrize(
    ("unit", "quantity", "total"),
    [("0.05", 1030, 52), ("0.0900", 555, 50), ("0.117", 10_000, 1170), ("9.99999", 10, 100)],
)
def test_a_line_is_rounded_once_after_multiplying_half_up(shop: Shop, unit: str, quantity: int, total: int) -> None:
    """0.05 x 1030 = 51.5 -> 52: never the unit price first."""
    line = {
        "quantity": quantity,
        "price_data": {"currency": "usd", "unit_amount_decimal": unit, "product_data": {"name": "x"}},
    }
    assert shop.client().v1.checkout.sessions.create(order(line_items=[line])).amount_total == total


def test_tax_rates_add_up_per_line_and_show_in_the_totals(shop: Shop) -> None:
    client = shop.client()
    rate = client.v1.tax_rates.create({"display_name": "GST", "percentage": 18, "inclusive": False, "country": "IN"})
    line: Any = {
        "quantity": 1,
        "tax_rates": [rate.id],
        "price_data": {"currency": "inr", "unit_amount": 100_025, "product_data": {"name": "Pack"}},
    }
    session = client.v1.checkout.sessions.create(order(line_items=[line, line]))
    assert (session.amount_subtotal, session.total_details.amount_tax, session.amount_total) == (
        200_050,
        36_010,
        236_060,
    )
    shop.pay(session)
    intent = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).payment_intent
    assert (intent.amount_received, intent.currency) == (236_060, "inr")


def test_a_decline_leaves_the_session_open_and_the_next_card_pays(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    refused = shop.pay(session, "4000000000009995")
    assert refused.status_code == 402
    assert refused.json()["error"]["decline_code"] == "insufficient_funds"
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (after.status, after.payment_intent.status) == ("open", "requires_payment_method")
    assert after.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert shop.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]

    assert shop.pay(session).status_code == 200

    charges = client.v1.charges.list({"payment_intent": after.payment_intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert client.v1.payment_intents.retrieve(after.payment_intent.id).last_payment_error is None


def test_authentication_is_asked_and_may_pass_or_fail(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    asked = shop.pay(session, "4000002500003155")
    assert (asked.status_code, asked.json()["error"]["code"]) == (402, "authentication_required")
    failed = shop.pay(session, None, authenticate=False)
    assert (failed.status_code, failed.json()["error"]["code"]) == (402, "payment_intent_authentication_failure")
    assert shop.pay(session, "4000002500003155", authenticate=True).status_code == 200
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.charges.list({}).data[0].status == "succeeded"


def test_authentication_may_be_answered_without_the_number_once_more(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    shop.pay(session, "4000002500003155")
    assert shop.pay(session, None, authenticate=True).json()["payment_status"] == "paid"
    again = shop.client().v1.checkout.sessions.create(order())
    assert shop.pay(again, None, authenticate=True).status_code == 422


@pytest.mark.parametrize(("outcome", "payment_status"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_an_asynchronous_method_completes_unpaid_and_settles_later(
    shop: Shop, outcome: str, payment_status: str
) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    assert shop.pay(session, "async_success").json()["payment_status"] == "unpaid"
    settled = shop.control("POST", "settle_async", session=session.id, outcome=outcome)
    assert settled.status_code == 200
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == payment_status
    assert f"checkout.session.async_payment_{outcome}" in shop.events()
    assert shop.control("POST", "settle_async", session=session.id, outcome=outcome).status_code == 409


def test_a_card_in_review_fails_and_is_paid_late_with_the_events_of_each(shop: Shop) -> None:
    client = shop.client()
    creation: Any = {"enabled": True, "invoice_data": {"metadata": {"purchase_id": "p1"}}}
    session = client.v1.checkout.sessions.create(order(invoice_creation=creation))
    assert shop.pay(session, "card_in_review").json()["payment_status"] == "unpaid"
    payment = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert client.v1.payment_intents.retrieve(payment).status == "processing"
    before = shop.events()
    assert before[-2:] == ["checkout.session.completed", "payment_intent.processing"]
    failed = shop.control("POST", f"payments/{payment}", outcome="fail").json()
    assert (failed["status"], failed["amount_received"]) == ("requires_payment_method", 0)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    middle = shop.events()[len(before) :]
    assert {"checkout.session.async_payment_failed", "payment_intent.payment_failed", "charge.failed"} == set(middle)
    assert shop.control("POST", f"payments/{payment}", outcome="fail").status_code == 409
    late = shop.control("POST", f"payments/{payment}", outcome="succeed").json()
    assert (late["status"], late["amount_received"], late["last_payment_error"]) == ("succeeded", 90, None)
    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    assert (after.payment_status, after.invoice.status) == ("paid", "paid")
    assert {"payment_intent.succeeded", "charge.succeeded", "invoice.paid"} <= set(shop.events()[len(before) + 3 :])
    assert shop.control("POST", f"payments/{payment}", outcome="succeed").status_code == 409


def test_a_late_payment_may_leave_its_session_unpaid(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    shop.pay(session, "card_in_review")
    payment = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    shop.control("POST", f"payments/{payment}", outcome="fail")
    shop.control("POST", f"payments/{payment}", outcome="succeed", session_follows=False)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert client.v1.payment_intents.retrieve(payment).status == "succeeded"


def test_an_invoice_is_made_when_asked_for_and_its_pages_open(shop: Shop) -> None:
    client = shop.client()
    creation: Any = {"enabled": True, "invoice_data": {"metadata": {"purchase_id": "p1"}}}
    session = client.v1.checkout.sessions.create(order(invoice_creation=creation))
    shop.pay(session)
    invoice = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice.payments"]}).invoice
    assert (invoice.status, invoice.amount_paid, invoice.metadata["purchase_id"]) == ("paid", 90, "p1")
    assert invoice.lines.data[0].pricing.unit_amount_decimal == Decimal("0.09")
    assert invoice.number
    assert invoice.number in requests.get(invoice.hosted_invoice_url, timeout=patience.SECONDS).text
    pdf = requests.get(invoice.invoice_pdf, timeout=patience.SECONDS)
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-1.4")
    found = client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": invoice.payments.data[0].payment.payment_intent}}
    )
    assert [payment.invoice for payment in found.data] == [invoice.id]


def test_events_of_a_paid_checkout_come_in_stripes_order(shop: Shop) -> None:
    creation: Any = {"enabled": True}
    session = shop.client().v1.checkout.sessions.create(order(invoice_creation=creation))
    shop.pay(session)
    assert shop.events() == [
        "customer.created",
        "payment_intent.created",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_a_card_is_saved_for_later_only_when_asked_for(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({"email": "a@example.com"})
    session = client.v1.checkout.sessions.create(order(customer=customer.id))
    shop.pay(session)
    assert client.v1.customers.payment_methods.list(customer.id).data == []
    data: Any = {"setup_future_usage": "off_session"}
    session = client.v1.checkout.sessions.create(order(customer=customer.id, payment_intent_data=data))
    shop.pay(session, "4000000000000341")
    saved = client.v1.customers.payment_methods.list(customer.id, {"type": "card"}).data
    assert [method.card.last4 for method in saved] == ["0341"]


def test_setup_mode_saves_a_card_without_a_charge(shop: Shop) -> None:
    client = shop.client()
    customer = client.v1.customers.create({"email": "a@example.com"})
    params = order(mode="setup", customer=customer.id)
    del params["line_items"]
    session = client.v1.checkout.sessions.create(params)
    assert (session.amount_total, session.payment_status) == (None, "no_payment_required")
    assert shop.pay(session, "4000000000000002").status_code == 402
    assert shop.pay(session).status_code == 200
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert done.setup_intent.payment_method.customer == customer.id
    assert client.v1.charges.list({}).data == []
    assert shop.events()[-3:] == ["checkout.session.completed", "payment_method.attached", "setup_intent.succeeded"]


def test_subscription_mode_starts_a_subscription_and_pays_its_first_invoice(shop: Shop) -> None:
    client = shop.client()
    line: Any = {"price": plan(client).id, "quantity": 1}
    data: Any = {"metadata": {"account": "a1"}}
    session = client.v1.checkout.sessions.create(order(mode="subscription", line_items=[line], subscription_data=data))
    assert shop.pay(session, "4000000000000002").status_code == 402
    assert client.v1.checkout.sessions.retrieve(session.id).subscription is None
    assert shop.pay(session).status_code == 200
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice", "invoice"]})
    assert (done.subscription.status, done.subscription.metadata["account"]) == ("active", "a1")
    assert (done.invoice.billing_reason, done.invoice.status, done.invoice.attempt_count) == (
        "subscription_create",
        "paid",
        2,
    )
    assert client.v1.subscriptions.list({}).data[0].id == done.subscription.id


def test_an_abandoned_subscription_checkout_expires_its_subscription(shop: Shop) -> None:
    client = shop.client()
    line: Any = {"price": plan(client).id, "quantity": 1}
    session = client.v1.checkout.sessions.create(order(mode="subscription", line_items=[line]))
    shop.pay(session, "4000000000000002")
    client.v1.checkout.sessions.expire(session.id)
    [subscription] = client.v1.subscriptions.list({"status": "all"}).data
    assert subscription.status == "incomplete_expired"
    assert client.v1.invoices.list({}).data[0].status == "void"


def test_an_open_session_expires_on_request_and_a_paid_one_does_not(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    shop.pay(session, "4000000000000002")
    expired = client.v1.checkout.sessions.expire(session.id, {"expand": ["payment_intent"]})
    assert (expired.status, expired.payment_intent.status) == ("expired", "canceled")
    assert shop.pay(session).status_code == 409
    paid = client.v1.checkout.sessions.create(order())
    shop.pay(paid)
    with pytest.raises(stripe.InvalidRequestError, match="only Checkout Sessions with a status in"):
        client.v1.checkout.sessions.expire(paid.id)


def test_a_session_expires_by_the_clock_and_says_so(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order(expires_at=shop.clock.now() // 1000 + HALF_HOUR))
    shop.clock.pass_seconds(HALF_HOUR - 1)
    assert shop.stand_in.tick() == 0
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    shop.clock.pass_seconds(1)
    shop.stand_in.tick()  # its own thread may have been there first
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.events() == ["checkout.session.expired"]


def test_a_session_past_its_end_cannot_be_paid_even_if_nobody_looked(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order(expires_at=shop.clock.now() // 1000 + HALF_HOUR))
    shop.clock.pass_seconds(HALF_HOUR)
    assert shop.pay(session).status_code == 409
    assert shop.client().v1.charges.list({}).data == []


@pytest.mark.parametrize("seconds", [HALF_HOUR - 1, DAY + 1])
def test_expires_at_is_half_an_hour_to_a_day_away(shop: Shop, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client().v1.checkout.sessions.create(order(expires_at=shop.clock.now() // 1000 + seconds))
    assert refused.value.param == "expires_at"


def test_closing_charges_nothing_and_leaves_the_session_open(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order())
    closed = requests.post(f"{shop.url}/checkout/{session.id}/close", timeout=patience.SECONDS)
    assert closed.json() == {"id": session.id, "status": "open", "redirect_url": "https://shop.example/cart"}
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_terms_must_be_accepted_where_the_session_requires_it(shop: Shop) -> None:
    client = shop.client()
    consent: Any = {"terms_of_service": "required"}
    session = client.v1.checkout.sessions.create(order(consent_collection=consent))
    assert shop.pay(session, accept_terms=False).json()["error"]["code"] == "terms_not_accepted"
    shop.pay(session, accept_terms=True)
    assert client.v1.checkout.sessions.retrieve(session.id).consent.terms_of_service == "accepted"


def test_sessions_list_newest_first_with_filters_and_pages(shop: Shop) -> None:
    client = shop.client()
    made: list[str] = []
    for _ in range(5):
        made.insert(0, client.v1.checkout.sessions.create(order()).id)
        shop.clock.pass_seconds(10)
    shop.pay(client.v1.checkout.sessions.retrieve(made[2]))
    first = client.v1.checkout.sessions.list({"limit": 2})
    assert ([session.id for session in first.data], first.has_more) == (made[:2], True)
    assert [session.id for session in first.auto_paging_iter()] == made
    assert [session.id for session in client.v1.checkout.sessions.list({"status": "complete"}).data] == [made[2]]
    before = client.v1.checkout.sessions.list({"ending_before": made[3], "limit": 2})
    assert ([session.id for session in before.data], before.has_more) == (made[1:3], True)
    since = client.v1.checkout.sessions.list({"created": {"gte": shop.clock.now() // 1000 - 20}})
    assert [session.id for session in since.data] == made[:2]
    expanded = client.v1.checkout.sessions.list({"limit": 1, "expand": ["data.line_items"]})
    assert expanded.data[0].line_items.data[0].amount_total == 90


def test_no_card_number_is_kept(shop: Shop, tmp_path: Any) -> None:
    data: Any = {"setup_future_usage": "off_session"}
    session = shop.client().v1.checkout.sessions.create(order(payment_intent_data=data))
    for card in ("4000000000000002", "4242 4242 4242 4242"):
        shop.pay(session, card)
    requests.post(f"{shop.url}/checkout/{session.id}/pay", data={"card": "5555555555554444"}, timeout=patience.SECONDS)
    shop.stand_in.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"cs_test_" in kept
    for number in (b"4000000000000002", b"4242424242424242", b"4242 4242", b"5555555555554444"):
        assert number not in kept


def test_a_customer_with_a_default_card_may_also_use_the_page(shop: Shop) -> None:
    client = shop.client()
    customer, _ = subscriber(client)
    session = client.v1.checkout.sessions.create(order(customer=customer.id))
    assert session.customer_details.email == "a@example.com"
    assert shop.pay(session).json()["customer"] == customer.id
