"""When bought credits die: by calendar year, billing month, billing year, monthly reset, or never."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import billing_period, credit_period, validity
from lotbook.domain.policy.plans import Validity
from lotbook.domain.values import instants
from tests.fakes.samples import account_on, instant, published

MONTHS = 24


def expiry(name: str, plan_id: str, at: str, **account: str) -> int | None:
    """When credits bought at an instant expire."""
    policy = published(name).policy
    return validity(policy, policy.plan(plan_id), account_on(name, plan_id, **account), instant(at))


# --- a calendar year -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bought", "dead"),
    [
        ("2026-01-20T10:00:00Z", "2027-01-20T10:00:00Z"),
        ("2027-03-01T00:00:00Z", "2028-03-01T00:00:00Z"),  # over a leap day: a calendar year, not 365 days
        ("2028-02-29T12:30:15Z", "2029-02-28T12:30:15Z"),
        ("2027-02-28T12:30:15Z", "2028-02-28T12:30:15Z"),
        ("2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"),
    ],
)
@pytest.mark.parametrize("plan_id", ["payg", "plus", "enterprise"])
def test_is_02_x_02_a_lot_dies_one_calendar_year_after_purchase_on_every_plan(
    plan_id: str, bought: str, dead: str
) -> None:
    """D22."""
    assert expiry("insurestack", plan_id, bought) == instant(dead)


def test_is_02_the_year_is_counted_in_the_accounts_time_zone() -> None:
    """D22: 29 February in Tokyo is still the 28th in UTC; a year later Tokyo says 28 February."""
    assert expiry("insurestack", "payg", "2028-02-28T20:00:00Z", zone="Asia/Tokyo") == instant("2029-02-27T20:00:00Z")


def test_d_22_a_clock_change_does_not_move_the_local_time_of_an_expiry() -> None:
    """D22: bought at 12:00 in Berlin, dead at 12:00 in Berlin, whichever offset that day has."""
    summer_time_came_later = expiry("insurestack", "payg", "2026-03-29T10:00:00Z", zone="Europe/Berlin")
    assert summer_time_came_later == instant("2027-03-29T10:00:00Z")
    after = expiry("insurestack", "payg", "2025-03-29T11:00:00Z", zone="Europe/Berlin")  # 12:00 winter time
    assert after == instant("2026-03-29T10:00:00Z")  # 12:00 summer time


def test_x_01_expiry_is_a_whole_second_though_the_purchase_was_not() -> None:
    policy = published("insurestack").policy
    bought = instant("2026-01-20T10:00:00Z") + 999
    account = account_on("insurestack", "payg")
    assert validity(policy, policy.plan("payg"), account, bought) == instant("2027-01-20T10:00:00Z")


# --- never -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "plan_id"),
    [("9pic", "payg"), ("9pic", "pro"), ("gocontent", "starter"), ("gocontent", "none"), ("diaflow", "starter")],
)
def test_np_04_gc_04_x_12_credits_that_never_expire(name: str, plan_id: str) -> None:
    assert expiry(name, plan_id, "2026-01-20T10:00:00Z") is None


# --- the billing cycle -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bought", "dead"),
    [
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-01-20T10:00:00Z", "2026-02-01T00:00:00Z"),  # the worked example
        ("2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"),  # one second before the reset
        ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),  # at the reset: the next cycle
        ("2026-02-01T00:00:01Z", "2026-03-01T00:00:00Z"),
    ],
)
def test_mk_01_mk_02_extra_credits_end_with_the_billing_cycle_they_were_bought_in(bought: str, dead: str) -> None:
    """D22: half open, the boundary belongs to the next cycle."""
    assert expiry("make", "core-10k", bought) == instant(dead)


@pytest.mark.parametrize(
    ("bought", "dead"),
    [
        ("2026-01-20T10:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
        ("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("plan_id", ["pro-40k-annual", "teams-80k-annual"])
def test_mk_03_x_03_on_annual_plans_they_end_with_the_billing_year(plan_id: str, bought: str, dead: str) -> None:
    assert expiry("make", plan_id, bought) == instant(dead)


@pytest.mark.parametrize(
    ("bought", "dead"),
    [
        ("2026-01-20T10:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z"),
        ("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"),
    ],
)
def test_mk_04_x_03_on_core_annual_they_end_with_the_monthly_reset(bought: str, dead: str) -> None:
    assert expiry("make", "core-10k-annual", bought) == instant(dead)


def test_mk_01_without_a_billing_period_the_credit_period_stands_in() -> None:
    policy = published("make").policy
    free = account_on("make", "free")
    assert billing_period(policy.plan("free"), free, free.anchor) is None
    assert validity(policy, policy.plan("free"), free, free.anchor) == instant("2026-02-01T00:00:00Z")


# --- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [28, 29, 30, 31])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_d_23_x_02_the_anchor_day_survives_short_months_for_two_years(day: int, zone: str) -> None:
    """D23: 31 -> 28 -> 31; periods meet without gap or overlap, counted in local days."""
    plan = published("make").policy.plan("core-10k")
    first = datetime(2027, 1, day, 15, 45, tzinfo=ZoneInfo(zone))
    account = anchored(first, zone)
    at = account.anchor
    for _ in range(MONTHS):
        start, end = credit_period(plan, account, at)
        assert start == at
        assert credit_period(plan, account, end - 1) == (start, end)
        assert credit_period(plan, account, end)[0] == end
        local = instants.to_datetime(start).astimezone(ZoneInfo(zone))
        last_of_month = {2: 29 if local.year == 2028 else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(local.month, 31)
        assert (local.day, local.hour, local.minute) == (min(day, last_of_month), 15, 45)
        at = end


def test_d_22_a_reset_in_the_hour_that_a_clock_change_skips_moves_forward() -> None:
    """D22: 02:30 on 28 March 2027 does not exist in Berlin; the period ends at 03:30 summer time, 01:30 UTC."""
    account = anchored(datetime(2027, 2, 28, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin")
    plan = published("make").policy.plan("core-10k")
    assert credit_period(plan, account, account.anchor)[1] == instant("2027-03-28T01:30:00Z")
    assert credit_period(plan, account, instant("2027-03-28T01:30:00Z"))[1] == instant("2027-04-28T00:30:00Z")


def test_d_22_a_reset_in_the_hour_that_happens_twice_means_the_first() -> None:
    """D22: 02:30 on 31 October 2027 happens twice in Berlin."""
    account = anchored(datetime(2027, 8, 31, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin")
    plan = published("make").policy.plan("core-10k")
    at_october = credit_period(plan, account, instant("2027-10-15T00:00:00Z"))
    assert at_october == (instant("2027-09-30T00:30:00Z"), instant("2027-10-31T00:30:00Z"))


def test_mk_04_an_annual_plan_bills_by_the_year_and_resets_by_the_month() -> None:
    plan = published("make").policy.plan("core-10k-annual")
    account = account_on("make", "core-10k-annual", anchor="2028-02-29T00:00:00Z")
    at = instant("2028-07-04T00:00:00Z")
    assert billing_period(plan, account, at) == (instant("2028-02-29T00:00:00Z"), instant("2029-02-28T00:00:00Z"))
    assert credit_period(plan, account, at) == (instant("2028-06-29T00:00:00Z"), instant("2028-07-29T00:00:00Z"))


def test_np_53_a_term_is_365_days_of_24_hours_to_the_second() -> None:
    """D22: over a leap day and two clock changes."""
    plan = published("9pic").policy.plan("pro")
    account = account_on("9pic", "pro", anchor="2027-06-01T08:00:00Z", zone="America/New_York")
    period = billing_period(plan, account, instant("2027-12-24T00:00:00Z"))
    assert period == (instant("2027-06-01T08:00:00Z"), instant("2028-05-31T08:00:00Z"))
    last = credit_period(plan, account, instant("2028-05-31T07:59:59Z"))
    assert last[1] == instant("2028-05-31T08:00:00Z")


def test_an_instant_before_the_anchor_belongs_to_the_first_period() -> None:
    """A clock that is behind must not fail a purchase."""
    plan = published("make").policy.plan("core-10k")
    account = account_on("make", "core-10k", anchor="2026-01-31T10:00:00Z")
    first = (instant("2026-01-31T10:00:00Z"), instant("2026-02-28T10:00:00Z"))
    assert credit_period(plan, account, account.anchor - 5_000) == first
    assert billing_period(plan, account, account.anchor - 5_000) == first


def test_periods_are_whole_seconds_though_the_anchor_is_not() -> None:
    plan = published("make").policy.plan("core-10k")
    account = replace(account_on("make", "core-10k"), anchor=instant("2026-01-01T00:00:00Z") + 123)
    assert credit_period(plan, account, account.anchor)[1] == instant("2026-02-01T00:00:00Z")


def test_a_validity_of_months_keeps_the_day() -> None:
    shown = published("insurestack").policy
    policy = replace(shown, top_up=replace(shown.top_up, validity=Validity(rule="after_purchase", months=1)))
    account = account_on("insurestack", "payg")
    ends = validity(policy, policy.plan("payg"), account, instant("2027-01-31T00:00:00Z"))
    assert ends == instant("2027-02-28T00:00:00Z")


def anchored(moment: datetime, zone: str) -> Account:
    """An account whose first period begins at a local moment."""
    return replace(account_on("make", "core-10k", zone=zone), anchor=instants.from_datetime(moment))
