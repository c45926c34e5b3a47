"""Thresholds and targets beside Make's fixed unit: what a policy may say of automatic purchase, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.policy.stored import read_policy
from tests.fakes.policy_documents import changed, errors_of

THRESHOLD = {"amount": {"credits": 5_000}, "trigger": {"below": 2_000}, "surcharge_rate": "0.10"}
TARGET = {"amount": {"up_to": 50_000}, "trigger": {"below": 10_000}, "while_charging": "wait", "on_failure": "stop"}


@pytest.mark.parametrize(
    ("rule", "unit", "up_to", "below", "cap"),
    [
        ({"credits": 10_000}, 10_000, None, 1, 8),
        (THRESHOLD, 5_000, None, 2_000, 16),
        (TARGET, 1_000, 50_000, 10_000, 80),
    ],
)
def test_x_05_a_policy_says_when_and_how_much_it_buys(
    rule: dict[str, Any], unit: int, up_to: int | None, below: int, cap: int
) -> None:
    document = changed("make", "auto_top_up", rule)
    for policy in (parse_policy(document), read_policy(document)):
        known = policy.auto_top_up
        assert known is not None
        step = policy.top_up.step
        assert (known.unit(step), known.up_to, known.trigger.below) == (unit, up_to, below)
        assert known.cap(policy.plan("pro-80k"), step) == cap


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ({}, "auto_top_up.credits", "one of credits, amount.credits and amount.up_to"),
        ({"amount": {}}, "auto_top_up.amount", "one of"),
        ({"credits": 10_000, "amount": {"credits": 10_000}}, "auto_top_up.amount", "one of"),
        ({"amount": {"credits": 10_000, "up_to": 20_000}}, "auto_top_up.amount", "one of"),
        ({"amount": {"up_to": 1_500}}, "auto_top_up.amount.up_to", "a multiple of top_up.step"),
        ({"amount": {"credits": 0}}, "auto_top_up.amount.credits", "a multiple of top_up.step"),
        ({"credits": 10_000, "trigger": {"below": 0}}, "auto_top_up.trigger.below", "1 to"),
        ({"amount": {"up_to": 5_000}, "trigger": {"below": 5_001}}, "auto_top_up.trigger.below", "1 to 5000"),
        ({"amount": {"up": 5_000}}, "auto_top_up.amount.up", "one of credits, up_to"),
        ({"credits": 10_000, "trigger": {"below": "5"}}, "auto_top_up.trigger.below", "an integer"),
    ],
)
def test_what_is_said_twice_or_never_or_cannot_be_sold_is_refused(
    rule: dict[str, Any], path: str, allowed: str
) -> None:
    errors = errors_of(changed("make", "auto_top_up", rule))
    assert set(errors) == {path}
    assert allowed in errors[path]["allowed"]
