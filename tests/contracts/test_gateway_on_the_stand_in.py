"""The whole purchase through the real Stripe library against the stand-in: two codes that know nothing of each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from local.stripe_stand_in import StandIn, serve
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.events import parse
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.domain.sales.items import CustomPaymentItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.read_invoice import read_invoice
from tests import patience
from tests.contracts.test_stripe_gateway import Secrets
from tests.fakes.accounts import ManualClock
from tests.fakes.desk import Desk, an_event
from tests.fakes.purchases import TEST
from tests.fakes.samples import member

GOOD, DECLINED = "4242424242424242", "4000000000000002"
SECRET = "whsec_test"
ADMIN = member("admin")


@dataclass
class Town:
    """A desk whose gateway is the real adapter, and the stand-in that it talks to."""

    desk: Desk
    url: str

    def pay(self, row: Purchase, card: str = GOOD) -> int:
        session = row.gateway_refs.checkout_session
        return requests.post(
            f"{self.url}/checkout/{session}/pay", json={"card": card}, timeout=patience.SECONDS
        ).status_code

    def fail(self, operation: str, kind: str, times: int) -> None:
        fault: dict[str, Any] = {"operation": operation, "kind": kind, "times": times}
        requests.post(f"{self.url}/_stand_in/fail", json=fault, timeout=patience.SECONDS).raise_for_status()

    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(
            f"{self.url}/v1/checkout/sessions?limit=100",
            headers={"Authorization": "Bearer sk_test_x"},
            timeout=patience.SECONDS,
        ).json()["data"]
        return found

    def recheck(self) -> str:
        return recheck_purchase("acme", self.desk.row().purchase_id, ADMIN, desk=self.desk.sales).state


@pytest.fixture
def make_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    closing: list[Callable[[], None]] = []

    def make(policy: str = "insurestack", plan: str = "payg", **changes: Any) -> Town:
        clock = ManualClock()
        stand_in = StandIn(tmp_path / f"stripe-{len(closing)}", clock, None, SECRET, "http://placeholder")
        server = serve(stand_in, 0)
        stand_in.base_url = server.url
        closing.extend((server.close, stand_in.close))
        wire = stripe.RequestsClient(timeout=patience.SECONDS)
        calls = StripeCalls(Secrets(), "key", TEST, server.url, wire)  # type: ignore[arg-type]
        gateway = StripeGateway(calls, TEST)
        desk = Desk(
            policy, plan, clock=clock, wrap=lambda name, port: gateway if name == "gateway" else port, **changes
        )
        return Town(desk, server.url)

    yield make
    for close in closing:
        close()


@pytest.mark.parametrize(
    ("policy", "plan", "region", "item", "total", "currency"),
    [
        ("insurestack", "payg", "US", TopUpItem(30), 3_000, "usd"),
        ("make", "core-10k", "US", TopUpItem(1_000), 90, "usd"),
        ("9pic", "payg", "IN", TopUpItem(1_001), 177_177, "inr"),
        ("gocontent", "starter", "US", TopUpItem(7), 875, "usd"),
        ("diaflow", "starter", "US", TopUpItem(1_200_000), None, "usd"),
        ("9pic", "payg", "US", CustomPaymentItem(2_500, "invoice 7"), 2_500, "usd"),
    ],
)
def test_np_19_is_01_mk_13_gc_03_the_page_charges_exactly_the_orders_total_and_settles(
    make_town: Any, policy: str, plan: str, region: str, item: Any, total: int | None, currency: str
) -> None:
    town = make_town(policy, plan, region=region)
    row = town.desk.buy(item).purchase
    (session,) = town.sessions()
    assert (session["amount_total"], session["currency"]) == (row.total_minor, currency)
    assert total in (None, row.total_minor)
    assert town.pay(row) == 200
    assert town.recheck() == "completed"
    assert town.desk.available() == row.credits
    assert read_invoice("acme", row.purchase_id, desk=town.desk.sales).facts.number
    refs = town.desk.row().gateway_refs
    assert refs.payment_intent
    assert refs.invoice


def test_np_27_a_declined_card_and_then_a_good_one(make_town: Any) -> None:
    town = make_town()
    row = town.desk.buy(TopUpItem(30)).purchase
    town.pay(row, DECLINED)
    assert town.recheck() == "pending"
    assert town.desk.row().failure.code == "card_declined"
    town.pay(row)
    assert town.recheck() == "completed"
    assert town.desk.row().failure is None


def test_np_28_np_34_abandoning_ends_the_page_for_good_unless_it_was_paid(make_town: Any) -> None:
    town = make_town()
    row = town.desk.buy(TopUpItem(30)).purchase
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=town.desk.sales).state == "abandoned"
    assert town.pay(row) >= 400
    assert town.recheck() == "abandoned"
    town = make_town()
    row = town.desk.buy(TopUpItem(30)).purchase
    town.pay(row)
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=town.desk.sales).state == "completed"


@pytest.mark.parametrize("kind", ["timeout_after_commit", "timeout", "500", "429"])
@pytest.mark.parametrize("operation", ["checkout.sessions.create", "customers.create"])
def test_d_04_faults_at_the_gateway_end_in_one_session_and_one_customer(
    make_town: Any, operation: str, kind: str
) -> None:
    """D4: one, two or more failed calls; the same key goes on."""
    town = make_town()
    town.fail(operation, kind, 4)
    answers = 0
    for _ in range(6):
        try:
            row = town.desk.buy(TopUpItem(30)).purchase
        except Unavailable:
            answers += 1
            continue
        break
    assert answers >= 1
    town.fail(operation, kind, 0)
    assert town.desk.buy(TopUpItem(30)).purchase.checkout_url == row.checkout_url
    assert len(town.sessions()) == 1
    assert len({session["customer"] for session in town.sessions()}) == 1


def test_d_04_a_session_whose_answer_was_lost_is_found_by_its_mark(make_town: Any) -> None:
    town = make_town()
    town.fail("checkout.sessions.create", "timeout_after_commit", 3)
    with pytest.raises(Unavailable):
        town.desk.buy(TopUpItem(30))
    town.fail("checkout.sessions.create", "timeout", 0)
    (session,) = town.sessions()
    requests.post(
        f"{town.url}/checkout/{session['id']}/pay", json={"card": GOOD}, timeout=patience.SECONDS
    ).raise_for_status()
    assert town.recheck() == "completed"
    assert town.desk.row().gateway_refs.checkout_session == session["id"]


def test_np_31_a_page_that_ended_is_abandoned(make_town: Any) -> None:
    town = make_town()
    row = town.desk.buy(TopUpItem(30)).purchase
    town.desk.clock.instant = row.checkout_expires_at + instants.MINUTE
    assert town.recheck() == "abandoned"


def test_d_06_the_stand_ins_events_name_the_purchase_and_settle_it_once(make_town: Any) -> None:
    """Every kind that a payment makes, in any order, settles once, and carries our mark."""
    town = make_town()
    requests.post(f"{town.url}/_stand_in/webhooks", json={"mode": "hold"}, timeout=patience.SECONDS)
    row = town.desk.buy(TopUpItem(30)).purchase
    town.pay(row)
    for kind in ("payment_intent.succeeded", "checkout.session.completed", "invoice.paid"):
        handle_event(an_event(row, kind), desk=town.desk.sales)
    assert town.desk.available() == 30
    assert len(town.desk.entries()) == 1
    events = requests.get(
        f"{town.url}/v1/events?limit=100", headers={"Authorization": "Bearer sk_test_x"}, timeout=patience.SECONDS
    ).json()["data"]
    hints = [parse(json.dumps(event).encode()) for event in events]
    ours = [hint for hint in hints if hint.tag.purchase_id == row.purchase_id]
    assert {"checkout.session.completed", "payment_intent.succeeded"} <= {hint.kind for hint in ours}
    assert all(hint.tag.is_of(TEST) for hint in ours)
