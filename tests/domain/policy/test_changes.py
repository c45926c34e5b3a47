"""What a policy's next version changes, and whom: two documents, and accounts, and nobody is asked."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.policy.changes import Change, Under, changes, reached

PLANS = [{"plan_id": "free", "credits": 10}, {"plan_id": "pro", "credits": 100}]
TAXES = [{"name": "VAT", "region": "DE"}, {"name": "GST"}]
ANYWHERE = [{"region": None, "rate": "0.1"}, {"region": "DE", "rate": "0.2"}]


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
        ({"tiers": [{"name": "a"}, {"name": "a"}]}, {"tiers": [{"name": "a"}]}, [("tiers", [{"name": "a"}] * 2, [{"name": "a"}])]),
        ({"taxes": TAXES}, {"taxes": TAXES[::-1]}, [("taxes", TAXES, TAXES[::-1])]),
        ({"payment": ANYWHERE}, {"payment": ANYWHERE[::-1]}, [("payment", ANYWHERE, ANYWHERE[::-1])]),
        ({"taxes": TAXES}, {"taxes": TAXES[1:]}, [("taxes[VAT]", TAXES[0], None)]),
        ({"taxes": TAXES[:1]}, {"taxes": TAXES}, [("taxes[GST]", None, TAXES[1])]),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_place_and_objects_by_their_ids(before: Any, after: Any, told: Any) -> None:
    """A plan that moved in the list is no change, a tax is: the first that matches counts. Two that bear one id are compared as they stand."""
    assert [(each.path, each.before, each.after) for each in changes(before, after)] == told


ACCOUNTS = [Under("free", False), Under("free", False), Under("pro", False), Under("pro", True)]


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ([], []),
        (["plans[pro].credits"], [("pro", "plan", 1, 1)]),
        (["plans[pro]"], [("pro", "plan", 1, 1)]),
        (["plans[gone]"], []),
        (["title"], [("free", "policy", 2, 0), ("pro", "policy", 2, 0)]),
        (["title", "plans[pro].credits"], [("free", "policy", 2, 0), ("pro", "plan", 2, 0)]),
        (["plan_change.cancellation.when"], [("free", "policy", 2, 0), ("pro", "policy", 1, 1)]),
        (["top_up.validity"], [("free", "policy", 2, 0), ("pro", "policy", 1, 1)]),
        (["top_up.validity.months", "plans[free].credits"], [("free", "plan", 2, 0), ("pro", "policy", 1, 1)]),
        (["top_up.step"], [("free", "policy", 2, 0), ("pro", "policy", 2, 0)]),
        (["plan_changes"], [("free", "policy", 2, 0), ("pro", "policy", 2, 0)]),
        (["assumptions", "assumptions[a].why"], []),
    ],
)
def test_x_33_accounts_are_counted_by_plan_and_whoever_keeps_what_was_bought_is_told_apart(
    paths: list[str], told: Any
) -> None:
    """X-33: a plan that renews keeps its price, credits and rules until the account changes it; all else reaches everybody."""
    found = reached([Change(path, 1, 2) for path in paths], ACCOUNTS)
    assert [(each.plan_id, each.by, each.accounts, each.keeping) for each in found] == told
