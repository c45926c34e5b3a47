"""A plan for a term, over HTTP: one order for plan and credits, what is shown of it, and its money going back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.conftest import Stack, eventually

CONSENT: dict[str, Any] = {"consent": {"refund_policy_version": "2025-01"}}
PRO = {"kind": "plan", "plan_id": "pro"}


def account_of(stack: Stack, account: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.get(f"/v1/accounts/{account}").ok()
    return found


def test_np_13_np_54_np_45_np_53_pro_and_credits_in_one_order_and_back_when_the_money_goes_back(stack: Stack) -> None:
    account = stack.open_account("9pic", region="IN")
    stack.bought(account, {"kind": "top_up", "credits": 1_000}, **CONSENT)
    item = PRO | {"credits": 1_000}
    quote = stack.post(f"/v1/accounts/{account}/quotes", {"item": item}).ok()
    # 10,000 rupees and 1,000 x 1.50; 18 % of both together.
    assert [line["amount_minor"] for line in quote["lines"]] == [1_000_000, 150_000]
    assert (quote["subtotal_minor"], quote["tax"]["amount_minor"], quote["total_minor"]) == (
        1_150_000,
        207_000,
        1_357_000,
    )
    assert (quote["credits"], quote["plan"]) == (1_000, {"plan_id": "pro", "credits": 0, "term_days": 365})
    other = stack.buy(account, PRO, **CONSENT).ok(201)
    row = stack.bought(account, item, **CONSENT)
    assert (row["item"], row["type"], row["credits"], row["total_minor"]) == (
        item,
        "Pro Subscription",
        1_000,
        1_357_000,
    )
    shown = account_of(stack, account)
    assert (shown["plan_id"], shown["plan_billing"]) == ("pro", "stripe")
    starts, ends = shown["period"]["start"], shown["plan_ends_at"]
    assert datetime.fromisoformat(ends) - datetime.fromisoformat(starts) == timedelta(days=365)
    assert stack.balance(account)["available"] == 2_000, "and what was there before is untouched (NP-54)"
    assert stack.purchase(account, other["purchase_id"])["state"] == "abandoned"
    assert stack.pay(other).status >= 400, "nobody pays twice"
    refusal = stack.buy(account, PRO, **CONSENT)
    refusal.problem(400, "already_on_plan")
    evidence = stack.get(f"/v1/accounts/{account}/purchases/{row['purchase_id']}/evidence").ok()
    assert evidence["plan_delivery"] == {"plan_id": "pro", "at": starts, "ends_at": ends, "ended": False}
    told = eventually(
        lambda: [
            event["detail"]
            for event in stack.get("/_local/events").ok()["events"]
            if event["type"] == "plan.changed" and event["detail"]["account_id"] == account
        ],
        "plan.changed",
    )
    assert (told[0]["plan_id"], told[0]["previous_plan_id"], told[0]["plan_ends_at"]) == ("pro", "payg", ends)
    stack.control("/_stand_in/refund", {"payment_intent": row["payment_id"]})
    eventually(lambda: stack.purchase(account, row["purchase_id"])["state"] == "refunded", "refunded")
    shown = account_of(stack, account)
    assert (shown["plan_id"], shown["plan_billing"], shown["plan_ends_at"]) == ("payg", "none", None)
    balance = stack.balance(account)
    assert balance["available"] == 1_000
    assert sum(entry["credits"] for entry in stack.entries(account)) == 1_000 - balance["shortfall"]


def test_np_53_offers_say_which_plan_is_the_present_one_and_when_it_ends(stack: Stack) -> None:
    account = stack.open_account("9pic")
    stack.bought(account, PRO, **CONSENT)
    plans = {each["plan_id"]: each for each in stack.get(f"/v1/accounts/{account}/offers").ok()["plans"]}
    assert {name: each["change"] for name, each in plans.items()} == {
        "payg": "downgrade",
        "pro": "current",
        "enterprise": "contact",
    }
    assert plans["pro"]["ends_at"] == account_of(stack, account)["plan_ends_at"]
    assert plans["payg"]["ends_at"] is None
    text = stack.request("GET", f"/v1/accounts/{account}/purchases/export").raw.decode()
    assert "Pro Subscription,plan,completed,0,200.00" in text


def test_what_cannot_be_an_order_of_a_plan_is_refused(stack: Stack) -> None:
    account = stack.open_account("9pic")
    both = PRO | {"credits": 1_000, "pack_id": "p"}
    stack.buy(account, both, **CONSENT).problem(422, "invalid_request")
    stack.buy(account, PRO | {"credits": None}, **CONSENT).problem(422, "invalid_request")
    stack.buy(account, PRO | {"credits": 999}, **CONSENT).problem(422, "quantity_not_allowed")
    assert stack.buy(account, PRO).body["code"] == "consent_required"
