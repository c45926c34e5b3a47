"""Stories of changes of plan: paid, declined, waiting for the bank, with discounts and tax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.values.instants import HOUR
from tests.contracts.plan_telling import GST, invoices, jump, story, subscribed, upgrade, wait
from tests.contracts.plan_worlds import World, bought, ordered


@story
def a_change_is_charged_in_full_from_now_on(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    card = world.add_card("pays")
    jump(world, "2027-02-20T12:00:00")
    world.gateway.note_change(sub, "pur_up")
    order = upgrade(world, sub, discount_minor=513)
    charge = world.gateway.change_plan(order, card, may_wait=False)
    yield charge, world.gateway.change_plan(order, card, may_wait=False)
    world.gateway.note_change(sub, None)
    yield world.gateway.subscription(sub)
    jump(world, "2027-03-20T13:00:00")
    yield invoices(world, sub)


@story
def a_discount_on_a_page_is_of_its_first_invoice_only(world: World) -> Iterator[Any]:
    rate = world.gateway.tax_rate(GST)
    paid = bought(
        world, 9_000, move=PlanMove("first", discount_minor=513, tax_rate=rate), tax=replace(GST, amount_minor=1_528)
    )
    yield paid, world.gateway.plan_invoice(str(paid.invoice))
    jump(world, "2027-02-28T13:00:00")
    yield invoices(world, str(paid.subscription))


@story
def a_portals_cancellation_stays_with_a_change_that_waits_until_somebody_clears_it(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    jump(world, "2027-02-10T12:00:00")
    world.portal_cancel(sub)
    card = world.add_card("asks")
    waits = world.gateway.change_plan(upgrade(world, sub), card, may_wait=True)
    assert waits.invoice is not None
    world.pay_page(waits.invoice.invoice, card, "asks")
    yield world.gateway.subscription(sub)
    world.gateway.set_ending(sub, ends=False, key="pur_up")
    yield world.gateway.subscription(sub)


@story
def a_discount_may_be_all_of_it(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    yield world.gateway.change_plan(upgrade(world, sub, discount_minor=9_000), world.add_card("pays"), may_wait=False)


@story
def a_change_may_begin_a_year(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    move = upgrade(world, sub).move
    order = ordered(world, "pur_year", "annual", 80_000, months=12, move=move)
    yield world.gateway.change_plan(order, world.add_card("pays"), may_wait=False)


@story
def a_declined_change_leaves_everything_as_it_was(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    for place, does in enumerate(("declines", "no_funds")):
        order = upgrade(world, sub, f"pur_{place}")
        bad = world.add_card(does)
        yield world.gateway.change_plan(order, bad, may_wait=False)
        yield world.gateway.change_plan(order, bad, may_wait=False).outcome
    yield world.gateway.subscription(sub), invoices(world, sub)
    good = world.gateway.change_plan(upgrade(world, sub, "pur_0"), world.add_card("pays"), may_wait=False)
    yield good.outcome, invoices(world, sub)


@story
def a_change_that_the_bank_wants_authenticated_waits_with_a_page(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    card = world.add_card("asks")
    order = upgrade(world, sub, discount_minor=513)
    yield world.gateway.change_plan(order, card, may_wait=False), invoices(world, sub)
    waits = world.gateway.change_plan(order, card, may_wait=True)
    yield waits, world.gateway.subscription(sub)
    wait(world, 5 * HOUR)
    assert waits.invoice is not None
    world.pay_page(waits.invoice.invoice, card, "asks")
    yield world.gateway.subscription(sub), invoices(world, sub)
    yield world.gateway.change_plan(order, card, may_wait=True)


@story
def a_change_that_nobody_authenticates_is_void_after_23_hours(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    card = world.add_card("asks")
    order = upgrade(world, sub)
    yield world.gateway.change_plan(order, card, may_wait=True)
    wait(world, 23 * HOUR - 1_000)
    yield world.gateway.subscription(sub)
    wait(world, 1_000)
    yield world.gateway.subscription(sub), invoices(world, sub)
    yield world.gateway.change_plan(order, card, may_wait=True).outcome
    again = world.gateway.change_plan(upgrade(world, sub, "pur_again"), world.add_card("pays"), may_wait=False)
    yield again


@story
def a_change_that_waits_is_gone_at_the_periods_end_if_that_is_sooner(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    jump(world, "2027-02-28T09:00:00")
    yield world.gateway.change_plan(upgrade(world, sub), world.add_card("asks"), may_wait=True)
    jump(world, "2027-02-28T13:00:00")
    yield world.gateway.subscription(sub).status, invoices(world, sub)[1:]


@story
def a_change_that_was_to_wait_and_is_declined_leaves_nothing(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    charge = world.gateway.change_plan(upgrade(world, sub), world.add_card("declines"), may_wait=True)
    yield charge.outcome, charge.decline_code
    found = world.gateway.subscription(sub)
    assert found is not None
    yield found.pending, found.price, found.period, [each.state for each in invoices(world, sub)]


@story
def an_unpaid_renewal_is_void_before_the_change(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    jump(world, "2027-02-28T12:20:00")
    draft = invoices(world, sub)[0]
    yield world.gateway.void_invoice(draft.invoice), world.gateway.void_invoice(draft.invoice)
    yield world.gateway.change_plan(upgrade(world, sub), world.add_card("pays"), may_wait=False)
    jump(world, "2027-03-01T12:00:00")
    yield invoices(world, sub), world.gateway.subscription(sub)


@story
def no_cancellation_survives_a_change_that_was_paid(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    world.gateway.set_ending(sub, ends=True, key="1")
    yield world.gateway.change_plan(upgrade(world, sub, "pur_1"), world.add_card("pays"), may_wait=False)
    world.portal_cancel(sub)
    again = upgrade(world, sub, "pur_2", 12_000)
    card = world.add_card("pays")
    yield world.gateway.change_plan(again, card, may_wait=False)
    world.gateway.set_ending(sub, ends=True, key="2")
    replay = world.gateway.change_plan(again, card, may_wait=False)
    assert replay.subscription is not None
    yield replay.subscription.cancel_at


@story
def tax_is_on_top_of_every_invoice(world: World) -> Iterator[Any]:
    rate = world.gateway.tax_rate(GST)
    assert world.gateway.tax_rate(GST) == rate
    paid = bought(
        world, 4_011, move=PlanMove("first", tax_rate=rate), total_minor=4_733, tax=replace(GST, amount_minor=722)
    )
    yield paid, world.gateway.plan_invoice(str(paid.invoice))
    sub = str(paid.subscription)
    jump(world, "2027-02-28T13:00:00")
    yield invoices(world, sub)[0]
    order = upgrade(world, sub, discount_minor=513, tax_rate=rate)
    yield world.gateway.change_plan(order, world.add_card("pays"), may_wait=False)
    jump(world, "2027-03-28T14:00:00")
    yield invoices(world, sub)[0]
