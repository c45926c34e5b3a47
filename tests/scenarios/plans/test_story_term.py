"""E: 9Pic sells a term, and nothing renews."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.plans.customer import CONSENT

PRO = {"kind": "plan", "plan_id": "pro"}


@pytest.mark.parametrize(("region", "total"), [("IN", 1_357_000), ("US", 22_000)])
def test_story_e_np_50_to_np_54_x_14_w15_a_term_of_365_days(shop: Any, region: str, total: int) -> None:
    """Pro with 1,000 credits; 365 days, not a year; nothing is ever charged by the clock."""
    acme = shop("9pic", "2027-03-01 10:00", region=region)
    row = acme.bought(PRO | {"credits": 1_000}, **CONSENT)
    assert (row["state"], row["total_minor"]) == ("completed", total)
    shown = acme.get()
    assert (shown["plan_id"], shown["plan_ends_at"], acme.available) == ("pro", "2028-02-29T10:00:00Z", 1_000)
    acme.world.go("2027-09-01 10:00")
    refusal = acme.post("/purchases", {"item": PRO} | CONSENT, key="again")
    refusal.problem(400, "already_on_plan")
    acme.around("2028-02-29T10:00:00Z", 1_000, 1_000)
    assert acme.get()["plan_id"] == "payg"
    acme.world.go("2028-03-10 08:00")
    acme.bought(PRO, **CONSENT)
    assert acme.get()["plan_ends_at"] == "2029-03-10T08:00:00Z"
    paid = [each for each in acme.invoices() if each.status == "paid"]
    acme.world.go("2029-06-01 08:00")
    assert acme.get()["plan_id"] == "payg"
    assert [each for each in acme.invoices() if each.status == "paid"] == paid
    assert acme.subscriptions() == []
