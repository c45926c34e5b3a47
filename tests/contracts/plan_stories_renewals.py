"""Stories of plans that renew: first payments, renewals, payments that fail, ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.values.instants import DAY, HOUR
from tests.contracts.plan_telling import invoices, jump, story, subscribed, unpaid, upgrade, wait, with_card
from tests.contracts.plan_worlds import World, bought, ordered


@story
def a_plan_from_a_page_renews_after_an_hour_as_a_draft(world: World) -> Iterator[Any]:
    paid = bought(world)
    yield paid
    sub = str(paid.subscription)
    yield world.gateway.subscription(sub)
    for text in ("2027-02-28T11:59:59", "2027-02-28T12:00:00", "2027-02-28T12:59:59", "2027-02-28T13:00:00"):
        jump(world, text)
        yield world.gateway.subscription(sub), invoices(world, sub)
    jump(world, "2027-06-30T14:00:00")
    yield invoices(world, sub)
    payment = invoices(world, sub)[0].payment.payment_intent
    yield world.gateway.invoice_of_payment(payment), world.gateway.owner(payment)
    yield world.gateway.invoice_of_payment("pi_nobody"), world.gateway.plan_invoice("in_nobody")
    yield world.gateway.plan_invoices(sub, world.clock.now() - 40 * DAY)
    yield world.gateway.subscriptions(world.customer), world.gateway.subscription("sub_nobody")


@story
def a_year_is_one_payment(world: World) -> Iterator[Any]:
    sub = subscribed(world, months=12)
    jump(world, "2028-01-31T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def a_plan_from_a_card_on_file_is_paid_or_leaves_nothing(world: World) -> Iterator[Any]:
    for does in ("declines", "no_funds", "asks"):
        card = world.add_card(does)
        yield world.gateway.start_plan(ordered(world, f"pur_{does}", "starter", 4_000), world.customer, card)
        yield world.gateway.subscriptions(world.customer)
    order, card = ordered(world, "pur_1", "starter", 4_000), world.add_card("pays")
    first = world.gateway.start_plan(order, world.customer, card)
    yield first, world.gateway.start_plan(order, world.customer, card), world.gateway.subscriptions(world.customer)
    detached = world.add_card("pays")
    world.gateway.detach(detached)
    answer = world.gateway.start_plan(ordered(world, "pur_2", "starter", 4_000), world.customer, detached)
    yield answer.outcome, answer.decline_code


@story
def a_discount_stands_on_the_first_invoice_of_a_plan_from_a_card_on_file(world: World) -> Iterator[Any]:
    order = ordered(world, "pur_1", "starter", 4_000, move=PlanMove("first", discount_minor=513))
    started = world.gateway.start_plan(order, world.customer, world.add_card("pays"))
    yield started
    jump(world, "2027-02-28T13:00:00")
    assert started.subscription is not None
    yield invoices(world, started.subscription.subscription)


@story
def a_declined_renewal_is_tried_again_and_then_the_gateway_ends_it(world: World) -> Iterator[Any]:
    sub = unpaid(world)
    for days in (0, 3, 5, 7):
        wait(world, days * DAY)
        yield world.gateway.subscription(sub), invoices(world, sub)
    late = invoices(world, sub)[0].invoice
    yield world.gateway.pay_invoice(late, world.add_card("pays")), world.gateway.subscription(sub)


@story
def what_is_unpaid_at_the_last_try_may_stay_past_due(world: World) -> Iterator[Any]:
    sub = unpaid(world, after_retries="past_due", retry_days=[1])
    jump(world, "2027-04-01T12:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def or_become_unpaid_with_drafts_that_wait(world: World) -> Iterator[Any]:
    sub = unpaid(world, after_retries="unpaid", retry_days=[1])
    jump(world, "2027-05-01T12:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    drafts = [each for each in invoices(world, sub) if each.state == "draft"]
    yield world.gateway.pay_invoice(drafts[0].invoice, world.add_card("pays"))
    yield [world.gateway.void_invoice(each.invoice) for each in drafts]
    yield world.gateway.subscription(sub)


@story
def another_card_pays_the_open_invoice_once(world: World) -> Iterator[Any]:
    sub = unpaid(world)
    bad, good = world.add_card("no_funds"), world.add_card("pays")
    invoice = invoices(world, sub)[0].invoice
    yield world.gateway.pay_invoice(invoice, bad), world.gateway.pay_invoice(invoice, bad)
    yield world.gateway.pay_invoice(invoice, world.add_card("asks"))
    yield world.gateway.pay_invoice(invoice, good), world.gateway.pay_invoice(invoice, good)
    yield world.gateway.subscription(sub)


@story
def a_renewal_that_the_bank_wants_authenticated_is_paid_on_its_page(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    card = with_card(world, sub, "asks")
    jump(world, "2027-02-28T13:00:00")
    invoice = invoices(world, sub)[0]
    yield invoice, world.gateway.subscription(sub)
    wait(world, 4 * DAY)
    yield invoices(world, sub)
    world.pay_page(invoice.invoice, card, "asks")
    yield invoices(world, sub), world.gateway.subscription(sub)


@story
def a_renewal_that_the_bank_wants_authenticated_may_have_lost_its_card(world: World) -> Iterator[Any]:
    world.settle(renewal_3ds="requires_payment_method")
    sub = subscribed(world)
    with_card(world, sub, "asks")
    jump(world, "2027-02-28T13:00:00")
    yield invoices(world, sub), world.gateway.subscription(sub)


@story
def a_void_renewal_makes_it_active_without_money(world: World) -> Iterator[Any]:
    sub = unpaid(world)
    yield world.gateway.subscription(sub)
    world.operator("void", invoices(world, sub)[0].invoice)
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def an_uncollectible_renewal_makes_it_active_and_can_still_be_paid_or_void(world: World) -> Iterator[Any]:
    sub = unpaid(world)
    world.operator("uncollectible", invoices(world, sub)[0].invoice)
    yield world.gateway.subscription(sub), invoices(world, sub)
    yield world.gateway.pay_invoice(invoices(world, sub)[0].invoice, world.add_card("pays"))
    other = second(world)
    world.operator("uncollectible", invoices(world, other)[0].invoice)
    yield world.gateway.void_invoice(invoices(world, other)[0].invoice)


def second(world: World) -> str:
    """Another subscription of the same customer, its renewal unpaid."""
    order = ordered(world, "pur_other", "other", 1_000)
    made = world.gateway.start_plan(order, world.customer, world.add_card("pays")).subscription
    assert made is not None
    with_card(world, made.subscription, "declines")
    world.clock.instant = made.period[1] + HOUR
    world.tick()
    return made.subscription


@story
def a_paid_invoice_cannot_be_void(world: World) -> Iterator[Any]:
    paid = bought(world)
    yield world.gateway.void_invoice(str(paid.invoice))


@story
def a_downgrade_is_the_price_of_the_next_period(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    found = world.gateway.subscription(sub)
    assert found is not None
    smaller = ordered(world, "pur_down", "smaller", 1_000)
    assert smaller.plan is not None
    for _ in range(2):
        world.gateway.swap_plan(sub, found.item, str(smaller.plan.price), "pur_down")
        yield world.gateway.subscription(sub), invoices(world, sub)
    jump(world, "2027-02-28T13:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)


@story
def it_ends_with_its_period_unless_the_buyer_goes_on(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    world.gateway.set_ending(sub, ends=True, key="1")
    world.gateway.set_ending(sub, ends=True, key="1")
    yield world.gateway.subscription(sub)
    world.gateway.set_ending(sub, ends=False, key="2")
    yield world.gateway.subscription(sub)
    world.portal_cancel(sub)
    yield world.gateway.subscription(sub)
    world.gateway.set_ending(sub, ends=False, key="3")
    yield world.gateway.subscription(sub)
    world.gateway.set_ending(sub, ends=True, key="4")
    jump(world, "2027-02-28T11:59:59")
    yield world.gateway.subscription(sub)
    jump(world, "2027-03-30T12:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    world.gateway.set_ending(sub, ends=False, key="5")
    yield world.gateway.subscription(sub)


@story
def what_has_ended_stays_so(world: World) -> Iterator[Any]:
    sub = unpaid(world)
    open_invoice = invoices(world, sub)[0].invoice
    order = upgrade(world, sub)
    for _ in range(2):
        world.gateway.end_subscription(sub)
        yield world.gateway.subscription(sub), invoices(world, sub)
    card = world.add_card("pays")
    yield world.gateway.change_plan(order, card, may_wait=False), world.gateway.change_plan(order, card, may_wait=True)
    found = world.gateway.subscription(sub)
    assert found is not None
    world.gateway.use_card(sub, card)
    world.gateway.swap_plan(sub, found.item, found.price, "x")
    world.gateway.note_change(sub, None)
    jump(world, "2027-04-30T12:00:00")
    yield world.gateway.subscription(sub), invoices(world, sub)
    yield world.gateway.void_invoice(open_invoice), world.gateway.subscriptions(world.customer)


@story
def the_customers_default_pays_where_the_subscriptions_card_is_gone(world: World) -> Iterator[Any]:
    sub = subscribed(world)
    other = world.add_card("pays")
    world.gateway.set_default(world.customer, other, None)
    found = world.gateway.subscription(sub)
    assert found is not None
    world.gateway.detach(str(found.payment_method))
    jump(world, "2027-02-28T13:00:00")
    yield invoices(world, sub)[0].state
    world.gateway.detach(other)
    jump(world, "2027-03-31T13:00:00")
    yield invoices(world, sub)[0], world.gateway.subscription(sub).status
