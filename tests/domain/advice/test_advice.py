"""Advice (IS-11..14, IS-19, NP-03, NP-15, DF-06)."""

from __future__ import annotations

import pytest

from lotbook.domain.advice import rules as advice
from lotbook.domain.advice.rules import Advice
from lotbook.domain.sales.items import TopUpItem
from tests.fakes.samples import instant, published, quoted

STACK = published("insurestack").policy
PICS = published("9pic").policy
FLOW = published("diaflow").policy


def test_is_11_an_occasional_peak_is_met_by_buying_the_difference() -> None:
    assert advice.on_shortage(STACK, allowance=30, needed=60, periods=1) == Advice("buy", credits=30)


@pytest.mark.parametrize(("periods", "action"), [(1, "buy"), (2, "buy"), (3, "upgrade"), (12, "upgrade")])
def test_is_13_one_or_two_months_are_bought_more_are_a_plan(periods: int, action: str) -> None:
    told = advice.on_shortage(STACK, allowance=30, needed=60, periods=periods)
    assert told is not None
    assert told.action == action
    assert told.plan_id == ("pro" if action == "upgrade" else None)


def test_is_11_nothing_missing_nothing_to_say() -> None:
    assert advice.on_shortage(STACK, allowance=60, needed=60, periods=1) is None


def test_is_12_a_safety_buffer_may_be_bought_while_credits_are_left() -> None:
    assert quoted("insurestack", "pro", TopUpItem(50)).allowed


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-01-24T23:59:59Z", None),
        ("2026-01-25T00:00:00Z", Advice("buy", credits=4)),
        ("2026-01-31T23:59:59Z", Advice("buy", credits=4)),
        ("2026-02-01T00:00:00Z", None),
    ],
)
def test_is_14_near_the_reset_a_small_purchase_bridges(now: str, told: Advice | None) -> None:
    resets_at = instant("2026-02-01T00:00:00Z")
    assert advice.before_reset(STACK, 6, 10, now=instant(now), resets_at=resets_at) == told


def test_is_14_enough_until_the_reset_needs_no_purchase() -> None:
    now, resets_at = instant("2026-01-30T00:00:00Z"), instant("2026-02-01T00:00:00Z")
    assert advice.before_reset(STACK, 10, 10, now=now, resets_at=resets_at) is None


@pytest.mark.parametrize(
    ("used", "steady"),
    [
        ([32, 32, 32], True),  # 80 % of 40
        ([32, 31, 32], False),
        ([40, 40], False),
        ([0, 36, 40, 38], True),  # only the latest count
        ([45, 45, 45], True),
    ],
)
def test_is_19_steady_use_of_the_allowance_is_a_reason_to_upgrade(used: list[int], steady: bool) -> None:
    assert advice.on_steady_use(STACK, 40, used) == (Advice("upgrade", plan_id="pro") if steady else None)


@pytest.mark.parametrize(("size", "credits"), [(1_000, 1_100), (1_001, 1_102), (3_000, 3_300), (1, 2)])
def test_np_03_the_next_event_and_a_tenth_more(size: int, credits: int) -> None:
    assert advice.with_buffer(PICS.advice, size) == credits


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (500, Advice("buy", credits=1_000)),
        (1_000, Advice("buy", credits=1_000)),
        (1_001, Advice("buy", credits=3_000)),
        (3_000, Advice("buy", credits=3_000)),
        (3_001, Advice("buy", credits=10_000)),
        (10_000, Advice("buy", credits=10_000)),
        (10_001, Advice("buy", credits=10_001, plan_id="pro")),
    ],
)
def test_np_15_the_table_of_event_sizes(size: int, told: Advice) -> None:
    assert advice.for_size(PICS, size) == told


@pytest.mark.parametrize(
    ("purchases", "told"), [(0, None), (2, None), (3, Advice("review_plan")), (9, Advice("review_plan"))]
)
def test_df_06_frequent_buyers_are_pointed_at_plans(purchases: int, told: Advice | None) -> None:
    assert advice.on_frequent_purchases(FLOW, purchases) == told
    assert advice.on_frequent_purchases(STACK, purchases) is None


def test_df_03_mk_11_advice_names_quantities_that_are_on_sale() -> None:
    make = published("make").policy
    assert [advice.purchasable(make, credits) for credits in (1, 1_000, 1_001)] == [1_000, 1_000, 2_000]
    assert [advice.purchasable(FLOW, credits) for credits in (1, 2_001, 1_200_001)] == [2_000, 4_000, None]
    assert [advice.purchasable(PICS, credits) for credits in (1, 1_001)] == [1_000, 1_001]
