"""The order summary of a plan, alone or with credits in the same order, and of a custom payment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.items import CustomPaymentItem, PlanItem, PlanPart
from lotbook.domain.sales.quotes import quote
from lotbook.domain.values.errors import (
    AlreadyOnPlan,
    AmountNotChargeable,
    ContactOnly,
    QuantityNotAllowed,
    UnknownPack,
    UnknownPlan,
)
from tests.fakes.samples import OWNER, account_on, instant, published, quoted


@pytest.mark.parametrize(("region", "total"), [("US", 20_000), ("IN", 1_180_000)])
def test_np_50_np_51_x_14_pro_costs_a_year_and_brings_no_credits(region: str, total: int) -> None:
    made = quoted("9pic", "payg", PlanItem("pro"), region=region)
    assert (made.total_minor, made.credits, made.plan, made.allowed) == (total, 0, PlanPart("pro", 0, 365), True)
    assert made.expires_at is None
    assert "365 days" in made.lines[0].description


@pytest.mark.parametrize(
    ("region", "subtotal", "tax", "total", "credits_minor"),
    [("US", 22_002, None, 22_002, 2_002), ("IN", 1_150_150, 207_027, 1_357_177, 150_150)],
)
def test_np_54_np_49_is_25_pro_and_credits_are_one_order_with_one_tax_and_one_total(
    region: str, subtotal: int, tax: int | None, total: int, credits_minor: int
) -> None:
    """1,001 credits: $20.02 beside $200, or 1,501.50 beside 10,000 rupees, 18 % of them together. X-16, X-17."""
    made = quoted("9pic", "payg", PlanItem("pro", 1_001), region=region)
    assert [line.amount_minor for line in made.lines] == [subtotal - credits_minor, credits_minor]
    assert (made.lines[1].quantity, made.lines[1].description) == (1_001, "Credits")
    assert (made.subtotal_minor, made.tax and made.tax.amount_minor, made.total_minor) == (subtotal, tax, total)
    assert (made.credits, made.lot_credits, made.expires_at) == (1_001, 1_001, None), "bought ones never expire (NP-04)"
    assert (made.plan, made.consent_required, made.allowed) == (PlanPart("pro", 0, 365), True, True)


@pytest.mark.parametrize("credits", [0, -1, 999, True])
def test_np_02_the_credits_of_a_plan_order_follow_the_rules_of_a_top_up(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed):
        quoted("9pic", "payg", PlanItem("pro", credits))
    with pytest.raises(UnknownPack):
        quoted("9pic", "payg", PlanItem("pro", pack_id="credits-2000"))


def test_mk_12_extra_credits_cost_what_they_cost_on_the_plan_that_is_bought() -> None:
    """And are sold although the plan at the time of the order has none to sell (MK-07)."""
    made = quoted("make", "free", PlanItem("core-10k", 1_000), now="2026-01-20T10:00:00Z")
    assert [line.amount_minor for line in made.lines] == [900, 90]
    assert (made.credits, made.lot_credits, made.companions) == (11_000, 1_000, (("data_transfer_mb", 500),))
    assert made.expires_at == instant("2026-02-20T10:00:00Z"), "the end of the period that the change begins (MK-01)"
    assert made.allowed


def test_df_03_a_pack_may_come_with_a_plan() -> None:
    pack = published("diaflow").policy.top_up.packs[0]
    made = quoted("diaflow", "starter", PlanItem("growth", pack_id=pack.pack_id))
    assert (made.lines[1].amount_minor, made.lot_credits) == (pack.prices_minor["usd"], pack.credits)


def test_np_52_the_plan_one_is_on_is_not_sold_again() -> None:
    with pytest.raises(AlreadyOnPlan):
        quoted("9pic", "pro", PlanItem("pro"))


def test_np_12_enterprise_is_not_sold_but_contacted() -> None:
    with pytest.raises(ContactOnly) as refused:
        quoted("9pic", "payg", PlanItem("enterprise"))
    assert refused.value.data == {"contact_url": "https://9pic.ai/contact/"}


def test_an_unknown_plan_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownPlan) as refused:
        quoted("9pic", "payg", PlanItem("gold"))
    assert refused.value.data == {"plans": ["payg", "pro", "enterprise"]}


def test_a_retired_plan_is_not_sold_any_more() -> None:
    shown = published("insurestack")
    plans = tuple(replace(plan, offered=plan.plan_id != "plus") for plan in shown.policy.plans)
    retired = PublishedPolicy("insurestack", 2, replace(shown.policy, plans=plans), {})
    account = account_on("insurestack", "payg")
    with pytest.raises(UnknownPlan):
        quote(Present(retired.policy, account, (), instant("2026-01-20T10:00:00Z")), PlanItem("plus"), OWNER)


@pytest.mark.parametrize("now", ["2026-01-20T10:00:00Z", "2026-01-31T10:00:00Z"])
def test_is_17_an_upgrade_costs_the_full_monthly_price_whenever_it_is_bought(now: str) -> None:
    made = quoted("insurestack", "plus", PlanItem("pro"), now=now)
    assert (made.total_minor, made.credits) == (20_000, 350)


def test_x_02_a_new_plans_first_credits_end_a_calendar_month_after_the_change() -> None:
    """D23: the change is the new anchor, and 31 January is followed by 28 February."""
    made = quoted("insurestack", "plus", PlanItem("pro"), now="2026-01-31T10:00:00Z")
    assert made.expires_at == instant("2026-02-28T10:00:00Z")


def test_is_58_a_move_down_that_waits_for_the_period_end_is_no_purchase() -> None:
    assert quoted("insurestack", "pro", PlanItem("plus")).reason == "plan_not_eligible"


def test_mk_41_a_move_down_that_counts_now_is_one() -> None:
    made = quoted("make", "pro-40k", PlanItem("core-10k"))
    assert (made.reason, made.total_minor, made.credits) == (None, 900, 10_000)


@pytest.mark.parametrize("plan_id", ["payg", "pro"])
def test_np_11_a_custom_payment_adds_no_credits(plan_id: str) -> None:
    made = quoted("9pic", plan_id, CustomPaymentItem(2_500, "invoice 7"))
    assert (made.credits, made.companions, made.expires_at, made.plan) == (0, (), None, None)
    assert (made.total_minor, made.allowed) == (2_500, True)


def test_np_49_a_custom_payment_in_rupees_is_taxed_too() -> None:
    assert quoted("9pic", "payg", CustomPaymentItem(100_000, "x"), region="IN").total_minor == 118_000


@pytest.mark.parametrize("amount", [0, -1, 49, 100_000_000, True, 1_000.0])
def test_x_16_a_custom_payment_is_an_amount_that_can_be_charged(amount: Any) -> None:
    with pytest.raises(AmountNotChargeable):
        quoted("9pic", "payg", CustomPaymentItem(amount, "x"))


def test_custom_payments_are_not_open_where_the_policy_has_none() -> None:
    assert quoted("diaflow", "starter", CustomPaymentItem(2_500, "x")).reason == "plan_not_eligible"
