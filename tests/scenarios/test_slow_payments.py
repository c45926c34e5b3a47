"""Payments that take their time, over HTTP: a verdict that comes later, a failure that is paid after all, events in any order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.conftest import Stack, call, eventually

ITEM = {"kind": "top_up", "credits": 30}
REVIEWED = "card_in_review"
ORDERS = (1, 2, 3, 4)  # seeds


@pytest.fixture
def held(stack: Stack) -> Iterator[Stack]:
    """No webhook goes out until the test says so."""
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    yield stack
    stack.control("/_stand_in/webhooks/deliver", {})
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})


def started(stack: Stack, card: str = REVIEWED) -> tuple[str, dict[str, Any]]:
    """A new account, its purchase, and the page paid by a method without a verdict yet."""
    account = stack.open_account("insurestack")
    purchase = stack.buy(account, ITEM).ok(201)
    assert stack.pay(purchase, card).ok()["payment_status"] == "unpaid"
    return account, purchase


def payment_of(stack: Stack, purchase: dict[str, Any]) -> str:
    session = str(purchase["checkout_url"]).rsplit("/", 1)[-1]
    headers = {"Authorization": "Bearer sk_test_stranger"}
    return str(call("GET", f"{stack.stripe}/v1/checkout/sessions/{session}", headers=headers).ok()["payment_intent"])


def end(stack: Stack, purchase: dict[str, Any], outcome: str, **more: Any) -> None:
    stack.control(f"/_stand_in/payments/{payment_of(stack, purchase)}", {"outcome": outcome, **more})


def row(stack: Stack, account: str, purchase: dict[str, Any]) -> dict[str, Any]:
    return stack.purchase(account, purchase["purchase_id"])


def becomes(stack: Stack, account: str, purchase: dict[str, Any], state: str) -> dict[str, Any]:
    found: dict[str, Any] = eventually(lambda: (r := row(stack, account, purchase))["state"] == state and r, state)
    return found


def recheck(stack: Stack, account: str, purchase: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stack.post(f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}/recheck", None).ok()
    return found


def bought(stack: Stack, account: str) -> list[int]:
    return [lot["granted"] for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]


def in_some_order(stack: Stack, seed: int) -> None:
    """All events that wait, each three times, mixed; what is refused comes again once."""
    for _ in range(2):
        told = stack.control("/_stand_in/webhooks/deliver", {"times": 3, "shuffle_seed": seed})["delivered"]
        assert {each["status"] for each in told} <= {200, 503, None}


@pytest.mark.parametrize("card", [REVIEWED, "async_success"])
def test_d_07_a_payment_without_a_verdict_is_processing_however_often_it_is_looked_at(stack: Stack, card: str) -> None:
    """D7: no credits, no failure, no second page; abandoning it does not end what the bank has begun."""
    account, purchase = started(stack, card)
    shown = becomes(stack, account, purchase, "processing")
    assert (shown["lot_id"], shown["completed_at"], shown["failure"]) == (None, None, None)
    assert recheck(stack, account, purchase)["state"] == "processing"
    stack.control("/_local/schedules/recheck/run", {})
    path = f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}"
    assert stack.post(f"{path}/abandon", None).ok()["state"] == "processing"
    assert stack.get(f"{path}/invoice").problem(409, "invoice_not_ready")
    assert bought(stack, account) == []
    end(stack, purchase, "succeed")
    assert becomes(stack, account, purchase, "completed")["failure"] is None
    assert bought(stack, account) == [30]
    assert stack.get(f"{path}/invoice").ok()["number"]


def test_d_07_a_payment_that_failed_and_comes_after_all_completes_and_can_be_refunded(stack: Stack) -> None:
    """D7, D10: `failed` is no end for money."""
    account, purchase = started(stack)
    becomes(stack, account, purchase, "processing")
    end(stack, purchase, "fail")
    failed = becomes(stack, account, purchase, "failed")
    assert failed["failure"]["code"] == "card_declined"
    assert recheck(stack, account, purchase)["state"] == "failed"
    assert bought(stack, account) == []
    end(stack, purchase, "succeed")
    done = becomes(stack, account, purchase, "completed")
    assert (done["failure"], bought(stack, account)) == (None, [30])
    payment = done["gateway_refs"]["payment_intent"]
    stack.control("/_stand_in/refund", {"payment_intent": payment, "amount_minor": done["total_minor"] // 3})
    becomes(stack, account, purchase, "partially_refunded")
    stack.control("/_stand_in/refund", {"payment_intent": payment})
    becomes(stack, account, purchase, "refunded")
    assert bought(stack, account) == []
    assert call("POST", f"{stack.stripe}/_stand_in/payments/{payment}", {"outcome": "fail"}).status == 409


def test_d_07_money_that_came_late_counts_although_its_page_goes_on_saying_unpaid(stack: Stack) -> None:
    """D7: the page is one witness, the payment the other; both are of the gateway, and amounts are compared as ever."""
    account, purchase = started(stack)
    end(stack, purchase, "fail")
    becomes(stack, account, purchase, "failed")
    end(stack, purchase, "succeed", session_follows=False)
    becomes(stack, account, purchase, "completed")
    assert bought(stack, account) == [30]


@pytest.mark.parametrize("seed", ORDERS)
def test_d_14_the_events_of_a_slow_payment_in_any_order_and_number_grant_once(held: Stack, seed: int) -> None:
    """D1, D14: all events held until the end, shuffled, each several times."""
    account, purchase = started(held)
    if seed % 2:
        end(held, purchase, "fail")
    end(held, purchase, "succeed")
    in_some_order(held, seed)
    assert row(held, account, purchase)["state"] == "completed"
    assert bought(held, account) == [30]
    assert [entry["credits"] for entry in held.entries(account) if entry["purchase_id"]] == [30]


@pytest.mark.parametrize("seed", ORDERS[:2])
def test_d_14_the_events_of_a_failed_payment_in_any_order_and_number_grant_nothing(held: Stack, seed: int) -> None:
    """D7, D14."""
    account, purchase = started(held, "async_failure")
    end(held, purchase, "fail")
    in_some_order(held, seed)
    assert row(held, account, purchase)["state"] == "failed"
    assert (bought(held, account), [e for e in held.entries(account) if e["purchase_id"]]) == ([], [])


@pytest.mark.parametrize("seed", ORDERS[:2])
def test_d_14_refunded_before_anything_was_heard_of(held: Stack, seed: int) -> None:
    """D14: the whole story in one sack: unpaid, failed, paid late, refunded in part."""
    account, purchase = started(held)
    end(held, purchase, "fail")
    end(held, purchase, "succeed")
    held.control("/_stand_in/refund", {"payment_intent": payment_of(held, purchase), "amount_minor": 1_000})
    in_some_order(held, seed)
    found = row(held, account, purchase)
    assert (found["state"], found["refunded_minor"]) == ("partially_refunded", 1_000)
    assert held.balance(account)["available"] == 10 + 20


def test_d_09_a_late_payment_whose_events_were_all_lost_is_found_by_recheck_and_by_reconciliation(held: Stack) -> None:
    """D9."""
    for find in ("recheck", "reconcile"):
        account, purchase = started(held)
        end(held, purchase, "fail")
        assert recheck(held, account, purchase)["state"] == "failed"
        end(held, purchase, "succeed", session_follows=False)
        if find == "recheck":
            assert recheck(held, account, purchase)["state"] == "completed"
        else:
            held.control("/_local/schedules/reconcile/run", {})
            assert row(held, account, purchase)["state"] == "completed"
        assert bought(held, account) == [30]
