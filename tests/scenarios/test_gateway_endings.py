"""Every ending that a payment can have at the gateway, over HTTP: late, failed, expired, unheard of, of nobody."""

from __future__ import annotations

import hmac
import json
import os
import subprocess
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest

from lotbook.domain.values.instants import from_text
from tests.scenarios.conftest import DECLINED_CARD, GOOD_CARD, ROOT, Answer, Stack, call, eventually

ITEM = {"kind": "top_up", "credits": 30}
AUTH = {"Authorization": "Bearer sk_test_stranger"}


@pytest.fixture
def held(stack: Stack) -> Iterator[Stack]:
    """No webhook goes out until the test says so."""
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    yield stack
    stack.control("/_stand_in/webhooks", {"mode": "deliver"})


def session_of(purchase: dict[str, Any]) -> str:
    return str(purchase["checkout_url"]).rsplit("/", 1)[-1]


def started(stack: Stack, account: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.buy(account, ITEM).ok(201)
    return found


def becomes(stack: Stack, account: str, purchase: dict[str, Any], state: str) -> dict[str, Any]:
    found: dict[str, Any] = eventually(
        lambda: (row := stack.purchase(account, purchase["purchase_id"]))["state"] == state and row, state
    )
    return found


def lots(stack: Stack, account: str) -> list[int]:
    return [lot["granted"] for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]


def reconciled(stack: Stack, account: str) -> list[tuple[str, str]]:
    """Differences of this account in a run over the last days; other tests' leavings are not looked at."""
    run = stack.control("/_local/schedules/reconcile/run", {})
    assert not run["more"]
    return [(each["difference"], each["outcome"]) for each in run["differences"] if each["account_id"] == account]


def at_the_gateway(stack: Stack, form: dict[str, str]) -> Answer:
    """A session that somebody else opens on the same gateway account, without our code."""
    headers = AUTH | {"content-type": "application/x-www-form-urlencoded"}
    return call(
        "POST", f"{stack.stripe}/v1/checkout/sessions", headers=headers, raw=urllib.parse.urlencode(form).encode()
    )


def a_session(stack: Stack, account: str, purchase_id: str, amount: int) -> str:
    form = {
        "mode": "payment",
        "success_url": "https://shop.example/",
        "client_reference_id": purchase_id,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": str(amount),
        "line_items[0][price_data][product_data][name]": "Forged",
        "allowed_payment_method_types[0]": "card",
    }
    mark = {"app": "lotbook", "stage": "local", "account_id": account, "purchase_id": purchase_id}
    for place in ("", "payment_intent_data"):
        for name, text in mark.items():
            form[f"{place}[metadata][{name}]" if place else f"metadata[{name}]"] = text
    found: str = at_the_gateway(stack, form).ok()["id"]
    return found


def test_d_07_an_asynchronous_payment_is_processing_first_and_granted_once_when_it_succeeds(stack: Stack) -> None:
    """D7, D1: credits when the money is there, not when the page says so; however often the event comes."""
    account = stack.open_account("insurestack")
    purchase = started(stack, account)
    stack.pay(purchase, "async_success").ok()
    row = becomes(stack, account, purchase, "processing")
    assert (row["lot_id"], row["completed_at"], row["failure"], lots(stack, account)) == (None, None, None, [])
    stack.control("/_stand_in/settle_async", {"session": session_of(purchase), "outcome": "succeeded"})
    row = becomes(stack, account, purchase, "completed")
    assert lots(stack, account) == [30]
    events = call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["delivered"]
    again = [each["event_id"] for each in events if each["type"] == "checkout.session.async_payment_succeeded"]
    stack.control("/_stand_in/webhooks/deliver", {"event_ids": again, "times": 3})
    assert lots(stack, account) == [30]
    assert stack.purchase(account, purchase["purchase_id"]) == row


def test_d_07_an_asynchronous_payment_that_fails_ends_the_purchase_without_credits(stack: Stack) -> None:
    """D7, NP-34."""
    account = stack.open_account("insurestack")
    purchase = started(stack, account)
    stack.pay(purchase, "async_failure").ok()
    becomes(stack, account, purchase, "processing")
    stack.control("/_stand_in/settle_async", {"session": session_of(purchase), "outcome": "failed"})
    row = becomes(stack, account, purchase, "failed")
    assert row["failure"]["code"] in {"payment_failed", "card_declined"}
    assert row["failure"]["message"]
    assert lots(stack, account) == []
    again = stack.post(f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}/recheck", None).ok()
    assert again["state"] == "failed"
    assert stack.bought(account, ITEM)["state"] == "completed", "a new purchase is a new chance"


def test_np_28_a_page_that_the_gateway_ended_abandons_the_purchase_by_its_event(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    purchase = started(stack, account)
    call("POST", f"{stack.stripe}/v1/checkout/sessions/{session_of(purchase)}/expire", headers=AUTH).ok()
    row = becomes(stack, account, purchase, "abandoned")
    assert (row["failure"], lots(stack, account)) == (None, [])
    assert stack.pay(purchase).status >= 400


def test_np_27_np_34_declined_then_closed_then_abandoned_then_nothing_is_owed(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    purchase = started(stack, account)
    assert stack.pay(purchase, DECLINED_CARD).status == 402
    row = eventually(
        lambda: (row := stack.purchase(account, purchase["purchase_id"]))["failure"] and row, "the decline is noted"
    )
    assert (row["state"], row["failure"]["code"]) == ("pending", "card_declined")
    stack.close(purchase)
    ended = stack.post(f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}/abandon", None).ok()
    assert (ended["state"], lots(stack, account)) == ("abandoned", [])
    assert stack.pay(purchase, GOOD_CARD).status >= 400, "the page is over: nobody pays what was given up"


def test_two_pending_purchases_do_not_block_each_other(stack: Stack) -> None:
    """Each has its own page; the second is paid first, the first is declined and then paid."""
    account = stack.open_account("insurestack")
    first, second = started(stack, account), started(stack, account)
    assert first["checkout_url"] != second["checkout_url"]
    stack.pay(second).ok()
    becomes(stack, account, second, "completed")
    assert stack.purchase(account, first["purchase_id"])["state"] == "pending"
    stack.pay(first, DECLINED_CARD)
    stack.pay(first).ok()
    becomes(stack, account, first, "completed")
    assert lots(stack, account) == [30, 30]


def test_d_09_a_webhook_that_never_came_is_made_good_by_the_buyer_the_schedule_or_reconciliation(held: Stack) -> None:
    """D9: three purchases, three ways; and the events that come days later change nothing."""
    account = held.open_account("insurestack")
    rows = [started(held, account) for _ in range(2)]
    for row in rows:
        held.pay(row).ok()
        assert held.purchase(account, row["purchase_id"])["state"] == "pending"
    asked = held.post(f"/v1/accounts/{account}/purchases/{rows[0]['purchase_id']}/recheck", None).ok()
    assert asked["state"] == "completed"
    assert reconciled(held, account) == [("paid_but_not_completed", "repaired")]
    assert held.purchase(account, rows[1]["purchase_id"])["state"] == "completed"
    held.control("/_stand_in/webhooks/deliver", {"times": 2, "shuffle_seed": 7})
    assert lots(held, account) == [30, 30]
    assert reconciled(held, account) == []


def test_d_10_a_refund_that_nobody_heard_of_is_followed_by_reconciliation(held: Stack) -> None:
    """D10."""
    account = held.open_account("insurestack")
    purchase = started(held, account)
    held.pay(purchase).ok()
    reconciled(held, account)
    payment = held.purchase(account, purchase["purchase_id"])["gateway_refs"]["payment_intent"]
    held.control("/_stand_in/refund", {"payment_intent": payment})
    assert reconciled(held, account) == [("refunded_not_clawed", "repaired")]
    row = held.purchase(account, purchase["purchase_id"])
    assert (row["state"], lots(held, account)) == ("refunded", [])
    assert reconciled(held, account) == []


def test_d_05_money_without_a_known_purchase_is_asked_for_again_and_reported(stack: Stack) -> None:
    """D5: our mark, an account of ours, and no such purchase."""
    account = stack.open_account("insurestack")
    session = a_session(stack, account, "pur_0000000000zzzzzzzzzzzzzzzz", 700)
    call("POST", f"{stack.stripe}/checkout/{session}/pay", {"card": GOOD_CARD}).ok()

    def refused() -> bool:
        delivered = call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["delivered"]
        return any(each["last_status"] == 503 for each in delivered)

    eventually(refused, "the event is answered 503, so that it comes again")
    assert reconciled(stack, account) == [("paid_unknown_purchase", "open")]
    assert lots(stack, account) == []
    assert payment_of(stack, session) in strays(stack, "list").split(), "whole, however narrow the terminal"
    told = strays(stack, "close", session, "--by", "ann", "--why", "Paid out by hand.")
    assert "closed by ann: Paid out by hand." in told
    assert reconciled(stack, account) == []
    delivered = call("GET", f"{stack.stripe}/_stand_in/webhooks").ok()["delivered"]
    again = [each["event_id"] for each in delivered if each["last_status"] == 503]
    answers = stack.control("/_stand_in/webhooks/deliver", {"event_ids": again})["delivered"]
    assert 200 in {each["status"] for each in answers}, "what was dealt with is acknowledged"


def strays(stack: Stack, *arguments: str) -> str:
    """The operator's command, beside the run."""
    command = [str(ROOT / "lotbook"), "strays", *arguments]
    paths = os.pathsep.join(str(ROOT / each) for each in (".", "layers/lotbook/python"))
    environment = os.environ | {"DATA_DIR": str(stack.directory), "PYTHONPATH": paths}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def payment_of(stack: Stack, session: str) -> str:
    found: str = call("GET", f"{stack.stripe}/v1/checkout/sessions/{session}", headers=AUTH).ok()["payment_intent"]
    return found


def test_d_08_a_cheaper_session_with_our_mark_pays_for_nothing(stack: Stack) -> None:
    """D8: somebody opens a page of one dollar in the name of a thirty-dollar purchase, and pays it."""
    account = stack.open_account("insurestack")
    purchase = started(stack, account)
    session = a_session(stack, account, purchase["purchase_id"], 100)
    call("POST", f"{stack.stripe}/checkout/{session}/pay", {"card": GOOD_CARD}).ok()
    path = f"/v1/accounts/{account}/purchases/{purchase['purchase_id']}/recheck"
    assert stack.post(path, None).ok()["state"] == "pending"
    assert lots(stack, account) == []
    assert reconciled(stack, account) == [("paid_twice", "open")]
    stack.pay(purchase).ok()
    becomes(stack, account, purchase, "completed")
    assert lots(stack, account) == [30]


def test_d_01_one_event_delivered_twenty_times_at_once_grants_once(held: Stack) -> None:
    """D1, D2: signed as Stripe signs, over HTTP, in parallel; whoever loses too many races is asked to come again."""
    account = held.open_account("insurestack")
    purchase = started(held, account)
    held.pay(purchase).ok()
    listed = call("GET", f"{held.stripe}/v1/events?limit=100", headers=AUTH).ok()["data"]
    (event,) = [
        each
        for each in listed
        if each["type"] == "checkout.session.completed" and each["data"]["object"]["id"] == session_of(purchase)
    ]
    body = json.dumps(event).encode()
    seconds = str(int(from_text(held.now()) / 1_000))
    mac = hmac.new(held.dev["webhook_secret"].encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    headers = {"stripe-signature": f"t={seconds},v1={mac}", "content-type": "application/json"}

    def post(_: int) -> int:
        return call("POST", f"{held.base}/v1/webhooks/stripe", headers=headers, raw=body).status

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(post, range(20)))
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert lots(held, account) == [30]
    assert [entry["credits"] for entry in held.entries(account) if entry["purchase_id"]] == [30]


def test_a_named_period_is_compared_and_nonsense_is_told(stack: Stack) -> None:
    run = stack.control(
        "/_local/schedules/reconcile/run", {"from": "2001-01-01T00:00:00Z", "to": "2001-01-02T00:00:00Z"}
    )
    assert (run["from"], run["to"], run["differences"]) == ("2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z", [])
    path = f"{stack.base}/_local/schedules/reconcile/run"
    assert call("POST", path, raw=b"[1]").status == 400
    assert call("POST", path, raw=b"{").status == 400
    assert call("POST", path, {"from": "yesterday", "to": "today"}).status == 500
