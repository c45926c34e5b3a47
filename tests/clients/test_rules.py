"""Retries, errors and webhooks: each rule of the table holds for the sync, the async and the TypeScript client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients import node, rules

EXCHANGES, WEBHOOKS, HOLDS = (rules.RULES[section] for section in ("exchanges", "webhooks", "holds"))


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


def expected(case: dict[str, Any]) -> dict[str, Any]:
    return {"tries": case["tries"], "slept": case["slept"], "outcome": case["outcome"]}


@pytest.mark.parametrize("case", EXCHANGES, ids=name_of)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_python_answers_as_the_rule_says(case: dict[str, Any], is_async: bool) -> None:
    assert rules.exchanged(case, is_async=is_async) == expected(case)


@pytest.mark.parametrize("case", WEBHOOKS, ids=name_of)
def test_python_trusts_a_webhook_as_the_rule_says(case: dict[str, Any]) -> None:
    assert rules.verified(case) == case["outcome"]


@pytest.mark.process
def test_typescript_answers_and_trusts_as_the_rules_say() -> None:
    found = node.run(node.TYPESCRIPT / "rules.ts", str(rules.FILE))
    assert found["exchanges"] == {case["name"]: expected(case) for case in EXCHANGES}
    assert found["webhooks"] == {case["name"]: case["outcome"] for case in WEBHOOKS}
    assert found["holds"] == {case["name"]: ended(case) for case in HOLDS}


def ended(case: dict[str, Any]) -> list[list[str | None]]:
    """By `withHold`, and by `await using`."""
    return [[outcome, "holds", "release"] for outcome in (case["outcome"], case.get("disposed", case["outcome"]))]


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [case["name"] for case in EXCHANGES + WEBHOOKS + HOLDS]
    assert len(names) == len(set(names))
