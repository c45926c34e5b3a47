"""From the month to the year and back at the period's end: Make, under a policy that lets downgrades wait (IS-58, DF-20).

What is up is charged at once in every policy, so what waits is down: to the month of the same plan, or to a lower one by the year.
"""

from __future__ import annotations

from typing import Any

import pytest

from local.policies import SAMPLES, read_document
from tests.scenarios.conftest import GOOD_CARD
from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.test_story_make import on_core
from tests.scenarios.plans.world import HOUR

DECLINED = "4000000000000341"
ASKS = "4000002760003184"  # whenever it is charged
WAITS = {"when": "period_end", "plan_credits": "forfeit", "purchased_credits": "keep", "to_free_when": "period_end"}
MAKE: Any = read_document(SAMPLES / "make.yaml")["plan_change"]
LATER: dict[str, Any] = {"plan_change": {**MAKE, "downgrade": WAITS}}


def on(shop: Any, plan: str, at: str = "2027-01-31 12:00") -> Customer:
    acme: Customer = shop("make", at, LATER)
    acme.subscribe(plan)
    acme.world.go(acme.world.clock.at + HOUR)
    return acme


def test_a_month_that_is_followed_by_a_lower_plans_year(shop: Any) -> None:
    acme = on(shop, "pro-40k")
    acme.use(28_000)
    wished = acme.changed("core-10k-annual", "period_end")
    assert (wished["effective_at"], wished["charge_minor"], wished["credits"]) == ("2027-02-28T12:00:00Z", 0, 10_000)
    assert acme.get()["next_plan"] == {"plan_id": "core-10k-annual", "at": "2027-02-28T12:00:00Z"}
    acme.around("2027-02-28 12:00", 12_000, 10_000)
    assert (acme.paid(), acme.get()["plan_id"]) == ([6_400, 10_800], "core-10k-annual"), "charged by the gateway alone"
    assert acme.get()["period"] == {"start": "2027-02-28T12:00:00Z", "end": "2028-02-28T12:00:00Z"}
    assert [row["state"] for row in acme.rows()] == ["completed"] * 2
    assert {lot["state"] for lot in acme.balance()["lots"]} == {"open"}
    assert [each.schedule for each in acme.subscriptions()] == [None]
    acme.use(1)
    acme.around("2027-03-28 12:00", 9_999, 10_000)
    acme.around("2028-02-28 12:00", 10_000, 10_000)
    assert acme.paid() == [6_400, 10_800, 10_800]
    assert {(row["item"]["kind"], row["state"], row["total_minor"]) for row in acme.rows()[1:]} == {
        ("plan_renewal", "completed", 10_800)
    }


def test_a_year_that_is_followed_by_the_month_of_the_same_plan(shop: Any) -> None:
    """The month's anchor is the instant at which it begins, the gateway's and ours."""
    acme = on(shop, "core-10k-annual", "2028-02-29 09:00")
    acme.world.go("2028-07-01 09:00")
    assert acme.changed("core-10k", "period_end")["effective_at"] == "2029-02-28T09:00:00Z"
    acme.around("2029-01-29 09:00", 10_000, 10_000)
    acme.around("2029-02-28 09:00", 10_000, 10_000)
    acme.around("2029-03-28 09:00", 10_000, 10_000)
    assert (acme.paid(), acme.get()["plan_id"]) == ([10_800, 900, 900], "core-10k")


def test_what_waits_is_taken_back_replaced_and_charged_as_it_was_last(shop: Any) -> None:
    """T4, T25: nothing of a wish that was replaced is left at the gateway."""
    acme = on(shop, "pro-80k")
    for plan in ("core-10k-annual", "pro-40k", "pro-40k-annual", "core-10k", "core-10k-annual"):
        acme.changed(plan, "period_end")
        acme.changed("pro-80k")
        acme.plan("pro-80k").problem(409, "nothing_to_resume")
    acme.around("2027-02-28 12:00", 80_000, 80_000)
    assert acme.paid() == [12_000, 12_000]
    for plan in ("core-10k-annual", "pro-40k", "pro-40k-annual"):
        acme.changed(plan, "period_end")
    acme.around("2027-03-31 12:00", 80_000, 40_000)
    assert acme.paid() == [12_000, 12_000, 76_800]
    acme.changed("pro-40k", "period_end")
    acme.cancel().ok()
    acme.around("2028-03-31 12:00", 40_000, 1_000)
    acme.around("2028-05-31 12:00", 1_000, 1_000)
    assert acme.paid() == [12_000, 12_000, 76_800]


def test_trap25_an_upgrade_replaces_what_waits_and_a_declined_one_leaves_it(shop: Any) -> None:
    acme = on(shop, "pro-40k")
    acme.changed("core-10k-annual", "period_end")
    acme.card(DECLINED)
    acme.plan("pro-80k").problem(402, "payment_failed")
    assert acme.get()["next_plan"]["plan_id"] == "core-10k-annual"
    acme.card(GOOD_CARD)
    acme.around("2027-02-28 12:00", 40_000, 10_000)
    assert acme.paid() == [6_400, 10_800], "a declined card changes nothing: what was wanted comes"
    acme.changed("core-10k", "period_end")
    acme.use(10_000)
    assert acme.changed("pro-80k")["effect"] == "now"
    assert acme.get()["next_plan"] is None
    paid = acme.paid()
    assert paid[:2] == [6_400, 10_800]
    acme.world.go("2027-03-28 11:00")
    acme.around("2027-03-28 13:00", 80_000, 80_000)
    assert acme.paid() == [*paid, 12_000]


def test_an_upgrade_that_the_bank_asks_about_lets_what_waits_come_all_the_same(shop: Any) -> None:
    """Its page is there until an hour before the period's end; then the wish stands at the gateway again."""
    acme = on(shop, "pro-40k")
    acme.changed("core-10k-annual", "period_end")
    acme.world.go("2027-02-28 00:00")
    acme.card(ASKS, authenticate=True)
    asked = acme.plan("pro-80k").problem(409, "checkout_required")
    assert asked["expires_at"] == "2027-02-28T11:00:00Z"
    acme.card(GOOD_CARD)
    acme.world.go("2027-02-28 11:05")
    acme.world.run_schedules() if acme.world.schedules else acme.post(f"/purchases/{asked['purchase_id']}/recheck").ok()
    assert acme.row(asked["purchase_id"])["state"] == "abandoned"
    acme.around("2027-02-28 12:00", 40_000, 10_000)
    assert acme.paid() == [6_400, 10_800]


def test_news_that_is_held_until_the_other_interval_has_begun_counts(shop: Any) -> None:
    acme = on(shop, "pro-40k")
    acme.world.go("2027-02-28 12:20")
    acme.world.holding = True
    acme.changed("core-10k-annual", "period_end")
    acme.around("2027-03-31 12:00", 40_000, 10_000)
    acme.world.holding = False
    acme.world.deliver(seed=3)
    assert [row["state"] for row in acme.rows()] == ["completed", "completed", "processing"]
    acme.world.go("2027-03-31 16:00")  # a draft waits for the answer to its event, and an hour
    assert [row["state"] for row in acme.rows()] == ["completed"] * 3
    assert (acme.available, acme.paid()) == (10_000, [6_400, 6_400, 10_800])
    assert {lot["state"] for lot in acme.balance()["lots"]} == {"open"}


@pytest.mark.parametrize(
    "operation",
    [
        "subscription_schedules.create",
        "subscription_schedules.update",
        "subscription_schedules.release",
        "subscriptions.update",
    ],
)
def test_k_a_lost_answer_is_asked_for_again(shop: Any, operation: str) -> None:
    acme = on(shop, "pro-40k")
    acme.world.fail(operation)
    key = acme.world.fresh()
    first = acme.plan("core-10k-annual", key)
    if operation.endswith(("create", "schedules.update")):
        first.problem(503, "unavailable")
        acme.plan("core-10k-annual", key).ok()
    back = acme.plan("pro-40k")
    if operation.endswith(("release", "subscriptions.update")):
        back.problem(503, "unavailable")
        acme.changed("pro-40k")
    acme.changed("core-10k-annual", "period_end")
    acme.around("2027-02-28 12:00", 40_000, 10_000)
    assert acme.paid() == [6_400, 10_800]


def test_the_policy_that_takes_effect_now_schedules_nothing(shop: Any) -> None:
    acme = on_core(shop, plan="pro-40k-annual")
    assert acme.changed("core-10k")["effect"] == "now"
    assert acme.world.stripe.subscription_schedules.list({}).data == []
