"""Reconciliation of automatic purchases: nothing to find where all was heard; what was paid, refused or sent back unheard."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.reconciliation.auto_differences import of_auto_invoice
from lotbook.domain.reconciliation.differences import ComparedPeriod, MovedBack
from lotbook.domain.sales.auto_charges import AutoCharge, AutoState
from lotbook.domain.sales.gateway import APP, Tag
from lotbook.domain.sales.purchase import GatewayRefs, Purchase
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.usecases.reconciliation.reconcile import Reconciled, Reconciliation, reconcile
from tests.contracts.auto_stories import an_order
from tests.contracts.plan_worlds import InMemory
from tests.fakes.automating import UNIT, Automating
from tests.fakes.purchases import TEST
from tests.fakes.reconciliation import FakeJournal, FakeLists, FakePurchaseLists
from tests.fakes.subscription_records import ASKS

EVER = ComparedPeriod(0, FAR_FUTURE)


@pytest.fixture
def rings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    return caplog


class Office(Automating):
    """An account that has burned its plan and one credit more, so that a purchase is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.lists, self.journal = FakeLists(self.gateway), FakeJournal()
        self.use(80_001)

    def run(self) -> Reconciled:
        ports = Reconciliation(self.sales, self.lists, FakePurchaseLists(self.purchases), self.journal)
        return reconcile(EVER, desk=ports, time_left=lambda: 10**9)

    def found(self) -> list[tuple[str, str]]:
        run = self.run()
        assert run.failures == ()
        return [(each.difference.kind, each.outcome) for each in run.shown]

    def unheard(self, **later: list[str]) -> Purchase:
        """The charge is made, and its answer is lost: the row waits."""
        self.gateway.later |= later or {"charge": ["after"]}
        with pytest.raises(Unavailable):
            self.charge()
        (row,) = self.rows()
        assert row.state == "pending"
        return row


def test_an_automatic_purchase_that_was_heard_of_has_no_difference() -> None:
    office = Office()
    assert office.charge().state == "completed"
    assert office.found() == []


def test_d_09_one_that_was_paid_unheard_is_settled(rings: pytest.LogCaptureFixture) -> None:
    """D9: the queue, the events and the schedule were all silent."""
    office = Office()
    office.unheard()
    assert office.found() == [("paid_but_not_completed", "repaired")]
    assert (office.states(), office.has(), office.record.charge) == (["completed"], (UNIT - 1, 0), None)
    assert office.found() == []
    assert not rings.text


def test_d_30_one_that_was_refused_unheard_gives_its_reservation_back() -> None:
    office = Office()
    office.gateway.let_card(office.card, "generic_decline")
    office.unheard()
    assert office.found() == [("purchase_behind", "repaired")]
    assert (office.states(), office.bounds()) == (["failed"], (0, 0, 0))
    assert office.found() == []


def test_d_10_a_refund_that_nobody_heard_of_takes_the_credits_back() -> None:
    office = Office()
    row = office.charge()
    payment = str(row.gateway_refs.payment_intent)
    made = office.gateway.send_back(payment)
    whose = Tag(APP, TEST.stage, "acme", row.purchase_id)
    office.lists.moved.append(MovedBack("refund", made.refund, payment, whose))
    assert office.found() == [("refunded_not_clawed", "repaired")]
    assert office.has() == (0, 1)


def test_d_05_money_without_a_row_is_kept_and_rings_until_people_close_it(rings: pytest.LogCaptureFixture) -> None:
    """D5: the table was restored to a moment before the purchase."""
    office = Office()
    row = office.charge()
    office.purchases.rows.clear()
    assert office.found() == [("paid_unknown_purchase", "open")]
    kept = office.strays.kept[str(row.gateway_refs.payment_intent)]
    assert (kept.total_minor, kept.purchase_id) == (1_950, row.purchase_id)
    assert rings.text.count("paid_unknown_purchase") == 1


def a_charge(state: AutoState, **changes: Any) -> tuple[AutoCharge, Purchase]:
    """An invoice of an order in this state, and the order."""
    world = InMemory()
    does = {"buyer": ASKS, "declined": "generic_decline", "void": None}.get(state)
    order = an_order(world)
    card = world.add_card("pays")
    world.fake.let_card(card, does)
    facts = world.gateway.charge(order, card, may_replay=True)
    refs = GatewayRefs(payment_intent=facts.payment_intent, invoice=facts.invoice)
    return replace(facts, state=state, **changes), replace(order, gateway_refs=refs)


@pytest.mark.parametrize(
    ("facts", "row", "kinds"),
    [
        ({"state": "paid"}, {"state": "completed"}, []),
        ({"state": "paid"}, {"state": "pending"}, ["paid_but_not_completed"]),
        ({"state": "paid", "total_minor": 1_171}, {"state": "pending"}, ["amount_mismatch"]),
        ({"state": "paid", "livemode": True}, {"state": "completed"}, ["identity_mismatch"]),
        ({"state": "paid", "invoice": "in_other"}, {"state": "completed"}, ["paid_twice"]),
        ({"state": "open", "invoice": "in_other"}, {"state": "completed"}, []),
        ({"state": "void"}, {"state": "completed"}, ["completed_but_not_paid"]),
        ({"state": "declined"}, {"state": "pending"}, ["purchase_behind"]),
        ({"state": "buyer"}, {"state": "pending"}, []),
        ({"state": "processing"}, {"state": "processing"}, []),
        ({"state": "open"}, {"state": "failed"}, ["purchase_behind"]),
        ({"state": "declined"}, {"state": "failed"}, []),
    ],
)
def test_each_disagreement_of_an_invoice_and_its_row_has_its_name(
    facts: dict[str, Any], row: dict[str, Any], kinds: list[str]
) -> None:
    charge, order = a_charge("paid")
    found = of_auto_invoice(replace(charge, **facts), replace(order, **row), TEST)
    assert [each.kind for each in found] == kinds


def test_an_invoice_without_a_row_is_money_or_a_page_that_somebody_may_pay() -> None:
    told = {}
    states: tuple[AutoState, ...] = ("paid", "open", "buyer", "processing", "declined", "void")
    for state in states:
        charge, _ = a_charge("paid")
        told[state] = [each.kind for each in of_auto_invoice(replace(charge, state=state), None, TEST)]
    assert told == {
        "paid": ["paid_unknown_purchase"],
        "open": ["open_unknown_purchase"],
        "buyer": ["open_unknown_purchase"],
        "processing": ["open_unknown_purchase"],
        "declined": [],
        "void": [],
    }
