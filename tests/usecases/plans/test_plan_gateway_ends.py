"""What the gateway has ended renews nothing, and what it left lying about is collected once or never (X-26, D28)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.policy.plans import Dunning
from lotbook.domain.values.errors import CheckoutRequired, NothingToResume
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.sales.cards import choose_card
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.samples import member


def tell(desk: ChangingDesk, kind: str = "") -> None:
    for hint in list(desk.gateway.plans.events):
        if hint.kind.startswith(kind):
            handle_event(hint, desk=desk.sales)


def ended_while_unpaid() -> ChangingDesk:
    """Paid at first, declined on 02-28, ended by the gateway on 03-01."""
    desk = subscriber("starter")
    desk.gateway.plans.retry_days = (1,)
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.go_to("2027-03-02T12:00:00")
    desk.gateway.tick()
    assert desk.live() == []
    return desk


@pytest.mark.parametrize("is_told", [True, False])
def test_s2_a_late_payment_of_what_the_gateway_has_ended_pays_for_that_period_and_none_follows(is_told: bool) -> None:
    desk = ended_while_unpaid()
    if is_told:
        tell(desk)
    card = desk.card
    desk.gateway.let_card(card, None)
    assert desk.gateway.pay_page(desk.renewals()[0].gateway_refs.invoice or "", card)
    desk.settle_renewals()
    assert (desk.read(), desk.plan, desk.states()) == ((40, 0), "starter", ["completed"])
    for month in ("03-31", "04-30", "05-31"):
        desk.go_to(f"2027-{month}T12:00:00")
        assert (desk.read(), desk.plan) == ((0, 0), "none")
    desk.settle_renewals()
    assert (desk.states(), desk.charged()) == (["completed"], 8_000)
    desk.check()


def test_s2_a_new_card_pays_for_the_period_that_the_gateway_has_ended_and_none_follows() -> None:
    desk = ended_while_unpaid()
    card = desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())
    choose_card("acme", card, member("owner"), desk=desk.sales)
    assert (desk.read(), desk.charged()) == ((40, 0), 8_000)
    desk.go_to("2027-03-31T12:00:00")
    assert (desk.read(), desk.plan) == ((0, 0), "none")
    desk.check()


@pytest.mark.parametrize("is_told", [True, False])
def test_s2_a_period_that_began_after_the_end_that_nobody_heard_of_is_void_and_what_was_burned_is_owed(
    is_told: bool,
) -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-10T12:00:00")
    desk.gateway.plans.end(desk.gateway.plans.subs[desk.sub])
    desk.go_to("2027-02-28T12:10:00")
    assert desk.read() == (40, 0)
    desk.burn(12)
    if is_told:
        tell(desk, "customer.subscription.deleted")
    desk.go_to("2027-02-28T14:30:00")
    desk.settle_renewals()
    assert (desk.read(), desk.plan, desk.states()) == ((0, 12), "none", ["failed"])
    desk.go_to("2027-04-30T12:00:00")
    assert (desk.read(), desk.plan, desk.states(), desk.charged()) == ((0, 12), "none", ["failed"], 4_000)
    assert [row.check_at for row in desk.renewals()] == [None]
    desk.check()


@pytest.mark.parametrize("kind", ["customer.subscription.created", "customer.subscription.updated"])
def test_s3_a_first_plan_is_there_after_whichever_event_of_its_subscription_comes_first(kind: str) -> None:
    desk = ChangingDesk()
    order = desk.ordered("starter")
    desk.pay(order)
    hint = next(each for each in desk.gateway.plans.events if each.kind.startswith("customer.subscription."))
    for _ in range(2):
        handle_event(replace(hint, kind=kind), desk=desk.sales)
        assert (desk.read(), desk.row(order).state) == ((40, 0), "completed")
    desk.check()


def piled_up() -> ChangingDesk:
    """Periods of 02-28 (open), 03-31 and 04-30 (drafts that nobody collects), on 05-10."""
    desk = subscriber("starter")
    rules = desk.policies.newest("gocontent")
    assert rules is not None
    change = replace(rules.policy.plan_change, renewal=Dunning(ends_after_days=120))
    desk.policies._versions["gocontent"][0] = replace(rules, policy=replace(rules.policy, plan_change=change))
    desk.gateway.plans.after_retries = "unpaid"
    desk.gateway.let_card(desk.card, "insufficient_funds")
    for when in ("02-28T13:30", "03-31T13:30", "04-30T13:30", "05-10T12:00"):
        desk.go_to(f"2027-{when}:00")
        desk.read()
        desk.settle_renewals()
    return desk


@pytest.mark.parametrize("first", ["page", "card", "page alone"])
def test_s4_after_a_late_payment_the_running_draft_is_charged_once_and_those_of_past_periods_are_void(
    first: str,
) -> None:
    desk = piled_up()
    old = desk.card
    open_one = next(bill for bill in desk.gateway.plans.bills.values() if bill.state == "open")
    if first == "page alone":
        desk.gateway.let_card(old, None)
        assert desk.gateway.pay_page(open_one.name, old)
    else:
        new = desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())
        if first == "page":
            assert desk.gateway.pay_page(open_one.name, new)
            tell(desk, "invoice.paid")
        choose_card("acme", new, member("owner"), desk=desk.sales)
    tell(desk)
    tell(desk)
    desk.settle_renewals()
    is_card_only = first == "card"
    states = ["failed" if is_card_only else "completed", "failed", "completed"]
    assert (desk.states(), desk.collectable()) == (states, [])
    assert (desk.read(), desk.charged(), desk.account.state) == ((40, 0), 8_000 if is_card_only else 12_000, "active")
    desk.check()


def test_s2_what_the_gateway_has_ended_is_neither_resumed_nor_followed_by_another_plan() -> None:
    desk = subscriber("growth")
    desk.go_to("2027-02-10T12:00:00")
    desk.gateway.plans.end(desk.gateway.plans.subs[desk.sub])
    tell(desk, "customer.subscription.deleted")
    with pytest.raises(NothingToResume):
        desk.resume()
    with pytest.raises(CheckoutRequired):
        desk.change("starter")
    desk.go_to("2027-02-28T12:00:00")
    assert (desk.read(), desk.plan, desk.renewals()) == ((0, 0), "none", [])
    desk.check()
