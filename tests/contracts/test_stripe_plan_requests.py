"""Every request about plans that renew, against the Stripe library's own parameter types, and what it must and must not say."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from stripe import params as stripe_params
from stripe.params.checkout import SessionCreateParams

from lotbook.adapters.stripe import plan_requests as requests
from lotbook.adapters.stripe.schedules import card_of_what_follows, what_follows
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.items import OrderLine, Tax
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import BrokenInvariant
from tests.contracts.plan_worlds import an_order
from tests.fakes.purchases import TEST, a_purchase
from tests.local.stand_in.sweep import LIST
from tests.stripe_params import check_params

GST = Tax("GST", Decimal("0.18"), 720)
UP = PlanMove("upgrade", "sub_1", "si_1", discount_minor=513, tax_rate="txr_1")


def order(**changes: Any) -> Purchase:
    made = an_order("pur_1", "growth", 9_000, **changes)
    assert made.plan is not None
    return replace(made, plan=replace(made.plan, price="price_1"))


def with_extra(**changes: Any) -> Purchase:
    made = order(**changes)
    extra = OrderLine("Credits", 15, Decimal("1.25"), 1_875)
    return replace(made, lines=(made.lines[0], extra, *made.lines[1:]))


def page(made: Purchase) -> dict[str, Any]:
    return {**requests.checkout(made, TEST), "customer": "cus_1"}


UPGRADE = requests.change(order(move=UP), TEST, may_wait=False) | requests.terms(order(move=UP), "pm_1")
RUNS = {"start_date": 1, "end_date": 2, "items": [{"price": "price_1", "quantity": 1}], "default_tax_rates": ["txr_1"]}
FOLLOWS = what_follows({"current_phase": {"start_date": 1}, "phases": [RUNS]}, "price_2", 12, TEST)
WAITS = requests.change(order(move=UP), TEST, may_wait=True)


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (page(order()), SessionCreateParams),
        (page(with_extra(move=UP)), SessionCreateParams),
        (requests.price(order(), "prod_1", TEST), stripe_params.PriceCreateParams),
        (requests.price(order(months=12), "prod_1", TEST), stripe_params.PriceCreateParams),
        (requests.find_price(order(), TEST), stripe_params.PriceListParams),
        (requests.product("Growth", "prod_1", TEST), stripe_params.ProductCreateParams),
        (requests.tax_rate(GST, TEST), stripe_params.TaxRateCreateParams),
        (requests.tax_rates(None), stripe_params.TaxRateListParams),
        (requests.tax_rates("txr_1"), stripe_params.TaxRateListParams),
        (requests.coupon(order(move=UP), TEST), stripe_params.CouponCreateParams),
        (requests.start(order(), "cus_1", "pm_1", TEST), stripe_params.SubscriptionCreateParams),
        (requests.start(with_extra(move=UP), "cus_1", "pm_1", TEST), stripe_params.SubscriptionCreateParams),
        (UPGRADE, stripe_params.SubscriptionUpdateParams),
        (WAITS, stripe_params.SubscriptionUpdateParams),
        (requests.terms(order(), "pm_1"), stripe_params.SubscriptionUpdateParams),
        (requests.swap("si_1", "price_2"), stripe_params.SubscriptionUpdateParams),
        ({"from_subscription": "sub_1"}, stripe_params.SubscriptionScheduleCreateParams),
        (FOLLOWS, stripe_params.SubscriptionScheduleUpdateParams),
        (card_of_what_follows("pm_1"), stripe_params.SubscriptionScheduleUpdateParams),
        ({"metadata": {requests.CHANGE: "pur_1"}}, stripe_params.SubscriptionUpdateParams),
        ({"cancel_at_period_end": True}, stripe_params.SubscriptionUpdateParams),
        ({"cancel_at": ""}, stripe_params.SubscriptionUpdateParams),
        ({}, stripe_params.SubscriptionCancelParams),
        (requests.subscriptions("cus_1", "sub_1"), stripe_params.SubscriptionListParams),
        (requests.invoices("sub_1", 1_000, "in_1"), stripe_params.InvoiceListParams),
        (requests.of_payment("pi_1"), stripe_params.InvoicePaymentListParams),
        (requests.RETRIEVE_INVOICE, stripe_params.InvoiceRetrieveParams),
        ({"auto_advance": False}, stripe_params.InvoiceFinalizeInvoiceParams),
        ({"payment_method": "pm_1", "off_session": True}, stripe_params.InvoicePayParams),
    ],
)
def test_every_request_fits_the_librarys_own_parameter_types(params: dict[str, Any], kind: Any) -> None:
    assert check_params(params, kind) == []


def leaves(params: Any, path: str = "") -> set[str]:
    """The parameters of a request as the stand-in's list writes them; what stands in a mapping of free names is that mapping."""
    if isinstance(params, list):
        return {leaf for each in params for leaf in leaves(each, f"{path}[]")}
    if isinstance(params, dict) and not path.endswith(("metadata", "metadata]")):
        return {leaf for name, each in params.items() for leaf in leaves(each, f"{path}[{name}]" if path else name)}
    return {path}


@pytest.mark.parametrize(
    ("params", "operation"),
    [
        (page(with_extra(move=UP)), "checkout.sessions.create"),
        (requests.price(order(), "prod_1", TEST), "prices.create"),
        (requests.find_price(order(), TEST), "prices.list"),
        (requests.product("Growth", "prod_1", TEST), "products.create"),
        (requests.tax_rate(GST, TEST), "tax_rates.create"),
        (requests.tax_rates("txr_1"), "tax_rates.list"),
        (requests.coupon(order(move=UP), TEST), "coupons.create"),
        (requests.start(with_extra(move=UP), "cus_1", "pm_1", TEST), "subscriptions.create"),
        (UPGRADE, "subscriptions.update"),
        (WAITS, "subscriptions.update"),
        (requests.swap("si_1", "price_2"), "subscriptions.update"),
        ({"from_subscription": "sub_1"}, "subscription_schedules.create"),
        (FOLLOWS, "subscription_schedules.update"),
        (card_of_what_follows("pm_1"), "subscription_schedules.update"),
        ({"metadata": {requests.CHANGE: "pur_1"}, "cancel_at": ""}, "subscriptions.update"),
        (requests.subscriptions("cus_1", "sub_1"), "subscriptions.list"),
        (requests.invoices("sub_1", 1_000, "in_1"), "invoices.list"),
        (requests.of_payment("pi_1"), "invoice_payments.list"),
        (requests.RETRIEVE_INVOICE, "invoices.retrieve"),
        ({"auto_advance": False}, "invoices.finalize_invoice"),
        ({"payment_method": "pm_1", "off_session": True}, "invoices.pay"),
    ],
)
def test_the_stand_in_reads_every_parameter_that_is_sent(params: dict[str, Any], operation: str) -> None:
    """By its own list of what it reads: nothing is taken and passed over."""
    names = LIST.read_text().splitlines()
    read = set(names[names.index(operation) + 1].split())
    assert leaves(params) - read - {"ui_mode"} == set(), "of `ui_mode` one value is taken, which no list shows"


def test_flexible_billing_an_anchor_and_no_proration_are_never_left_to_a_default() -> None:
    """D6, and what changed with 2025-09-30.clover: a year for the price of a month."""
    for params in (UPGRADE, WAITS):
        assert params["billing_cycle_anchor"] == {"type": "now"}
        assert params["proration_behavior"] == "none"
        assert params["items"] == [{"id": "si_1", "price": "price_1", "quantity": 1}], (
            "without its id it is a second item"
        )
    assert requests.start(order(), "cus_1", "pm_1", TEST)["billing_mode"] == {"type": "flexible"}
    assert page(order())["subscription_data"]["billing_mode"] == {"type": "flexible"}
    assert requests.swap("si_1", "price_2")["proration_behavior"] == "none"
    assert "billing_cycle_anchor" not in requests.swap("si_1", "price_2")


def test_another_interval_is_charged_when_it_begins_and_tax_goes_on() -> None:
    """better-auth #11336: without `phase_start` a year began and nobody was charged for it."""
    runs, follows = FOLLOWS["phases"]
    assert follows["billing_cycle_anchor"] == "phase_start"
    assert (follows["items"], follows["duration"]) == (
        [{"price": "price_2", "quantity": 1}],
        {"interval": "year", "interval_count": 1},
    )
    assert {each["proration_behavior"] for each in (runs, follows, FOLLOWS)} == {"none"}
    assert [each["default_tax_rates"] for each in (runs, follows)] == [["txr_1"], ["txr_1"]]
    assert (runs["items"], runs["start_date"], runs["end_date"]) == ([{"price": "price_1", "quantity": 1}], 1, 2)


def test_what_may_wait_at_the_gateway_says_only_what_can_wait() -> None:
    """https://docs.stripe.com/billing/subscriptions/pending-updates-reference, and `cancel_at_period_end` since 2026-08."""
    can = {"payment_behavior", "proration_behavior", "billing_cycle_anchor", "items", "add_invoice_items"}
    assert set(WAITS) <= can | {"cancel_at_period_end"}
    assert (WAITS["payment_behavior"], UPGRADE["payment_behavior"]) == ("pending_if_incomplete", "error_if_incomplete")


def test_mk_40_the_discount_is_a_line_below_nothing_of_the_very_same_call() -> None:
    """No coupon, no customer balance, no loose pending item: it comes with the change, or not at all."""
    ((item,),) = (UPGRADE["add_invoice_items"],)
    assert item["price_data"]["unit_amount"] == -513
    assert item["price_data"]["currency"] == "usd"
    assert requests.change(order(move=replace(UP, discount_minor=0)), TEST, may_wait=False)["add_invoice_items"] == []


def test_the_page_of_a_plan_that_renews_has_nothing_that_belongs_to_single_payments() -> None:
    params = page(order())
    assert params["mode"] == "subscription"
    assert not {"payment_intent_data", "invoice_creation", "customer_creation"} & set(params)
    assert params["subscription_data"]["metadata"] == params["metadata"]
    assert params["metadata"]["purchase_id"] == "pur_1"
    assert (params["adaptive_pricing"], params["automatic_tax"]) == ({"enabled": False}, {"enabled": False})
    assert params["allowed_payment_method_types"] == ["card"]
    assert params["allow_promotion_codes"] is False


def test_extras_are_charged_once_and_taxed_like_the_plan() -> None:
    taxed = page(with_extra(move=PlanMove("first", tax_rate="txr_1")))
    plan, extra = taxed["line_items"]
    assert plan == {"price": "price_1", "quantity": 1}
    assert extra["price_data"]["unit_amount"] == 1_875
    assert extra["tax_rates"] == ["txr_1"] == taxed["subscription_data"]["default_tax_rates"]
    untaxed = page(with_extra())
    assert "default_tax_rates" not in untaxed["subscription_data"]
    assert "tax_rates" not in untaxed["line_items"][1]


def test_a_page_with_a_discount_brings_a_coupon_and_asks_for_no_code() -> None:
    """Stripe takes one of the two only."""
    params = page(order(move=PlanMove("first", discount_minor=513)))
    assert params["discounts"] == [{"coupon": "lotbook_test_pur_1"}]
    assert "allow_promotion_codes" not in params
    coupon = requests.coupon(order(move=UP), TEST)
    assert (coupon["amount_off"], coupon["duration"], coupon["max_redemptions"]) == (513, "once", 1)


def test_a_price_names_stage_policy_version_plan_and_currency() -> None:
    """X-33: whoever changes one of them makes another price; none is ever edited."""
    key = requests.price_key(order(), TEST)
    assert key == "lotbook:test:shop:1:growth:usd"
    for changes in ({"policy_version": 2}, {"policy_id": "other"}, {"currency": "inr"}):
        assert requests.price_key(order(**changes), TEST) != key
    assert requests.recurring(1) == {"interval": "month", "interval_count": 1}
    assert requests.recurring(24) == {"interval": "year", "interval_count": 2}
    longest = order(policy_id="p" * 64, policy_version=10**6)
    assert len(requests.price_key(longest, TEST)) <= 200, "the most that a lookup key may have"


def test_tax_is_exclusive_and_exact() -> None:
    assert requests.tax_rate(Tax("VAT", Decimal("0.075"), 0), TEST)["percentage"] == Decimal("7.5")
    params = requests.tax_rate(Tax("GST", Decimal("0.2"), 0), TEST)
    assert (str(params["percentage"]), params["inclusive"]) == ("20", False)


def test_requests_are_plain_json_so_that_they_can_be_frozen() -> None:
    json.dumps([page(with_extra(move=UP)), UPGRADE, WAITS, requests.price(order(), "prod_1", TEST)])


def test_an_order_of_no_plan_that_renews_is_a_defect_here() -> None:
    with pytest.raises(BrokenInvariant):
        requests.price(a_purchase(), "prod_1", TEST)
    with pytest.raises(BrokenInvariant):
        requests.change(replace(order(), move=None), TEST, may_wait=False)
