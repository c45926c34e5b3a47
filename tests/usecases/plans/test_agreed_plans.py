"""A plan that sales agreed on: from now on, unpaid here, with what is left of the old plan's credits as the policy says of changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.values.errors import AccountClosed, NotEligible, Unavailable, UnknownPlan
from lotbook.domain.values.instants import DAY
from lotbook.usecases.plans.agree import agree_on_plan
from tests.fakes.changing import subscriber
from tests.fakes.closings import close
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.renewing import RenewingDesk
from tests.fakes.samples import account_on

MAX_CALLS = 200


def billed_elsewhere(policy: str, plan: str, **changes: Any) -> RenewingDesk:
    """An account that was opened on a paid plan, in the middle of its period."""
    desk = RenewingDesk(policy, "2027-01-01T00:00:00", **changes)
    desk.accounts._items["acme"] = replace(
        account_on(policy, plan, anchor="2027-01-01T00:00:00Z"), plan_billing="external"
    )
    desk.renew()
    desk.clock.instant += 10 * DAY
    return desk


def agree(desk: RenewingDesk, plan: str) -> None:
    agree_on_plan("acme", plan, desk=desk.sales)


def test_gc_07_going_up_what_is_left_goes_on_with_the_new_plans_first_period() -> None:
    desk = billed_elsewhere("gocontent", "starter")
    desk.burn(15)
    agree(desk, "growth")
    assert (desk.plan, desk.account.plan_billing, desk.read()) == ("growth", "external", (125, 0))
    desk.check()
    desk.clock.instant += 32 * DAY
    assert desk.read() == (100, 0)
    desk.check()


def test_is_56_where_the_policy_forfeits_it_is_forfeit() -> None:
    desk = billed_elsewhere("insurestack", "plus")
    own = desk.read()[0]
    agree(desk, "pro")
    plan = next(each for each in desk.policies.newest("insurestack").policy.plans if each.plan_id == "pro")
    assert desk.read()[0] == plan.credits + 10, f"of {own} nothing goes on; free credits come with the period"
    desk.check()


def test_going_down_takes_effect_now_and_follows_the_rule_of_downgrades() -> None:
    desk = billed_elsewhere("gocontent", "growth")
    agree(desk, "starter")
    assert (desk.plan, desk.read()) == ("starter", (40, 0))
    desk.check()


def test_an_account_without_a_paid_plan_is_put_on_one_and_back() -> None:
    desk = RenewingDesk("gocontent", "2027-01-01T00:00:00")
    desk.renew()
    agree(desk, "agency")
    assert (desk.plan, desk.account.plan_billing, desk.read()) == ("agency", "external", (300, 0))
    desk.clock.instant += DAY
    agree(desk, "none")
    assert (desk.plan, desk.account.plan_billing, desk.read()) == ("none", "none", (0, 0))
    desk.check()


def test_what_was_carried_on_is_forfeit_or_goes_on_again_at_the_next_change() -> None:
    desk = billed_elsewhere("gocontent", "starter")
    agree(desk, "growth")
    desk.clock.instant += DAY
    agree(desk, "agency")
    assert desk.read() == (440, 0)
    desk.clock.instant += DAY
    agree(desk, "starter")
    assert desk.read() == (40, 0)
    desk.check()


def test_the_same_plan_again_changes_nothing_and_another_one_in_the_same_second_waits() -> None:
    desk = billed_elsewhere("gocontent", "starter")
    agree(desk, "growth")
    before = desk.account, desk.read()
    agree(desk, "growth")
    assert (desk.account, desk.read()) == before
    with pytest.raises(Unavailable):
        agree(desk, "agency")
    assert (desk.account, desk.read()) == before


def test_a_plan_that_is_billed_here_is_changed_by_its_buyers() -> None:
    desk = subscriber("starter")
    with pytest.raises(NotEligible) as refused:
        agree(desk, "growth")
    assert (refused.value.code, desk.plan) == ("plan_not_eligible", "starter")


def test_what_is_no_plan_and_whose_account_is_closed_is_refused() -> None:
    desk = billed_elsewhere("gocontent", "starter")
    with pytest.raises(UnknownPlan):
        agree(desk, "nonsense")
    close(desk)
    with pytest.raises(AccountClosed):
        agree(desk, "growth")


def test_d5_a_crash_at_any_call_is_made_up_for_by_the_same_call() -> None:
    crashes = 0
    for at in range(1, MAX_CALLS, 2):
        countdown = Countdown(10**9, "before" if at % 4 == 1 else "after")
        desk = billed_elsewhere("gocontent", "starter", wrap=countdown.wrap)
        countdown.left = at
        try:
            agree(desk, "growth")
        except Crash:
            crashes += 1
        else:
            break
        countdown.left = 10**9
        agree(desk, "growth")
        assert (desk.plan, desk.read()) == ("growth", (140, 0)), countdown.crashed_in
        desk.check()
    assert 5 < crashes < MAX_CALLS // 2 - 1
