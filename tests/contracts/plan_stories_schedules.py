"""Stories of what is scheduled for a period's end: another interval, replaced, taken back, given up for something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lotbook.domain.plans.plan_move import PlanMove
from tests.contracts.plan_telling import GST, invoices, jump, story, subscribed, upgrade, with_card
from tests.contracts.plan_worlds import World, ordered


def scheduled(world: World, plan_id: str = "annual", price: int = 80_000, months: int = 12) -> str:
    """A subscription by the month that is to be another one's from its period's end on."""
    sub = subscribed(world)
    schedule(world, sub, plan_id, price, months)
    return sub


def schedule(world: World, sub: str, plan_id: str, price: int, months: int) -> None:
    wanted = ordered(world, f"pur_{plan_id}", plan_id, price, months=months)
    found = world.gateway.subscription(sub)
    assert found is not None
    assert wanted.plan is not None
    world.gateway.schedule_plan(sub, str(wanted.plan.price), months=months, at=found.period[1])


@story
def another_interval_from_the_periods_end_on_is_charged_by_itself_and_counts_from_there(world: World) -> Iterator[Any]:
    sub = scheduled(world)
    yield world.gateway.subscription(sub), invoices(world, sub)
    schedule(world, sub, "annual", 80_000, 12)
    jump(world, "2027-02-28T11:59:59")
    yield world.gateway.subscription(sub), invoices(world, sub)
    jump(world, "2027-02-28T12:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    jump(world, "2027-02-28T13:00:00")
    yield invoices(world, sub)[0]
    world.gateway.end_schedule(sub)
    yield world.gateway.subscription(sub)
    schedule(world, sub, "starter", 4_000, 1)
    jump(world, "2028-02-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    jump(world, "2028-03-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def what_is_scheduled_is_replaced_and_taken_back(world: World) -> Iterator[Any]:
    sub = scheduled(world)
    schedule(world, sub, "other", 70_000, 12)
    found = world.gateway.subscription(sub)
    assert found is not None
    jump(world, "2027-02-10T12:00:00")
    smaller = ordered(world, "pur_down", "smaller", 1_000)
    assert smaller.plan is not None
    world.gateway.swap_plan(sub, found.item, str(smaller.plan.price), "1")
    yield world.gateway.subscription(sub)
    schedule(world, sub, "annual", 80_000, 12)
    world.gateway.swap_plan(sub, found.item, found.price, "2")
    yield world.gateway.subscription(sub)
    jump(world, "2027-02-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    schedule(world, sub, "annual", 80_000, 12)
    world.gateway.end_schedule(sub)
    world.gateway.end_schedule(sub)
    jump(world, "2027-03-31T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def what_is_scheduled_gives_way_to_a_change_a_cancellation_and_an_end(world: World) -> Iterator[Any]:
    sub = scheduled(world)
    yield world.gateway.change_plan(upgrade(world, sub), world.add_card("declines"), may_wait=False).outcome
    schedule(world, sub, "annual", 80_000, 12)
    yield world.gateway.change_plan(upgrade(world, sub, "pur_2"), world.add_card("pays"), may_wait=False)
    jump(world, "2027-02-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    found = world.gateway.subscription(sub)
    schedule(world, sub, "annual", 80_000, 12)
    world.gateway.set_ending(sub, ends=True, key="1")
    yield world.gateway.subscription(sub)
    world.gateway.set_ending(sub, ends=False, key="2")
    schedule(world, sub, "annual", 80_000, 12)
    world.gateway.end_subscription(sub)
    schedule(world, sub, "annual", 80_000, 12)
    assert found is not None
    jump(world, "2027-04-30T13:00:00")
    yield world.gateway.subscription(sub).status, invoices(world, sub)


@story
def what_is_scheduled_for_another_instant_than_the_periods_end_is_not(world: World) -> Iterator[Any]:
    """A call that was sent again too late."""
    sub = subscribed(world)
    found = world.gateway.subscription(sub)
    wanted = ordered(world, "pur_annual", "annual", 80_000, months=12)
    assert found is not None
    assert wanted.plan is not None
    jump(world, "2027-02-28T13:00:00")
    world.gateway.schedule_plan(sub, str(wanted.plan.price), months=12, at=found.period[1])
    jump(world, "2027-03-31T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def what_is_scheduled_is_taxed_and_charged_to_the_card_of_that_day(world: World) -> Iterator[Any]:
    rate = world.gateway.tax_rate(GST)
    sub = subscribed(
        world, move=PlanMove("first", tax_rate=rate), total_minor=4_720, tax=replace(GST, amount_minor=720)
    )
    schedule(world, sub, "annual", 80_000, 12)
    card = with_card(world, sub, "pays")
    jump(world, "2027-02-28T13:00:00")
    found = world.gateway.subscription(sub)
    assert found is not None
    assert found.payment_method == card
    yield found, invoices(world, sub)[0]
    with_card(world, sub, "declines")
    jump(world, "2028-02-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)[0]
