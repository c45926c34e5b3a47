"""The gateway's lists through the real Stripe library: on the stand-in, and over a scripted wire where it cannot say such things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from local.stripe_stand_in import StandIn, serve
from local.stripe_stand_in.client import InProcessClient
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values import instants
from lotbook.domain.values.errors import BrokenInvariant, Unavailable
from lotbook.usecases.reconciliation.reconcile import Reconciled, Reconciliation, reconcile
from tests import patience
from tests.contracts.test_stripe_gateway import Secrets, Wire
from tests.fakes.accounts import ManualClock
from tests.fakes.desk import Desk
from tests.fakes.purchases import ORDERED, TEST
from tests.fakes.reconciliation import FakeJournal, FakePurchaseLists

SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles/stripe"
EVER = ComparedPeriod(0, instants.FAR_FUTURE)
GOOD = "4242424242424242"


class Town:
    """A desk at the stand-in, with its reconciliation."""

    def __init__(self, directory: Path) -> None:
        clock = ManualClock()
        self.stand_in = StandIn(directory, clock, None, "whsec_test", "http://placeholder")
        self.server = serve(self.stand_in, 0)
        self.stand_in.base_url = self.url = self.server.url
        self.calls = StripeCalls(Secrets(), "key", TEST, self.url, InProcessClient(self.stand_in))  # type: ignore[arg-type]
        gateway = StripeGateway(self.calls, TEST)
        self.desk = Desk(clock=clock, wrap=lambda name, port: gateway if name == "gateway" else port)
        self.lists = StripeLists(self.calls, TEST)
        self.journal = FakeJournal()

    def run(self) -> Reconciled:
        made = FakePurchaseLists(self.desk.purchases, 100)
        ports = Reconciliation(self.desk.sales, self.lists, made, self.journal)
        return reconcile(None, desk=ports, time_left=lambda: 10**9)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(f"{self.url}{path}", json=body, timeout=patience.SECONDS)
        answer.raise_for_status()
        return answer.json()

    def bought(self, key: str = "key-1", card: str | None = GOOD) -> str:
        session = self.desk.buy(TopUpItem(30), key=key).purchase.gateway_refs.checkout_session or ""
        if card:
            self.post(f"/checkout/{session}/pay", {"card": card})
        return session

    def payment(self, session: str) -> str:
        facts = self.lists.find_checkout(session)
        assert facts is not None
        assert facts.payment is not None
        return facts.payment.payment_intent


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    made = Town(tmp_path / "stripe")
    yield made
    made.server.close()
    made.stand_in.close()


def test_sessions_are_listed_over_pages_by_the_time_they_were_opened(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X-01: `[start, end)`; the whole list, each once."""
    monkeypatch.setattr("lotbook.adapters.stripe.requests.LIST_PAGE", 2)
    opened = []
    for number in range(5):
        opened.append(town.bought(f"key-{number}", None))
        town.desk.clock.instant += 10_000
    period = ComparedPeriod(ORDERED, ORDERED + 41_000)
    seen: list[str] = []
    after, pages = None, 0
    for _ in range(5):
        page = town.lists.checkouts(period, after)
        seen += [facts.session for facts in page.rows]
        pages += 1
        if page.after is None:
            break
        after = page.after
    assert (seen, pages) == (opened[::-1], 3)
    some = town.lists.checkouts(ComparedPeriod(ORDERED + 10_000, ORDERED + 20_000), None)
    assert [facts.session for facts in some.rows] == [opened[1]]


def test_a_listed_session_is_the_same_facts_as_one_that_is_fetched(town: Town) -> None:
    session = town.bought()
    (listed,) = town.lists.checkouts(EVER, None).rows
    assert listed == town.desk.sales.gateway.checkout(session) == town.lists.find_checkout(session)
    assert listed.payment is not None
    assert listed.payment.state == "succeeded"
    assert town.lists.find_checkout("cs_test_nobody") is None


def test_what_other_systems_made_on_the_account_is_passed_over(town: Town) -> None:
    town.bought()
    assert StripeLists(town.calls, Deployment("other", live=False)).checkouts(EVER, None).rows == ()
    assert StripeLists(town.calls, Deployment("test", live=True)).checkouts(EVER, None).rows == ()
    other = {"mode": "setup", "currency": "usd", "success_url": "https://other.example/"}
    form = {**other, "metadata[app]": "other-app"}
    requests.post(
        f"{town.url}/v1/checkout/sessions",
        data=form,
        headers={"Authorization": "Bearer sk_test_x"},
        timeout=patience.SECONDS,
    ).raise_for_status()
    assert len(town.lists.checkouts(EVER, None).rows) == 1


def test_d_09_d_10_d_12_a_night_in_which_no_webhook_came_is_made_good(town: Town) -> None:
    """D9, D10, D12: paid, expired, refunded, disputed; nobody heard of anything; one run puts it all right."""
    paid = [town.bought(f"key-{number}") for number in range(3)]
    town.bought("open", None)
    assert {row.state for row in town.desk.purchases.rows.values()} == {"pending"}
    first = town.run()
    assert (first.repaired, first.open) == (3, 0)
    town.post("/_stand_in/refund", {"payment_intent": town.payment(paid[0]), "amount_minor": 1_000})
    town.post("/_stand_in/refund", {"payment_intent": town.payment(paid[0]), "amount_minor": 1_000})
    dispute = town.post("/_stand_in/dispute", {"payment_intent": town.payment(paid[1])})["id"]
    second = town.run()
    assert second.open == 0
    assert {each.difference.kind for each in second.shown} == {"refunded_not_clawed", "dispute_not_noted"}
    states = sorted(row.state for row in town.desk.purchases.rows.values())
    assert states == ["completed", "disputed", "partially_refunded", "pending"]
    assert town.desk.available() == 30 + 10
    town.post(f"/_stand_in/dispute/{dispute}/close", {"outcome": "won"})
    town.desk.clock.instant += 2 * instants.HOUR  # the page that was left open has ended
    third = town.run()
    assert third.open == 0
    assert {each.difference.kind for each in third.shown} == {"dispute_not_closed", "purchase_behind"}
    states = sorted(row.state for row in town.desk.purchases.rows.values())
    assert states == ["abandoned", "completed", "completed", "partially_refunded"]
    assert town.desk.available() == 30 + 30 + 10
    assert town.run().shown == ()


def test_d_05_money_whose_purchase_is_gone_is_kept(town: Town) -> None:
    """D5."""
    session = town.bought()
    payment = town.payment(session)
    town.desk.purchases.rows.clear()
    assert [each.difference.kind for each in town.run().shown] == ["paid_unknown_purchase"]
    stray = town.desk.strays.kept[payment]
    assert (stray.session, stray.total_minor, stray.currency) == (session, 3_000, "usd")


def lists(*answers: Any) -> tuple[StripeLists, Wire]:
    wire = Wire(*answers)
    return StripeLists(StripeCalls(Secrets(), "key", TEST, "http://127.0.0.1:1", wire), TEST), wire  # type: ignore[arg-type]


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def page(*rows: Any, more: bool = False) -> Any:
    return 200, {"object": "list", "url": "/v1/x", "has_more": more, "data": list(rows)}


def test_lists_ask_for_the_period_and_go_on_after_the_last_row_whosever_it_is() -> None:
    ours, foreign = sample("checkout_session.paid"), {"id": "cs_foreign", "object": "checkout.session"}
    stage, wire = lists(page(ours, foreign, more=True), page())
    first = stage.checkouts(ComparedPeriod(1_000, 5_000), None)
    assert ([facts.session for facts in first.rows], first.after) == (["cs_test_1"], "cs_foreign")
    assert stage.checkouts(ComparedPeriod(1_000, 5_000), first.after).after is None
    url = wire.sent[1][1]
    for part in (
        "created[gte]=1&",
        "created[lt]=5&",
        "limit=100",
        "expand[0]=data.payment_intent",
        "starting_after=cs_foreign",
    ):
        assert part in url + "&", url


def test_refunds_and_disputes_are_ours_by_the_mark_of_their_payment() -> None:
    mark = sample("checkout_session.paid")["metadata"]
    payment = {"id": "pi_1", "object": "payment_intent", "livemode": False, "metadata": mark}
    rows: list[dict[str, Any]] = [
        {"id": "re_1", "object": "refund", "status": "succeeded", "payment_intent": payment},
        {"id": "re_2", "object": "refund", "status": "succeeded", "payment_intent": {**payment, "metadata": {}}},
        {"id": "re_3", "object": "refund", "status": "succeeded", "payment_intent": {**payment, "livemode": True}},
        {"id": "re_4", "object": "refund", "status": "succeeded", "payment_intent": "pi_1"},
        {"id": "re_5", "object": "refund", "status": "succeeded", "payment_intent": None},
    ]
    stage, wire = lists(page(*rows), page(), page(*[{**rows[0], "id": "du_1", "object": "dispute"}]))
    (refund,) = stage.refunds(EVER, None).rows
    (dispute,) = stage.disputes(EVER, None).rows
    assert (refund.kind, refund.name, refund.payment_intent) == ("refund", "re_1", "pi_1")
    assert (dispute.kind, dispute.name) == ("dispute", "du_1")
    assert refund.tag.is_of(TEST)
    assert len(wire.sent) == 3, "only the payment without any mark could be a plan's: its invoice is asked for"


def test_only_a_session_that_is_not_there_is_none() -> None:
    missing = {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such session"}}
    stage, _ = lists((404, missing), (400, sample("error.invalid_request")), (500, sample("error.server")))
    assert stage.find_checkout("cs_gone") is None
    with pytest.raises(BrokenInvariant):
        stage.find_checkout("cs_1")
    stage, _ = lists(*[(500, sample("error.server"))] * 3)
    with pytest.raises(Unavailable):
        stage.find_checkout("cs_1")
