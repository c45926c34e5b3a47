"""H: whose calendar. Plans of the gateway in UTC from their anchor, external ones in the account's zone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.plans.simple import months_on
from tests.scenarios.plans.world import moment, words

# 31 January 2027, as plans.md writes it out; the others by rule.
ANCHOR_31 = [
    "2027-02-28",
    "2027-03-31",
    "2027-04-30",
    "2027-05-31",
    "2027-06-30",
    "2027-07-31",
    "2027-08-31",
    "2027-09-30",
    "2027-10-31",
    "2027-11-30",
    "2027-12-31",
    "2028-01-31",
    "2028-02-29",
    "2028-03-31",
    "2028-04-30",
    "2028-05-31",
    "2028-06-30",
    "2028-07-31",
    "2028-08-31",
    "2028-09-30",
    "2028-10-31",
    "2028-11-30",
    "2028-12-31",
    "2029-01-31",
]


def test_h_the_second_calculations_calendar_is_the_one_that_is_written_out() -> None:
    anchor = moment("2027-01-31 09:00")
    assert [words(months_on(anchor, month))[:10] for month in range(1, 25)] == ANCHOR_31
    assert [words(months_on(anchor.replace(day=30), month))[:10] for month in (1, 2, 13)] == [
        "2027-02-28", "2027-03-30", "2028-02-29",
    ]  # fmt: skip


def lived(shop: Any, day: int, months: int) -> None:
    """So many renewals from that day of January on: each at its instant, each paid once, none earlier or later."""
    anchor = moment(f"2027-01-{day:02} 09:00")
    acme = shop("gocontent", anchor)
    acme.subscribe("starter")
    for month in range(1, months + 1):
        acme.use(month)
        boundary = months_on(anchor, month)
        assert acme.get()["period"]["end"] == acme.get()["credits_reset_at"] == words(boundary)
        acme.around(boundary, 40 - month, 40)
        assert len(acme.rows("plan_renewal")) == month
    rows = acme.rows("plan_renewal")
    assert {row["state"] for row in rows} == {"completed"}
    assert [row["period"]["start"] for row in rows] == [
        words(months_on(anchor, month)) for month in range(1, months + 1)
    ]
    assert acme.paid() == [4_000] * (months + 1)


def test_h_trap28_d23_d24_x_02_x_19_anchor_31_is_not_worn_down(shop: Any) -> None:
    lived(shop, 31, 14)


@pytest.mark.soak
@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_h_trap28_d23_all_anchors_over_24_months(shop: Any, day: int) -> None:
    lived(shop, day, 24)


def test_h_x_02_the_leap_days_anchor_comes_back_every_four_years(shop: Any) -> None:
    """Annual from 29 February 2028: the 28th three times, then the 29th; every credit month counted from the same anchor."""
    acme = shop("make", "2028-02-29 09:00")
    acme.subscribe("core-10k-annual")
    for year, day in ((2029, 28), (2030, 28), (2031, 28), (2032, 29)):
        acme.around(f"{year}-02-{day} 09:00", 10_000, 10_000)
        acme.world.go(f"{year}-03-28 09:00")
        assert acme.get()["credits_reset_at"] == f"{year}-03-29T09:00:00Z"
    assert acme.paid() == [10_800] * 5


@pytest.mark.parametrize(
    ("zone", "at", "boundaries"),
    [
        (
            "America/New_York",
            "2027-02-10 14:00",
            ["2027-03-10T14:00:00Z", "2027-04-10T14:00:00Z", "2027-05-10T14:00:00Z"],
        ),
        (
            "Asia/Kolkata",
            "2027-02-28 21:00",
            ["2027-03-28T21:00:00Z", "2027-04-28T21:00:00Z", "2027-05-28T21:00:00Z"],
        ),
    ],
)
def test_h_d22_x_19_a_plan_of_the_gateway_counts_in_utc_whatever_the_accounts_zone(
    shop: Any, zone: str, at: str, boundaries: list[str]
) -> None:
    acme = shop("gocontent", at, time_zone=zone)
    acme.subscribe("starter")
    for boundary in boundaries:
        acme.use(1)
        assert acme.get()["period"]["end"] == boundary
        acme.around(boundary, 39, 40)
    assert acme.paid() == [4_000] * 4


@pytest.mark.parametrize(
    ("zone", "at", "boundaries"),
    [
        (
            "America/New_York",
            "2027-02-10 14:00",
            ["2027-03-10T14:00:00Z", "2027-04-10T13:00:00Z", "2027-05-10T13:00:00Z"],
        ),
        (
            "Asia/Kolkata",
            "2027-02-28 21:00",
            ["2027-03-31T21:00:00Z", "2027-04-30T21:00:00Z", "2027-05-31T21:00:00Z"],
        ),
    ],
)
def test_h_d22_x_01_an_external_plan_counts_in_the_accounts_zone(
    shop: Any, zone: str, at: str, boundaries: list[str]
) -> None:
    """Kolkata: 28 February 21:00Z is 1 March there, so months begin on the first."""
    acme = shop("gocontent", at, time_zone=zone, plan_id="starter")
    assert (acme.get()["plan_billing"], acme.available) == ("external", 40)
    for boundary in boundaries:
        acme.use(1)
        assert acme.get()["period"]["end"] == boundary
        acme.around(boundary, 39, 40)
    assert acme.rows() == []


def test_d26_grant_expiry_reset_and_consume_at_one_instant(shop: Any) -> None:
    """At the boundary itself: the old ones are dead, the new ones are there, and a burn takes of the new ones."""
    acme = shop("insurestack", "2027-01-31 09:00")
    acme.subscribe("plus")
    acme.use(5)
    acme.world.go("2027-02-28 09:00")
    acme.use(15)  # free 10, plan 5
    balance = acme.balance()
    assert (balance["available"], acme.kinds()) == (25, {"plan": 25})
    assert sum(each["credits"] for each in acme.get("/entries?limit=100")["entries"]) == 25
    acme.world.go("2027-02-28 10:00")
    assert (acme.available, acme.paid()) == (25, [2_900, 2_900])


def test_d25_a_reset_touches_its_own_kind_of_credits_only(shop: Any) -> None:
    acme = shop("gocontent", "2027-01-31 09:00")
    acme.subscribe("starter")
    acme.top_up(15)
    body = {"credits": 9, "kind": "promotional", "reason": "thanks"}
    acme.world.call("POST", f"{acme.path}/grants", body, key="gift").ok(201)
    acme.use(45)  # promotional 9, then 36 of the plan
    acme.around("2027-02-28 09:00", 19, 55)
    assert acme.kinds() == {"plan": 40, "purchased": 15}


def test_d24_x_10_nobody_looked_for_five_months_and_each_month_came_once(shop: Any) -> None:
    acme = shop("gocontent", "2027-01-20 09:00")
    acme.subscribe("starter")
    acme.world.go(moment("2027-06-20 09:00") + timedelta(hours=2))
    assert acme.available == 40
    assert acme.paid() == [4_000] * 6
    assert len(acme.rows("plan_renewal")) == 5
    assert sum(acme.moved("granted")) + sum(acme.moved("expired")) == 40
