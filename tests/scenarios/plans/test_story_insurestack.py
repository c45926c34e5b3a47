"""A: InsureStack over two years, anchors 31 and then 15; exact figures, with schedules on time and without any."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer

ON_TIME = pytest.param(timedelta(0), id="on_time", marks=pytest.mark.soak)
WITH_AND_WITHOUT = pytest.mark.parametrize("world", [pytest.param(None, id="never"), ON_TIME], indirect=True)


def subscribed(shop: Any) -> Customer:
    """To the first period of Plus: 10 free, 30 of the plan, 50 bought."""
    acme: Customer = shop("insurestack", "2027-01-10 09:00")
    assert acme.available == 10
    acme.world.go("2027-01-20 09:00")
    row = acme.top_up(50, save_payment_method=True)
    assert (acme.available, row["total_minor"]) == (60, 5_000)
    acme.world.go("2027-01-31 09:00")
    acme.subscribe("plus")
    acme.world.go("2027-01-31 09:00:01")
    return acme


@WITH_AND_WITHOUT
def test_story_a_is_15_to_is_58_w1_two_years_of_insurestack(shop: Any) -> None:
    acme = subscribed(shop)
    assert acme.kinds() == {"free": 10, "plan": 30, "purchased": 50}
    shown = acme.get()
    assert (shown["plan_id"], shown["period"]["end"], shown["plan_state"]) == ("plus", "2027-02-28T09:00:00Z", "active")
    bought = [lot["expires_at"] for lot in acme.balance()["lots"] if lot["kind"] == "purchased"]
    assert bought == ["2028-01-20T09:00:00Z"], "IS-26"
    acme.use(25)
    assert acme.kinds() == {"plan": 15, "purchased": 50}
    acme.around("2027-02-28 09:00", 65, 90)
    assert acme.paid() == [5_000, 2_900, 2_900]
    acme.world.go("2027-03-15 09:00")
    acme.use(25)
    assert acme.available == 65
    change = acme.changed("pro")
    assert (change["charge_minor"], change["discount_minor"], change["credits"]) == (20_000, 0, 350)
    assert acme.kinds() == {"free": 10, "plan": 350, "purchased": 50}, "IS-57"
    assert acme.get()["period"] == {"start": "2027-03-15T09:00:00Z", "end": "2027-04-15T09:00:00Z"}, "IS-56"
    acme.around("2027-04-15 09:00", 410, 410)
    assert acme.paid()[3:] == [20_000, 20_000], "IS-17"
    acme.world.go("2027-04-20 09:00")
    wished = acme.changed("plus", "period_end")
    assert (wished["effective_at"], wished["charge_minor"], wished["purchase_id"]) == ("2027-05-15T09:00:00Z", 0, None)
    assert acme.get()["next_plan"] == {"plan_id": "plus", "at": "2027-05-15T09:00:00Z"}
    acme.around("2027-05-15 09:00", 410, 90)
    assert (acme.get()["plan_id"], acme.paid()[5:]) == ("plus", [2_900])
    acme.world.go("2027-05-31 09:00")
    shown = acme.cancel().ok()
    assert (shown["plan_id"], shown["plan_state"], shown["cancel_at"]) == ("plus", "canceling", "2027-06-15T09:00:00Z")
    acme.around("2027-06-15 09:00", 90, 60)
    assert (acme.get()["plan_id"], acme.get()["plan_state"]) == ("payg", "ended"), "IS-48"
    for month in range(7, 13):
        acme.use(7)
        acme.around(
            f"2027-{month:02}-15 09:00", 53, 60
        )  # the ten free ones come anew, purchased ones stay (IS-03, IS-06)
    acme.around("2028-01-20 09:00", 60, 10)
    acme.around("2029-01-15 09:00", 10, 10)
    assert acme.charges == 53_700
    assert [each.status for each in acme.subscriptions()] == ["canceled"]


def test_x_10_trap6_d29_the_new_period_is_spendable_from_its_first_instant(shop: Any) -> None:
    """Provisional while the invoice is a draft; its row exists from then on; open once it is paid. A paid upgrade is whole."""
    acme = subscribed(shop)
    acme.world.go("2027-02-28 09:00")
    assert {lot["state"] for lot in acme.balance()["lots"] if lot["kind"] == "plan"} == {"provisional"}
    assert {lot["state"] for lot in acme.balance()["lots"] if lot["kind"] == "free"} == {"open"}
    (row,) = acme.rows("plan_renewal")
    assert (row["state"], row["item"]) == ("processing", {"kind": "plan_renewal", "plan_id": "plus"})
    assert row["period"] == {"start": "2027-02-28T09:00:00Z", "end": "2027-03-31T09:00:00Z"}
    acme.use(40)
    acme.world.go("2027-02-28 10:00")
    (row,) = acme.rows("plan_renewal")
    assert (row["state"], row["total_minor"]) == ("completed", 2_900)
    assert acme.kinds() == {"purchased": 50}
    acme.world.go("2027-03-01 09:00")
    acme.changed("pro")
    assert acme.kinds() == {"free": 10, "plan": 350, "purchased": 50}


def test_w2_nothing_used_and_everything_of_the_plan_is_forfeit(shop: Any) -> None:
    acme = subscribed(shop)
    acme.changed("pro")
    assert acme.kinds() == {"free": 10, "plan": 350, "purchased": 50}
    assert acme.paid() == [5_000, 2_900, 20_000]


def test_is_20_is_21_entitlements_are_those_of_the_plan(shop: Any) -> None:
    acme = subscribed(shop)
    assert acme.get()["entitlements"] == []
    acme.changed("team")
    assert sorted(acme.get()["entitlements"]) == ["permission_management", "unlimited_members"]
    assert acme.available == 2_060
    acme.plan("enterprise").problem(422, "contact_only")
    acme.plan("nonsense").problem(422, "unknown_plan")
    acme.plan("team").problem(409, "nothing_to_resume")
