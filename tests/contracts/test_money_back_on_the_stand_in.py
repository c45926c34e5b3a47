"""Refunds and disputes through the real Stripe library against the stand-in: its events, held, in any order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import requests

from lotbook.adapters.stripe.events import parse
from lotbook.domain.sales.gateway import EventHint
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import NotRefundable, Unavailable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.refund_purchase import RefundRequest, refund_purchase
from tests import patience
from tests.contracts.test_gateway_on_the_stand_in import Town, make_town
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import SERVICE
from tests.fakes.idempotency import FakeIdempotency

assert make_town  # a fixture of that module
AUTH = {"Authorization": "Bearer sk_test_x"}
SOLD, CHARGED = 1_000, 177_000
Make = Callable[..., Town]


class Bank:
    """What happens at the gateway, from outside."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.order = town.desk.buy(TopUpItem(SOLD)).purchase
        assert town.pay(self.order) == 200
        (session,) = town.sessions()
        self.payment: str = session["payment_intent"]
        self.made: list[str] = []

    def say(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.town.url}/_stand_in/{path}", json=body, timeout=patience.SECONDS)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refund(self, amount: int | None = None) -> None:
        body = {"payment_intent": self.payment} | ({} if amount is None else {"amount_minor": amount})
        self.made.append(self.say("refund", body)["id"])

    def fail(self) -> None:
        self.say(f"refund/{self.made[-1]}/fail", {})

    def dispute(self, status: str = "needs_response") -> None:
        self.made.append(self.say("dispute", {"payment_intent": self.payment, "status": status})["id"])

    def close(self, outcome: str) -> None:
        self.say(f"dispute/{self.made[-1]}/close", {"outcome": outcome})

    def events(self) -> list[EventHint]:
        """All events so far, oldest first, as they would be posted."""
        found = requests.get(f"{self.town.url}/v1/events?limit=100", headers=AUTH, timeout=patience.SECONDS).json()
        assert not found["has_more"]
        return [parse(json.dumps(event).encode()) for event in reversed(found["data"])]

    def balance(self) -> tuple[int, int, int]:
        desk = self.town.desk
        found = read_balance("acme", "credits", desk=credit_desk(desk.books, desk.clock, lambda _: None))
        return found.available, found.frozen, found.shortfall


def partly(bank: Bank) -> None:
    bank.refund(60_000)
    bank.refund(57_000)


def wholly(bank: Bank) -> None:
    bank.refund()


def failing(bank: Bank) -> None:
    bank.refund(60_000)
    bank.fail()


def opened(bank: Bank) -> None:
    bank.dispute()


def won(bank: Bank) -> None:
    bank.dispute()
    bank.close("won")


def won_then_refunded(bank: Bank) -> None:
    won(bank)
    bank.refund()


def lost(bank: Bank) -> None:
    bank.dispute()
    bank.close("lost")


def partly_then_lost(bank: Bank) -> None:
    bank.refund(60_000)
    lost(bank)


def asked(bank: Bank) -> None:
    bank.dispute("warning_needs_response")
    bank.close("warning_closed")


STORIES: dict[Callable[[Bank], None], tuple[str, int | None, tuple[int, int, int]]] = {
    # the end: state, refunded, (available, frozen, shortfall)
    partly: ("partially_refunded", 117_000, (SOLD - 661, 0, 0)),
    wholly: ("refunded", CHARGED, (0, 0, 0)),
    failing: ("completed", 0, (SOLD, 0, 0)),
    opened: ("disputed", 0, (0, SOLD, 0)),
    won: ("completed", 0, (SOLD, 0, 0)),
    won_then_refunded: ("refunded", CHARGED, (0, 0, 0)),
    lost: ("disputed", 0, (0, 0, 0)),
    partly_then_lost: ("disputed", 60_000, (0, 0, 0)),
    asked: ("completed", 0, (SOLD, 0, 0)),
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@pytest.mark.parametrize("seed", [None, 1, pytest.param(2, marks=pytest.mark.soak)])
def test_d_10_d_14_held_events_in_any_order_end_in_the_storys_account(
    make_town: Make,
    story: Callable[[Bank], None],
    seed: int | None,
) -> None:
    """D10..D14: all events of the story are held to its end, then come backwards or shuffled, twice each."""
    bank = Bank(make_town("9pic", "payg", region="IN"))
    story(bank)
    events = bank.events()[::-1] * 2
    if seed is not None:
        random.Random(seed).shuffle(events)
    outcomes = {handle_event(hint, desk=bank.town.desk.sales).outcome for hint in events}
    assert outcomes >= {"settled", "followed"}
    row = bank.town.desk.row()
    assert (row.state, row.refunded_minor, bank.balance()) == STORIES[story]


def test_d_14_events_that_come_at_once_end_the_same(make_town: Make) -> None:
    """D14: each event right when it happens, in the order in which it happens."""
    bank = Bank(make_town("9pic", "payg", region="IN"))
    seen = 0

    def deliver() -> None:
        nonlocal seen
        events = bank.events()
        for hint in events[seen:]:
            handle_event(hint, desk=bank.town.desk.sales)
        seen = len(events)

    ends = []
    for act in (lambda: None, lambda: bank.refund(CHARGED // 2), bank.fail, bank.dispute, lambda: bank.close("won")):
        act()
        deliver()
        ends.append((bank.town.desk.row().state, bank.balance()))
    assert ends == [
        ("completed", (SOLD, 0, 0)),
        ("partially_refunded", (SOLD // 2, 0, 0)),
        ("completed", (SOLD, 0, 0)),
        ("disputed", (0, SOLD, 0)),
        ("completed", (SOLD, 0, 0)),
    ]


def test_d_39_an_own_refund_is_one_refund_at_the_gateway_whatever_goes_wrong(make_town: Make) -> None:
    """D4, D39: the answer is lost after the refund was made; the same key goes on, and nothing was charged twice."""
    bank = Bank(make_town("9pic", "payg", region="IN"))
    sales, keys = bank.town.desk.sales, FakeIdempotency()
    for hint in bank.events():
        handle_event(hint, desk=sales)
    row = bank.town.desk.row()
    bank.town.fail("refunds.create", "timeout_after_commit", 3)
    with pytest.raises(Unavailable):
        refund_purchase(RefundRequest("acme", row.purchase_id, "k"), SERVICE, desk=sales, keys=keys)
    paid = refund_purchase(RefundRequest("acme", row.purchase_id, "k"), SERVICE, desk=sales, keys=keys)
    assert (paid.credits, paid.amount_minor) == (SOLD, CHARGED)
    refunds = requests.get(f"{bank.town.url}/v1/refunds", headers=AUTH, timeout=patience.SECONDS).json()["data"]
    charges = requests.get(f"{bank.town.url}/v1/charges", headers=AUTH, timeout=patience.SECONDS).json()["data"]
    assert [each["amount"] for each in refunds] == [CHARGED]
    assert refunds[0]["metadata"]["refund_number"] == "1"
    assert len(charges) == 1
    assert (bank.town.desk.row().state, bank.balance()) == ("refunded", (0, 0, 0))


def test_a_payment_that_is_charged_back_is_not_refunded_as_well(make_town: Make) -> None:
    """The gateway's own refusal, through the library: credits are given up again, and frozen by the dispute."""
    bank = Bank(make_town("9pic", "payg", region="IN"))
    sales = bank.town.desk.sales
    for hint in bank.events():
        handle_event(hint, desk=sales)
    ask = sales.gateway.money_back
    purchase = bank.town.desk.row()
    calls = 0

    def then_disputed(payment: str) -> Any:
        nonlocal calls
        facts = ask(payment)
        calls += 1
        if calls == 2:  # the refund is reserved by now
            bank.dispute()
        return facts

    sales.gateway.money_back = then_disputed  # type: ignore[assignment,method-assign]
    with pytest.raises(NotRefundable):
        refund_purchase(RefundRequest("acme", purchase.purchase_id, "k"), SERVICE, desk=sales, keys=FakeIdempotency())
    assert (bank.town.desk.row().state, bank.balance()) == ("disputed", (0, SOLD, 0))


def test_events_about_payments_that_the_gateway_does_not_know_are_not_ours(make_town: Make) -> None:
    """Another system's refund, and one of another Stripe account: 200 and nothing else."""
    bank = Bank(make_town("9pic", "payg", region="IN"))
    bank.refund()
    told = next(hint for hint in bank.events() if hint.kind == "refund.created")
    from dataclasses import replace

    unknown = replace(told, payment_intent="pi_of_somebody_else")
    assert handle_event(unknown, desk=bank.town.desk.sales).outcome == "ignored"
    intent = requests.post(
        f"{bank.town.url}/v1/payment_intents",
        data={"amount": "500", "currency": "usd"},
        headers=AUTH,
        timeout=patience.SECONDS,
    ).json()
    foreign = replace(told, payment_intent=intent["id"])
    assert handle_event(foreign, desk=bank.town.desk.sales).outcome == "ignored"
