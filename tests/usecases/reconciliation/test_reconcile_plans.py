"""Reconciliation of plans that renew: nothing to find where all was heard, and money of a renewal that went back unheard."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from lotbook.domain.reconciliation.differences import ComparedPeriod, MovedBack
from lotbook.domain.sales.gateway import APP, Tag
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values import instants
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.plans.follow_invoice import follow_invoice
from tests.fakes.office import ADMIN, Office
from tests.fakes.purchases import TEST

WHOSE = Tag(APP, TEST.stage, "acme", None)


@pytest.fixture
def rings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    return caplog


def renewed() -> tuple[Office, str, str]:
    """A plan of $40.00 for 40 credits with one paid renewal; its invoice and its payment."""
    office = Office(2, "gocontent", "none")
    desk = office.desk
    row = desk.buy(PlanItem("starter")).purchase
    desk.pay(row)
    done = recheck_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales)
    assert done.state == "completed"
    found = desk.gateway.subscription(str(done.gateway_refs.subscription))
    assert found is not None
    desk.clock.instant = found.period[1] + 2 * instants.HOUR
    (renewal, _) = desk.gateway.plan_invoices(found.subscription, 0)
    assert renewal.payment is not None
    settled = follow_invoice("acme", renewal.invoice, desk=desk.sales)
    assert settled is not None
    assert settled.state == "completed"
    return office, renewal.invoice, renewal.payment.payment_intent


def test_a_plan_that_renewed_and_was_heard_of_has_no_difference() -> None:
    office, _, _ = renewed()
    run = office.run()
    assert (run.shown, run.failures) == ((), ())


def test_d_10_a_renewal_that_was_refunded_unheard_loses_its_credits(rings: pytest.LogCaptureFixture) -> None:
    """D10, X-28: the payment bears no mark; its invoice names the row."""
    office, invoice, payment = renewed()
    made = office.desk.gateway.send_back(payment, 1_000)
    office.lists.moved.append(MovedBack("refund", made.refund, payment, WHOSE, invoice))
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("refunded_not_clawed", "repaired")]
    assert office.desk.available() == 30
    assert office.run().shown == ()
    assert not rings.text


def test_d_12_a_dispute_of_a_renewal_is_noted_on_its_row_and_one_of_nobodys_invoice_rings(
    rings: pytest.LogCaptureFixture,
) -> None:
    office, invoice, payment = renewed()
    dispute = office.desk.gateway.dispute(payment)
    office.lists.moved.append(MovedBack("dispute", dispute.dispute, payment, WHOSE, invoice))
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("dispute_not_noted", "repaired")]
    assert office.desk.available() == 0
    office.lists.moved[:] = [MovedBack("dispute", "du_9", "pi_9", WHOSE, "in_nobody")]
    assert [each.difference.kind for each in office.run().shown] == ["dispute_of_unknown_purchase"]
    assert "dispute_of_unknown_purchase" in rings.text


def test_d_09_a_renewal_that_was_paid_unheard_is_settled_and_is_not_looked_for_twice() -> None:
    """D9: a night without webhooks."""
    office, invoice, _ = renewed()
    desk = office.desk
    facts = desk.gateway.plan_invoice(invoice)
    assert facts is not None
    sub = desk.gateway.subscription(facts.subscription)
    assert sub is not None
    desk.clock.instant = sub.period[1] + 2 * instants.HOUR
    desk.sales.credits.renew("acme")
    before = [row.state for row in desk.purchases.rows.values()]
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("paid_but_not_completed", "repaired")]
    assert (before.count("processing"), {row.state for row in desk.purchases.rows.values()}) == (1, {"completed"})
    assert office.run().shown == ()
    assert desk.available() == 40


def test_d_05_money_of_a_plan_without_a_row_is_kept_and_a_subscription_that_nobody_knows_rings(
    rings: pytest.LogCaptureFixture,
) -> None:
    """D5: the account was opened anew, and its subscription goes on charging."""
    office, invoice, payment = renewed()
    desk = office.desk
    desk.purchases.rows.clear()
    account = desk.accounts.get("acme")
    assert account is not None
    desk.accounts.save(replace(account, subscription=None, terms=()))
    run = office.run()
    found = [(each.difference.kind, each.outcome, each.difference.reference) for each in run.shown]
    (page,) = desk.gateway.sessions
    # The subscription was made before the period; the list in memory has every page, whenever it was opened.
    assert found == [("paid_unknown_purchase", "open", page), ("paid_unknown_purchase", "open", invoice)]
    assert desk.strays.kept[payment].total_minor == 4_000
    whole = office.run(ComparedPeriod(0, desk.clock.now()))
    assert "subscription_unknown" in {each.difference.kind for each in whole.shown}
    assert rings.text.count("subscription_unknown") == 1
