"""Reconciliation's list of automatic purchases, and whose their payments are, through the real library at the stand-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.gateway import APP, Deployment, Tag
from tests.contracts.auto_stories import an_order
from tests.contracts.plan_worlds import AtTheStandIn, InMemory, stand_in_world
from tests.contracts.test_plan_lists import EVER, every
from tests.fakes.purchases import TEST, a_purchase
from tests.fakes.reconciliation import FakeLists

__all__ = ["stand_in_world"]


def lived(world: Any) -> list[Any]:
    """Three charges: paid, refused, waiting for the buyer."""
    made = []
    for place, does in enumerate(("pays", "declines", "asks")):
        order = an_order(world, f"pur_{place}")
        world.gateway.charge(order, world.add_card(does), may_replay=True)
        made.append(order)
        world.clock.instant += 60_000
    return made


def test_automatic_purchases_of_a_period_are_listed_newest_first_over_pages(
    stand_in_world: AtTheStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotbook.adapters.stripe.requests.LIST_PAGE", 2)
    fake = InMemory()
    for world, lists in (
        (stand_in_world, StripeLists(stand_in_world.calls, TEST)),
        (fake, FakeLists(fake.fake)),
    ):
        orders = lived(world)
        listed = every(lists.auto_invoices, EVER)
        assert [each.tag.purchase_id for each in listed] == ["pur_2", "pur_1", "pur_0"]
        paid = world.gateway.found(orders[0])
        assert paid is not None
        assert replace(listed[-1], card=None) == replace(paid, card=None)
        assert [each.total_minor for each in listed] == [1_170] * 3
        first = ComparedPeriod(orders[0].created_at // 1_000 * 1_000, orders[1].created_at // 1_000 * 1_000)
        assert [each.state for each in every(lists.auto_invoices, first)] == ["paid"]


def test_what_pages_and_others_made_is_passed_over(stand_in_world: AtTheStandIn) -> None:
    """A page's invoice bears the mark of its purchase, too, and is no automatic one."""
    world = stand_in_world
    ends = world.clock.now() // 1_000 * 1_000 + 3_600_000
    page = a_purchase(created_at=world.clock.now(), checkout_expires_at=ends)
    page = replace(page, checkout_request=world.gateway.draft_checkout(page))
    session, _ = world.gateway.open_checkout(page, world.customer)
    world.pay_session(session)
    invoice = str(world.gateway.checkout(session).invoice)
    listed: Any = world.calls.call(lambda client: client.v1.invoices.retrieve(invoice))
    assert listed.metadata["purchase_id"] == page.purchase_id
    lived(world)
    assert len(every(StripeLists(world.calls, TEST).auto_invoices, EVER)) == 3
    for other in (Deployment("staging", live=False), Deployment("test", live=True)):
        assert every(StripeLists(world.calls, other).auto_invoices, EVER) == []


def test_d_10_a_refund_and_a_dispute_of_an_automatic_purchase_name_its_row_by_the_invoice(
    stand_in_world: AtTheStandIn,
) -> None:
    """D10, A9: the payment bears no mark of its own."""
    world = stand_in_world
    (order, *_) = lived(world)
    paid = world.gateway.found(order)
    assert paid is not None
    payment = str(paid.payment_intent)
    intent: Any = world.calls.call(lambda client: client.v1.payment_intents.retrieve(payment))
    assert intent.to_dict()["metadata"] == {}
    whose = Tag(APP, TEST.stage, "acme", "pur_0")
    assert world.gateway.owner(payment) == whose
    world.post("/_stand_in/refund", payment_intent=payment, amount_minor=170).raise_for_status()
    world.post("/_stand_in/dispute", payment_intent=payment).raise_for_status()
    lists = StripeLists(world.calls, TEST)
    for ask, kind in ((lists.refunds, "refund"), (lists.disputes, "dispute")):
        (moved,) = every(ask, EVER)
        assert (moved.kind, moved.payment_intent, moved.tag, moved.invoice) == (kind, payment, whose, None)
    facts = world.gateway.money_back(payment)
    assert (facts.charged_minor, facts.refunds[0].amount_minor, len(facts.disputes)) == (1_170, 170, 1)
