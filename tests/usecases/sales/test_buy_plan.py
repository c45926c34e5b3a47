"""A plan for a time, bought through the checkout: the plan, its credits, and what becomes of the old ones."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from lotbook.domain.credits.lots import Lot
from lotbook.domain.news.announcements import Announcement
from lotbook.domain.news.plan_news import of_account
from lotbook.domain.policy.plans import Interval
from lotbook.domain.sales.transactions import kind_of, type_in_words
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AlreadyOnPlan
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.leave_plan import Leaving
from tests.fakes.accounts import FakeAccounts, at
from tests.fakes.crashes import Countdown
from tests.fakes.credit_desk import credit_desk
from tests.fakes.plans import PlanDesk, Rest, termed

BOUGHT_AT = at("2026-01-15T10:00:00")


def test_np_13_x_14_np_53_a_paid_plan_puts_the_account_on_it_for_365_days() -> None:
    desk = PlanDesk()
    ordered = desk.order()
    assert desk.plan == "payg", "an order changes nothing (IS-18)"
    desk.pay(ordered)
    assert desk.settle(ordered).state == "completed"
    account = desk.view.account
    assert (account.plan_id, account.plan_billing, account.anchor) == ("pro", "stripe", BOUGHT_AT)
    assert desk.view.plan_ends_at == BOUGHT_AT + 365 * instants.DAY
    assert desk.view.period == (BOUGHT_AT, BOUGHT_AT + 365 * instants.DAY)
    assert desk.row().lot_id is None
    assert (type_in_words(desk.row()), kind_of(desk.row().item)) == ("Pro Subscription", "plan")
    desk.check()


def test_np_54_is_25_is_26_credits_of_the_same_order_are_one_lot_and_what_was_there_stays() -> None:
    """One order, two effects."""
    desk = PlanDesk()
    top_up = desk.buy(key="top-up").purchase
    desk.pay(top_up)
    desk.settle(top_up)
    desk.burn(250)
    before = desk.entries()
    desk.clock.instant += 1_000
    row = desk.bought(credits=1_000)
    assert desk.lots() == [("purchased", 750), ("purchased", 1_000)]
    assert desk.entries()[1:] == before, "one entry is added, none changed"
    entry = desk.entries()[0]
    assert (entry.kind, entry.credits, entry.purchase_id) == ("granted", 1_000, row.purchase_id)
    assert (desk.plan, row.lot_id is not None, row.settlement and row.settlement.expires_at) == ("pro", True, None)
    desk.check()


@pytest.mark.parametrize("burned", [0, 25, 130])
def test_is_56_is_57_what_is_left_of_the_old_plan_is_forfeit_and_free_credits_come_anew(burned: int) -> None:
    """30 plan and 10 free credits, some burned; then Pro's 100 and 10 free ones. Bought and promotional ones stay."""
    desk = PlanDesk(termed("forfeit", starting=30))
    desk.renew()
    lot = Lot("lot_promo", "credits", "promotional", 200, 1, BOUGHT_AT, None, BOUGHT_AT)
    grant_lot("acme", lot, desk=credit_desk(desk.books, desk.clock))
    desk.burn(burned) if burned else None
    desk.bought(credits=1_000)
    promotional = 200 - max(0, burned - 10)
    assert desk.lots() == [("free", 10), ("promotional", promotional), ("plan", 100), ("purchased", 1_000)]
    assert "forfeit" not in str(desk.entries())
    desk.check()


def test_gc_07_x_11_what_is_left_of_the_old_plan_goes_on_in_the_first_period_of_the_new_one() -> None:
    """40 left + 100 new = 140, and all of it ends with the first period; free credits do not roll over (IS-42)."""
    desk = PlanDesk(termed("carry", free=10, starting=50))
    desk.renew()
    desk.burn(20)  # 10 free, 10 of the plan
    desk.bought(credits=1_000)
    assert sorted(desk.lots()) == [("free", 10), ("plan", 40), ("plan", 100), ("purchased", 1_000)]
    desk.check()
    desk.clock.set("2026-02-15T09:59:59")
    assert sum(left for kind, left in desk.lots() if kind == "plan") == 140
    desk.clock.set("2026-02-15T10:00:00")
    assert desk.lots() == [("free", 10), ("plan", 100), ("purchased", 1_000)]
    desk.check()


def test_gc_07_credits_that_were_carried_once_are_carried_again() -> None:
    desk = PlanDesk(termed("carry", free=0, starting=40))
    desk.renew()
    desk.bought("pro")
    desk.burn(50)
    desk.clock.instant += instants.DAY
    desk.bought("max", key="key-2")
    assert sum(left for _, left in desk.lots()) == 300 + 140 - 50
    desk.check()


def test_d_21_a_period_that_nobody_has_looked_into_is_carried_over_all_the_same() -> None:
    """The book was never opened, or sleeps since an earlier period: its credits are the account's."""
    desk = PlanDesk(termed("carry", free=0, starting=40))
    desk.bought("pro")
    assert sum(left for _, left in desk.lots()) == 140
    desk.check()


def test_free_credits_come_once_where_the_change_is_at_a_periods_first_instant() -> None:
    desk = PlanDesk(termed(free=10), at="2026-02-01T00:00:00")
    desk.renew()
    desk.burn(4)
    desk.bought("pro")
    assert desk.lots() == [("free", 6), ("plan", 100)]
    desk.check()


def test_np_52_while_on_the_plan_it_is_refused_also_in_its_last_days_and_sold_again_after_the_end() -> None:
    desk = PlanDesk()
    desk.bought()
    ends = BOUGHT_AT + 365 * instants.DAY
    for moment in (BOUGHT_AT + instants.DAY, ends - 30 * instants.DAY, ends - 1):
        desk.clock.instant = moment
        with pytest.raises(AlreadyOnPlan):
            desk.order(key=f"again-{moment}")
    desk.clock.instant = ends
    assert (desk.plan, desk.view.plan_ends_at) == ("payg", None)
    desk.bought(key="next-year")
    assert (desk.plan, desk.view.plan_ends_at) == ("pro", ends + 365 * instants.DAY)
    desk.check()


def test_np_53_a_term_keeps_the_length_that_was_bought_whatever_a_later_policy_says() -> None:
    desk = PlanDesk(termed())
    ordered = desk.order()
    policy = termed()
    shorter = tuple(replace(plan, term_days=7) if plan.plan_id == "pro" else plan for plan in policy.plans)
    desk.policies.put(replace(policy, plans=shorter))
    desk.pay(ordered)
    desk.settle(ordered)
    assert desk.view.plan_ends_at == BOUGHT_AT + 365 * instants.DAY
    desk.clock.instant = BOUGHT_AT + 40 * instants.DAY
    assert (desk.plan, desk.lots()) == ("pro", [("free", 10), ("plan", 100)])


@pytest.mark.parametrize("interval", ["none", "month", "year"])
def test_np_53_a_plan_that_was_bought_for_a_term_ends_with_it_also_when_a_later_policy_sells_it_otherwise(
    interval: Interval,
) -> None:
    """365 days from 1 March 2027 end a day before the year does: no lot, and no period, outlives them."""
    desk = PlanDesk(termed(free=0), at="2027-03-01T10:00:00")
    desk.bought()
    policy = termed(free=0)
    plans = (
        replace(plan, interval=interval, term_days=None) if plan.plan_id == "pro" else plan for plan in policy.plans
    )
    desk.policies.put(replace(policy, plans=tuple(plans)))
    ends = at("2028-02-29T10:00:00")
    desk.clock.instant = ends - 1
    assert (desk.plan, desk.lots(), desk.view.period) == ("pro", [("plan", 100)], (at("2027-03-01T10:00:00"), ends))
    desk.clock.instant = ends
    assert (desk.plan, desk.lots()) == ("payg", [])


def test_the_periods_of_a_term_go_on_to_its_end_and_then_those_of_the_starting_plan() -> None:
    """NP-53, IS-16: every month its credits; the last period is cut at the end of the term."""
    desk = PlanDesk(termed(starting=5))
    desk.bought()
    for month in range(2, 13):
        desk.clock.set(f"2026-{month:02}-15T10:00:00")
        assert desk.lots() == [("free", 10), ("plan", 100)]
    desk.clock.instant = BOUGHT_AT + 365 * instants.DAY - 1
    assert desk.lots() == [("free", 10), ("plan", 100)]
    desk.clock.instant += 1
    assert desk.lots() == [("free", 10), ("plan", 5)]
    desk.check()


def test_validity_of_the_extra_credits_counts_in_the_period_after_the_change() -> None:
    """MK-01: they end with the billing period, and that is the term from now on."""
    policy = termed()
    validity = replace(policy.top_up.validity, rule="billing_period_end")
    desk = PlanDesk(replace(policy, top_up=replace(policy.top_up, validity=validity)))
    ordered = desk.order(credits=1_000)
    desk.clock.instant += 60_000
    desk.pay(ordered)
    row = desk.settle(ordered)
    assert ordered.quoted_expires_at == BOUGHT_AT + 365 * instants.DAY
    assert row.settlement is not None
    assert row.settlement.expires_at == desk.view.plan_ends_at == BOUGHT_AT + 60_000 + 365 * instants.DAY


# --- more than one ----------------------------------------------------------------------------------------------------


def test_np_52_when_a_plan_is_paid_the_pages_of_other_plan_orders_end_and_no_others() -> None:
    desk = PlanDesk()
    first, second = desk.order(key="a"), desk.order(credits=1_000, key="b")
    top_up = desk.buy(key="c").purchase
    desk.pay(first)
    desk.settle(first)
    assert (desk.row(second).state, desk.row(second).check_at) == ("abandoned", None)
    assert desk.gateway.sessions[str(second.gateway_refs.checkout_session)].state == "expired"
    assert desk.row(top_up).state == "pending"


def test_a_silent_gateway_does_not_hold_up_the_plan_that_was_paid() -> None:
    desk = PlanDesk()
    first, second = desk.order(key="a"), desk.order(credits=1_000, key="b")
    desk.pay(first)
    desk.gateway.later["expire_checkout"] = ["before"]
    assert desk.settle(first).state == "completed"
    assert desk.row(second).state == "pending"


def test_np_52_two_plans_both_paid_both_complete_people_hear_and_the_later_payment_counts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = PlanDesk(termed(free=0))
    first, second = desk.order(key="a", credits=1_000), desk.order("max", key="b", credits=2_000)
    desk.pay(first)
    desk.pay(second)
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        desk.settle(first)
        assert "plan_paid_twice" not in caplog.text
        desk.clock.instant += 5_000
        assert desk.settle(second).state == "completed"
    assert caplog.text.count("plan_paid_twice") == 1
    assert desk.view.plan_ends_at == BOUGHT_AT + 5_000 + 30 * instants.DAY
    assert desk.lots() == [("plan", 300), ("purchased", 1_000), ("purchased", 2_000)]
    desk.check()


def test_a_plan_that_was_settled_later_is_not_overruled_by_an_older_one() -> None:
    """The older one's settlement was frozen, then its worker died; the younger one was done meanwhile."""
    desk = PlanDesk(termed(free=0))
    older, younger = desk.order("max", key="a"), desk.order("pro", key="b")
    for each in (older, younger):
        desk.pay(each)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lotbook.usecases.sales.fulfil.begin_plan", _dies)
        with pytest.raises(ZeroDivisionError):
            desk.settle(older)
    desk.clock.instant += 5_000
    desk.settle(younger)
    desk.clock.instant += 5_000
    assert desk.settle(older).state == "completed"
    assert (desk.plan, desk.view.plan_ends_at) == ("pro", BOUGHT_AT + 5_000 + 365 * instants.DAY)
    assert desk.lots() == [("plan", 100)]
    desk.check()


def _dies(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_x_14_a_term_is_days_of_24_hours_over_a_change_of_the_clocks() -> None:
    desk = PlanDesk(at="2026-03-28T01:30:00")
    desk.bought()
    ends = desk.view.plan_ends_at
    assert ends is not None
    assert ends - desk.view.account.anchor == timedelta(days=365) // timedelta(milliseconds=1)


def test_a_change_of_plan_is_announced_once_from_the_write_that_made_it() -> None:
    """And the end of the move, which is another write of the account, says nothing."""
    desk = PlanDesk()
    before, written = desk.accounts.get("acme"), []
    save = desk.accounts.save
    desk.accounts.save = lambda account: written.append(save(account)) or written[-1]  # type: ignore[method-assign,func-returns-value]
    row = desk.bought()
    told: list[Announcement] = []
    for after in written:
        assert before is not None
        told += of_account(before, after, after.anchor)
        before = after
    (changed,) = told
    assert (changed.kind, changed.at, changed.account_id) == ("plan.changed", BOUGHT_AT, "acme")
    assert changed.detail == {
        "plan_id": "pro",
        "previous_plan_id": "payg",
        "purchase_id": row.purchase_id,
        "plan_ends_at": "2027-01-15T10:00:00Z",
    }


@pytest.mark.parametrize("rest", ["forfeit", "carry"])
def test_x_11_who_burns_while_the_plan_changes_never_meets_an_empty_book(rest: Rest) -> None:
    """Decision 32: the new lots first. A balance is read after every single call."""
    watch = Countdown(0, "after")  # crashes never
    desk = PlanDesk(termed(rest, free=0, starting=30), wrap=watch.wrap)
    desk.renew()
    ordered = desk.order()
    desk.pay(ordered)
    seen: list[int] = []
    watch.check = lambda: seen.append(desk.available())
    desk.settle(ordered)
    assert (seen[0], seen[-1]) == (30, 100 if rest == "forfeit" else 130)
    assert min(seen) == 30
    desk.check()


def test_d_24_a_renewal_that_began_under_the_old_plan_does_not_put_the_next_one_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D24: Pro's money goes back in the first second of its second period. A worker that still thinks of Pro has read the
    book, renews it between the two steps of the change, and sets the next renewal to Pro's: the present plan's is sooner."""
    desk = PlanDesk(termed("forfeit", free=10, starting=30))
    bought = desk.bought("pro")
    desk.clock.set("2026-02-15T10:00:01")
    begun = desk.accounts.get("acme")
    assert begun is not None
    slow = FakeAccounts(begun)
    leave, came = Leaving.run, list[int]()

    def overtaken(leaving: Leaving) -> None:
        """After the new plan's lots, before those of the old one are taken."""
        credits = credit_desk(desk.books, desk.clock)
        renew_account("acme", accounts=slow, policies=desk.policies, desk=credits, at_once=True)
        came.append(desk.books.books["acme", "credits"].renews_at)
        leave(leaving)

    monkeypatch.setattr(Leaving, "run", overtaken)
    desk.gateway.send_back("pi_cs_2")
    follow_money_back("acme", bought.purchase_id, desk=desk.sales)
    assert (desk.plan, came) == ("payg", [at("2026-03-15T10:00:00")]), "the story is the one that is told"
    assert desk.books.books["acme", "credits"].renews_at == at("2026-03-01T00:00:00")
    desk.clock.set("2026-03-01T00:00:00")
    desk.burn(40)  # the new period's 10 free and 30 of the plan
    desk.check()
