"""Stories of automatic purchases at the gateway: paid, refused, waiting for the bank, in review, cut short at every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lotbook.domain.sales.auto_charges import CardGone
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.sales.items import OrderLine
from lotbook.domain.sales.purchase import GatewayRefs, Purchase
from lotbook.domain.values.errors import Unavailable
from tests.contracts.plan_telling import GST, story, wait
from tests.contracts.plan_worlds import STEPS, World
from tests.fakes.purchases import a_purchase

HALF_AN_HOUR = 30 * 60_000


def an_order(world: World, purchase_id: str = "pur_auto", **changes: Any) -> Purchase:
    """10,000 credits at $9 / 10,000 with 30 % on top: $11.70 (MK-23)."""
    frozen: dict[str, Any] = {
        "purchase_id": purchase_id,
        "created_at": world.clock.now(),
        "lines": (
            OrderLine("Credits, automatic purchase", 10_000, Decimal("0.0009"), 900),
            OrderLine("Surcharge", 1, Decimal("2.70"), 270),
        ),
        "credits": 10_000,
        "subtotal_minor": 1_170,
        "total_minor": 1_170,
        "tax": None,
        "customer": world.customer,
        "gateway_refs": GatewayRefs(),
    }
    return a_purchase(**(frozen | changes))


@story
def an_automatic_purchase_is_charged_once_however_often_it_is_asked_for(world: World) -> Iterator[Any]:
    order, card = an_order(world), world.add_card("pays")
    yield world.gateway.found(order)
    paid = world.gateway.charge(order, card, may_replay=True)
    yield paid, world.gateway.charge(order, card, may_replay=True)
    yield world.gateway.found(order), world.gateway.charge(order, card, may_replay=False)
    yield world.gateway.void(paid.invoice)
    assert paid.payment_intent is not None
    yield world.gateway.owner(paid.payment_intent), world.gateway.money_back(paid.payment_intent).charged_minor


@story
def the_tax_of_an_automatic_purchase_is_the_gateways(world: World) -> Iterator[Any]:
    tax = replace(GST, amount_minor=211)
    order = an_order(world, tax=tax, total_minor=1_381)
    yield world.gateway.charge(order, world.add_card("pays"), may_replay=True)


@story
def a_card_that_refuses_is_asked_once_and_leaves_nothing_to_pay(world: World) -> Iterator[Any]:
    for place, does in enumerate(("declines", "no_funds")):
        order, card = an_order(world, f"pur_{place}"), world.add_card(does)
        yield world.gateway.charge(order, card, may_replay=True)
        yield world.gateway.charge(order, card, may_replay=True), world.gateway.charge(order, card, may_replay=False)
        yield world.gateway.found(order)


@story
def a_bank_that_wants_the_buyer_leaves_a_page(world: World) -> Iterator[Any]:
    order, card = an_order(world), world.add_card("asks")
    waits = world.gateway.charge(order, card, may_replay=True)
    yield waits, world.gateway.charge(order, card, may_replay=True), world.gateway.charge(order, card, may_replay=False)
    world.pay_page(waits.invoice, world.add_card("pays"))
    yield world.gateway.found(order)


@story
def a_page_that_is_void_was_refused(world: World) -> Iterator[Any]:
    order = an_order(world)
    waits = world.gateway.charge(order, world.add_card("asks"), may_replay=True)
    yield world.gateway.void(waits.invoice), world.gateway.void(waits.invoice)
    yield world.gateway.charge(order, world.add_card("pays"), may_replay=True)


@story
def somebody_may_void_it_at_the_dashboard(world: World) -> Iterator[Any]:
    order = an_order(world)
    waits = world.gateway.charge(order, world.add_card("reviews"), may_replay=True)
    yield waits
    other = an_order(world, "pur_other")
    asked = world.gateway.charge(other, world.add_card("asks"), may_replay=True)
    world.operator("void", asked.invoice)
    yield world.gateway.found(other)


@story
def a_payment_in_review_comes_later_or_not_at_all(world: World) -> Iterator[Any]:
    for place, succeeds in enumerate((True, False)):
        order, card = an_order(world, f"pur_{place}"), world.add_card("reviews")
        waits = world.gateway.charge(order, card, may_replay=True)
        yield waits.state, world.gateway.charge(order, card, may_replay=False).state
        wait(world, HALF_AN_HOUR)
        world.decide(waits, succeeds=succeeds)
        yield world.gateway.found(order), world.gateway.charge(order, card, may_replay=True)


@story
def a_card_that_is_gone_is_not_charged_and_leaves_nothing(world: World) -> Iterator[Any]:
    order, card = an_order(world), world.add_card("pays")
    world.gateway.detach(card)
    try:
        yield world.gateway.charge(order, card, may_replay=True)
    except CardGone as gone:
        yield gone.card == card
    yield world.gateway.found(order)


@story
def a_charge_goes_on_where_an_answer_was_lost(world: World) -> Iterator[Any]:
    for place, operation in enumerate(STEPS):
        does = "declines" if operation == "invoices.void_invoice" else "pays"
        order, card = an_order(world, f"pur_{place}"), world.add_card(does)
        world.lose(operation)
        try:
            yield world.gateway.charge(order, card, may_replay=True)
        except Unavailable:
            yield operation
        yield world.gateway.found(order)
        yield world.gateway.charge(order, card, may_replay=True)


@story
def a_day_later_nothing_is_made_and_what_is_there_is_void(world: World) -> Iterator[Any]:
    for place, operation in enumerate(("invoices.create", "invoices.finalize_invoice", "invoices.pay")):
        order, card = an_order(world, f"pur_{place}"), world.add_card("pays")
        world.lose(operation)
        try:
            yield world.gateway.charge(order, card, may_replay=True)
        except Unavailable:
            yield operation
        yield world.gateway.charge(order, card, may_replay=False), world.gateway.found(order)
    yield world.gateway.charge(an_order(world, "pur_none"), world.add_card("pays"), may_replay=False)
    yield world.gateway.charge(an_order(world, "pur_0"), world.add_card("pays"), may_replay=True).state


@story
def a_customer_that_is_gone_is_not_charged(world: World) -> Iterator[Any]:
    order, card = an_order(world), world.add_card("pays")
    world.drop_customer()
    try:
        yield world.gateway.charge(order, card, may_replay=True)
    except CustomerGone as gone:
        yield gone.customer == world.customer
    yield world.gateway.found(order), world.gateway.charge(order, card, may_replay=False)
