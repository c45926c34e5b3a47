"""J: the bank wants the buyer, at the first page, at a renewal, at an upgrade; answered and not answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import DAY, HOUR, SECOND, moment

ASKING, ASKING_ONCE = "4000002760003184", "4000002500003155"


def asked(shop: Any) -> tuple[Customer, dict[str, Any]]:
    """Starter, paid by a card that always asks; then Growth: the page that the bank wants."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    row = acme.buy({"kind": "plan", "plan_id": "starter"})
    acme.pay(row, ASKING, authenticate=True).ok()
    assert acme.available == 40
    acme.world.go("2027-02-10 12:00")
    problem = acme.plan("growth").problem(409, "checkout_required")
    assert problem["expires_at"] == "2027-02-11T11:00:00Z"
    assert (acme.get()["plan_id"], acme.available, acme.charges) == ("starter", 40, 4_000)
    return acme, problem


def test_story_j_trap24_authenticated_the_upgrade_takes_effect(shop: Any) -> None:
    acme, problem = asked(shop)
    acme.use(15)
    acme.plan("agency").problem(409, "plan_change_pending")
    acme.world.go("2027-02-10 13:30")
    acme.world.visit("POST", f"{problem['checkout_url']}/pay", {"authenticate": True}).ok()
    acme.world.settle()
    assert (acme.get()["plan_id"], acme.available) == ("growth", 125)
    assert acme.row(problem["purchase_id"])["state"] == "completed"
    assert acme.paid() == [4_000, 9_000]
    line = acme.invoices()[-1].lines.data[0].period
    shown = acme.get()["period"]
    assert (int(moment(shown["start"]).timestamp()), int(moment(shown["end"]).timestamp())) == (line.start, line.end)


def test_story_j_trap24_not_authenticated_nothing_has_changed_after_23_hours(shop: Any) -> None:
    acme, problem = asked(shop)
    acme.world.go(moment(problem["expires_at"]) - SECOND)
    assert acme.row(problem["purchase_id"])["state"] == "pending"
    acme.world.go(moment(problem["expires_at"]))
    assert acme.row(problem["purchase_id"])["state"] == "abandoned"
    acme.world.go("2027-02-11 12:00")
    assert (acme.get()["plan_id"], acme.available, acme.charges) == ("starter", 40, 4_000)
    assert [each.status for each in acme.invoices()] == ["paid", "void"]
    again = acme.plan("growth").problem(409, "checkout_required")
    assert again["purchase_id"] != problem["purchase_id"]
    acme.world.visit("POST", f"{again['checkout_url']}/pay", {"authenticate": True}).ok()
    acme.world.settle()
    assert (acme.available, acme.paid()) == (140, [4_000, 9_000])


def test_trap10_d05_three_d_secure_at_the_first_page_never_answered_gives_nothing(shop: Any) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    row = acme.buy({"kind": "plan", "plan_id": "starter"})
    acme.pay(row, ASKING)
    acme.pay(row, ASKING, authenticate=False)
    assert (acme.get()["plan_id"], acme.available) == ("none", 0)
    acme.world.go("2027-02-01 12:00")
    acme.world.deliver()
    assert acme.row(row)["state"] in ("failed", "abandoned")
    assert (acme.get()["plan_id"], acme.available, acme.charges) == ("none", 0, 0)


def test_trap23_a_card_that_was_authenticated_once_renews(shop: Any) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    row = acme.buy({"kind": "plan", "plan_id": "starter"})
    acme.pay(row, ASKING_ONCE, authenticate=True).ok()
    acme.around("2027-02-28 12:00", 40, 40)
    assert (acme.paid(), acme.get()["plan_state"]) == ([4_000, 4_000], "active")


@pytest.mark.parametrize("status", ["requires_action", "requires_payment_method"])
def test_d1_a_renewal_that_the_bank_asks_about_is_behind_until_its_page_is_paid(shop: Any, status: str) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.world.control("settings", {"renewal_3ds": status})
    row = acme.buy({"kind": "plan", "plan_id": "starter"})
    acme.pay(row, ASKING, authenticate=True).ok()
    acme.around("2027-02-28 12:00", 40, 40)
    assert acme.get()["plan_state"] == "past_due"
    acme.world.go("2027-03-02 12:00")
    page = acme.invoices()[-1].id
    answer = {"authenticate": True} if status == "requires_action" else {"card": ASKING, "authenticate": True}
    acme.world.visit("POST", f"/invoice/{page}/pay", answer).ok()
    acme.world.settle()
    assert (acme.get()["plan_state"], acme.available, acme.paid()) == ("active", 40, [4_000, 4_000])


def test_a_declined_card_changes_nothing_and_leaves_nothing_to_collect(shop: Any) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("starter")
    acme.card("4000000000000341")
    problem = acme.plan("growth").problem(402, "payment_failed")
    assert problem["decline_code"]
    assert acme.row(problem["purchase_id"])["state"] == "failed"
    assert (acme.get()["plan_id"], acme.available, acme.charges) == ("starter", 40, 4_000)
    acme.world.go(acme.world.clock.at + DAY)
    assert acme.charges == 4_000, "that card is not tried again by itself"
    acme.card("4242424242424242")
    assert acme.changed("growth")["charge_minor"] == 9_000
    acme.world.go(acme.world.clock.at + HOUR)
    assert (acme.available, acme.paid()) == (140, [4_000, 9_000])


def test_without_a_card_a_change_leads_to_the_page_of_a_purchase(shop: Any) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    problem = acme.plan("starter").problem(409, "checkout_required")
    assert problem.get("checkout_url") is None
    acme.subscribe("starter")
    assert acme.get("/payment-methods")["payment_methods"][0]["default"], "a plan's page keeps its card as the default"
    acme.cancel().ok()
    acme.world.go("2027-03-05 12:00")
    assert acme.get()["plan_id"] == "none"
    assert acme.changed("starter")["charge_minor"] == 4_000, "with a card on file, at once"
    assert (acme.available, acme.get()["period"]["end"]) == (40, "2027-04-05T12:00:00Z")
