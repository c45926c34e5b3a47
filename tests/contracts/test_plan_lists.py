"""Reconciliation's lists of plans that renew, through the real Stripe library at the stand-in, and the fake's beside them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import stripe

from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.gateway import APP, Deployment, Tag
from lotbook.domain.values.instants import FAR_FUTURE
from tests import patience
from tests.contracts.plan_telling import GST, invoices, jump, subscribed
from tests.contracts.plan_worlds import AtTheStandIn, InMemory, ordered, plain, stand_in_world
from tests.contracts.test_stripe_gateway import Secrets
from tests.fakes.accounts import at
from tests.fakes.purchases import TEST
from tests.fakes.reconciliation import FakeLists

__all__ = ["stand_in_world"]

EVER = ComparedPeriod(0, FAR_FUTURE)


def every(ask: Any, period: ComparedPeriod) -> list[Any]:
    """All rows over pages, of which there are some at the most."""
    rows: list[Any] = []
    after = None
    for _ in range(20):
        page = ask(period, after)
        rows += page.rows
        after = page.after
        if after is None:
            break
    return rows


def lived(world: Any) -> str:
    sub = subscribed(world)
    jump(world, "2027-04-30T12:30:00")
    return sub


def test_invoices_and_subscriptions_of_a_period_are_listed_over_pages_newest_first(
    stand_in_world: AtTheStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`[start, end)` by when they were made; drafts and ended ones, too; the fake lists the same."""
    monkeypatch.setattr("lotbook.adapters.stripe.requests.LIST_PAGE", 2)
    fake = InMemory()
    for world, lists in (
        (stand_in_world, StripeLists(stand_in_world.calls, TEST)),
        (fake, FakeLists(fake.fake)),
    ):
        sub = lived(world)
        listed = every(lists.plan_invoices, EVER)
        fetched = invoices(world, sub)
        assert [each.invoice for each in listed] == [each.invoice for each in fetched]
        assert [each.state for each in listed] == ["draft", "paid", "paid", "paid"]
        some = ComparedPeriod(at("2027-02-28T12:00:00"), at("2027-03-31T12:00:00"))
        assert [each.lines[0].period[0] for each in every(lists.plan_invoices, some)] == [some.start]
        world.gateway.end_subscription(sub)
        (found,) = every(lists.subscriptions, EVER)
        assert found == world.gateway.subscription(sub)
        assert every(lists.subscriptions, some) == []


def test_a_listed_invoice_tells_what_a_fetched_one_does_of_money_that_came(stand_in_world: AtTheStandIn) -> None:
    """All but the card that paid, which a list's four levels do not reach."""
    lived(stand_in_world)
    (_, newest, *_) = every(StripeLists(stand_in_world.calls, TEST).plan_invoices, EVER)
    fetched = stand_in_world.gateway.plan_invoice(newest.invoice)
    assert fetched is not None
    assert fetched.payment is not None
    assert replace(newest, payment=None) == replace(fetched, payment=None)
    assert newest.payment == replace(fetched.payment, payment_method=None)


def test_what_others_made_on_the_account_is_passed_over(stand_in_world: AtTheStandIn) -> None:
    lived(stand_in_world)
    customer = stand_in_world.customer
    item: Any = {"customer": customer, "amount": 700, "currency": "usd"}
    single: Any = {"customer": customer, "pending_invoice_items_behavior": "include"}

    def foreign(client: Any) -> None:
        client.v1.invoice_items.create(item)
        client.v1.invoices.create(single)
        price = client.v1.prices.create(
            {"currency": "usd", "unit_amount": 100, "recurring": {"interval": "month"}, "product_data": {"name": "x"}}
        )
        items = [{"price": price.id}]
        client.v1.subscriptions.create({"customer": customer, "items": items, "default_payment_method": card})

    card = stand_in_world.add_card("pays")
    stand_in_world.calls.call(foreign)
    ours = StripeLists(stand_in_world.calls, TEST)
    assert len(every(ours.plan_invoices, EVER)) == 4
    assert len(every(ours.subscriptions, EVER)) == 1
    for other in (Deployment("other", live=False), Deployment("test", live=True)):
        lists = StripeLists(stand_in_world.calls, other)
        assert every(lists.plan_invoices, EVER) == every(lists.subscriptions, EVER) == []


def test_d_10_a_refund_of_a_renewal_is_ours_by_its_invoice(stand_in_world: AtTheStandIn) -> None:
    """D10: podkrepi-bg #730, polar #1924: the payment itself bears no mark, and its refund was invisible."""
    world = stand_in_world
    sub = lived(world)
    renewal = invoices(world, sub)[1]
    world.post(
        "/_stand_in/refund", payment_intent=renewal.payment.payment_intent, amount_minor=1_000
    ).raise_for_status()
    (moved,) = every(StripeLists(world.calls, TEST).refunds, EVER)
    assert (moved.invoice, moved.payment_intent) == (renewal.invoice, renewal.payment.payment_intent)
    assert moved.tag == Tag(APP, TEST.stage, "acme", None), (
        "the purchase that the plan began with is not this one's row"
    )
    world.post("/_stand_in/dispute", payment_intent=renewal.payment.payment_intent).raise_for_status()
    (dispute,) = every(StripeLists(world.calls, TEST).disputes, EVER)
    assert (dispute.kind, dispute.invoice) == ("dispute", renewal.invoice)
    assert every(StripeLists(world.calls, Deployment("other", live=False)).refunds, EVER) == []


def test_a_refund_of_a_foreign_payment_without_any_mark_is_nobodys(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    card = world.add_card("pays")
    params: Any = {
        "amount": 700, "currency": "usd", "customer": world.customer, "payment_method": card, "confirm": True,
        "allowed_payment_method_types": ["card"],
    }  # fmt: skip
    paid = world.calls.call(lambda client: client.v1.payment_intents.create(params)).id
    world.post("/_stand_in/refund", payment_intent=paid).raise_for_status()
    assert every(StripeLists(world.calls, TEST).refunds, EVER) == []


def test_a_page_of_a_plan_is_listed_as_it_is_fetched(stand_in_world: AtTheStandIn) -> None:
    world = stand_in_world
    order = ordered(world, "pur_open", "other", 500)
    subscribed(world)
    (session,) = every(StripeLists(world.calls, TEST).checkouts, EVER)
    assert session == world.gateway.checkout(session.session)
    assert plain(session)["mode"] == "subscription"
    assert order.plan is not None


class Counting(stripe.RequestsClient):
    """Notes the address of every request."""

    asked: list[str]

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.append(url.partition("/v1/")[2].partition("?")[0])
        return super().request(method, url, *args, **kwargs)


def test_a_long_life_of_paid_invoices_is_one_call_and_each_that_is_not_decided_one_more(
    stand_in_world: AtTheStandIn,
) -> None:
    """Whoever looks for what is open looks over all of them, after years, too."""
    sub = subscribed(stand_in_world)
    jump(stand_in_world, "2028-12-31T12:30:00")
    wire = Counting(timeout=patience.SECONDS)
    wire.asked = []
    gateway = StripeGateway(StripeCalls(Secrets(), "key", TEST, stand_in_world.url, wire), TEST)  # type: ignore[arg-type]
    found = gateway.plan_invoices(sub, 0)
    assert [each.state for each in found] == ["draft"] + ["paid"] * 23
    assert wire.asked == ["invoices", f"invoices/{found[0].invoice}"]


def test_more_subscriptions_and_invoices_than_a_page_holds_are_all_told(
    stand_in_world: AtTheStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotbook.adapters.stripe.plan_requests.LIST_PAGE", 2)
    world = stand_in_world
    card = world.add_card("pays")
    for number in range(3):
        world.gateway.start_plan(ordered(world, f"pur_{number}", "other", 100), world.customer, card)
    assert len(world.gateway.subscriptions(world.customer)) == 3
    sub = subscribed(world)
    jump(world, "2027-06-30T14:00:00")
    found = invoices(world, sub)
    assert [each.created_at for each in found] == sorted((each.created_at for each in found), reverse=True)
    assert len(found) == 6
    for number in range(3):
        world.gateway.tax_rate(replace(GST, rate=Decimal(number + 1) / 100))
    assert world.gateway.tax_rate(replace(GST, rate=Decimal("0.01"))) == world.gateway.tax_rate(
        replace(GST, rate=Decimal("0.010"))
    )
    assert len(world.calls.call(lambda client: client.v1.tax_rates.list({"limit": 100})).data) == 3
