"""F: GoContent takes unused credits along; cancelling is taken back as often as one likes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer

LATE = pytest.param(timedelta(hours=6), id="six_hours_late", marks=pytest.mark.soak)
NEVER_AND_LATE = pytest.mark.parametrize("world", [pytest.param(None, id="never"), LATE], indirect=True)


def on_growth(shop: Any) -> Customer:
    """Starter on the 31st, 15 bought, Growth on the 20th."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    assert (acme.available, acme.paid()) == (40, [4_000])
    assert acme.top_up(15)["total_minor"] == 1_875
    assert acme.available == 55
    acme.world.go("2027-02-20 12:00")
    assert acme.changed("growth")["charge_minor"] == 9_000
    assert acme.kinds() == {"plan": 140, "purchased": 15}, "GC-07, GC-08, W3"
    return acme


@NEVER_AND_LATE
@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.soak)])
def test_story_f_gc_06_to_gc_22_gocontent(shop: Any, times: int) -> None:
    acme = on_growth(shop)
    acme.around("2027-03-20 12:00", 155, 115)
    acme.world.go("2027-04-01 12:00")
    for _ in range(times):
        assert acme.cancel().ok()["cancel_at"] == "2027-04-20T12:00:00Z"
        assert acme.resume().ok()["cancel_at"] is None
    acme.cancel().ok()
    acme.world.go("2027-04-10 12:00")
    assert acme.resume().ok()["plan_state"] == "active"
    acme.around("2027-04-20 12:00", 115, 115)
    assert acme.paid()[-1] == 9_000
    acme.world.go("2027-05-01 12:00")
    acme.cancel().ok()
    acme.around("2027-05-20 12:00", 115, 15)
    assert (acme.get()["plan_id"], acme.kinds()) == ("none", {"purchased": 15})
    acme.resume().problem(409, "nothing_to_resume")
    acme.world.go("2027-08-20 12:00")
    assert (acme.available, acme.charges, len(acme.paid())) == (15, 32_875, 5)


def test_w4_three_plans_in_one_day_carry_along(shop: Any) -> None:
    acme = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    acme.world.go("2027-01-31 13:00")
    acme.changed("growth")
    acme.world.go("2027-01-31 18:00")
    acme.changed("agency")
    assert (acme.available, acme.charges) == (440, 37_000)
    acme.around("2027-02-28 18:00", 440, 300)


def test_trap16_a_cancellation_at_the_gateways_own_portal_is_followed_and_taken_back(shop: Any) -> None:
    acme = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    (subscription,) = acme.subscriptions()
    acme.world.control(f"subscriptions/{subscription.id}/portal_cancel")
    acme.world.settle()
    shown = acme.get()
    assert (shown["cancel_at"], shown["plan_state"]) == ("2027-02-28T12:00:00Z", "canceling")
    assert acme.resume().ok()["cancel_at"] is None
    acme.around("2027-02-28 12:00", 40, 40)
    assert acme.paid() == [4_000, 4_000]
    (subscription,) = acme.subscriptions()
    acme.world.control(f"subscriptions/{subscription.id}/portal_cancel")
    acme.world.settle()
    acme.around("2027-03-31 12:00", 40, 0)
    assert acme.get()["plan_id"] == "none"


def test_trap32_events_that_come_again_after_the_end_change_nothing(shop: Any) -> None:
    acme = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    acme.world.go("2027-03-10 12:00")
    acme.cancel().ok()
    acme.world.go("2027-04-15 12:00")
    before = (acme.available, acme.get(), acme.rows(), acme.charges)
    every = [each["event_id"] for each in acme.world.visit("GET", "/_stand_in/webhooks").ok()["delivered"]]
    acme.world.answered.clear()
    acme.world.control("webhooks/deliver", {"event_ids": every, "shuffle_seed": 7})
    assert {status for _, status in acme.world.answered} == {200}
    assert (acme.available, acme.get(), acme.rows(), acme.charges) == before


@pytest.mark.parametrize("later", [1, 28 * 86_400 - 1, 28 * 86_400])
def test_a_change_at_the_first_and_the_last_instant_of_a_period(shop: Any, later: int) -> None:
    """From 31 January 12:00: one second later, one before the period's end, and at its end."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    acme.world.go(acme.world.clock.at + timedelta(seconds=later))
    acme.changed("growth")
    fresh = later == 28 * 86_400  # the draft of the period that has just begun is replaced, and its 40 are gone with it
    assert (acme.get()["plan_id"], acme.paid()) == ("growth", [4_000, 9_000])
    assert acme.available == (100 if fresh else 140)
    acme.world.go(acme.world.clock.at + timedelta(hours=3))
    assert (acme.available, acme.paid()) == (100 if fresh else 140, [4_000, 9_000])
    acme.changed("agency")
    assert acme.available == (400 if fresh else 440)


@pytest.mark.parametrize("turn", range(2))
def test_a_change_in_the_very_second_of_the_subscription_and_one_more(shop: Any, turn: int) -> None:
    """Purchase ids are random, so the order of two of one second is too: neither may be charged and not given."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    acme.changed("growth")
    assert (acme.get()["plan_id"], acme.paid(), acme.available) == ("growth", [4_000, 9_000], 140)
    acme.changed("agency")
    assert (acme.available, acme.paid()) == (440, [4_000, 9_000, 24_000])
