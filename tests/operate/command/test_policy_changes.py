"""What a policy's next version changes, and whom: two documents, and accounts, and nobody is asked."""

from __future__ import annotations

from typing import Any

import pytest

from operate.command.policy_changes import changes, concerned

PLANS = [{"plan_id": "free", "credits": 10}, {"plan_id": "pro", "credits": 100}]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": {"b": 1}}, {"a": {}}, [("a.b", 1, None)]),
        ({}, {"a": [1]}, [("a", None, [1])]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": 1}, {"a": "1"}, [("a", 1, "1")]),
        ({"plans": PLANS}, {"plans": PLANS[::-1]}, []),
        ({"plans": PLANS}, {"plans": [{**PLANS[0], "credits": 20}, PLANS[1]]}, [("plans[free].credits", 10, 20)]),
        ({"plans": PLANS}, {"plans": PLANS[:1]}, [("plans[pro]", PLANS[1], None)]),
        ({"plans": []}, {"plans": PLANS[:1]}, [("plans[free]", None, PLANS[0])]),
        ({"order": ["free", "plan"]}, {"order": ["plan", "free"]}, [("order", ["free", "plan"], ["plan", "free"])]),
        ({"tiers": [{"kind": "a"}, {"kind": "a"}]}, {"tiers": [{"kind": "a"}]}, [("tiers", [{"kind": "a"}] * 2, [{"kind": "a"}])]),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_place_and_objects_by_their_ids(before: Any, after: Any, told: Any) -> None:
    """A plan that moved in the list is no change; two that bear one id are compared as they stand."""
    assert [(each["path"], each["before"], each["after"]) for each in changes(before, after)] == told


ACCOUNTS = [
    {"plan_id": "free", "state": "active"},
    {"plan_id": "free", "state": "paused"},
    {"plan_id": "pro", "state": "active"},
    {"plan_id": "pro", "state": "closed"},
]


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ([], []),
        (["plans[pro].credits"], [("pro", 1, "plan")]),
        (["title"], [("free", 2, "policy"), ("pro", 1, "policy")]),
        (["title", "plans[pro].credits"], [("free", 2, "policy"), ("pro", 1, "plan")]),
        (["plans[gone]"], []),
    ],
)
def test_accounts_are_counted_by_the_plans_that_a_change_reaches(paths: list[str], told: Any) -> None:
    found = concerned([{"path": path} for path in paths], ACCOUNTS)
    assert [(each["plan_id"], each["accounts"], each["by"]) for each in found] == told
