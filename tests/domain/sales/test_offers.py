"""What an account sees that it may buy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.offers import ExpiryOffer, Offers, offers
from lotbook.domain.sales.quotes import quote
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import AlreadyOnPlan, ContactOnly
from tests.fakes.samples import OWNER, account_on, instant, member, published

NOW = instant("2026-01-20T10:00:00Z")


def offered(name: str, plan_id: str, *, region: str = "US", caller: Caller = OWNER) -> Offers:
    """The offers to an account on a plan of a sample policy."""
    return offers(published(name), account_on(name, plan_id, region=region), caller, NOW)


def test_is_09_is_29_any_number_from_one_without_a_maximum() -> None:
    top_up = offered("insurestack", "payg").top_up
    assert (top_up.mode, top_up.min, top_up.max, top_up.step) == ("quantity", 1, None, 1)
    assert (top_up.unit_price, top_up.packs, top_up.allowed, top_up.reason) == (Decimal(1), (), True, None)
    assert top_up.expires == ExpiryOffer("after_purchase", instant("2027-01-20T10:00:00Z"))


def test_is_41_is_44_free_credits_come_beside_the_plans_own() -> None:
    shown = offered("insurestack", "plus")
    assert shown.free_credits == 10
    assert {plan.plan_id: plan.credits + plan.free_credits for plan in shown.plans}["plus"] == 40
    assert {plan.plan_id: plan.credits + plan.free_credits for plan in shown.plans}["pro"] == 360


def test_is_20_is_21_entitlements_are_told_with_the_plan() -> None:
    plans = {plan.plan_id: plan for plan in offered("insurestack", "payg").plans}
    assert plans["team"].amount_minor == 99_900
    assert set(plans["team"].entitlements) == {"unlimited_members", "permission_management"}
    assert {"api_access", "custom_integrations"} <= set(plans["enterprise"].entitlements)


def test_mk_11_mk_13_thousands_at_the_plans_price() -> None:
    top_up = offered("make", "core-10k").top_up
    assert (top_up.min, top_up.step, top_up.unit_price) == (1_000, 1_000, Decimal("0.0009"))
    assert top_up.expires == ExpiryOffer("billing_period_end", instant("2026-02-01T00:00:00Z"))


def test_mk_04_core_annual_is_told_its_own_rule() -> None:
    expires = offered("make", "core-10k-annual").top_up.expires
    assert expires == ExpiryOffer("credit_reset", instant("2026-02-01T00:00:00Z"))


def test_mk_07_the_free_plan_sees_why_it_may_not_buy() -> None:
    top_up = offered("make", "free").top_up
    assert (top_up.allowed, top_up.reason, top_up.unit_price) == (False, "plan_not_eligible", None)


def test_mk_43_higher_plan_then_tier_then_interval_is_an_upgrade() -> None:
    changes = {plan.plan_id: plan.change for plan in offered("make", "pro-40k").plans}
    assert changes == {
        "free": "downgrade",
        "core-10k": "downgrade",
        "core-10k-annual": "downgrade",
        "pro-40k": "current",
        "pro-40k-annual": "upgrade",
        "pro-80k": "upgrade",
        "teams-40k": "upgrade",
        "teams-80k": "upgrade",
        "teams-80k-annual": "upgrade",
        "enterprise": "contact",
    }


def test_mk_43_a_higher_plan_is_higher_regardless_of_tier() -> None:
    assert {plan.plan_id: plan.change for plan in offered("make", "pro-80k").plans}["teams-40k"] == "upgrade"


@pytest.mark.parametrize("name", ["insurestack", "make", "9pic", "gocontent", "diaflow"])
@pytest.mark.parametrize("caller", [OWNER, member("member")], ids=["owner", "member"])
@pytest.mark.parametrize("region", ["US", "IN"])
def test_n16_a_plan_is_offered_as_allowed_exactly_where_its_purchase_would_be_taken(
    name: str, caller: Caller, region: str
) -> None:
    """A page drawn from the offers shows no dead button, and says why a button is missing."""
    policy = published(name).policy
    for present in policy.plans:
        account = account_on(name, present.plan_id, region=region)
        for plan in offers(published(name), account, caller, NOW).plans:
            bought = refused_as(name, account, plan.plan_id, caller)
            assert plan.reason == (bought if caller is OWNER else "forbidden")
            assert plan.allowed is (plan.reason is None)


def refused_as(name: str, account: Account, plan_id: str, caller: Caller) -> str | None:
    """The code with which a purchase of the plan is refused; None where it is taken."""
    try:
        return quote(Present(published(name).policy, account, (), NOW), PlanItem(plan_id), caller).reason
    except (AlreadyOnPlan, ContactOnly) as refusal:
        return refusal.code


def test_np_08_np_10_np_12_the_plan_step() -> None:
    shown = offered("9pic", "payg")
    assert [(plan.plan_id, plan.change) for plan in shown.plans] == [
        ("payg", "current"),
        ("pro", "upgrade"),
        ("enterprise", "contact"),
    ]
    assert shown.custom_payment
    assert shown.plans[2].contact_url == "https://9pic.ai/contact/"
    assert [plan.amount_minor for plan in shown.plans] == [0, 20_000, None]


@pytest.mark.parametrize(
    ("region", "currency", "price", "label", "pro"),
    [("IN", "inr", "1.5", "Pay with Razorpay", 1_000_000), ("US", "usd", "0.02", "Pay with PayGlocal", 20_000)],
)
def test_np_17_np_22_np_50_region_decides_currency_prices_and_label(
    region: str, currency: str, price: str, label: str, pro: int
) -> None:
    shown = offered("9pic", "payg", region=region)
    assert (shown.currency, shown.top_up.unit_price, shown.payment_label) == (currency, Decimal(price), label)
    assert shown.plans[1].amount_minor == pro


def test_np_20_the_refund_policy_to_accept_is_named() -> None:
    consent = offered("9pic", "payg").consent
    assert consent is not None
    assert (consent.kind, consent.url) == ("refund_policy", "https://9pic.ai/refund-policy/")
    assert consent.version


def test_np_01_an_operator_sees_the_offers_with_the_reason() -> None:
    top_up = offered("9pic", "payg", caller=member("operator")).top_up
    assert (top_up.allowed, top_up.reason, top_up.min) == (False, "forbidden", 1_000)


def test_df_03_packages_with_their_prices() -> None:
    top_up = offered("diaflow", "starter").top_up
    assert (top_up.mode, top_up.min, top_up.max, top_up.step, top_up.unit_price) == ("packs", None, None, None, None)
    assert len(top_up.packs) == 11
    assert (top_up.packs[-1].credits, top_up.allowed) == (1_200_000, True)
    assert top_up.expires == ExpiryOffer("never", None)


def test_df_07_a_support_contact_comes_with_the_offers() -> None:
    support = offered("diaflow", "starter").support
    assert support is not None
    assert support.email == "support@diaflow.io"


def test_gc_01_extra_credits_and_plans_are_both_offered() -> None:
    shown = offered("gocontent", "starter")
    assert shown.top_up.allowed
    assert shown.top_up.unit_price == Decimal("1.25")
    assert [plan.plan_id for plan in shown.plans if plan.change == "upgrade"] == ["growth", "agency"]


def test_a_retired_plan_is_shown_only_to_those_on_it() -> None:
    shown = published("insurestack")
    plans = tuple(replace(plan, offered=plan.plan_id != "plus") for plan in shown.policy.plans)
    retired = PublishedPolicy("insurestack", 2, replace(shown.policy, plans=plans), {})
    seen = {
        plan_id: [plan.plan_id for plan in offers(retired, account_on("insurestack", plan_id), OWNER, NOW).plans]
        for plan_id in ("payg", "plus")
    }
    assert "plus" not in seen["payg"]
    assert "plus" in seen["plus"]


def test_np_61_self_service_can_be_switched_off() -> None:
    shown = published("9pic")
    none = replace(shown.policy.top_up, mode="none", unit_prices={})
    policy = PublishedPolicy("9pic", 2, replace(shown.policy, top_up=none), {})
    top_up = offers(policy, account_on("9pic", "payg"), OWNER, NOW).top_up
    assert (top_up.mode, top_up.allowed, top_up.reason) == ("none", False, "plan_not_eligible")
