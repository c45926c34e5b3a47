"""Plans that renew through the real Stripe library at the stand-in: lost answers, refusals, keys, and what is not ours.

What the methods do when all goes well is told in the stories (`test_plans_fake_is_real.py`). That the stand-in reads every
parameter follows from its refusing, by name, what it does not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import stripe

from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.gateway import CustomerGone, Deployment
from lotbook.domain.sales.plan_verdicts import unequal_invoice
from lotbook.domain.values.errors import BrokenInvariant, Unavailable
from lotbook.domain.values.instants import HOUR
from tests.contracts.plan_telling import GST, invoices, jump, subscribed, unpaid, upgrade, wait
from tests.contracts.plan_worlds import AtTheStandIn, an_order, ordered, stand_in_world
from tests.contracts.test_stripe_gateway import Secrets
from tests.fakes.purchases import TEST

__all__ = ["stand_in_world"]

Act = Callable[[AtTheStandIn], Any]


def charges(world: AtTheStandIn) -> list[int]:
    """Amounts of all charges that succeeded, oldest first."""
    found = world.calls.call(lambda client: client.v1.charges.list({"limit": 100})).to_dict()["data"]
    return [each["amount"] for each in reversed(found) if each["status"] == "succeeded"]


def made(world: AtTheStandIn, kind: str) -> int:
    """How many of a kind there are."""
    lists: dict[str, Callable[[stripe.StripeClient], Any]] = {
        "products": lambda client: client.v1.products.list({"limit": 100}),
        "prices": lambda client: client.v1.prices.list({"limit": 100}),
        "tax_rates": lambda client: client.v1.tax_rates.list({"limit": 100}),
        "subscriptions": lambda client: client.v1.subscriptions.list({"limit": 100, "status": "all"}),
        "invoices": lambda client: client.v1.invoices.list({"limit": 100}),
    }
    return len(world.calls.call(lists[kind]).to_dict()["data"])


def starts(world: AtTheStandIn) -> Act:
    order, card = ordered(world, "pur_1", "starter", 4_000), world.add_card("pays")
    return lambda world: world.gateway.start_plan(order, world.customer, card)


def changes(world: AtTheStandIn) -> Act:
    sub, card = subscribed(world), world.add_card("pays")
    order = upgrade(world, sub, discount_minor=513)
    return lambda world: world.gateway.change_plan(order, card, may_wait=False)


def waits(world: AtTheStandIn) -> Act:
    sub, card = subscribed(world), world.add_card("asks")
    order = upgrade(world, sub)
    return lambda world: world.gateway.change_plan(order, card, may_wait=True)


def prices(world: AtTheStandIn) -> Act:
    order = an_order("pur_1", "growth", 9_000)
    return lambda world: world.gateway.plan_price(order)


def taxes(_: AtTheStandIn) -> Act:
    return lambda world: world.gateway.tax_rate(GST)


def opens(world: AtTheStandIn) -> Act:
    order = ordered(world, "pur_1", "starter", 4_000, move=PlanMove("first", discount_minor=100))
    order = replace(order, created_at=world.clock.now(), checkout_expires_at=world.clock.now() + HOUR)
    order = replace(order, checkout_request=world.gateway.draft_checkout(order))
    return lambda world: world.gateway.open_checkout(order, world.customer)


def voids(world: AtTheStandIn) -> Act:
    sub = unpaid(world)
    return lambda world: world.gateway.void_invoice(invoices(world, sub)[0].invoice)


def voids_a_draft(world: AtTheStandIn) -> Act:
    sub = subscribed(world)
    jump(world, "2027-02-28T12:30:00")
    return lambda world: world.gateway.void_invoice(invoices(world, sub)[0].invoice)


def pays(world: AtTheStandIn) -> Act:
    sub, card = unpaid(world), world.add_card("pays")
    return lambda world: world.gateway.pay_invoice(invoices(world, sub)[0].invoice, card)


def ends(world: AtTheStandIn) -> Act:
    sub = subscribed(world)

    def act(world: AtTheStandIn) -> Any:
        world.gateway.end_subscription(sub)
        return world.gateway.subscription(sub)

    return act


def cancels(world: AtTheStandIn) -> Act:
    sub = subscribed(world)

    def act(world: AtTheStandIn) -> Any:
        world.gateway.set_ending(sub, ends=True, key="wish")
        return world.gateway.subscription(sub)

    return act


def swaps(world: AtTheStandIn) -> Act:
    sub = subscribed(world)
    found = world.gateway.subscription(sub)
    price = str(ordered(world, "pur_down", "small", 1_000).plan.price)
    assert found is not None

    def act(world: AtTheStandIn) -> Any:
        world.gateway.swap_plan(sub, found.item, price, "wish")
        return world.gateway.subscription(sub)

    return act


def schedules(world: AtTheStandIn) -> Act:
    sub = subscribed(world)
    found = world.gateway.subscription(sub)
    price = str(ordered(world, "pur_year", "annual", 80_000, months=12).plan.price)
    assert found is not None

    def act(world: AtTheStandIn) -> Any:
        world.gateway.schedule_plan(sub, price, months=12, at=found.period[1])
        return world.gateway.subscription(sub), scheduled(world)

    return act


def scheduled(world: AtTheStandIn) -> list[list[str]]:
    """The prices of the phases of all schedules that manage a subscription."""
    found = world.calls.call(lambda client: client.v1.subscription_schedules.list({})).to_dict()["data"]
    return [[phase["items"][0]["price"] for phase in each["phases"]] for each in found if each["status"] == "active"]


def takes_back(world: AtTheStandIn) -> Act:
    schedules(world)(world)
    (found,) = world.gateway.subscriptions(world.customer)

    def act(world: AtTheStandIn) -> Any:
        world.gateway.swap_plan(found.subscription, found.item, found.price, "back")
        return world.gateway.subscription(found.subscription), scheduled(world)

    return act


def notes(world: AtTheStandIn) -> Act:
    sub = subscribed(world)

    def act(world: AtTheStandIn) -> Any:
        world.gateway.note_change(sub, "pur_9")
        return world.gateway.subscription(sub)

    return act


@pytest.mark.parametrize(
    ("prepare", "operation"),
    [
        (prices, "products.create"),
        (prices, "prices.create"),
        (taxes, "tax_rates.create"),
        (opens, "coupons.create"),
        (opens, "checkout.sessions.create"),
        (starts, "subscriptions.create"),
        (changes, "subscriptions.update"),
        (waits, "subscriptions.update"),
        (voids, "invoices.void_invoice"),
        (voids_a_draft, "invoices.finalize_invoice"),
        (voids_a_draft, "invoices.void_invoice"),
        (pays, "invoices.pay"),
        (ends, "subscriptions.cancel"),
        (cancels, "subscriptions.update"),
        (swaps, "subscriptions.update"),
        (schedules, "subscription_schedules.create"),
        (schedules, "subscription_schedules.update"),
        (takes_back, "subscription_schedules.release"),
        (takes_back, "subscriptions.update"),
        (notes, "subscriptions.update"),
    ],
)
def test_d_04_a_lost_answer_is_unavailable_and_the_same_call_finds_what_was_done(
    stand_in_world: AtTheStandIn, prepare: Callable[[AtTheStandIn], Act], operation: str
) -> None:
    """D4, D33: it happened once; the second call says so, and makes and charges nothing anew. A third one says the same."""
    world = stand_in_world
    act = prepare(world)
    world.lose(operation)
    with pytest.raises(Unavailable):
        act(world)
    answer = act(world)
    told = {kind: made(world, kind) for kind in ("products", "prices", "tax_rates", "subscriptions", "invoices")}
    money = charges(world)
    assert act(world) == answer
    assert {kind: made(world, kind) for kind in told} == told
    assert charges(world) == money
    expected: dict[Any, list[int]] = {starts: [4_000], changes: [4_000, 8_487], pays: [4_000, 4_000], waits: [4_000]}
    assert money == expected.get(prepare, money)
    if prepare is changes:
        assert (answer.outcome, answer.invoice.total_minor) == ("paid", 8_487)
    if prepare is waits:
        assert (answer.outcome, bool(answer.page_url)) == ("buyer", True)


def test_a_lost_answer_of_a_change_is_found_by_its_note_also_after_the_key_is_forgotten(
    stand_in_world: AtTheStandIn,
) -> None:
    """4.3 step 4: past a day the same key would charge anew; the invoice bears the note that stood when it was made."""
    world = stand_in_world
    sub = subscribed(world)
    world.gateway.note_change(sub, "pur_up")
    ordered_at, card = world.clock.now(), world.add_card("pays")
    order = upgrade(world, sub)
    world.lose("subscriptions.update")
    with pytest.raises(Unavailable):
        world.gateway.change_plan(order, card, may_wait=False)
    world.gateway.note_change(sub, None)
    wait(world, 30 * HOUR)
    (found,) = [each for each in world.gateway.plan_invoices(sub, ordered_at) if each.change == "pur_up"]
    assert (found.state, found.reason, found.lines[0].amount_minor) == ("paid", "subscription_update", 9_000)


def test_while_the_gateway_is_down_everything_is_unavailable_and_nothing_is_a_decline(
    stand_in_world: AtTheStandIn,
) -> None:
    world = stand_in_world
    sub = subscribed(world)
    card, order = world.add_card("pays"), ordered(world, "pur_1", "other", 100)
    up = upgrade(world, sub)
    for kind in ("500", "429"):
        for operation in ("subscriptions.create", "subscriptions.update", "invoices.retrieve"):
            world.post("/_stand_in/fail", operation=operation, kind=kind, times=3).raise_for_status()
        for ask in (
            lambda: world.gateway.start_plan(order, world.customer, card),
            lambda: world.gateway.change_plan(up, card, may_wait=False),
            lambda: world.gateway.plan_invoice("in_1"),
        ):
            with pytest.raises(Unavailable):
                ask()
    assert charges(world) == [4_000]


def test_two_callers_at_one_schedule_end_with_what_the_later_wants(stand_in_world: AtTheStandIn) -> None:
    """A release that somebody else was quicker with is none to complain of; a schedule of one's own is not made twice."""
    world = stand_in_world
    schedules(world)(world)
    (found,) = world.gateway.subscriptions(world.customer)
    before = scheduled(world)
    assert [len(each) for each in before] == [2]
    assert schedules_of(world) == 1
    other = str(ordered(world, "pur_other", "other", 70_000, months=12).plan.price)
    world.gateway.schedule_plan(found.subscription, other, months=12, at=found.period[1])
    assert scheduled(world) == [[found.price, other]]
    assert schedules_of(world) == 1, "one that was made in this period is told anew"
    world.gateway.end_schedule(found.subscription)
    world.gateway.end_schedule(found.subscription)
    assert scheduled(world) == []


def schedules_of(world: AtTheStandIn) -> int:
    return len(world.calls.call(lambda client: client.v1.subscription_schedules.list({})).to_dict()["data"])


def test_a_price_that_somebody_made_otherwise_is_not_sold(stand_in_world: AtTheStandIn) -> None:
    """A price is never edited: the same policy version at another amount is a defect, and nobody is charged for it."""
    ordered(stand_in_world, "pur_1", "growth", 9_000)
    with pytest.raises(BrokenInvariant):
        ordered(stand_in_world, "pur_2", "growth", 9_100)
    with pytest.raises(BrokenInvariant):
        ordered(stand_in_world, "pur_2", "growth", 9_000, months=12)
    other = ordered(stand_in_world, "pur_3", "growth", 9_100, policy_version=2)
    assert other.plan is not None
    assert made(stand_in_world, "prices") == 2
    assert made(stand_in_world, "products") == 1


def test_a_customer_that_is_gone_has_no_subscriptions_and_gets_none(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    order, card = ordered(world, "pur_1", "starter", 4_000), world.add_card("pays")
    customer = world.customer
    world.calls.call(lambda client: client.v1.customers.delete(customer))
    with pytest.raises(CustomerGone):
        world.gateway.start_plan(order, customer, card)
    assert world.gateway.subscriptions(customer) == ()
    assert world.gateway.subscriptions("cus_nobody") == ()


def test_what_another_deployment_made_is_not_listed_and_its_rate_and_price_are_not_used(
    stand_in_world: AtTheStandIn,
) -> None:
    """S5: several systems share a gateway account."""
    world = stand_in_world
    subscribed(world)
    live = Deployment("other", live=False)
    other = StripeGateway(StripeCalls(Secrets(), "key", live, world.url), live)  # type: ignore[arg-type]
    assert other.subscriptions(world.customer) == ()
    order = ordered(world, "pur_2", "starter", 4_000)
    assert other.plan_price(order) != world.gateway.plan_price(order)
    assert other.tax_rate(GST) != world.gateway.tax_rate(GST)
    assert world.gateway.tax_rate(GST) == world.gateway.tax_rate(replace(GST, rate=Decimal("0.180")))


def test_an_invoice_of_no_subscription_is_nobodys_plan(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    params: Any = {"customer": world.customer, "pending_invoice_items_behavior": "include"}
    item: Any = {"customer": world.customer, "amount": 700, "currency": "usd"}
    card = world.add_card("pays")

    def single(client: stripe.StripeClient) -> str:
        client.v1.invoice_items.create(item)
        made = client.v1.invoices.create(params)
        return client.v1.invoices.pay(made.id, {"payment_method": card}).id

    name = world.calls.call(single)
    assert world.gateway.plan_invoice(name) is None
    payment = world.calls.call(lambda client: client.v1.invoice_payments.list({"invoice": name})).data[0].payment
    assert world.gateway.invoice_of_payment(str(payment.payment_intent)) is None
    with pytest.raises(BrokenInvariant):
        world.gateway.void_invoice(name)
    with pytest.raises(BrokenInvariant):
        world.gateway.pay_invoice("in_nobody", card)


def test_x_16_the_gateway_rounds_tax_line_by_line_and_the_order_is_settled_as_it_was_charged(
    stand_in_world: AtTheStandIn,
) -> None:
    """18 % of 90.01 and of 5.14, each rounded: 15.27; of their difference: 15.28 (decision 74)."""
    world = stand_in_world
    rate = world.gateway.tax_rate(GST)
    sub = subscribed(world, move=PlanMove("first", tax_rate=rate))
    order = upgrade(world, sub, price=9_001, discount_minor=514, tax_rate=rate)
    order = replace(order, tax=replace(GST, amount_minor=1_528), subtotal_minor=8_487, total_minor=10_015)
    order = replace(order, customer=world.customer)
    invoice = world.gateway.change_plan(order, world.add_card("pays"), may_wait=False).invoice
    assert invoice is not None
    assert (invoice.tax_minor, invoice.total_minor) == (1_527, 10_014)
    assert unequal_invoice(order, invoice, TEST) == ()


def test_a_renewal_in_review_is_under_way_until_the_bank_has_decided(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    sub = unpaid(world)
    open_invoice = invoices(world, sub)[0].invoice
    world.post(f"/invoice/{open_invoice}/pay", card="card_in_review")
    facts = world.gateway.plan_invoice(open_invoice)
    assert facts is not None
    assert facts.payment is not None
    assert (facts.state, facts.payment.state, facts.decline_code, facts.needs_buyer) == (
        "open",
        "processing",
        None,
        False,
    )
    world.post(f"/_stand_in/payments/{facts.payment.payment_intent}", outcome="succeed").raise_for_status()
    after = world.gateway.plan_invoice(open_invoice)
    assert after is not None
    assert (after.state, after.paid_minor) == ("paid", 4_000)


def test_an_issuers_reason_that_a_thief_could_learn_from_is_not_told(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    params: Any = {"customer": world.customer}
    lost = world.calls.call(
        lambda client: client.v1.payment_methods.attach("pm_card_chargeDeclinedLostCard", params)
    ).id
    order = ordered(world, "pur_1", "starter", 4_000)
    assert world.gateway.start_plan(order, world.customer, lost).decline_code == "generic_decline"
    sub = subscribed(world)
    world.gateway.use_card(sub, lost)
    jump(world, "2027-02-28T13:00:00")
    assert invoices(world, sub)[0].decline_code == "generic_decline"
