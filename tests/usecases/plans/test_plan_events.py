"""Events of subscriptions and invoices: late, twice, out of order, of kinds that nobody knows; the state is what it is (D5, D6)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from lotbook.domain.accounts.subscriptions import Subscription
from lotbook.domain.policy.plans import Dunning
from lotbook.domain.sales.gateway import EventHint
from lotbook.domain.sales.plan_verdicts import plan_line
from lotbook.usecases.inbox.handle_event import handle_event
from tests.fakes.changing import ChangingDesk, subscriber


def record(desk: ChangingDesk) -> Subscription:
    assert desk.account.subscription is not None
    return desk.account.subscription


def events(desk: ChangingDesk) -> list[EventHint]:
    return list(desk.gateway.plans.events)


def a_year_of_trouble() -> ChangingDesk:
    """Paid, declined, paid late with another try, upgraded; nobody of ours was told anything but by readers."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-03-31T13:30:00")
    desk.read()
    return desk


@pytest.mark.parametrize("seed", range(6))
def test_trap_8_trap_11_events_shuffled_and_three_times_each_end_as_they_end_in_order(seed: int) -> None:
    ends = []
    for shuffled in (False, True):
        desk = a_year_of_trouble()
        told = events(desk) * (3 if shuffled else 1)
        if shuffled:
            Random(seed).shuffle(told)
        for hint in told:
            handle_event(hint, desk=desk.sales)
        assert record(desk).failed_start is not None
        desk.gateway.let_card(desk.card, None)
        desk.gateway.plans.run_due()
        desk.go_to("2027-04-20T12:00:00")
        told = events(desk) * (3 if shuffled else 1)
        if shuffled:
            Random(seed).shuffle(told)
        for hint in told:
            handle_event(hint, desk=desk.sales)
        desk.check()
        ends.append((desk.read(), desk.states(), desk.charged(), desk.account.state, desk.plan))
    assert ends[0] == ends[1]


def test_trap_18_a_first_plan_is_there_after_whichever_event_comes_first() -> None:
    for kind in ("invoice.paid", "invoice.payment_succeeded"):
        desk = ChangingDesk()
        order = desk.ordered("starter")
        desk.pay(order)
        hint = next(each for each in events(desk) if each.kind in (kind, "invoice.paid"))
        handle_event(replace(hint, kind=kind), desk=desk.sales)
        assert (desk.read(), desk.row(order).state) == ((40, 0), "completed"), kind


@pytest.mark.parametrize(
    "kind",
    ["invoice.created", "invoice.upcoming", "invoice.finalized", "invoice.whatever", "customer.subscription.new"],
)
def test_kinds_that_lead_to_nothing_are_acknowledged_without_a_call(kind: str) -> None:
    """An answer other than 2xx to `invoice.created` would stop all collection for three days."""
    desk = subscriber("starter")
    hint = replace(events(desk)[0], kind=kind)
    desk.gateway.calls.clear()
    desk.gateway.later["plan_invoice"] = ["before"] * 9
    assert handle_event(hint, desk=desk.sales).outcome == "ignored"
    assert desk.gateway.calls == []


def test_trap_5_an_invoice_without_a_line_of_a_plan_brings_nothing_though_it_is_paid() -> None:
    desk = subscriber("starter")
    plans = desk.gateway.plans
    sub = plans.subs[desk.sub]
    odd = replace(plans.line(sub), price="price_other", amount_minor=0)
    bill = plans.bill(sub, "subscription_update", (odd,))
    plans.finalize(bill)
    hint = replace(events(desk)[0], kind="invoice.paid", object_id=bill.name)
    assert handle_event(hint, desk=desk.sales).outcome == "ignored"
    proration = plans.bill(sub, "subscription_update", (replace(plans.line(sub), is_proration=True),))
    assert handle_event(replace(hint, object_id=proration.name), desk=desk.sales).outcome == "ignored"
    assert desk.read() == (40, 0)


def test_trap_7_a_change_that_credits_pay_for_whole_is_an_invoice_of_nothing_and_brings_its_credits_once() -> None:
    """W7."""
    desk = subscriber("core-10k", "make")
    desk.top_up(80_000)
    desk.clock.instant += 1_000
    done = desk.change("pro-40k")
    assert (done.charge_minor, done.discount_minor) == (0, 6_400)
    assert desk.read() == (40_000 + 18_889, 0)
    for hint in events(desk):
        handle_event(hint, desk=desk.sales)
    assert desk.read() == (58_889, 0)
    desk.check()


def test_x_26_a_policy_may_freeze_an_unpaid_periods_credits_during_the_grace() -> None:
    desk = ChangingDesk()
    newest = desk.policies.newest("gocontent")
    assert newest is not None
    rules = replace(newest.policy.plan_change, renewal=Dunning(during_grace="freeze"))
    desk.policies.put(replace(newest.policy, plan_change=rules))
    desk.subscribe("starter")
    (card,) = {bill.card for bill in desk.gateway.plans.bills.values()}
    assert card is not None
    desk.gateway.let_card(card, "insufficient_funds")
    desk.go_to("2027-02-28T12:00:00")
    assert desk.read() == (40, 0)
    desk.burn(5)
    desk.go_to("2027-02-28T13:30:00")
    desk.settle_renewals()
    assert desk.read() == (0, 0)
    desk.gateway.let_card(card, None)
    assert desk.gateway.pay_page(desk.renewals()[0].gateway_refs.invoice or "", card)
    desk.settle_renewals()
    assert desk.read() == (35, 0)
    desk.check()


def test_x_33_a_subscriber_keeps_price_credits_and_validity_when_a_new_version_is_published() -> None:
    desk = subscriber("starter")
    newest = desk.policies.newest("gocontent")
    assert newest is not None
    plans = tuple(
        replace(plan, credits=7, prices_minor={"usd": 9_900}) if plan.plan_id == "starter" else plan
        for plan in newest.policy.plans
    )
    desk.policies.put(replace(newest.policy, plans=plans))
    desk.go_to("2027-02-28T13:30:00")
    assert desk.read() == (40, 0)
    desk.settle_renewals()
    assert (desk.states(), desk.charged()) == (["completed"], 8_000)
    desk.change("growth")
    assert record(desk).policy_version == 2
    desk.check()


def test_trap_27_an_annual_plan_brings_twelve_months_one_by_one_also_when_nobody_looks() -> None:
    desk = subscriber("core-10k-annual", "make", "2027-01-31T12:00:00")
    desk.burn(4_000)
    desk.go_to("2027-07-31T12:00:00")
    assert desk.read() == (10_000, 0)
    desk.go_to("2028-01-31T11:59:59")
    assert (desk.read(), desk.renewals()) == ((10_000, 0), [])
    desk.go_to("2028-01-31T13:30:00")
    assert desk.read() == (10_000, 0)
    desk.settle_renewals()
    assert (desk.states(), len(desk.gateway.plans.bills)) == (["completed"], 2)
    desk.check()


def test_trap_5_a_line_that_is_a_proration_or_of_another_amount_pays_for_no_plan() -> None:
    """Also at the plan's own price, and in the period of a row that waits."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:10:00")
    desk.read()
    (row,) = desk.renewals()
    sub = desk.gateway.plans.subs[desk.sub]
    whole = desk.gateway.plans.line(sub)
    facts = desk.sales.plans.plan_invoices(desk.sub, 0)[0]
    assert plan_line(row, replace(facts, lines=(whole,))) == whole
    for odd in (replace(whole, is_proration=True), replace(whole, amount_minor=3_999), replace(whole, price="price_x")):
        assert plan_line(row, replace(facts, lines=(odd,))) is None
