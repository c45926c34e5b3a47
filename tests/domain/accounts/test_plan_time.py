"""A plan that renews as time passes: its periods in UTC, provisional lots, dunning, its end, and the plan that follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at, lots_of_period, plan_lots
from lotbook.domain.accounts.pinned import pinned
from lotbook.domain.accounts.plan_time import grace_ends_at, with_period, with_time
from lotbook.domain.accounts.renewing import PaidPeriod, is_superseded, with_paid
from lotbook.domain.accounts.subscriptions import BillingPeriod, NextPlan, Subscription
from lotbook.domain.accounts.terms import Term
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Dunning, Plan, PlanChange
from lotbook.domain.values.instants import DAY, FAR_FUTURE, SECOND
from tests.fakes.accounts import ANNUAL, FREE, MONTHLY, a_policy, an_account, at

GOLD = Plan(plan_id="gold", title="Gold", level=2, interval="month", prices_minor={"usd": 9_000}, credits=300)


def shop(free: int = 10, **renewal: Any) -> Policy:
    policy = a_policy(free_credits=free, plans=(FREE, MONTHLY, ANNUAL, GOLD))
    change: PlanChange = replace(policy.plan_change, renewal=Dunning(**renewal))
    return replace(policy, plan_change=change)


def paid_from(anchor: str, plan: Plan = MONTHLY, *, zone: str = "UTC", **record: Any) -> Account:
    """An account whose first period of the plan is paid."""
    start = at(anchor)
    on_it = an_account(
        anchor, plan_id=plan.plan_id, plan_billing="stripe", plan_renews=True, plan_purchase_id="pur_1", time_zone=zone
    )
    end = billing_period(plan, on_it, start)
    assert end is not None
    first = BillingPeriod(start, end[1], plan.plan_id, "paid", "pur_1")
    sub = Subscription("sub_1", "si_1", plan.plan_id, 1, f"price_{plan.plan_id}", 900, start, "pur_1", (first,))
    term = Term("pur_1", plan.plan_id, start, FAR_FUTURE, renews=True, policy_version=1)
    return replace(on_it, subscription=replace(sub, **record), terms=(term,))


def record(account: Account) -> Subscription:
    assert account.subscription is not None
    return account.subscription


def grants(policy: Policy, account: Account, when: int) -> dict[str, tuple[int, bool]]:
    return {lot.kind: (lot.credits, lot.provisional) for lot in lots_of_period(policy, account, when).lots}


BOUNDARIES_FROM_31 = (
    "02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31 2028-01-31 02-29 03-31 04-30 05-31 06-30 07-31 "
    "08-31 09-30 10-31 11-30 12-31 2029-01-31"
)


@pytest.mark.parametrize(
    ("anchor", "boundaries"),
    [
        ("2027-01-31T09:00:00", BOUNDARIES_FROM_31),
        ("2027-01-30T09:00:00", BOUNDARIES_FROM_31.replace("-31", "-30").replace("2029-01-30", "2029-01-30")),
        ("2027-01-29T09:00:00", BOUNDARIES_FROM_31.replace("-31", "-29").replace("-30", "-29")),
        ("2027-01-28T09:00:00", BOUNDARIES_FROM_31.replace("-31", "-28").replace("-30", "-28").replace("-29", "-28")),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_x_19_h_months_of_a_plan_that_renews_are_counted_in_utc_for_two_years(
    anchor: str, boundaries: str, zone: str
) -> None:
    """H of the stories: 24 boundaries for each anchor, one second before and at each, whatever the account's time zone."""
    account, year, start = paid_from(anchor, zone=zone), "2027", at(anchor)
    for text in boundaries.split():
        day = text if len(text) > 5 else f"{year}-{text}"
        year, end = day[:4], at(f"{day}T09:00:00")
        assert credit_period(MONTHLY, account, end - SECOND) == (start, end)
        assert (billing_period(MONTHLY, account, end) or (0,))[0] == end
        start = end


def test_x_19_a_free_or_external_plan_goes_on_in_the_zone_of_the_account() -> None:
    account = paid_from("2027-02-28T21:00:00", zone="Asia/Kolkata")
    assert billing_period(MONTHLY, account, account.anchor) == (account.anchor, at("2027-03-28T21:00:00"))
    external = replace(account, plan_renews=False, plan_billing="external")
    assert billing_period(MONTHLY, external, account.anchor) == (account.anchor, at("2027-03-31T21:00:00"))


def test_x_19_a_leap_days_year_ends_on_28_february() -> None:
    account = paid_from("2028-02-29T12:00:00", ANNUAL)
    assert billing_period(ANNUAL, account, account.anchor) == (account.anchor, at("2029-02-28T12:00:00"))


def test_x_10_the_new_periods_plan_credits_are_provisional_from_its_first_instant_and_the_free_ones_are_not() -> None:
    policy, account, end = shop(), paid_from("2027-01-31T09:00:00"), at("2027-02-28T09:00:00")
    assert grants(policy, account, end - SECOND) == {"free": (10, False), "plan": (100, False)}
    assert grants(policy, account, end) == {"free": (10, False), "plan": (100, True)}
    late = grants(policy, account, at("2027-03-31T09:00:00") - SECOND)
    assert late == {"free": (10, False), "plan": (100, True)}, "silence is no evidence"


def test_x_10_a_lot_has_one_id_whether_it_is_provisional_or_paid() -> None:
    policy, account, end = shop(), paid_from("2027-01-31T09:00:00"), at("2027-02-28T09:00:00")
    period = BillingPeriod(end, at("2027-03-31T09:00:00"), "monthly", "paid", "pur_2")
    paid = replace(account, subscription=with_period(record(account), period))
    before, after = (lots_of_period(policy, each, end).lots for each in (account, paid))
    assert [lot.lot_id for lot in before] == [lot.lot_id for lot in after]
    assert [lot.provisional for lot in after] == [False, False]


def test_mk_47_a_months_credits_inside_a_paid_year_are_paid_and_those_of_the_next_year_are_not() -> None:
    """T27: 12 months of 100, never 1,200 at once."""
    policy, account = shop(0), paid_from("2027-01-31T09:00:00", ANNUAL)
    for month in ("02-28", "06-30", "12-31"):
        assert grants(policy, account, at(f"2027-{month}T09:00:00")) == {"plan": (100, False)}
    assert grants(policy, account, at("2028-01-31T09:00:00") - SECOND) == {"plan": (100, False)}
    assert grants(policy, account, at("2028-01-31T09:00:00")) == {"plan": (100, True)}
    assert grants(policy, account, at("2028-02-29T09:00:00")) == {"plan": (100, True)}


T = at("2027-03-31T12:00:00")
BEHIND: dict[str, Any] = {"failed_start": T, "failed_at": T + 3_600_000}


@pytest.mark.parametrize(
    ("offset", "plan", "credits", "reasons"),
    [
        (0, "monthly", {"free": (10, False), "plan": (100, True)}, ()),
        (7 * DAY - SECOND, "monthly", {"free": (10, False), "plan": (100, True)}, ()),
        (7 * DAY, "monthly", {"free": (10, False)}, ("plan_payment_failed",)),
        (7 * DAY + SECOND, "monthly", {"free": (10, False)}, ("plan_payment_failed",)),
        (30 * DAY - SECOND, "monthly", {"free": (10, False)}, ("plan_payment_failed",)),
        (30 * DAY, "free", {"free": (10, False)}, ()),
        (90 * DAY, "free", {"free": (10, False)}, ()),
    ],
)
def test_x_26_dunning_by_our_own_clock(
    offset: int, plan: str, credits: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    """4.6: provisional through the grace, void at its end, with the pause; ended at T + 30 days."""
    policy, account = shop(), paid_from("2027-01-31T12:00:00", **BEHIND)
    now = account_at(policy, account, T + offset)
    assert (now.plan_id, grants(policy, account, T + offset), now.pause_reasons) == (plan, credits, reasons)
    assert account_at(policy, now, T + offset) == now, "deciding twice decides the same"


def test_x_26_the_book_is_told_of_each_instant_at_which_something_changes() -> None:
    policy, account = shop(), paid_from("2027-01-31T12:00:00", **BEHIND)
    found = [lots_of_period(policy, account, T + day * DAY).renews_at for day in (0, 7, 30)]
    assert found == [T + 7 * DAY, T + 30 * DAY, at("2027-05-30T12:00:00")]
    assert lots_of_period(policy, replace(account, subscription=None), T).renews_at == at("2027-04-30T12:00:00")


def test_x_26_the_record_says_which_period_is_void_and_that_its_lots_are_to_follow() -> None:
    policy, account = shop(), paid_from("2027-01-31T12:00:00", **BEHIND)
    after = with_time(policy, account, T + 7 * DAY)
    (void,) = record(after).unfollowed
    assert (void.start, void.end, void.state) == (T, at("2027-04-30T12:00:00"), "void")
    assert grace_ends_at(policy, account) == T + 7 * DAY


def test_x_26_a_period_that_begins_while_the_account_is_behind_brings_its_plan_credits_with_its_payment() -> None:
    policy = shop(ends_after_days=60)
    account, april = paid_from("2027-01-31T12:00:00", **BEHIND), at("2027-04-30T12:00:00")
    assert grants(policy, account, april) == {"free": (10, False)}
    period = BillingPeriod(april, at("2027-05-31T12:00:00"), "monthly", "paid", "pur_3")
    paid = replace(account, subscription=with_period(record(account), period))
    assert grants(policy, paid, april) == {"free": (10, False), "plan": (100, False)}


def test_x_26_after_the_grace_a_policy_may_lead_to_the_starting_plan() -> None:
    policy, account = shop(after_grace="starting_plan"), paid_from("2027-01-31T12:00:00", **BEHIND)
    assert account_at(policy, account, T + 7 * DAY - SECOND).plan_id == "monthly"
    after = account_at(policy, account, T + 7 * DAY)
    assert (after.plan_id, after.anchor, after.pause_reasons) == ("free", T + 7 * DAY, ())
    assert [each.state for each in record(after).periods] == ["paid", "void"]


def test_is_48_a_cancelled_plan_ends_at_its_instant_and_the_starting_plan_has_a_cycle_of_its_own() -> None:
    """A of the stories: the 15th stays the day of the free credits."""
    policy, end = shop(), at("2027-06-15T09:00:00")
    account = paid_from("2027-03-15T09:00:00", cancel_at=end)
    assert account_at(policy, account, end - SECOND).plan_id == "monthly"
    after = account_at(policy, account, end)
    assert (after.plan_id, after.anchor, after.plan_billing, after.plan_renews) == ("free", end, "none", False)
    assert [term.ends_at for term in after.terms] == [end]
    assert grants(policy, account, end) == {"free": (10, False)}
    assert lots_of_period(policy, account, end - SECOND).renews_at == end


def test_is_58_a_scheduled_downgrade_changes_the_plan_at_its_instant_and_leaves_the_anchor() -> None:
    end = at("2027-02-28T09:00:00")
    wish = NextPlan("monthly", end, 2, "price_monthly", 900, "pur_9")
    account = paid_from("2027-01-31T09:00:00", GOLD, next_plan=wish)
    assert grants(shop(), account, end - SECOND) == {"free": (10, False), "plan": (300, False)}
    assert grants(shop(), account, end) == {"free": (10, False), "plan": (100, True)}
    after = account_at(shop(), account, end)
    assert (after.plan_id, after.anchor, after.plan_purchase_id) == ("monthly", account.anchor, "pur_9")
    assert (after.plan_policy_version, record(after).price) == (2, "price_monthly")
    assert billing_period(MONTHLY, after, end) == (end, at("2027-03-31T09:00:00"))
    assert [(term.purchase_id, term.ends_at) for term in after.terms] == [("pur_1", end), ("pur_9", FAR_FUTURE)]


def test_a_change_to_another_interval_counts_from_its_own_instant() -> None:
    end = at("2027-02-28T09:00:00")
    account = paid_from("2027-01-31T09:00:00", next_plan=NextPlan("annual", end, 1, "price_annual", 9_000, "pur_9", 12))
    after = account_at(shop(), account, end)
    assert billing_period(ANNUAL, after, end) == (end, at("2028-02-28T09:00:00"))
    assert (record(after).anchor, record(after).former_anchor) == (end, at("2027-01-31T09:00:00"))
    wish = NextPlan("annual", end, 1, "price_annual", 9_000, "pur_9")
    same = paid_from("2027-01-31T09:00:00", next_plan=wish)
    assert account_at(shop(), same, end).anchor == account.anchor, (
        "what was asked for decides, not a later version's interval"
    )


def test_a_period_before_another_interval_is_paid_though_we_hear_of_it_after_that_has_begun() -> None:
    """Its months are counted from the anchor of its own plan."""
    end, middle = at("2027-03-31T09:00:00"), at("2027-02-28T09:00:00")
    account = paid_from("2027-01-31T09:00:00", next_plan=NextPlan("annual", end, 1, "price_annual", 9_000, "pur_9", 12))
    after = account_at(shop(), account, end)
    late = PaidPeriod("sub_1", "monthly", 1, middle, end, "pur_late", "in_2")
    assert not is_superseded(after, late)
    known = record(with_paid(after, late)).period(middle, "monthly")
    assert known is not None
    assert (known.state, known.anchor) == ("paid", at("2027-01-31T09:00:00"))
    assert [lot.expires_at for lot in plan_lots(shop(), after, known, end)] == [end]
    too_old = replace(late, start=at("2026-12-31T09:00:00"))
    assert is_superseded(after, too_old), "what a change for money has replaced"


def test_x_33_a_subscriber_keeps_plan_rules_and_validity_and_everything_else_is_the_newest() -> None:
    own = shop()
    newest = replace(own, free_credits=5, plans=(FREE, replace(MONTHLY, credits=7), ANNUAL, replace(GOLD, credits=9)))
    seen = pinned(newest, own, "monthly")
    assert (seen.free_credits, seen.plan("monthly").credits, seen.plan("gold").credits) == (5, 100, 9)
    assert pinned(replace(newest, plans=(FREE,)), own, "monthly").plan("monthly").credits == 100
