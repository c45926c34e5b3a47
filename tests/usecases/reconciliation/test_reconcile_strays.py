"""Money that no purchase explains: it rings until somebody, or the purchase itself, has explained it, and is never dropped."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from lotbook.domain.reconciliation.differences import ComparedPeriod, Stray
from lotbook.domain.reconciliation.strays import RECONCILIATION, TURNED_UP, WENT_BACK, Remark
from lotbook.domain.sales.gateway import PaymentFacts
from lotbook.domain.values import instants
from lotbook.usecases.reconciliation.strays import find_stray, list_strays, note_stray
from tests.fakes.office import Office


@pytest.fixture
def rings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    return caplog


def closed(office: Office, name: str, *, closes: bool = True) -> None:
    case = office.desk.strays.stray(name)
    assert case is not None
    note_stray(case, Remark("ann", "Looked at.", closes), strays=office.desk.strays, clock=office.desk.clock)


def test_d_05_a_stray_rings_every_day_however_old_until_somebody_closes_it(rings: pytest.LogCaptureFixture) -> None:
    """D5: its session is long out of the period that a run compares."""
    office = Office()
    office.lists.unlisted.add(office.paid())
    office.desk.strays.keep(Stray("pi_cs_2", "event", office.desk.clock.now(), "acme", "pur_gone", "cs_2", "pi_cs_2"))
    office.desk.strays.keep(Stray("evt_1", "event", office.desk.clock.now(), None, None, None, None, "evt_1"))
    for day in (1, 2):
        office.desk.clock.instant += 10 * instants.DAY
        run = office.run()
        assert [(each.difference.kind, each.difference.reference) for each in run.shown] == [
            ("paid_unknown_purchase", "evt_1"),
            ("paid_unknown_purchase", "cs_2"),
        ]
        assert rings.text.count("paid_unknown_purchase") == 2 * day
    closed(office, "pi_cs_2")
    assert [each.difference.reference for each in office.run().shown] == ["evt_1"]
    closed(office, "evt_1")
    assert office.run().shown == ()
    closed(office, "evt_1", closes=False)
    assert office.run().open == 1


def test_d_05_the_checkout_of_a_closed_stray_is_not_rung_again_while_it_is_in_the_period(
    rings: pytest.LogCaptureFixture,
) -> None:
    """D5, D6: nobody's money, and a second payment."""
    office = Office()
    session = office.settled()
    facts = office.desk.gateway.sessions[session]
    other = PaymentFacts("pi_second", "succeeded", "usd", facts.total_minor, None)
    office.desk.gateway.sessions["cs_second"] = replace(facts, session="cs_second", payment=other)
    lost = replace(facts.tag, purchase_id="pur_gone")
    third = PaymentFacts("pi_third", "succeeded", "usd", 5, None)
    office.desk.gateway.sessions["cs_third"] = replace(facts, session="cs_third", payment=third, tag=lost)
    assert sorted(each.difference.kind for each in office.run().shown) == ["paid_twice", "paid_unknown_purchase"]
    closed(office, "pi_second")
    closed(office, "pi_third")
    assert office.run().shown == ()


def test_d_05_a_stray_whose_purchase_turns_up_is_settled_by_reconciliation_and_closed_by_it() -> None:
    """D5: the table was restored, or the row came late."""
    office = Office()
    office.lists.unlisted.add(office.paid())
    row = office.desk.row()
    payment = "pi_cs_2"
    office.desk.purchases.rows.clear()
    office.desk.strays.keep(
        Stray(payment, "event", office.desk.clock.now(), "acme", row.purchase_id, None, payment, "evt_1")
    )
    assert office.run().open == 1
    office.desk.purchases.rows["acme", row.purchase_id] = row
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("paid_but_not_completed", "repaired")]
    assert (office.desk.row().state, office.desk.available()) == ("completed", 30)
    case = office.desk.strays.stray(payment)
    assert case is not None
    assert [(note.actor, note.text, note.closes) for note in case.notes] == [(RECONCILIATION, TURNED_UP, True)]
    assert office.run().shown == ()
    assert len(case.notes) == 1


def test_d_05_a_stray_that_was_refunded_at_the_gateway_is_closed_and_one_refunded_in_part_is_not() -> None:
    office = Office()
    office.lists.unlisted |= {office.paid("key-1"), office.paid("key-2")}
    office.desk.purchases.rows.clear()
    payments = [each.payment for each in office.desk.gateway.sessions.values()]
    for payment in payments:
        assert payment is not None
        now = office.desk.clock.now()
        office.desk.strays.keep(
            Stray(payment.payment_intent, "event", now, "acme", "pur_1", None, payment.payment_intent)
        )
    first, second = (payment.payment_intent for payment in payments if payment)
    office.desk.gateway.send_back(first)
    office.desk.gateway.send_back(second, 1_000)
    assert [each.difference.reference for each in office.run().shown] == [second]
    case = office.desk.strays.stray(first)
    assert case is not None
    assert [note.text for note in case.notes] == [WENT_BACK]
    office.desk.gateway.change_refund(first, 0, "pending")
    closed(office, first, closes=False)
    assert {each.difference.reference for each in office.run().shown} == {first, second}, "pending may still fail"


def test_d_05_a_named_period_looks_at_the_strays_that_it_knew() -> None:
    office = Office()
    now = office.desk.clock.now()
    office.desk.strays.keep(Stray("pi_9", "event", now, None, None, None, None))
    assert office.run(ComparedPeriod(now - 10_000, now)).shown == ()
    assert office.run(ComparedPeriod(now - 10_000, now + 1)).open == 1


def test_d_05_many_strays_are_looked_at_page_by_page_the_closed_ones_among_them() -> None:
    office = Office()
    for number in range(60):
        name = f"evt_{number:02d}"
        office.desk.strays.keep(Stray(name, "event", office.desk.clock.now(), None, None, None, None))
        if number % 2:
            closed(office, name)
    assert (office.run().open, office.run().compared["strays"]) == (30, 30)
    assert len(list(list_strays(strays=office.desk.strays, also_closed=True))) == 60
    found = find_stray("evt_33", strays=office.desk.strays)
    assert found is not None
    assert not found.is_open
