"""Requests of automatic purchases: against the library's parameter types, what they say, in which order, under which keys."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import stripe
from stripe import params as stripe_params

from lotbook.adapters.stripe import auto_requests as requests
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.domain.values.errors import BrokenInvariant, Unavailable
from tests import patience
from tests.contracts.auto_stories import an_order
from tests.contracts.plan_telling import GST
from tests.contracts.plan_worlds import AtTheStandIn, InMemory, stand_in_world
from tests.contracts.test_plan_keys import Recorder
from tests.contracts.test_stripe_gateway import Secrets
from tests.contracts.test_stripe_plan_requests import leaves
from tests.fakes.purchases import TEST
from tests.local.stand_in.sweep import LIST
from tests.stripe_params import check_params

__all__ = ["stand_in_world"]
ORDER = an_order(InMemory())
SENT: list[tuple[dict[str, Any], Any, str]] = [
    (requests.invoice(ORDER, TEST), stripe_params.InvoiceCreateParams, "invoices.create"),
    (requests.item(ORDER, 0, "in_1", ["txr_1"]), stripe_params.InvoiceItemCreateParams, "invoice_items.create"),
    (requests.item(ORDER, 1, "in_1", []), stripe_params.InvoiceItemCreateParams, "invoice_items.create"),
    (requests.PARKED, stripe_params.InvoiceFinalizeInvoiceParams, "invoices.finalize_invoice"),
    (requests.pay("pm_1"), stripe_params.InvoicePayParams, "invoices.pay"),
    (requests.find(ORDER, "in_1"), stripe_params.InvoiceListParams, "invoices.list"),
]


@pytest.mark.parametrize(("params", "kind", "operation"), SENT)
def test_every_request_fits_the_library_and_is_read_by_the_stand_in(
    params: dict[str, Any], kind: Any, operation: str
) -> None:
    """Two judges: the SDK's types, and the stand-in's own list of what it reads."""
    names = LIST.read_text().splitlines()
    assert check_params(params, kind) == []
    read = set(names[names.index(operation) + 1].split())
    assert leaves(params) - read - {"discounts"} == set(), "of `discounts` none is taken, which no list shows"


def test_mk_14_a_draft_is_paid_by_card_by_nobody_else_and_without_what_waits_elsewhere() -> None:
    """MK-14, A10: frozen amounts; a customer's discount, pending items or an account's tax would change them."""
    draft = requests.invoice(ORDER, TEST)
    assert draft["payment_settings"] == {"payment_method_types": ["card"]}
    assert draft["auto_advance"] is False
    assert draft["pending_invoice_items_behavior"] == "exclude"
    assert draft["discounts"] == ""
    assert draft["automatic_tax"] == {"enabled": False}
    assert "default_payment_method" not in draft, "another card would be another request under the same key"
    assert [requests.item(ORDER, n, "in_1", [])["amount"] for n in (0, 1)] == [900, 270]
    assert requests.pay("pm_1") == {"payment_method": "pm_1", "off_session": True}


def recorded(world: AtTheStandIn) -> Recorder:
    wire = Recorder(timeout=patience.SECONDS)
    wire.seen = []
    world.gateway = StripeGateway(StripeCalls(Secrets(), "key", TEST, world.url, wire), TEST)  # type: ignore[arg-type]
    return wire


def test_d4_the_keys_of_a_charge_follow_from_its_purchase_and_only_the_last_from_the_card(
    stand_in_world: AtTheStandIn,
) -> None:
    """D4, D30: a fresh key a trigger is a fresh charge."""
    order, bad, good = an_order(stand_in_world), *(stand_in_world.add_card(does) for does in ("declines", "pays"))
    wire = recorded(stand_in_world)
    stand_in_world.gateway.charge(order, bad, may_replay=True)
    first, wire.seen = wire.seen, []
    stand_in_world.gateway.charge(order, bad, may_replay=True)
    assert first[:-1] == [
        f"lotbook:test:auto:pur_auto:{step}" for step in ("create", "item0", "item1", "finalize", f"pay:{bad}")
    ]
    assert wire.seen == first[:4], "void, so nothing is tried"
    wire.seen = []
    assert stand_in_world.gateway.charge(order, good, may_replay=True).state == "declined", "another order, another try"
    assert wire.seen == first[:4]


def test_an_invoice_that_is_not_what_the_order_says_is_void_before_anybody_pays(stand_in_world: AtTheStandIn) -> None:
    """A10, D8: the customer is exempt from tax at the gateway, or a line went astray: no amount but the frozen one is charged."""
    order = an_order(stand_in_world, tax=replace(GST, amount_minor=400), total_minor=1_570)
    card = stand_in_world.add_card("pays")
    with pytest.raises(BrokenInvariant, match="is not what pur_auto says"):
        stand_in_world.gateway.charge(order, card, may_replay=True)
    found = stand_in_world.gateway.found(order)
    assert found is not None
    assert (found.state, found.received_minor) == ("void", 0)


def test_a_lost_answer_of_each_call_leaves_one_invoice_and_one_charge(stand_in_world: AtTheStandIn) -> None:
    """D4: whatever a time-out hides, the next call finds it by its key."""
    world = stand_in_world
    for place, operation in enumerate(
        ("invoices.create", "invoice_items.create", "invoices.finalize_invoice", "invoices.pay")
    ):
        order, card = an_order(world, f"pur_{place}"), world.add_card("pays")
        world.lose(operation)
        for _ in range(3):
            with suppress(Unavailable):
                paid = world.gateway.charge(order, card, may_replay=True)
        assert paid.state == "paid"
        assert (paid.total_minor, paid.received_minor) == (1_170, 1_170)
    listed: Any = world.calls.call(lambda client: client.v1.invoices.list({"customer": world.customer}))
    charges: Any = world.calls.call(lambda client: client.v1.charges.list({"customer": world.customer}))
    assert [each.status for each in listed.data] == ["paid"] * 4
    assert [each.amount for each in charges.data] == [1_170] * 4
    assert all(len(each.lines.data) == 2 for each in listed.data)


def test_a_refusal_that_is_no_answer_raises(stand_in_world: AtTheStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A6: an outage is no decline."""
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    order, card = an_order(stand_in_world), stand_in_world.add_card("pays")
    stand_in_world.post("/_stand_in/fail", operation="invoices.pay", kind="500", times=3).raise_for_status()
    with pytest.raises(Unavailable):
        stand_in_world.gateway.charge(order, card, may_replay=True)
    found = stand_in_world.gateway.found(order)
    assert found is not None
    assert (found.state, found.decline_code) == ("open", None)
