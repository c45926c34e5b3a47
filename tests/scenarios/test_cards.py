"""Cards on file as a customer sees them: the gateway's page, the list, the default, over HTTP only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.conftest import DECLINED_CARD, GOOD_CARD, Stack, call, eventually

ACCOUNT = "gocontent"
CARDS = f"/v1/accounts/{ACCOUNT}/payment-methods"
FAILS_LATER = "4000000000000341"
MASTERCARD = "5555555555554444"


@pytest.fixture
def quiet(stack: Stack) -> Iterator[Stack]:
    """No webhook goes out until the test says so; the account ends without cards."""
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    yield stack
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})
    for card in cards(stack):
        change(stack, "DELETE", f"/{card['payment_method']}")


def cards(stack: Stack, role: str = "member") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.get(CARDS, stack.token(ACCOUNT, role)).ok()["payment_methods"]
    return found


def change(stack: Stack, method: str, path: str, body: Any = None, role: str = "owner") -> Any:
    return stack.request(method, CARDS + path, body, stack.token(ACCOUNT, role))


def page(stack: Stack) -> str:
    url: str = change(stack, "POST", "/setup").ok(201)["setup_url"]
    return url


def add(stack: Stack, number: str) -> str:
    """Type a card into a new page; its name, from the list."""
    call("POST", f"{page(stack)}/pay", {"card": number}).ok()
    name: str = cards(stack)[0]["payment_method"]
    return name


def default(stack: Stack) -> str | None:
    """The one default; no card, no default."""
    found = [card["payment_method"] for card in cards(stack) if card["default"]]
    assert len(found) == (1 if cards(stack) else 0)
    return found[0] if found else None


def test_is_23_is_24_is_59_cards_come_by_the_gateways_page_and_exactly_one_is_the_default(quiet: Stack) -> None:
    """Each is there, and is the default, before any webhook came; the webhooks change nothing, however they come."""
    stack = quiet
    assert cards(stack) == []
    first = add(stack, FAILS_LATER)
    (only,) = cards(stack)
    assert only == {"payment_method": first, "brand": "visa", "last4": "0341", "expires": "2034-12", "default": True}
    form = page(stack)
    assert "Save a card" in call("GET", form).raw.decode()
    assert call("POST", f"{form}/pay", {"card": DECLINED_CARD}).status == 402
    assert len(cards(stack)) == 1
    call("POST", f"{form}/pay", {"card": MASTERCARD}).ok()
    second = default(stack)
    assert second != first
    assert change(stack, "PUT", "/default", {"payment_method": first}).ok()["payment_methods"] == cards(stack)
    events = [each["event_id"] for each in call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["held"]]
    stack.control("/_stand_in/webhooks/deliver", {"event_ids": events, "times": 2, "shuffle_seed": 7})
    delivered = call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["delivered"]
    assert {each["last_status"] for each in delivered if each["event_id"] in events} == {200}
    assert default(stack) == first
    change(stack, "DELETE", f"/{first}").ok()
    assert (default(stack), len(cards(stack))) == (second, 1)
    change(stack, "DELETE", f"/{first}").problem(404, "payment_method_not_found")
    change(stack, "PUT", "/default", {"payment_method": first}).problem(404, "payment_method_not_found")


def test_is_31_cards_are_changed_by_buyers_and_read_by_every_role_and_read_keys(stack: Stack) -> None:
    for role in ("operator", "member"):
        change(stack, "POST", "/setup", {}, role).problem(403, "forbidden")
        cards(stack, role)
    keys = stack.dev["service_keys"]
    stack.get(CARDS, keys["read"]).ok()
    stack.get(CARDS, keys["purchases:write"]).problem(403, "forbidden")
    stack.request("POST", f"{CARDS}/setup", {}, keys["purchases:write"]).problem(403, "forbidden")
    stack.get(CARDS, stack.token("make")).problem(404, "account_not_found")


def test_is_59_a_purchase_that_saves_its_card_puts_it_on_file(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    path = f"/v1/accounts/{account}/payment-methods"
    assert stack.get(path).ok() == {"payment_methods": []}
    stack.bought(account, {"kind": "top_up", "credits": 5}, save_payment_method=True)
    (card,) = eventually(lambda: stack.get(path).ok()["payment_methods"], "the card is listed")
    assert (card["last4"], card["default"]) == (GOOD_CARD[-4:], True)
    stack.bought(account, {"kind": "top_up", "credits": 5})
    assert stack.get(path).ok() == {"payment_methods": [card]}


def test_a_finished_setup_page_is_no_stray_and_no_difference(stack: Stack) -> None:
    add(stack, GOOD_CARD)
    run = stack.control("/_local/schedules/reconcile/run", {})
    assert [each for each in run["differences"] if each["account_id"] == ACCOUNT] == []
    for card in cards(stack):
        change(stack, "DELETE", f"/{card['payment_method']}").ok()


def test_a_plans_checkout_keeps_its_card_as_the_default(stack: Stack) -> None:
    """Contract, "Behaviour"; a card that was kept before steps back."""
    account = stack.open_account("9pic")
    offers = stack.get(f"/v1/accounts/{account}/offers").ok()
    consent: dict[str, Any] = {"consent": {"refund_policy_version": offers["consent"]["version"]}}
    stack.bought(account, {"kind": "top_up", "credits": 1_000}, save_payment_method=True, **consent)
    plan = next(each for each in offers["plans"] if each["interval"] == "term")
    started = stack.buy(account, {"kind": "plan", "plan_id": plan["plan_id"]}, **consent).ok(201)
    stack.pay(started, MASTERCARD).ok()

    def defaults() -> list[str]:
        found = stack.get(f"/v1/accounts/{account}/payment-methods").ok()["payment_methods"]
        return [card["last4"] for card in found if card["default"]]

    assert eventually(lambda: defaults() == ["4444"], "the plan's card is the default")
