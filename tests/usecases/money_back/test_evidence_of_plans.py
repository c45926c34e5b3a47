"""What answers a chargeback of a plan that renews: the period that was paid, its credits, and what was used of exactly those."""

from __future__ import annotations

import pytest

from lotbook.domain.money_back.evidence import Evidence, PlanDelivery
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.instants import from_text
from lotbook.usecases.money_back.read_evidence import read_evidence
from tests.audit import audited
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.samples import member

BOUGHT, FIRST, SECOND = "2027-01-31T12:00:00Z", "2027-02-28T12:00:00Z", "2027-03-31T12:00:00Z"


def evidence(desk: ChangingDesk, row: Purchase) -> Evidence:
    return read_evidence("acme", row.purchase_id, None, member("owner"), desk=desk.sales)


def renewed(plan_id: str = "starter", policy: str = "gocontent") -> ChangingDesk:
    """A second period, paid, with 12 of its credits and 7 of the first period's burned."""
    desk = subscriber(plan_id, policy)
    desk.burn(7)
    desk.go_to("2027-02-28T12:00:00")
    desk.burn(12)
    desk.go_to("2027-02-28T13:30:00")
    desk.settle_renewals()
    return desk


def test_d13_a_renewal_shows_its_period_its_credits_and_their_use_alone() -> None:
    desk = renewed()
    (row,) = desk.renewals()
    found = evidence(desk, row)
    assert found.plan == PlanDelivery("starter", from_text(FIRST), from_text(SECOND), ended=False)
    (lot,) = found.delivered
    assert (lot.credits, lot.effective_at, lot.expires_at) == (40, from_text(FIRST), from_text(SECOND))
    assert (found.used, found.remaining, found.held) == (12, 28, 0)
    assert [use.credits for use in found.page.uses] == [12]
    assert found.page.next_cursor is None


def test_d13_the_first_period_is_the_first_purchases() -> None:
    desk = renewed()
    first = min(desk.purchases.rows.values(), key=lambda row: row.purchase_id)
    found = evidence(desk, first)
    assert found.plan == PlanDelivery("starter", from_text(BOUGHT), from_text(FIRST), ended=False)
    assert (found.used, found.remaining) == (7, 0)
    assert [(change.kind, change.credits) for change in found.changes] == [("expired", 33)]


def test_d13_a_change_of_plan_shows_the_period_that_it_paid_for() -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-10T12:00:00")
    changed = desk.change("growth")
    found = evidence(desk, desk.purchases.rows["acme", changed.purchase_id or ""])
    span = from_text("2027-02-10T12:00:00Z"), from_text("2027-03-10T12:00:00Z")
    assert found.plan == PlanDelivery("growth", *span, ended=False)
    assert [lot.credits for lot in found.delivered] == [100]


def test_before_it_is_paid_a_renewal_has_delivered_nothing_that_could_be_charged_back() -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:00:00")
    desk.renew()
    (row,) = desk.renewals()
    found = evidence(desk, row)
    assert (found.plan, found.delivered, found.used) == (None, (), 0)


@pytest.mark.parametrize("paid_late", [True, False])
def test_the_audit_finds_nothing_in_accounts_with_renewals_voids_and_restores(paid_late: bool) -> None:
    """4.6 of the design, over three periods, with the product's own auditor and all purchases."""
    desk = renewed()
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-03-31T12:00:00")
    desk.burn(9)
    desk.go_to("2027-03-31T13:30:00")
    desk.settle_renewals()
    desk.go_to("2027-04-08T12:00:00")
    assert desk.read() == (0, 9)
    if paid_late:
        (bill,) = [each for each in desk.gateway.plans.bills.values() if each.state == "open"]
        desk.gateway.let_card(desk.card, None)
        desk.gateway.pay_page(bill.name, desk.card)
        desk.settle_renewals()
        assert desk.read() == (31, 0)
        desk.change("growth")
    desk.go_to("2027-07-01T12:00:00")
    desk.renew()
    desk.settle_renewals()
    found = audited(desk.books, "acme", desk.unit, *desk.purchases.rows.values(), clock=desk.clock)
    assert found.differences == ()
    desk.check()
