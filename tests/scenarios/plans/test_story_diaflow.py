"""Diaflow: packs that stay, a plan that takes along on the way up and waits on the way down."""

from __future__ import annotations

from typing import Any


def test_df_20_diaflow_up_at_once_down_at_the_end(shop: Any) -> None:
    acme = shop("diaflow", "2027-01-31 12:00")
    assert acme.available == 100
    acme.subscribe("starter")
    assert (acme.available, acme.paid()) == (3_000, [2_000]), "X-21: a plan without a price carries nothing"
    acme.bought({"kind": "top_up", "pack_id": "credits-2000"})
    acme.use(500)
    acme.world.go("2027-02-10 12:00")
    assert acme.changed("growth")["charge_minor"] == 10_000
    assert acme.kinds() == {"plan": 22_500, "purchased": 2_000}
    acme.around("2027-03-10 12:00", 24_500, 22_000)
    assert acme.changed("starter", "period_end")["effective_at"] == "2027-04-10T12:00:00Z"
    acme.around("2027-04-10 12:00", 22_000, 5_000)
    acme.cancel().ok()
    acme.resume().problem(409, "nothing_to_resume")  # resumable: false
    acme.around("2027-05-10 12:00", 5_000, 2_100)
    acme.around("2027-06-10 12:00", 2_100, 2_100)
    assert acme.paid() == [2_000, 1_000, 10_000, 10_000, 2_000]


def test_df_20_a_second_wish_replaces_the_first_and_the_present_plan_takes_it_back(shop: Any) -> None:
    acme = shop("diaflow", "2027-01-31 12:00")
    acme.subscribe("business")
    acme.changed("growth", "period_end")
    acme.changed("starter", "period_end")
    assert acme.get()["next_plan"]["plan_id"] == "starter"
    acme.plan("business").ok()
    assert acme.get()["next_plan"] is None
    acme.around("2027-02-28 12:00", 120_000, 120_000)
    assert acme.paid() == [50_000, 50_000]
