"""I: 4.6 to the second. GoContent Starter at $40; T is 2027-03-31T12:00:00Z, and the card fails from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import DAY, HOUR, SECOND, moment

FAILING = "4000000000000341"
T = moment("2027-03-31 12:00")
RULE = {"grace_days": 7, "during_grace": "spend", "after_grace": "pause", "ends_after_days": 30}
CARRY = {
    "upgrade": {
        "plan_credits": "carry",
        "purchased_credits": "keep",
        "resets_cycle": True,
        "carried_until": "credit_period_end",
    },
    "downgrade": {"when": "period_end", "plan_credits": "forfeit", "to_free_when": "period_end"},
    "cancellation": {"when": "period_end", "resumable": True},
}
WORLDS = {"never": None, "on_time": timedelta(0), "six_hours_late": timedelta(hours=6)}
DAILY = {("never", "cancel"), ("never", "unpaid"), ("six_hours_late", "past_due")}  # the others are for the soak
COMBINED = pytest.mark.parametrize(
    ("world", "ends"),
    [
        pytest.param(world, ends, id=f"{late}-{ends}", marks=() if (late, ends) in DAILY else pytest.mark.soak)
        for late, world in WORLDS.items()
        for ends in ("cancel", "unpaid", "past_due")
    ],
    indirect=["world"],
)
ENDS = pytest.mark.parametrize("ends", ["cancel", "unpaid", "past_due"])


def behind(shop: Any, **settings: Any) -> Customer:
    """An hour after T: one attempt has failed; six of the old period's credits have expired."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    if settings:
        acme.world.control("settings", settings)
    acme.subscribe("starter")
    acme.world.go("2027-03-15 12:00")
    acme.card(FAILING)
    acme.use(34)
    acme.around(T, 6, 40)
    return acme


def not_paid(acme: Customer) -> dict[str, Any]:
    """The row of the period that nobody paid."""
    row = acme.rows("plan_renewal")[-1]
    assert row["period"]["start"] == "2027-03-31T12:00:00Z"
    return row


def spent(acme: Customer) -> None:
    """To T + 7 days less a second, 12 of the provisional credits burned on the third day."""
    acme.world.go(T + 3 * DAY)
    acme.use(12)
    acme.world.go(T + 7 * DAY - SECOND)
    assert (acme.available, acme.get()["state"]) == (28, "active")


@COMBINED
def test_story_i_x_26_the_dunning_line_to_the_second(shop: Any, ends: str) -> None:
    """Whatever the gateway does about it: it is through with its attempts on the second day."""
    acme = behind(shop, retry_days=[1], after_retries=ends)
    shown = acme.get()
    assert (shown["state"], shown["plan_state"], shown["grace_ends_at"]) == (
        "active",
        "past_due",
        "2027-04-07T12:00:00Z",
    )
    assert shown["period"] == {"start": "2027-03-31T12:00:00Z", "end": "2027-04-30T12:00:00Z"}
    assert (not_paid(acme)["state"], not_paid(acme)["completed_at"]) == ("processing", None)
    assert {lot["state"] for lot in acme.balance()["lots"]} == {"provisional"}
    spent(acme)
    acme.world.go(T + 7 * DAY)
    balance, shown = acme.balance(), acme.get()
    assert (balance["available"], balance["shortfall"]) == (0, 12)
    assert (shown["state"], shown["pause_reasons"], shown["plan_state"]) == (
        "paused",
        ["plan_payment_failed"],
        "past_due",
    )
    acme.consume(1).problem(403, "account_paused")
    acme.world.go(T + 9 * DAY)
    acme.card("4242424242424242")
    balance, shown = acme.balance(), acme.get()
    assert (balance["available"], balance["shortfall"], balance["lots"][0]["state"]) == (28, 0, "open")
    assert (shown["state"], shown["pause_reasons"]) == ("active", [])
    assert (not_paid(acme)["state"], acme.paid()) == ("completed", [4_000] * 3), "T21: once, with the new card"
    if ends == "cancel":  # the gateway's subscription is gone
        return
    acme.around("2027-04-30 12:00", 28, 40)
    assert acme.get()["plan_state"] == "active"
    assert acme.paid() == [4_000] * 4, "by the old anchor, not by the day of payment"


@COMBINED
def test_story_i_x_26_nobody_pays_and_our_clock_ends_the_plan(shop: Any, ends: str) -> None:
    acme = behind(shop, after_retries=ends)
    spent(acme)
    acme.world.go(T + 30 * DAY - SECOND)
    assert (acme.get()["plan_id"], acme.get()["plan_state"]) == ("starter", "past_due")
    acme.world.go(T + 30 * DAY)
    shown, balance = acme.get(), acme.balance()
    assert (shown["plan_id"], shown["plan_state"]) == ("none", "ended")
    assert (balance["available"], balance["shortfall"]) == (0, 12)
    acme.world.go(T + 30 * DAY + 7 * HOUR)
    scheduled = acme.world.schedules is not None
    assert not_paid(acme)["state"] in (("failed",) if scheduled else ("failed", "processing"))
    acme.top_up(20)
    assert (acme.available, acme.balance()["shortfall"]) == (8, 0), "what is owed is paid by the next credits"
    acme.world.go("2027-07-01 12:00")
    assert acme.paid() == [4_000, 4_000, 2_500]


@pytest.mark.parametrize("world", [None, timedelta(hours=6)], ids=["never", "six_hours_late"], indirect=True)
def test_trap13_trap31_cancelled_in_grace_ends_at_once_and_nothing_is_charged_later(shop: Any) -> None:
    acme = behind(shop)
    acme.world.go(T + 3 * DAY)
    acme.use(12)
    acme.cancel().ok()
    shown, balance = acme.get(), acme.balance()
    assert (shown["plan_id"], shown["plan_state"]) == ("none", "ended")
    assert (balance["available"], balance["shortfall"]) == (0, 12)
    assert [each.status for each in acme.invoices()] == ["paid", "paid", "void"]
    assert not_paid(acme)["state"] == "failed"
    acme.card("4242424242424242")
    acme.world.go("2027-06-01 12:00")
    assert (acme.charges, acme.available) == (8_000, 0)
    acme.top_up(12)
    assert (acme.available, acme.balance()["shortfall"]) == (0, 0)


@ENDS
def test_trap21_a_new_card_in_grace_pays_the_open_invoice_at_once(shop: Any, ends: str) -> None:
    acme = behind(shop, after_retries=ends)
    acme.world.go(T + 3 * DAY)
    acme.use(12)
    acme.card("5555555555554444")
    assert (acme.available, acme.balance()["shortfall"], acme.get()["plan_state"]) == (28, 0, "active")
    assert acme.paid() == [4_000] * 3
    assert [lot["state"] for lot in acme.balance()["lots"]] == ["open"]
    acme.around("2027-04-30 12:00", 28, 40)
    assert acme.paid() == [4_000] * 4


def test_trap12_the_operator_voids_the_unpaid_renewal_and_no_paid_period_comes_of_it(shop: Any) -> None:
    acme = behind(shop)
    acme.world.go(T + 3 * DAY)
    acme.use(12)
    open_one = acme.invoices()[-1]
    acme.world.control(f"invoices/{open_one.id}/void")
    acme.world.settle()
    (subscription,) = acme.subscriptions()
    assert subscription.status == "active", "so says the gateway"
    balance = acme.balance()
    assert (balance["available"], balance["shortfall"]) == (0, 12)
    assert not_paid(acme)["state"] == "failed"
    assert acme.charges == 8_000


def test_trap14_paid_after_the_end_revives_nothing_and_is_not_silent(
    shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody looked since the gateway gave up; the buyer pays the old invoice's page two days after our end."""
    acme = behind(shop, retry_days=[1], after_retries="cancel")
    acme.world.go(T + 32 * DAY)
    open_one = acme.invoices()[-1]
    paid = acme.world.visit("POST", f"/invoice/{open_one.id}/pay", {"card": "4242424242424242"})
    acme.world.settle()
    assert (acme.get()["plan_id"], acme.available) == ("none", 0)
    if paid.status == 200:
        assert not_paid(acme)["state"] == "completed"
        assert any("paid_after_end" in line for line in caplog.messages)
        assert acme.charges == 12_000
    else:
        assert (not_paid(acme)["state"], acme.charges) == ("failed", 8_000)


def test_trap11_failures_and_cycles_out_of_order_never_make_two_allocations(shop: Any) -> None:
    for seed in range(3):
        acme = shop("gocontent", f"{2027 + 4 * seed}-01-31 12:00")
        acme.subscribe("starter")
        acme.card(FAILING)
        acme.world.holding = True
        acme.world.go(f"{2027 + 4 * seed}-02-28 12:00")
        acme.world.go(f"{2027 + 4 * seed}-03-02 13:00")
        acme.world.deliver(seed=seed, times=3)
        acme.world.holding = False
        assert (acme.available, acme.charges) == (40, 4_000)
        assert {lot["state"] for lot in acme.balance()["lots"]} == {"provisional"}
        assert len(acme.rows("plan_renewal")) == 1
        acme.cancel().ok()


def test_x_26_frozen_in_grace_where_the_policy_says_so(shop: Any) -> None:
    rule = RULE | {"during_grace": "freeze", "after_grace": "starting_plan"}
    acme: Customer = shop("gocontent", "2027-02-28 12:00", {"plan_change": CARRY | {"renewal": rule}})
    acme.subscribe("starter")
    acme.card(FAILING)
    acme.world.go("2027-03-28 12:00")
    assert acme.available == 40
    acme.world.go("2027-03-28 13:00")
    balance = acme.balance()
    assert (balance["available"], balance["frozen"]) == (0, 40)
    acme.world.go("2027-04-04 11:59:59")
    assert acme.get()["plan_id"] == "starter"
    acme.world.go("2027-04-04 12:00")
    assert (acme.get()["plan_id"], acme.available, acme.balance()["shortfall"]) == ("none", 0, 0)
