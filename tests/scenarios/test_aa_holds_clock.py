"""Holds that lapse by the clock. Among the first of the scenarios: it moves the shared clock, and only forward."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.scenarios.conftest import Stack, eventually
from tests.scenarios.test_holds import capture, figures, place, release

pytestmark = pytest.mark.usefixtures("a_calm_day_afterwards")


def moved(stack: Stack, instant: str, seconds: int = 0) -> None:
    at = datetime.fromisoformat(instant) + timedelta(seconds=seconds)
    stack.set_clock(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_d_17_a_hold_lapses_at_its_expires_at(stack: Stack) -> None:
    """D17: one second before it can be captured; at the instant its credits are back, and no schedule ran."""
    account = stack.open_account("insurestack")
    early, late = (place(stack, account, 4, ttl_seconds=3_600).ok(201) for _ in range(2))
    ends = min(early["expires_at"], late["expires_at"])
    moved(stack, ends, -1)
    capture(stack, account, early["hold_id"], 1).ok()
    assert figures(stack, account) == (5, 4)
    stack.consume(account, 6).problem(402, "insufficient_credits")
    moved(stack, max(early["expires_at"], late["expires_at"]))
    assert stack.consume(account, 6).ok()["available"] == 3
    assert capture(stack, account, late["hold_id"], 1).problem(409, "hold_closed")["state"] == "lapsed"
    assert release(stack, account, late["hold_id"]).problem(409, "hold_closed")["state"] == "lapsed"
    assert figures(stack, account) == (3, 0)


def test_d_17_the_schedule_gives_back_what_nobody_asked_for(stack: Stack) -> None:
    """D17: the answer of the schedule names it, and the statement has it."""
    account = stack.open_account("insurestack")
    held = place(stack, account, 4, ttl_seconds=60).ok(201)
    moved(stack, held["expires_at"])
    eventually(lambda: stack.control("/_local/schedules/expire/run", {}) is not None, "the schedule runs")
    assert figures(stack, account) == (10, 0)
    assert stack.entries(account)[0]["kind"] == "released"


def test_what_is_released_into_a_dead_lot_expires_at_once(stack: Stack) -> None:
    account = stack.open_account("gocontent")
    assert stack.balance(account)["available"] == 0
    now = datetime.fromisoformat(stack.now())
    until = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    stack.grant(account, 5, expires_at=until).ok(201)
    held = place(stack, account, 5, ttl_seconds=7_200).ok(201)
    moved(stack, until)
    body = capture(stack, account, held["hold_id"], 2).ok()
    assert (body["captured"], body["released"], body["available"]) == (2, 3, 0)
    kinds = [(entry["kind"], entry["credits"]) for entry in stack.entries(account)[:3]]
    assert kinds == [("expired", -3), ("released", 0), ("captured", -2)]
    assert figures(stack, account) == (0, 0)
