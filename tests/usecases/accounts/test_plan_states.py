"""What an account shows of a plan that renews: its state, its end, what follows it, and until when it may go unpaid (X-26)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.renewing import with_ending
from lotbook.domain.accounts.subscriptions import NextPlan
from lotbook.domain.values.instants import from_text, to_text
from lotbook.usecases.accounts.read_account import AccountView, read_account
from tests.fakes.renewing import RenewingDesk

BOUGHT, ENDS = "2027-01-31T12:00:00", "2027-02-28T12:00:00"
DECLINED = "insufficient_funds"


@pytest.fixture
def desk() -> RenewingDesk:
    return RenewingDesk()


def view(desk: RenewingDesk) -> AccountView:
    return read_account("acme", accounts=desk.accounts, policies=desk.policies, desk=desk.sales.credits)


def shown(desk: RenewingDesk) -> tuple[str, str, str | None]:
    """The plan, its state, and when it ends."""
    found = view(desk)
    return found.account.plan_id, found.plan_state, None if found.plan_ends_at is None else to_text(found.plan_ends_at)


def cancel(desk: RenewingDesk, at: str) -> None:
    account = desk.account
    policy = desk.sales.account("acme").policy
    desk.accounts.save(with_ending(policy, account, from_text(f"{at}Z")))


def test_x26_a_plan_that_was_never_bought_is_active_and_one_that_is_paid_is_too(desk: RenewingDesk) -> None:
    assert shown(desk) == ("none", "active", None)
    desk.subscribe("starter")
    found = view(desk)
    assert shown(desk) == ("starter", "active", None)
    assert (found.cancel_at, found.next_plan, found.grace_ends_at) == (None, None, None)
    assert found.period == (from_text(f"{BOUGHT}Z"), from_text(f"{ENDS}Z"))


def test_gc21_a_cancelled_plan_is_canceling_until_the_end_of_what_was_paid_and_ended_from_that_instant(
    desk: RenewingDesk,
) -> None:
    desk.subscribe("starter")
    cancel(desk, ENDS)
    desk.go_to("2027-02-28T11:59:59")
    assert shown(desk) == ("starter", "canceling", f"{ENDS}Z")
    assert view(desk).cancel_at == from_text(f"{ENDS}Z")
    desk.go_to(ENDS)
    assert shown(desk) == ("none", "ended", None)
    assert (view(desk).cancel_at, view(desk).grace_ends_at) == (None, None)


def test_x26_a_failed_renewal_is_past_due_through_grace_and_pause_until_the_plan_is_over(desk: RenewingDesk) -> None:
    """4.6 of the design, by the second: the new period is shown from its first instant, paid or not."""
    desk.subscribe("starter")
    desk.gateway.let_card(next(iter(desk.gateway.plans.subs.values())).card or "", DECLINED)
    desk.go_to(ENDS)
    assert (shown(desk)[1], view(desk).grace_ends_at) == ("active", None), "nothing is known to have failed"
    desk.renew()
    desk.go_to("2027-02-28T13:30:00")
    desk.settle_renewals()
    found = view(desk)
    assert shown(desk) == ("starter", "past_due", "2027-03-30T12:00:00Z")
    assert found.grace_ends_at == from_text("2027-03-07T12:00:00Z")
    assert found.period == (from_text(f"{ENDS}Z"), from_text("2027-03-31T12:00:00Z"))
    desk.go_to("2027-03-07T12:00:00")
    assert (shown(desk)[1], view(desk).account.state) == ("past_due", "paused")
    assert view(desk).account.pause_reasons == ("plan_payment_failed",)
    desk.go_to("2027-03-30T11:59:59")
    assert shown(desk)[:2] == ("starter", "past_due")
    desk.go_to("2027-03-30T12:00:00")
    assert shown(desk) == ("none", "ended", None)
    assert view(desk).account.state == "active"


def test_is58_a_scheduled_change_is_shown_until_it_is_made(desk: RenewingDesk) -> None:
    desk.subscribe("growth")
    sub = desk.account.subscription
    assert sub is not None
    at = from_text(f"{ENDS}Z")
    wanted = NextPlan("starter", at, sub.policy_version, "price_x", 4_000, "pur_change")
    desk.accounts.save(replace(desk.account, subscription=replace(sub, next_plan=wanted)))
    assert view(desk).next_plan == ("starter", at)
    assert shown(desk) == ("growth", "active", None)
    desk.go_to(ENDS)
    assert view(desk).next_plan is None
    assert shown(desk) == ("starter", "active", None)
