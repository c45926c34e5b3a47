"""B4, X-30: one plan is not paid twice, and if it is, the later payment goes back by itself, whoever settles first."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import permutations

import pytest

from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values import instants
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.money_back.paid_twice import send_back_paid_twice
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.desk import an_event
from tests.fakes.plans import PlanDesk, termed
from tests.fakes.sweeps import look_at_purchases

MAX_CALLS = 400


def test_b4_x_30_an_open_order_of_the_same_plan_is_answered_again_with_its_page() -> None:
    desk = PlanDesk()
    first = desk.buy(desk.plan_item("pro"), key="a")
    again = desk.buy(desk.plan_item("pro"), key="b")
    assert again.purchase == first.purchase
    assert again.replayed
    assert len(desk.purchases.rows) == len(desk.gateway.sessions) == 1
    assert desk.buy(desk.plan_item("pro"), key="b").purchase == first.purchase, (
        "the second key stands for it from now on"
    )


@pytest.mark.parametrize("difference", ["plan", "credits", "address", "price", "page over"])
def test_b4_x_30_another_order_is_another_page(difference: str) -> None:
    desk = PlanDesk(termed())
    desk.order("pro", key="a")
    if difference == "price":
        policy = termed()
        dearer = [
            replace(each, prices_minor={"usd": 25_000}) if each.plan_id == "pro" else each for each in policy.plans
        ]
        desk.policies.put(replace(policy, plans=tuple(dearer)))
    if difference == "page over":
        desk.clock.instant += instants.DAY
    item = desk.plan_item("max" if difference == "plan" else "pro", 1_000 if difference == "credits" else None)
    address = "https://shop.example/other" if difference == "address" else None
    desk.buy(item, key="b", success_url=address)
    assert len(desk.purchases.rows) == 2


def both_paid(countdown: Countdown | None = None, apart: int = 7_000) -> tuple[PlanDesk, Purchase, Purchase]:
    """Two pages of Pro, with other extra credits each, both paid; the one that was ordered first is paid last."""
    wrap = (countdown or Countdown(0, "after")).wrap
    desk = PlanDesk(termed("carry", starting=40), wrap=wrap)
    desk.renew()
    desk.burn(15)
    younger, older = desk.order(credits=2_000, key="a"), desk.order(credits=1_000, key="b")
    desk.clock.instant += instants.SECOND
    desk.pay(older)
    desk.clock.instant += apart
    desk.pay(younger)
    desk.clock.instant += instants.MINUTE
    return desk, older, younger


def heard(desk: PlanDesk, row: Purchase) -> None:
    handle_event(an_event(row), desk=desk.sales)


def assert_one_goes_back(desk: PlanDesk, kept: Purchase, back: Purchase, where: object = "") -> None:
    assert desk.row(kept).state == "completed", where
    gone = desk.row(back)
    assert (gone.state, gone.failure and gone.failure.code, gone.check_at) == ("refunded", "paid_twice", None), where
    assert gone.refunded_minor == gone.total_minor, where
    refunds = [each for found in desk.gateway.refunds.values() for each in found]
    assert [each.amount_minor for each in refunds] == [gone.total_minor], where
    account = desk.view.account
    assert (account.plan_id, account.plan_purchase_id) == ("pro", kept.purchase_id), where
    # 10 free and 40 of its own plan, 15 of them burned: 35 go on; Pro brings 10 free, 100, and the extra credits.
    assert sorted(desk.lots()) == sorted([("free", 10), ("plan", 35), ("plan", 100), ("purchased", kept.credits)]), (
        where
    )
    desk.check(where)


@pytest.mark.parametrize("first", ["older", "younger"])
def test_b4_x_30_the_later_payment_goes_back_at_once_whoever_is_settled_first(
    first: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk, older, younger = both_paid()
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        for row in (older, younger) if first == "older" else (younger, older):
            heard(desk, row)
    assert_one_goes_back(desk, older, younger)
    assert caplog.text.count("plan_paid_twice") == 1


def test_b4_x_30_of_one_instant_the_greater_purchase_id_goes_back() -> None:
    for order in permutations((0, 1)):
        desk, *rows = both_paid(apart=0)
        by_id = sorted(rows, key=lambda row: row.purchase_id)
        for place in order:
            heard(desk, by_id[place])
        assert_one_goes_back(desk, by_id[0], by_id[1], order)


def test_b4_what_was_burned_of_the_payment_that_goes_back_is_taken_from_the_one_that_stays() -> None:
    """The younger is settled first, and 2,000 of its 2,145 credits are burned before anybody hears of the older."""
    desk, older, younger = both_paid()
    heard(desk, younger)
    assert desk.available() == 10 + 35 + 100 + 2_000
    desk.burn(2_000)
    heard(desk, older)
    assert desk.row(younger).state == "refunded"
    assert sum(left for _, left in desk.lots()) == 10 + 35 + 100 + 1_000 - 2_000 + desk.shortfall()
    desk.check()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("first", ["older", "younger"])
@pytest.mark.slow
def test_b4_a_crash_at_any_call_ends_in_one_plan_and_one_refund(first: str, moment: str) -> None:
    for number in range(1, MAX_CALLS):
        countdown = Countdown(0, moment)
        desk, older, younger = both_paid(countdown)
        rows = (older, younger) if first == "older" else (younger, older)
        heard(desk, rows[0])
        countdown.left = number
        try:
            heard(desk, rows[1])
        except Crash:
            for _ in range(3):
                desk.clock.instant += 10 * instants.MINUTE
                look_at_purchases(desk.sales, desk.purchases)
        assert_one_goes_back(desk, older, younger, f"call {number} ({countdown.crashed_in}), {moment}")
        if not countdown.crashed_in:
            return
    pytest.fail("the story did not end")


def test_b4_a_refund_that_the_gateway_refuses_rings_and_is_not_tried_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    desk, older, younger = both_paid()
    desk.gateway.dispute(f"pi_{younger.gateway_refs.checkout_session}")
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        for row in (older, younger):
            heard(desk, row)
        send_back_paid_twice(desk.row(younger), desk=desk.sales)
    assert caplog.text.count("paid_twice_kept") == 1
    assert desk.row(younger).state == "disputed"
    desk.gateway.change_dispute(f"pi_{younger.gateway_refs.checkout_session}", "lost")
    follow_money_back("acme", younger.purchase_id, desk=desk.sales)
    assert sorted(desk.lots()) == [("free", 10), ("plan", 35), ("plan", 100), ("purchased", 1_000)]


def test_b4_the_plan_bought_anew_after_its_term_or_after_another_plan_is_not_paid_twice() -> None:
    desk = PlanDesk(termed("forfeit", free=0))
    desk.bought("pro", key="a")
    desk.clock.instant += instants.DAY
    desk.bought("max", key="b")
    desk.clock.instant += 40 * instants.DAY
    again = desk.bought("pro", key="c")
    assert (again.state, again.failure, desk.plan) == ("completed", None, "pro")
    desk.clock.instant += 366 * instants.DAY
    assert desk.bought("pro", key="d").failure is None
    assert desk.gateway.refunds == {}
