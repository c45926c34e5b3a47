"""Payments that take their time, beside the stories of test_money_back_orders: those without money, and those hard to see."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.gateway import PaymentFacts
from tests.fakes.sweeps import look_at_events
from tests.usecases.money_back.test_money_back_orders import (
    CHARGED,
    FAILED,
    LATE,
    PAYMENT,
    SESSION,
    SLOW,
    End,
    Step,
    World,
    assert_ends,
    begin,
    names,
    orders,
    pay_late,
    play,
    told_at_once,
)

UNPAID = {"processing": (SLOW,), "processing, failure": (SLOW, FAILED)}


def pay_late_unseen(world: World) -> None:
    """The money is there; the page goes on saying unpaid."""
    world.desk.gateway.say(SESSION, payment=PaymentFacts(PAYMENT, "succeeded", "usd", CHARGED, None))


UNSEEN = Step("late payment, page unpaid", pay_late_unseen, ("payment_intent.succeeded",))


@pytest.mark.parametrize("story", UNPAID)
def test_d_07_money_that_did_not_come_is_no_credits_in_any_order(story: str) -> None:
    """D7: the state is the gateway's last word, or waits for it; nothing is in the books."""
    for order in orders(UNPAID[story]):
        world = begin()
        play(world, order)
        row = world.desk.row()
        assert row.state == ("failed" if FAILED in order else "processing"), names(order)
        assert (row.settlement, world.desk.entries()) == (None, [])
        assert (row.check_at is None) == (row.state == "failed")


@pytest.mark.slow
def test_d_07_a_late_payment_completes_from_failed_also_where_its_page_goes_on_saying_unpaid() -> None:
    """D7: and reconciliation's eye sees it as well as the event's."""
    for order in orders((SLOW, FAILED, UNSEEN)):
        world = begin()
        play(world, order)
        assert_ends(world, End(), names(order))


def test_d_09_a_late_payment_that_nobody_heard_of_is_found_by_the_schedule() -> None:
    """D9: `failed` waits for nothing, so only the gateway's list of undelivered events leads back to it."""
    world = begin()
    play(world, told_at_once((SLOW, FAILED)))
    pay_late(world)
    world.desk.gateway.unheard = [world.hint(LATE.events[0])]
    assert look_at_events(world.desk.sales) == 1
    assert_ends(world, End(), "late")
