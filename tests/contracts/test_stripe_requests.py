"""Every request that we send, against the Stripe library's own parameter types, and what it says to the buyer."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from stripe import params as stripe_params
from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionListParams, SessionRetrieveParams

from lotbook.adapters.stripe import requests
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.items import OrderLine, Tax
from lotbook.domain.sales.purchase import GatewayRefs
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values import instants
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.purchases import ORDERED, TEST, a_purchase
from tests.stripe_params import check_params

PAID = GatewayRefs("cs_1", "pi_1", "in_1")
OWN = OwnRefund(1, "fp", ORDERED, "user-1", "reserved", 500, 1_180)


def _checkout(**changes: Any) -> dict[str, Any]:
    return {**requests.checkout(a_purchase(**changes), TEST), "customer": "cus_1"}


def _charged(params: dict[str, Any]) -> int:
    """What Stripe will charge: unit amount x quantity, line by line; all are integers, so nothing is rounded."""
    return sum(item["quantity"] * item["price_data"]["unit_amount"] for item in params["line_items"])


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (_checkout(), SessionCreateParams),
        (_checkout(save_payment_method=True, tax=None), SessionCreateParams),
        (requests.RETRIEVE_CHECKOUT, SessionRetrieveParams),
        ({}, SessionExpireParams),
        (requests.find_checkout(a_purchase(), "cus_1"), SessionListParams),
        (requests.customer(an_account(), TEST), stripe_params.CustomerCreateParams),
        (requests.customer_details(details()), stripe_params.CustomerUpdateParams),
        (
            requests.customer_details(details(phone="+1 555 0100", tax_id="123456789", purchase_order="PO-1")),
            stripe_params.CustomerUpdateParams,
        ),
        (requests.list_checkouts(ComparedPeriod(0, 1_000), None), SessionListParams),
        (requests.list_checkouts(ComparedPeriod(0, 1_000), "cs_1"), SessionListParams),
        (requests.list_refunds(ComparedPeriod(0, 1_000), "re_1"), stripe_params.RefundListParams),
        (requests.list_disputes(ComparedPeriod(0, 1_000), "du_1"), stripe_params.DisputeListParams),
        (requests.list_balance(ComparedPeriod(0, 1_000), "txn_1"), stripe_params.BalanceTransactionListParams),
        (requests.list_invoices(ComparedPeriod(0, 1_000), "in_1"), stripe_params.InvoiceListParams),
        (requests.list_subscriptions(ComparedPeriod(0, 1_000), None), stripe_params.SubscriptionListParams),
        (requests.invoice_of_payment("pi_1"), stripe_params.InvoicePaymentListParams),
        (requests.refund(a_purchase(gateway_refs=PAID), OWN, TEST), stripe_params.RefundCreateParams),
        (requests.of_payment("pi_1", None), stripe_params.RefundListParams),
        (requests.of_payment("pi_1", "re_1"), stripe_params.RefundListParams),
        (requests.of_payment("pi_1", "du_1"), stripe_params.DisputeListParams),
        (requests.undelivered(("charge.refunded",), 1_000, "evt_1"), stripe_params.EventListParams),
    ],
)
def test_every_request_fits_the_librarys_own_parameter_types(params: dict[str, Any], kind: Any) -> None:
    assert check_params(params, kind) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"payment_method_types": ["card"]}, "unknown"),
        ({"ui_mode": "hosted"}, "none of"),
        ({"allowed_payment_method_types": ["cards"]}, "none of"),
        ({"expires_at": "1700000000"}, "no int"),
        ({"automatic_tax": {}}, "missing"),
        ({"metadata": {"n": 1}}, "no str"),
        ({"line_items": [{"quantity": 1.5}]}, "quantity"),
        ({"invoice_creation": {"enabled": True, "invoice_data": {"meta": {}}}}, "unknown"),
    ],
)
def test_the_judge_refuses_what_is_wrong(change: dict[str, Any], complaint: str) -> None:
    """The checker itself can fail: memory's names and types are refused (stripe.md traps 1 and 3)."""
    wrong = check_params({**_checkout(), **change}, SessionCreateParams)
    assert wrong
    assert complaint in " ".join(wrong)


def test_trap_1_mk_14_only_cards_by_the_name_that_this_version_knows() -> None:
    params = _checkout()
    assert params["allowed_payment_method_types"] == ["card"]
    assert "payment_method_types" not in params


def test_trap_3_the_page_is_hosted_by_stripe() -> None:
    """NP-23, IS-22, DF-04: card data goes to the gateway only."""
    assert _checkout()["ui_mode"] == "hosted_page"


def test_trap_12_tax_currency_and_discounts_are_never_left_to_the_dashboard() -> None:
    """NP-17, NP-19: what the Stripe account's settings say must not change an amount."""
    params = _checkout()
    assert params["automatic_tax"] == {"enabled": False}
    assert params["adaptive_pricing"] == {"enabled": False}
    assert params["allow_promotion_codes"] is False
    assert all(item["quantity"] == 1 and "adjustable_quantity" not in item for item in params["line_items"])


def test_is_07_a_purchase_makes_a_payment_and_no_subscription() -> None:
    params = _checkout()
    assert params["mode"] == "payment"
    assert "subscription_data" not in params
    assert "recurring" not in str(params)
    assert "setup_future_usage" not in str(params)


def test_a_card_is_kept_only_when_the_buyer_asked_for_it() -> None:
    assert _checkout(save_payment_method=True)["payment_intent_data"]["setup_future_usage"] == "off_session"


@pytest.mark.parametrize(
    ("lines", "tax"),
    [
        ((OrderLine("Credits", 1_000, Decimal("0.0009"), 90),), None),
        ((OrderLine("Credits", 1_001, Decimal("1.5"), 150_150),), Tax("GST", Decimal("0.18"), 27_027)),
        ((OrderLine("1,200,000 credits", 1, Decimal("8400"), 840_000),), None),
        ((OrderLine("Credits", 99_999_999, Decimal("1"), 99_999_999),), None),
        (
            (OrderLine("Credits", 3, Decimal("0.333333333333"), 100), OrderLine("Surcharge", 1, Decimal("0.3"), 30)),
            None,
        ),
    ],
)
def test_np_19_mk_13_d_33_the_page_charges_the_total_to_the_minor_unit(
    lines: tuple[OrderLine, ...], tax: Tax | None
) -> None:
    """D33: parts sum to the total, whatever quantity, price or tax; no float, no rounding at Stripe."""
    subtotal = sum(line.amount_minor for line in lines)
    total = subtotal + (tax.amount_minor if tax else 0)
    params = _checkout(lines=lines, tax=tax, subtotal_minor=subtotal, total_minor=total)
    assert _charged(params) == total
    assert check_params(params, SessionCreateParams) == []


def test_np_16_the_page_reads_like_the_order_summary() -> None:
    names = [item["price_data"]["product_data"]["name"] for item in _checkout()["line_items"]]
    assert names == ["Credits (1,000 x 0.02)", "GST 18 %"]


def test_n19_the_page_prints_prices_with_the_currencys_decimals() -> None:
    by_the_thousand = (OrderLine("Credits", 1_000, Decimal("1.5"), 150_000),)
    assert "Credits (1,000 x 1.50)" in str(_checkout(lines=by_the_thousand, currency="inr", tax=None))
    assert "Credits (1,000 x 150)" in str(
        _checkout(lines=(OrderLine("Credits", 1_000, Decimal(150), 150_000),), currency="jpy")
    )


def test_no_unit_price_is_ever_sent_in_scientific_notation() -> None:
    """stripe.md trap 10: `1E-7` would be sent as such."""
    tiny = (OrderLine("Credits", 10_000_000, Decimal("1E-7"), 100),)
    assert "(10,000,000 x 0.0000001)" in str(_checkout(lines=tiny))
    rate = Tax("GST", Decimal("1.00"), 5)
    assert "GST 100 %" in str(_checkout(tax=rate))


def test_session_payment_and_invoice_all_say_whose_they_are() -> None:
    """Refunds and disputes arrive with the payment only; session metadata is not copied to it."""
    params = _checkout()
    mark = {"app": "lotbook", "stage": "test", "account_id": "acme", "purchase_id": a_purchase().purchase_id}
    assert params["metadata"] == mark
    assert params["payment_intent_data"]["metadata"] == mark
    assert params["invoice_creation"]["invoice_data"]["metadata"] == mark
    assert params["client_reference_id"] == a_purchase().purchase_id


def test_the_end_of_the_page_is_frozen_in_the_order() -> None:
    """A recomputed end would make Stripe refuse the retry: same key, other parameters."""
    assert _checkout()["expires_at"] == (ORDERED + instants.HOUR) // 1_000


def test_the_template_in_the_return_address_reaches_stripe_unescaped() -> None:
    assert "{CHECKOUT_SESSION_ID}" in _checkout()["success_url"]


def test_builders_share_nothing_that_a_caller_could_change() -> None:
    first = requests.checkout(a_purchase(), TEST)
    kept = copy.deepcopy(first)
    requests.checkout(a_purchase(), TEST)["line_items"].clear()
    assert first == kept


def test_df_22_billing_details_are_shown_on_invoices_and_taken_off_again() -> None:
    full = requests.customer_details(
        details(tax_id="123456789", purchase_order="PO-1", receipt_email="ap@acme.example")
    )
    assert (full["name"], full["email"], full["address"]["line1"]) == ("Acme Inc.", "ap@acme.example", "1 Main St")
    assert full["shipping"]["address"] == full["address"], "shipping is the billing address by default (NP-48)"
    assert full["invoice_settings"] == {
        "custom_fields": [{"name": "Tax ID", "value": "123456789"}, {"name": "PO number", "value": "PO-1"}]
    }
    plain = requests.customer_details(details())
    assert (plain["email"], plain["phone"], plain["address"]["line2"]) == ("pay@acme.example", "", "")
    assert plain["invoice_settings"] == {"custom_fields": ""}
