"""Which advice is given, with its reason in words (IS-11..14, IS-19, NP-03, NP-15, DF-06)."""

from __future__ import annotations

import pytest

from lotbook.domain.advice.advise import AdviceGiven, Planned, advise
from lotbook.domain.advice.usage import KnownUsage, PeriodUse
from lotbook.domain.values import instants
from tests.fakes.samples import instant, published

STACK = published("insurestack").policy
PICS = published("9pic").policy
FLOW = published("diaflow").policy
GO = published("gocontent").policy
START, END = instant("2026-01-01T00:00:00Z"), instant("2026-01-31T00:00:00Z")
MIDDLE = instant("2026-01-16T00:00:00Z")
NOTHING = KnownUsage(allowance=0)


def codes(told: tuple[AdviceGiven, ...]) -> list[tuple[str, str, int | None, str | None]]:
    return [(each.code, each.advice.action, each.advice.credits, each.advice.plan_id) for each in told]


def test_is_11_a_planned_peak_is_met_by_buying_what_is_missing() -> None:
    (told,) = advise(STACK, KnownUsage(30), Planned(60), MIDDLE)
    assert codes((told,)) == [("planned_peak", "buy", 30, None)]
    assert "60 credits are needed and a period brings 30" in told.reason


def test_is_13_a_need_of_one_or_two_periods_is_bought_of_more_it_is_a_plan() -> None:
    assert codes(advise(STACK, KnownUsage(30), Planned(60, 2), MIDDLE)) == [("planned_peak", "buy", 60, None)]
    (told,) = advise(STACK, KnownUsage(30), Planned(60, 3), MIDDLE)
    assert codes((told,)) == [("planned_peak", "upgrade", None, "pro")]
    assert "more than 2 periods" in told.reason


def test_is_11_a_peak_in_the_account_s_own_use_is_bought_too() -> None:
    """The period's own credits are gone at its middle: as much again will be needed."""
    present = PeriodUse(START, END, used=40, available=10, allowance_left=0)
    (told,) = advise(STACK, KnownUsage(40, past=(20, 20, 20), present=present), None, MIDDLE)
    assert codes((told,)) == [("running_short", "buy", 30, None)]
    assert "about 80 credits" in told.reason


@pytest.mark.parametrize(
    ("past", "action"),
    [((10, 10, 39), "buy"), ((10, 10, 40), "buy"), ((10, 40, 40), "upgrade"), ((), "buy")],
)
def test_is_13_own_use_past_the_allowance_for_more_than_two_periods_is_a_plan(
    past: tuple[int, ...], action: str
) -> None:
    present = PeriodUse(START, END, used=40, available=0, allowance_left=0)
    (told,) = advise(STACK, KnownUsage(40, past=past, present=present), None, MIDDLE)
    assert (told.code, told.advice.action) == ("running_short", action)


@pytest.mark.parametrize(
    "present",
    [
        PeriodUse(START, END, used=40, available=40, allowance_left=0),  # what is left will last
        PeriodUse(START, END, used=39, available=1, allowance_left=1),  # own credits are left
        PeriodUse(START, END, used=0, available=0, allowance_left=0),
    ],
)
def test_is_11_is_12_who_will_not_run_short_is_told_nothing(present: PeriodUse) -> None:
    assert advise(STACK, KnownUsage(40, present=present), None, MIDDLE) == ()


@pytest.mark.parametrize(
    ("days_before", "available", "bought"),
    [(6, 2, 6), (6, 8, None), (7, 0, 10), (8, 1, None)],
)
def test_is_14_near_the_reset_a_small_purchase_bridges(days_before: int, available: int, bought: int | None) -> None:
    """40 in 30 days: 4 in 3."""
    now = END - days_before * instants.DAY
    used = (30 - days_before) * 4 // 3
    present = PeriodUse(START, END, used=used, available=available, allowance_left=available)
    told = advise(STACK, KnownUsage(40, present=present), None, now)
    assert codes(told) == ([] if bought is None else [("before_reset", "buy", bought, None)])
    assert all("until the reset" in each.reason for each in told)


def test_is_19_steady_use_is_a_reason_to_upgrade_and_is_told_once() -> None:
    present = PeriodUse(START, END, used=40, available=0, allowance_left=0)
    told = advise(STACK, KnownUsage(40, past=(40, 40, 40), present=present), None, MIDDLE)
    assert codes(told) == [("steady_use", "upgrade", None, "pro")]
    assert "At least 80 % of the 40 credits" in told[0].reason
    assert "last 3 periods" in told[0].reason


def test_is_19_is_14_a_steady_user_near_the_reset_is_told_both() -> None:
    present = PeriodUse(START, END, used=40, available=0, allowance_left=0)
    told = advise(STACK, KnownUsage(40, past=(40, 40, 40), present=present), None, END - instants.DAY)
    assert [each.code for each in told] == ["steady_use", "before_reset"]


def test_np_03_np_15_the_size_of_the_next_event_and_a_tenth_more() -> None:
    told = advise(PICS, NOTHING, Planned(800), MIDDLE)
    assert codes(told) == [("event_size", "buy", 1_000, None), ("event_buffer", "buy", 1_000, None)]
    told = advise(PICS, NOTHING, Planned(2_000), MIDDLE)
    assert codes(told) == [("event_size", "buy", 3_000, None), ("event_buffer", "buy", 2_200, None)]
    assert told[1].reason == "2,000 credits and 10 % more, for what does not go as planned."


def test_np_15_past_the_table_the_size_itself_and_a_look_at_the_plan() -> None:
    told = advise(PICS, NOTHING, Planned(25_000), MIDDLE)
    assert codes(told)[0] == ("event_size", "buy", 25_000, "pro")
    assert "look at Pro Subscription" in told[0].reason


def test_df_06_a_frequent_buyer_is_pointed_at_the_plans() -> None:
    (told,) = advise(FLOW, KnownUsage(0, top_ups=3), None, MIDDLE)
    assert codes((told,)) == [("frequent_purchases", "review_plan", None, None)]
    assert advise(FLOW, KnownUsage(0, top_ups=2), None, MIDDLE) == ()


def test_no_plan_no_question_nothing_to_say() -> None:
    assert advise(GO, KnownUsage(0), None, MIDDLE) == ()
    assert advise(GO, KnownUsage(0), Planned(5), MIDDLE) == ()
    assert advise(STACK, KnownUsage(30), Planned(30), MIDDLE) == ()


def test_is_11_one_busy_hour_is_no_habit() -> None:
    """A rate measured over minutes would advise to buy millions."""
    present = PeriodUse(START, END, used=40, available=0, allowance_left=0)
    assert present.expected(START) == present.expected(START + instants.MINUTE) == 160
    assert present.expected(MIDDLE) == 40
    assert present.expected(END) == present.expected(END + instants.DAY) == 0
