"""Months that were paid for and will not come, counted by the account's own periods (X-22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.subscriptions import BillingPeriod, PeriodState, Subscription
from lotbook.domain.plans.unused import is_running_period_paid, lots_to_come
from tests.fakes.samples import account_on, instant, published

POLICY = published("make").policy
ANNUAL = POLICY.plan("core-10k-annual")
START, END = "2027-01-31T12:00:00Z", "2028-01-31T12:00:00Z"


def to_come(at: str, *, anchor: str = START, plan: str = "core-10k-annual", zone: str = "UTC") -> int:
    """The credits to come at an instant for an account that is billed elsewhere."""
    account = account_on("make", plan, anchor=anchor, zone=zone)
    return sum(lot.credits for lot in lots_to_come(POLICY, account, instant(at)))


@pytest.mark.parametrize(
    ("at", "months"),
    [
        (START, 11),
        ("2027-02-28T11:59:59Z", 11),
        ("2027-02-28T12:00:00Z", 10),
        ("2027-03-31T12:00:00Z", 9),
        ("2027-12-31T11:59:59Z", 1),
        ("2027-12-31T12:00:00Z", 0),
        ("2028-01-31T11:59:59Z", 0),
        (END, 11),
    ],
)
def test_x_22_the_months_after_this_one_to_the_end_of_the_billing_year(at: str, months: int) -> None:
    assert to_come(at) == months * 10_000


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_x_22_each_month_of_a_year_counts_once_whatever_the_zone_and_the_leap_day(zone: str) -> None:
    at = [f"{year}-{month:02d}-15T00:00:00Z" for year in (2028, 2029) for month in range(3, 13)]
    months = [to_come(each, anchor="2028-02-29T22:00:00Z", zone=zone) // 10_000 for each in at]
    assert months == [*range(11, 1, -1), *range(11, 1, -1)]


@pytest.mark.parametrize("plan", ["core-10k", "free", "enterprise"])
def test_x_22_nothing_is_to_come_where_each_month_is_paid_by_itself_or_not_at_all(plan: str) -> None:
    assert to_come("2027-03-15T00:00:00Z", plan=plan) == 0


def subscribed(state: PeriodState | None) -> Account:
    """An account whose running year is decided so; None: there is no news of it yet."""
    start, end = instant(START), instant(END)
    periods = () if state is None else (BillingPeriod(start, end, ANNUAL.plan_id, state, "pur_1"),)
    subscription = Subscription("sub_1", "si_1", ANNUAL.plan_id, 1, "price_1", 10_800, start, "pur_1", periods)
    account = account_on("make", ANNUAL.plan_id, anchor=START)
    return replace(account, plan_billing="stripe", plan_renews=True, subscription=subscription)


@pytest.mark.parametrize(("state", "paid"), [("paid", True), ("void", False), (None, False)])
def test_x_22_x_25_a_year_that_nobody_has_paid_for_has_nothing_to_come(state: PeriodState | None, paid: bool) -> None:
    account, at = subscribed(state), instant("2027-03-15T00:00:00Z")
    assert is_running_period_paid(POLICY, account, at) is paid
    assert len(lots_to_come(POLICY, account, at)) == (10 if paid else 0)
    assert not is_running_period_paid(POLICY, account, instant(END)), "the next one is another"
