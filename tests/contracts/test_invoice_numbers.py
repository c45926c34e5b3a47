"""The number of an invoice comes with its purchase: of a page, of an automatic purchase and of a renewal; at the stand-in and in memory."""

from __future__ import annotations

from dataclasses import replace

from lotbook.adapters.dynamo.purchase_items import from_values, to_values
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.sales.plan_verdicts import with_invoice
from lotbook.domain.sales.purchase import GatewayRefs
from lotbook.usecases.inbox.handle_event import handle_event
from tests.contracts.auto_stories import an_order
from tests.contracts.plan_worlds import AtTheStandIn, InMemory, stand_in_world
from tests.contracts.test_gateway_lists import Town, town
from tests.contracts.test_plan_lists import EVER, every, lived
from tests.fakes.desk import Desk, an_event
from tests.fakes.purchases import TEST, a_purchase
from tests.fakes.reconciliation import FakeLists

__all__ = ["stand_in_world", "town"]


def test_a_page_that_is_paid_leaves_the_number_with_the_purchase(town: Town) -> None:
    town.bought()
    town.run()
    (row,) = town.desk.purchases.rows.values()
    invoice = town.desk.sales.gateway.invoice(str(row.gateway_refs.invoice))
    assert row.gateway_refs.number == invoice.number is not None


def test_a_renewal_and_an_automatic_purchase_have_theirs(stand_in_world: AtTheStandIn) -> None:
    """A draft has none yet."""
    fake = InMemory()
    for world, lists in ((stand_in_world, StripeLists(stand_in_world.calls, TEST)), (fake, FakeLists(fake.fake))):
        order = an_order(world, "pur_1")
        world.gateway.charge(order, world.add_card("pays"), may_replay=True)
        charge = world.gateway.found(order)
        assert charge is not None
        assert charge.number == world.gateway.invoice(charge.invoice).number is not None
        lived(world)
        invoices = every(lists.plan_invoices, EVER)
        assert {each.state for each in invoices} >= {"draft", "paid"}
        for each in invoices:
            assert (each.number is None) == (each.state == "draft")
            row = with_invoice(a_purchase(), each)
            assert row.gateway_refs.number == each.number


def test_a_number_that_comes_a_moment_after_the_settlement_is_kept_once() -> None:
    """The gateway may finalize the invoice of a page after the payment was settled: its event brings the number."""
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase, invoice=None, invoice_number=None)
    handle_event(an_event(desk.row()), desk=desk.sales)
    assert desk.row().gateway_refs.number is None
    paid = an_event(desk.row(), "invoice.paid", object_kind="invoice", object_id="in_late")
    for _ in range(2):
        handle_event(paid, desk=desk.sales)
    assert (desk.row().gateway_refs.invoice, desk.row().gateway_refs.number) == ("in_late", "A-1")
    version = desk.row().version
    handle_event(replace(paid, object_id="in_another"), desk=desk.sales)
    assert (desk.row().version, desk.row().gateway_refs.invoice) == (version, "in_late")
    assert desk.available() == 30


def test_a_row_without_a_number_is_stored_as_before_and_read_as_such() -> None:
    row = a_purchase(gateway_refs=GatewayRefs("cs_1", "pi_1", "in_1"))
    assert "number" not in to_values(row)["gateway_refs"]
    assert from_values(to_values(row)).gateway_refs.number is None
    numbered = replace(row, gateway_refs=replace(row.gateway_refs, number="A-1"))
    assert from_values(to_values(numbered)).gateway_refs.number == "A-1"
