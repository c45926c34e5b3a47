"""Expiry by the clock, which moves for all accounts of the run, and only forward. First of the scenarios: while there are few of them.

Later, every plan and every open checkout of the other scenarios would live through these years as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.scenarios.conftest import Stack, eventually

pytestmark = pytest.mark.usefixtures("a_calm_day_afterwards")


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def test_the_expiry_schedule_journals_what_ended(stack: Stack) -> None:
    account = stack.open_account("gocontent")
    until = moment(stack.now()) + timedelta(hours=1)
    stack.grant(account, 5, expires_at=text(until)).ok(201)
    stack.set_clock(text(until + timedelta(seconds=1)))
    stack.control("/_local/schedules/expire/run", {})
    assert [e["credits"] for e in stack.entries(account) if e["kind"] == "expired"] == [-5]


def test_x_01_a_lot_is_dead_at_its_expires_at_without_any_schedule(stack: Stack) -> None:
    """D21: no sweep ran."""
    account = stack.open_account("gocontent")
    until = moment(stack.now()) + timedelta(hours=2)
    stack.grant(account, 5, expires_at=text(until)).ok(201)
    rest = stack.balance(account)["available"] - 5
    stack.set_clock(text(until - timedelta(seconds=1)))
    assert stack.balance(account)["available"] == rest + 5
    stack.consume(account, 1).ok()
    stack.set_clock(text(until))
    assert stack.balance(account)["available"] == rest
    stack.consume(account, rest + 1).problem(402, "insufficient_credits")
    expired = [entry for entry in stack.entries(account) if entry["kind"] == "expired"]
    assert [entry["credits"] for entry in expired] == [-4]


def test_is_02_is_03_a_purchased_lot_lives_one_calendar_year_through_all_rollovers(stack: Stack) -> None:
    account = stack.open_account("insurestack", time_zone="UTC")
    bought = stack.bought(account, {"kind": "top_up", "credits": 20})
    (lot,) = [lot for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]
    began, ends = moment(lot["effective_at"]), moment(lot["expires_at"])
    paid = ends.replace(year=ends.year - 1)
    assert timedelta(0) <= began - paid < timedelta(hours=1), "X-29: a year from the payment, granted later"
    for days in (31, 62, 93):  # never two in one month, whichever day it is
        stack.set_clock(text(began + timedelta(days=days)))
        balance = stack.balance(account)
        assert [x["remaining"] for x in balance["lots"] if x["lot_id"] == bought["lot_id"]] == [20]
        assert [x["remaining"] for x in balance["lots"] if x["kind"] == "free"] == [10], "IS-42: fresh free credits"
        assert balance["available"] == 30
        stack.consume(account, 3).ok()
    stack.set_clock(text(ends - timedelta(seconds=1)))
    assert stack.balance(account)["available"] == 30
    stack.set_clock(text(ends))
    assert stack.balance(account)["available"] == 10
    balance = stack.balance(account)
    entries = stack.entries(account)
    assert (
        sum(e["credits"] for e in entries)
        == balance["available"] + balance["held"] + balance["frozen"] - balance["shortfall"]
    )


def test_mk_02_extra_credits_end_with_the_billing_cycle(stack: Stack) -> None:
    account = stack.open_account("make", plan_id=stack.get("/v1/accounts/make").ok()["plan_id"])
    period = stack.get(f"/v1/accounts/{account}").ok()["period"]
    stack.bought(account, {"kind": "top_up", "credits": 1_000})
    (extra,) = [lot for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]
    assert extra["expires_at"] == period["end"]
    stack.set_clock(text(moment(period["end"]) - timedelta(seconds=1)))
    assert stack.balance(account)["available"] == 11_000
    stack.set_clock(period["end"])
    burned = stack.consume(account, 1).ok()
    assert burned["available"] == 9_999, "the first burn of the new cycle draws from the new plan credits"


def test_np_30_the_schedule_abandons_a_checkout_that_ended(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
    stack.set_clock(text(moment(stack.now()) + timedelta(days=2)))

    def abandoned() -> bool:
        stack.control("/_local/schedules/recheck/run", {})
        return stack.purchase(account, started["purchase_id"])["state"] == "abandoned"

    eventually(abandoned, "the schedule abandons the purchase")


def test_np_31_the_schedule_settles_what_was_paid_and_never_reported(stack: Stack) -> None:
    """D9, D31."""
    account = stack.open_account("insurestack")
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    try:
        started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
        stack.pay(started).ok()
        stack.set_clock(text(moment(stack.now()) + timedelta(hours=1)))

        def completed() -> bool:
            stack.control("/_local/schedules/recheck/run", {})
            return stack.purchase(account, started["purchase_id"])["state"] == "completed"

        eventually(completed, "the schedule completes the purchase")
    finally:
        stack.control("/_stand_in/webhooks", {"mode": "deliver"})


def test_d_09_the_schedule_looks_at_a_slow_payment_every_hour_until_it_has_ended(stack: Stack) -> None:
    """D7, D9: no webhook ever comes."""
    account = stack.open_account("insurestack")
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    try:
        started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
        stack.pay(started, "card_in_review").ok()
        path = f"/v1/accounts/{account}/purchases/{started['purchase_id']}"
        row = stack.post(f"{path}/recheck", None).ok()
        assert row["state"] == "processing"

        def after_an_hour() -> str:
            stack.set_clock(text(moment(stack.now()) + timedelta(hours=1, seconds=1)))
            stack.control("/_local/schedules/recheck/run", {})
            return str(stack.purchase(account, started["purchase_id"])["state"])

        assert after_an_hour() == "processing"
        payment = stack.purchase(account, started["purchase_id"])["gateway_refs"]["payment_intent"]
        stack.control(f"/_stand_in/payments/{payment}", {"outcome": "succeed"})
        eventually(lambda: after_an_hour() == "completed", "the schedule completes the purchase")
    finally:
        stack.control("/_stand_in/webhooks", {"mode": "deliver"})
