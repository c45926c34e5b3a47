"""Make's example of automatic purchase: 80,000 credits a month, two purchases of 10,000 so far, six more are possible (MK-20, MK-21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.demo.demo_shop import DemoFailed, Shop, wait_until
from local.demo.demo_tour import Tour, moment, one_month_after
from local.demo.demo_upgrades import subscribe

UNIT, CHARGE = 10_000, 1_950  # credits, and cents: 10,000 x $96 / 80,000 x 1.30


def make(shop: Shop) -> None:
    """Credits run out twice; each time the card is charged and the work goes on."""
    tour = Tour(shop, "make", "Make, 80,000 credits a month: two automatic purchases, six are left", "free")
    subscribe(tour, "MK-07", "pro-80k")
    switched = by_owner(tour, "PUT", "/auto-top-up", {"enabled": True})
    tour.check("MK-25 MK-28", "switched on, with the card on file", switched["state"], "ready")
    tour.check("MK-20 X-05", "automatic purchases that a month may have", switched["cap_this_period"], 8)
    tour.check("MK-17 MK-23", "one of them: credits, cents", unit_of(switched), (UNIT, CHARGE))
    tour.check("MK-10", "all 80,000 are burned", tour.burn(80_000), [("plan", 80_000)])
    wait_for(tour, 1)
    tour.check("MK-16 MK-29", "10,000 came by themselves", tour.lots(), [("purchased", UNIT)])
    tour.check("MK-18", "those are burned, too", tour.burn(UNIT), [("purchased", UNIT)])
    told = wait_for(tour, 2)
    left = told["cap_this_period"] - told["used_this_period"]
    tour.check("MK-21", "two made, still possible", (told["used_this_period"], left), (2, 6))
    tour.check("MK-23", "cents spent on them", told["spent_this_period_minor"], 2 * CHARGE)
    rows = shop.done("GET", f"{tour.path}/purchases?kind=auto_top_up")["purchases"]
    tour.check("MK-23", "each in two lines: credits, surcharge", lines_of(rows), [(1_500, 450)] * 2)
    passed, burned = shop.call("POST", f"{tour.path}/consume", {"credits": UNIT + 1})
    tour.check(
        "MK-30 X-08", "one credit more than is there passes; left", (passed, burned["available"]), (200, UNIT - 1)
    )
    wait_for(tour, 3)
    tour.mails("purchase_completed", 4)  # the plan's, and one for each automatic purchase
    tour.at(one_month_after(moment(shop.now())))
    tour.check("MK-01 MK-47", "the next month: bought credits are gone", tour.lots(), [("plan", 80_000)])
    tour.check("MK-22", "and eight are possible again", by_owner(tour, "GET", "/auto-top-up")["used_this_period"], 0)
    tour.check_statement()


def by_owner(tour: Tour, method: str, path: str, body: Any = None) -> Any:
    """A call that only a buyer may make."""
    status, answer = tour.shop.call(method, tour.path + path, body, tour.shop.token(tour.account))
    if status != 200:
        raise DemoFailed(f"{method} {path} answered {status}: {answer.get('code')}")
    return answer


def wait_for(tour: Tour, bought: int) -> Any:
    """Until so many were made and paid for: the work stands behind a queue."""

    def paid() -> Any:
        told = by_owner(tour, "GET", "/auto-top-up")
        return told["used_this_period"] == bought and told["state"] == "ready" and told

    return wait_until(paid, f"automatic purchase {bought} was not made")


def unit_of(told: dict[str, Any]) -> tuple[int, int]:
    """What one automatic purchase is, and costs."""
    return told["credits"], told["next_charge_minor"]


def lines_of(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Of each row, its base and its surcharge in cents."""
    return [(row["lines"][0]["amount_minor"], row["lines"][1]["amount_minor"]) for row in rows]


AUTOMATIC: tuple[Callable[[Shop], None], ...] = (make,)
