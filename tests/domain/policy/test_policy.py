"""What the five policies say, and the small questions a policy answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.credits.lots import LOT_KINDS
from lotbook.domain.policy.checks import findings
from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.auto_top_ups import automatic_lines
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import NotEligible, UnknownPlan
from tests.fakes.samples import published, quoted

ALL = ["insurestack", "make", "9pic", "gocontent", "gocontent-article", "diaflow"]


def policy(name: str) -> Policy:
    return published(name).policy


@pytest.mark.parametrize("name", ALL)
def test_every_sample_policy_can_be_published(name: str) -> None:
    assert findings(policy(name)) == ()


@pytest.mark.parametrize("name", ALL)
def test_is_43_is_46_mk_09_x_12_free_burns_first_then_plan_then_purchased(name: str) -> None:
    order = sorted(LOT_KINDS, key=policy(name).rank)
    assert order == ["free", "promotional", "plan", "purchased"]


def test_the_burn_order_is_the_policys() -> None:
    turned = replace(policy("diaflow"), burn_order=("purchased", "plan", "promotional", "free"))
    assert [turned.rank(kind) for kind in LOT_KINDS] == [3, 1, 0, 2]


def test_an_unknown_plan_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownPlan) as refused:
        policy("9pic").plan("gold")
    assert refused.value.data == {"plans": ["payg", "pro", "enterprise"]}


def test_is_20_is_21_plans_carry_flags_for_the_application() -> None:
    unlocked = {plan.plan_id: set(plan.entitlements) for plan in policy("insurestack").plans}
    assert unlocked["pro"] == set()
    assert "unlimited_members" in unlocked["team"]
    assert "api_access" not in unlocked["team"]
    assert "api_access" in unlocked["enterprise"]


def test_is_27_np_32_mk_42_who_gives_money_back() -> None:
    assert {name: policy(name).refunds.refundable for name in ("insurestack", "make", "9pic")} == {
        "insurestack": "never",
        "make": "never",
        "9pic": "case_by_case",
    }


def test_is_56_mk_40_gc_07_what_an_upgrade_does_to_credits() -> None:
    upgrades = {name: policy(name).plan_change.upgrade for name in ("insurestack", "make", "gocontent")}
    assert {name: (each.plan_credits, each.purchased_credits) for name, each in upgrades.items()} == {
        "insurestack": ("forfeit", "keep"),
        "make": ("convert", "convert"),
        "gocontent": ("carry", "keep"),
    }
    assert all(each.resets_cycle for each in upgrades.values())  # GC-06, IS-56


def test_is_58_df_20_mk_41_when_a_downgrade_counts() -> None:
    downgrades = {name: policy(name).plan_change.downgrade for name in ("insurestack", "diaflow", "make", "9pic")}
    assert {name: each.when for name, each in downgrades.items()} == {
        "insurestack": "period_end",
        "diaflow": "period_end",
        "make": "now",
        "9pic": "never",
    }
    assert downgrades["make"].plan_credits == "carry"
    assert downgrades["make"].to_free_when == "period_end"


def test_mk_41_x_23_a_downgrade_of_make_moves_everything_to_the_new_plans_first_billing_period() -> None:
    downgrade = policy("make").plan_change.downgrade
    assert (downgrade.purchased_credits, downgrade.unused_of, downgrade.carried_until, downgrade.companions) == (
        "carry",
        "billing_period",
        "billing_period_end",
        "follow",
    )
    upgrade = policy("make").plan_change.upgrade
    assert (upgrade.unused_of, upgrade.convert.rest, upgrade.companions) == ("billing_period", "keep", "follow")


def test_x_11_what_gocontent_carries_ends_with_the_new_plans_first_period() -> None:
    assert policy("gocontent").plan_change.upgrade.carried_until == "credit_period_end"


@pytest.mark.parametrize("name", ALL)
def test_x_26_every_sample_has_its_dunning_marked_as_an_assumption(name: str) -> None:
    renewal = policy(name).plan_change.renewal
    assert (renewal.grace_days, renewal.during_grace, renewal.after_grace, renewal.ends_after_days) == (
        7,
        "spend",
        "pause",
        30,
    )
    assert "plan_change.renewal" in {assumption.path for assumption in policy(name).assumptions}


def test_gc_21_gc_22_a_cancellation_can_be_taken_back_until_the_anniversary() -> None:
    cancellation = policy("gocontent").plan_change.cancellation
    assert (cancellation.when, cancellation.resumable) == ("period_end", True)


def test_mk_44_alerts_at_three_quarters_and_nine_tenths_of_purchased_credits() -> None:
    assert policy("make").alerts.purchased_used_percent == (75, 90)


def test_np_43_np_53_notices_of_terms_and_pending_payments() -> None:
    assert policy("9pic").recheck_after_minutes == 15
    assert policy("9pic").alerts.term_ends_within_days == 30


def test_mk_14_mk_25_only_cards_pay() -> None:
    assert policy("make").payment_methods == ("card",)


@pytest.mark.parametrize(("name", "path"), [("make", "top_up.companions"), ("diaflow", "top_up.packs")])
def test_x_04_x_12_values_that_no_page_gives_are_marked(name: str, path: str) -> None:
    marked = {assumption.path: assumption.why for assumption in policy(name).assumptions}
    assert any(each.startswith(path) for each in marked)
    assert all(marked.values())


# --- automatic purchase ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("plan_id", "cap"), [("core-10k", 1), ("pro-40k", 4), ("pro-80k", 8), ("free", 0)])
def test_mk_19_mk_20_x_05_never_more_automatic_credits_than_the_plan_has(plan_id: str, cap: int) -> None:
    rule = policy("make").auto_top_up
    assert rule is not None
    plan = policy("make").plan(plan_id)
    assert rule.cap(plan) == cap
    assert cap * rule.credits <= plan.credits


@pytest.mark.parametrize(("credits", "cap"), [(9_999, 0), (10_000, 1), (19_999, 1), (20_000, 2)])
def test_x_05_the_cap_is_whole_units(credits: int, cap: int) -> None:
    rule = policy("make").auto_top_up
    assert rule is not None
    assert rule.cap(replace(policy("make").plan("core-10k"), credits=credits)) == cap


def test_mk_46_x_05_a_plan_without_automatic_purchase_has_a_cap_of_none() -> None:
    rule = policy("make").auto_top_up
    assert rule is not None
    assert rule.cap(replace(policy("make").plan("pro-80k"), auto_top_up_allowed=False)) == 0


def test_mk_21_after_two_of_eight_six_remain() -> None:
    rule = policy("make").auto_top_up
    assert rule is not None
    assert rule.cap(policy("make").plan("pro-80k")) - 2 == 6


def test_mk_17_mk_23_ten_thousand_credits_at_one_hundred_and_thirty_percent() -> None:
    lines = automatic_lines(policy("make"), policy("make").plan("core-10k"), "usd")
    assert [(line.quantity, line.unit_price, line.amount_minor) for line in lines] == [
        (10_000, Decimal("0.0009"), 900),
        (10_000, Decimal("0.00027"), 270),
    ]
    assert sum(line.amount_minor for line in lines) == 1_170


def test_x_07_several_units_are_one_charge() -> None:
    lines = automatic_lines(policy("make"), policy("make").plan("pro-80k"), "usd", units=3)
    assert [(line.quantity, line.amount_minor) for line in lines] == [(30_000, 4_500), (30_000, 1_350)]


def test_mk_24_by_hand_there_is_no_surcharge() -> None:
    assert quoted("make", "core-10k", TopUpItem(10_000)).total_minor == 900


@pytest.mark.parametrize(("name", "plan_id"), [("make", "free"), ("make", "enterprise"), ("insurestack", "pro")])
def test_mk_46_no_automatic_purchase_where_the_plan_has_none(name: str, plan_id: str) -> None:
    with pytest.raises(NotEligible):
        automatic_lines(policy(name), policy(name).plan(plan_id), "usd")
