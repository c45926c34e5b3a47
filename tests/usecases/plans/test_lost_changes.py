"""A change of a plan whose answer was lost: only an invoice that names the order, with its plan's line, is its own."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.subscription_facts import InvoiceLine
from lotbook.domain.values.errors import Unavailable
from tests.fakes.changing import subscriber


def test_a_lost_answer_is_found_by_its_invoice_when_the_gateway_has_forgotten_the_call() -> None:
    """Past a day the same call would charge anew: nothing is sent any more."""
    desk = subscriber("starter")
    desk.gateway.later["change_plan"] = ["after"]
    with pytest.raises(Unavailable):
        desk.change("growth")
    desk.go_to("2027-02-02T12:00:00")
    desk.gateway.sent.clear()
    (row,) = [row for row in desk.purchases.rows.values() if row.is_by_card]
    assert desk.settle(row).state == "completed"
    assert (desk.charged(), desk.plan, desk.read()) == (13_000, "growth", (140, 0))
    assert desk.account.anchor == row.created_at
    desk.check()


def test_an_invoice_for_the_same_plan_that_names_no_order_is_no_lost_answer() -> None:
    """Somebody changed the plan at the dashboard while our call never arrived: that money is not this order's."""
    desk = subscriber("starter")
    desk.gateway.later["note_change"] = ["before"]
    with pytest.raises(Unavailable):
        desk.change("growth")
    (row,) = [row for row in desk.purchases.rows.values() if row.is_by_card]
    desk.clock.instant += 1_000
    (sub,) = desk.gateway.plans.subs.values()
    price = desk.gateway.plans.prices[desk.sales.plans.plan_price(row)]
    made = desk.gateway.plans.restart(sub, price, ())
    assert desk.gateway.plans.charge(made, desk.card)
    desk.go_to("2027-02-02T12:00:00")
    settled = desk.settle(row)
    assert (settled.state, settled.settlement, settled.gateway_refs.invoice) == ("abandoned", None, None)


def test_an_invoice_of_something_else_is_no_lost_answer_though_it_was_made_while_the_order_was_noted() -> None:
    """The gateway writes the subscription's note into whatever it bills meanwhile."""
    desk = subscriber("starter")
    desk.gateway.later["change_plan"] = ["before"]
    with pytest.raises(Unavailable):
        desk.change("growth")
    (row,) = [row for row in desk.purchases.rows.values() if row.is_by_card]
    plans = desk.gateway.plans
    (sub,) = plans.subs.values()
    made = plans.finalize(plans.bill(sub, "manual", (InvoiceLine("price_of_training", 500, False, sub.period),)))
    assert plans.charge(made, desk.card)
    assert made.facts().change == row.purchase_id
    desk.go_to("2027-02-02T12:00:00")
    settled = desk.settle(row)
    assert (settled.state, desk.plan) == ("abandoned", "starter")


def test_a_call_that_never_arrived_is_given_up_after_a_day_and_charges_nothing() -> None:
    desk = subscriber("starter")
    desk.gateway.later["change_plan"] = ["before"]
    with pytest.raises(Unavailable):
        desk.change("growth")
    desk.go_to("2027-02-02T12:00:00")
    (row,) = [row for row in desk.purchases.rows.values() if row.is_by_card]
    assert desk.settle(row).state == "abandoned"
    assert (desk.charged(), desk.plan) == (4_000, "starter")
    desk.change("growth")
    assert desk.charged() == 13_000
    desk.check()
