"""Money of a plan that goes back: the plan goes when all of it has gone, and every order of events ends the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.advice.usage import allowance_lots, burned
from lotbook.domain.values import instants
from lotbook.domain.values.errors import NotRefundable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.money_back.refund_purchase import RefundRequest, refund_purchase
from tests.fakes.accounts import at
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import SERVICE
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.plans import PlanDesk, Rest, termed
from tests.usecases.money_back.test_money_back_orders import (
    APPEALED,
    COMPLETE,
    EXPIRED,
    LATE,
    LOST,
    OPENED,
    REFUND_FAILED,
    REST,
    WON,
    Step,
    World,
    names,
    play,
    refund,
    some,
)

TOTAL = 22_000  # Pro with 1,000 credits
HALF = Step("refund the half", refund(11_000), ("charge.refunded",))
STORIES: dict[str, tuple[tuple[Step, ...], str, int]] = {
    # story: its steps, the plan, credits of the purchase's lot
    "complete": ((COMPLETE,), "pro", 1_000),
    "partial refund": ((COMPLETE, HALF), "pro", 500),
    "full refund": ((COMPLETE, REST), "payg", 0),
    "two refunds": ((COMPLETE, HALF, REST), "payg", 0),
    "full refund fails": ((COMPLETE, REST, REFUND_FAILED), "pro", 1_000),
    "dispute": ((COMPLETE, OPENED), "pro", 0),
    "won": ((COMPLETE, OPENED, WON), "pro", 1_000),
    "lost": ((COMPLETE, OPENED, LOST), "payg", 0),
    "lost, appealed, won": ((COMPLETE, OPENED, LOST, APPEALED, WON), "pro", 1_000),
    "won, appealed, lost": ((COMPLETE, OPENED, WON, APPEALED, LOST), "payg", 0),
}


@pytest.mark.parametrize("starting", [0, 40])
@pytest.mark.parametrize("story", STORIES)
def test_d_12_np_13_every_order_of_a_storys_events_ends_on_the_same_plan_with_the_same_lots(
    story: str, starting: int
) -> None:
    """D11, D12, D14, X-18: what was taken when the plan ended is back where it came back."""
    steps, plan, credits = STORIES[story]
    steps = tuple(replace(step, events=step.events[:1]) for step in steps)
    tried, _ = some(steps, 25)
    for order in tried:
        desk = PlanDesk(termed("forfeit", starting=starting))
        desk.renew()
        world = World(desk, desk.order(credits=1_000).purchase_id)
        play(world, order)
        where = names(order)
        assert desk.plan == plan, where
        own = [("plan", 100)] if plan == "pro" else [("plan", starting)] if starting else []
        frozen = [("purchased", 1_000)] if story == "dispute" else []
        bought = [("purchased", credits)] if credits else frozen
        assert desk.lots() == [("free", 10), *own, *bought], where
        assert desk.row().check_at is None, where
        desk.check(where)


def test_expired_then_paid_late_then_refunded() -> None:
    late = Step(LATE.name, LATE.act, LATE.events[:1])
    desk = PlanDesk()
    world = World(desk, desk.order().purchase_id)
    EXPIRED.act(world)
    world.deliver(world.hint("checkout.session.expired"))
    assert desk.row().state == "abandoned"
    desk.gateway.say("cs_2", state="open")
    desk.gateway.pay("cs_2")
    world.deliver(world.hint(late.events[0]))
    assert (desk.row().state, desk.plan) == ("completed", "pro"), "money was taken (NP-34)"
    desk.gateway.send_back("pi_cs_2")
    world.deliver(world.hint("charge.refunded"))
    assert (desk.row().state, desk.plan) == ("refunded", "payg")
    desk.check()


def followed(desk: PlanDesk, purchase_id: str) -> str:
    return follow_money_back("acme", purchase_id, desk=desk.sales).state


def test_np_52_of_two_plans_that_were_paid_the_refund_of_one_leaves_the_other() -> None:
    """What people do after `plan_paid_twice`; whichever of the two they give back."""
    for which in (0, 1):
        desk = PlanDesk(termed("forfeit", free=0))
        orders = [desk.order("pro", key="a"), desk.order("max", key="b")]
        for order in orders:
            desk.pay(order)
        for order in orders:
            desk.settle(order)
            desk.clock.instant += 5_000
        desk.gateway.send_back(f"pi_{orders[which].gateway_refs.checkout_session}")
        assert followed(desk, orders[which].purchase_id) == "refunded"
        other = desk.row(orders[1 - which])
        assert other.settlement is not None
        plan_id, credits, days = (("max", 300, 30), ("pro", 100, 365))[which]
        assert (desk.plan, desk.view.plan_ends_at) == (plan_id, other.settlement.at + days * instants.DAY)
        assert desk.lots() == [("plan", credits)]
        desk.check(which)


def test_gc_07_back_on_the_old_plan_comes_no_more_than_is_left_of_what_was_carried_on() -> None:
    """100 of Pro carried to Max, 60 of them burned (they die first); Max is given back."""
    desk = PlanDesk(termed("carry", free=0))
    desk.bought("pro")
    desk.clock.instant += instants.DAY
    top = desk.bought("max", key="key-2")
    assert sorted(desk.lots()) == [("plan", 100), ("plan", 300)]
    desk.burn(330)
    left = desk.lots()
    desk.gateway.send_back(str(top.gateway_refs.payment_intent))
    assert followed(desk, top.purchase_id) == "refunded"
    assert desk.plan == "pro"
    assert sum(credits for _, credits in desk.lots()) <= sum(credits for _, credits in left)
    desk.check()


@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("rest", ["carry", "forfeit"])
def test_d_28_who_buys_a_plan_and_gets_the_money_back_gains_no_credits_however_often(rest: Rest, days: int) -> None:
    """D28, D24: the period has 10 free credits and 40 of the starting plan. Whatever else is burned is owed (D13)."""
    desk = PlanDesk(termed(rest, free=10, starting=40))
    desk.renew()
    used = 0
    for number, credits in enumerate((0, 7, 150, 30, 200)):
        row = desk.bought("pro", key=f"key-{number}")
        spent = min(credits, desk.available())
        desk.burn(spent) if spent else None
        used += spent
        desk.gateway.send_back(str(row.gateway_refs.payment_intent))
        assert followed(desk, row.purchase_id) == "refunded"
        desk.clock.instant += days * instants.DAY
        found = read_balance("acme", "credits", desk=credit_desk(desk.books, desk.clock, desk.renew))
        assert used + found.available - found.shortfall == 50, number
        assert desk.view.account.anchor == at("2026-01-01"), "the account is in its own cycle again"
        desk.check(number)
    assert used > 150, "what is owed is paid by what comes in"


def test_d_12_d_13_burned_credits_of_a_plan_are_owed_while_its_money_is_gone_and_no_longer() -> None:
    desk = PlanDesk(termed(free=0))
    row = desk.bought("pro", 1_000)
    payment = str(row.gateway_refs.payment_intent)
    desk.burn(70)
    desk.gateway.dispute(payment, "lost")
    followed(desk, row.purchase_id)
    found = read_balance("acme", "credits", desk=credit_desk(desk.books, desk.clock, desk.renew))
    assert (found.available, found.shortfall) == (0, 70)
    desk.gateway.change_dispute(payment, "won")
    followed(desk, row.purchase_id)
    found = read_balance("acme", "credits", desk=credit_desk(desk.books, desk.clock, desk.renew))
    assert (found.available, found.shortfall) == (1_000 + 100 - 70, 0)
    desk.check()


def test_is_19_what_came_back_to_a_plans_lot_and_was_burned_then_counts_as_used() -> None:
    """20 burned, the dispute lost and won, 70 more burned, 10 expired."""
    desk = PlanDesk(termed(free=0))
    row = desk.bought("pro")
    payment = str(row.gateway_refs.payment_intent)
    desk.burn(20)
    desk.gateway.dispute(payment, "lost")
    followed(desk, row.purchase_id)
    desk.gateway.change_dispute(payment, "won")
    followed(desk, row.purchase_id)
    desk.burn(70)
    desk.clock.set("2026-02-15T10:00:00")
    assert desk.lots() == [("plan", 100)]
    account = desk.view.account
    (lot_id,) = allowance_lots(termed(free=0), account, account.anchor)
    assert burned(desk.books.lot_entries("acme", "credits", lot_id)) == 90


def test_gc_07_d_28_what_was_carried_on_and_spent_does_not_come_back_with_a_later_return() -> None:
    """Pro's 100 are carried to Max and burned there with its own; Max is given back, bought again and given back again."""
    desk = PlanDesk(termed("carry", free=0))
    desk.bought("pro")
    used = 0
    for key in ("key-2", "key-3"):
        desk.clock.instant += instants.DAY
        top = desk.bought("max", key=key)
        used += desk.available()
        desk.burn(desk.available())
        desk.gateway.send_back(str(top.gateway_refs.payment_intent))
        assert followed(desk, top.purchase_id) == "refunded"
        found = read_balance("acme", "credits", desk=credit_desk(desk.books, desk.clock, desk.renew))
        assert used + found.available - found.shortfall == 100, key
        desk.check(key)


def test_a_dispute_that_is_won_after_the_term_is_over_brings_no_plan_back() -> None:
    desk = PlanDesk(termed(free=0))
    row = desk.bought("max")
    payment = str(row.gateway_refs.payment_intent)
    desk.gateway.dispute(payment, "lost")
    followed(desk, row.purchase_id)
    assert desk.plan == "payg"
    desk.clock.instant = at("2026-03-01")
    desk.gateway.change_dispute(payment, "won")
    assert followed(desk, row.purchase_id) == "completed"
    assert (desk.plan, desk.lots()) == ("payg", [])
    desk.check()


def test_a_dispute_that_is_won_brings_no_plan_back_over_one_that_was_bought_since() -> None:
    desk = PlanDesk(termed(free=0))
    row = desk.bought("pro")
    payment = str(row.gateway_refs.payment_intent)
    desk.gateway.dispute(payment, "lost")
    followed(desk, row.purchase_id)
    desk.clock.instant += instants.DAY
    desk.bought("max", key="key-2")
    desk.gateway.change_dispute(payment, "won")
    followed(desk, row.purchase_id)
    assert (desk.plan, desk.lots()) == ("max", [("plan", 300)])
    desk.check()


def test_np_32_the_products_own_refund_pays_for_unused_credits_only_and_leaves_the_plan() -> None:
    """1,000 credits beside Pro in India: 1,500 rupees and their tax; 400 of them are used."""
    desk = PlanDesk(region="IN")
    row = desk.bought(credits=1_000)
    desk.burn(400)
    keys = FakeIdempotency()
    paid = refund_purchase(RefundRequest("acme", row.purchase_id, "refund-1"), SERVICE, desk=desk.sales, keys=keys)
    assert (paid.credits, paid.amount_minor) == (600, 600 * 177)
    assert (desk.row().state, desk.plan, desk.lots()) == ("partially_refunded", "pro", [])
    desk.check()
    desk.gateway.send_back(str(row.gateway_refs.payment_intent))
    assert followed(desk, row.purchase_id) == "refunded"
    assert desk.plan == "payg", "now all of it has gone back"
    desk.check()


def test_np_32_a_plan_without_extra_credits_has_nothing_unused() -> None:
    desk = PlanDesk()
    row = desk.bought()
    with pytest.raises(NotRefundable) as refusal:
        refund_purchase(
            RefundRequest("acme", row.purchase_id, "refund-1"), SERVICE, desk=desk.sales, keys=FakeIdempotency()
        )
    assert refusal.value.data["reason"] == "nothing_unused"
    assert desk.plan == "pro"
