"""A buyer's story with 9Pic, over HTTP, with every ending that money can have; `-s` prints it as a transcript."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.scenarios.conftest import DECLINED_CARD, Stack, call, eventually

ITEM = {"kind": "top_up", "credits": 1_000}
SHOWN = (
    "code", "state", "credits", "total_minor", "currency", "consent_required", "refunded_minor", "amount_minor", "dispute",
    "failure", "available", "frozen", "shortfall", "reason", "number", "outcome",
)  # fmt: skip


@dataclass
class Teller:
    """Does what a member, the buyer's browser, the bank or the schedule does, and writes it down."""

    stack: Stack
    account: str

    def note(self, who: str, what: str, status: int, body: Any) -> None:
        told = {name: body[name] for name in SHOWN if isinstance(body, dict) and name in body}
        print(f"{who:>9}  {what:<58} {status}  {json.dumps(told)}")

    def ask(self, what: str, body: Any = None, key: str | None = None, method: str = "POST") -> Any:
        path = f"/v1/accounts/{self.account}{what}"
        answer = self.stack.request(method, path, body, key=key)
        self.note("buyer", f"{method} {what}", answer.status, answer.body)
        return answer

    def read(self, what: str) -> Any:
        return self.ask(what, method="GET").ok()

    def page(self, purchase: dict[str, Any], verb: str, body: Any) -> None:
        answer = call("POST", f"{purchase['checkout_url']}/{verb}", body)
        self.note("page", verb, answer.status, answer.body)

    def bank(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.control(f"/_stand_in/{path}", body)
        self.note("gateway", path, 200, found)
        return found

    def until(self, purchase_id: str, state: str) -> dict[str, Any]:
        """Wait for the webhook."""
        path = f"/v1/accounts/{self.account}/purchases/{purchase_id}"
        found = eventually(lambda: (row := self.stack.get(path).ok())["state"] == state and row, state)
        self.note("webhook", "the purchase is now", 200, found)
        row: dict[str, Any] = found
        return row

    def balance(self) -> tuple[int, int, int]:
        found = self.read("/balance")
        return found["available"], found["frozen"], found["shortfall"]


@pytest.fixture
def teller(stack: Stack) -> Teller:
    return Teller(stack, stack.open_account("9pic", region="IN"))


def consent_of(teller: Teller) -> dict[str, Any]:
    offers = teller.stack.get(f"/v1/accounts/{teller.account}/offers").ok()
    return {"consent": {"refund_policy_version": offers["consent"]["version"]}}


def test_np_20_to_np_34_the_buyers_story_of_9pic(stack: Stack, teller: Teller) -> None:
    """Quote, consent missing, consent given, declined, window closed, recheck, late payment, invoice, refund, dispute won."""
    assert not stack.clock_is_stopped(), "two purchases of one millisecond burn in an order that nobody promises"
    consent = consent_of(teller)
    quote = teller.ask("/quotes", {"item": ITEM}).ok()
    assert (quote["total_minor"], quote["consent_required"]) == (177_000, True)
    teller.ask("/purchases", {"item": ITEM}, stack.fresh()).problem(422, "consent_required")

    # The window is closed: no credits, no money, and the page cannot be paid any more.
    closed = teller.ask("/purchases", {"item": ITEM} | consent, stack.fresh()).ok(201)
    teller.page(closed, "pay", {"card": DECLINED_CARD})
    teller.page(closed, "close", {})
    assert teller.ask(f"/purchases/{closed['purchase_id']}/abandon").ok()["state"] == "abandoned"
    assert teller.balance() == (0, 0, 0)

    # A payment whose webhook never comes: the buyer presses recheck.
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    first = teller.ask("/purchases", {"item": ITEM} | consent, stack.fresh()).ok(201)
    teller.page(first, "pay", {"card": "4242424242424242"})
    assert teller.read(f"/purchases/{first['purchase_id']}")["state"] == "pending"
    assert teller.ask(f"/purchases/{first['purchase_id']}/recheck").ok()["state"] == "completed"
    assert teller.balance() == (1_000, 0, 0)

    # The buyer says that the window was closed, and had paid: abandoning finds the payment (NP-34).
    late = teller.ask("/purchases", {"item": ITEM} | consent, stack.fresh()).ok(201)
    teller.page(late, "pay", {"card": "4242424242424242"})
    assert teller.ask(f"/purchases/{late['purchase_id']}/abandon").ok()["state"] == "completed"
    stack.control("/_stand_in/webhooks/deliver", {"times": 2, "shuffle_seed": 7})
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})
    assert teller.balance() == (2_000, 0, 0), "what was held and doubled grants nothing twice"
    assert teller.read(f"/purchases/{late['purchase_id']}/invoice")["number"]

    # Of the first purchase 600 credits are used; a refund gives the unused 400 back.
    lot_id = stack.purchase(teller.account, first["purchase_id"])["lot_id"]
    burned = stack.consume(teller.account, 600).ok()
    assert burned["draws"] == [{"lot_id": lot_id, "credits": 600}], "of one second, too, the lot that was granted first"
    refund = teller.ask(f"/purchases/{first['purchase_id']}/refund", key=stack.fresh()).ok(201)
    assert (refund["credits"], refund["amount_minor"]) == (400, 70_800)
    assert teller.until(first["purchase_id"], "partially_refunded")["refunded_minor"] == 70_800
    assert teller.balance() == (1_000, 0, 0)

    # The bank disputes the second one: frozen; won: there again.
    payment = stack.purchase(teller.account, late["purchase_id"])["gateway_refs"]["payment_intent"]
    dispute = teller.bank("dispute", {"payment_intent": payment})["id"]
    assert teller.until(late["purchase_id"], "disputed")["dispute"] == {"state": "open"}
    assert teller.balance() == (0, 1_000, 0)
    stack.consume(teller.account, 1).problem(402, "insufficient_credits")
    teller.bank(f"dispute/{dispute}/close", {"outcome": "won"})
    assert teller.until(late["purchase_id"], "completed")["dispute"] == {"state": "won"}
    assert teller.balance() == (1_000, 0, 0)
    entries = stack.entries(teller.account)
    assert sum(entry["credits"] for entry in entries) == 1_000
    for entry in reversed(entries):
        teller.note("statement", entry["kind"], 200, entry | {"state": entry["kind"]})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_d_10_d_14_money_back_before_the_grant_is_seen(stack: Stack, teller: Teller, seed: int) -> None:
    """D10, D11, D14: paid, refunded in two parts and one of them failed, before any event came; then all of them, shuffled."""
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    started = teller.ask("/purchases", {"item": ITEM} | consent_of(teller), stack.fresh()).ok(201)
    teller.page(started, "pay", {"card": "4242424242424242"})
    session = started["checkout_url"].rsplit("/", 1)[-1]
    auth = {"Authorization": "Bearer sk_test_stranger"}
    payment = call("GET", f"{stack.stripe}/v1/checkout/sessions/{session}", headers=auth).ok()["payment_intent"]
    kept = teller.bank("refund", {"payment_intent": payment, "amount_minor": 59_000})
    failed = teller.bank("refund", {"payment_intent": payment, "amount_minor": 59_000})
    teller.bank(f"refund/{failed['id']}/fail", {})
    assert kept["id"] != failed["id"]
    delivered = stack.control("/_stand_in/webhooks/deliver", {"times": 3, "shuffle_seed": seed})["delivered"]
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})
    assert {each["status"] for each in delivered} == {200}
    row = stack.purchase(teller.account, started["purchase_id"])
    assert (row["state"], row["refunded_minor"]) == ("partially_refunded", 59_000)
    assert teller.balance() == (1_000 - 333, 0, 0)


def test_d_13_a_lost_dispute_owes_what_was_burned_and_the_next_purchase_pays_it(stack: Stack, teller: Teller) -> None:
    """D13."""
    consent = consent_of(teller)
    bought = stack.bought(teller.account, ITEM, **consent)
    stack.consume(teller.account, 700).ok()
    dispute = teller.bank("dispute", {"payment_intent": bought["gateway_refs"]["payment_intent"]})["id"]
    teller.bank(f"dispute/{dispute}/close", {"outcome": "lost"})
    eventually(lambda: teller.balance() == (0, 0, 700), "clawed back")
    row = teller.until(bought["purchase_id"], "disputed")
    assert row["dispute"] == {"state": "lost"}
    stack.bought(teller.account, ITEM, **consent)
    assert teller.balance() == (300, 0, 0)


def test_x_18_the_schedule_hears_of_what_no_webhook_told(stack: Stack, teller: Teller) -> None:
    """X-18, D9: a refund from the dashboard while events do not arrive."""
    bought = stack.bought(teller.account, ITEM, **consent_of(teller))
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    teller.bank("refund", {"payment_intent": bought["gateway_refs"]["payment_intent"]})
    swept = stack.control("/_local/schedules/recheck/run", {})
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})
    assert swept["followed"] >= 1, swept
    assert stack.purchase(teller.account, bought["purchase_id"])["state"] == "refunded"
    assert teller.balance() == (0, 0, 0)


def test_is_27_insurestack_refunds_nothing_by_itself(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    bought = stack.bought(account, {"kind": "top_up", "credits": 5})
    before = stack.entries(account)
    path = f"/v1/accounts/{account}/purchases/{bought['purchase_id']}/refund"
    assert stack.post(path, None, key=stack.fresh()).problem(409, "not_refundable")["reason"] == "policy"
    assert stack.entries(account) == before
    assert stack.purchase(account, bought["purchase_id"]) == bought
