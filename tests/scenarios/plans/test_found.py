"""What the stories found wrong in the product once: what the gateway ends, drafts that pile up, the first event of a plan."""

from __future__ import annotations

from typing import Any

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.test_story_dunning import CARRY, FAILING, RULE, T, behind, not_paid
from tests.scenarios.plans.world import DAY


def test_trap14_the_gateways_own_end_is_not_ours_and_a_payment_before_ours_brings_its_period(shop: Any) -> None:
    acme = behind(shop, retry_days=[1], after_retries="cancel")
    acme.world.go(T + 4 * DAY)
    assert acme.subscriptions()[0].status == "canceled"
    assert (acme.get()["plan_id"], acme.available) == ("starter", 40)
    open_one = acme.invoices()[-1]
    acme.world.visit("POST", f"/invoice/{open_one.id}/pay", {"card": "4242424242424242"}).ok()
    acme.world.settle()
    assert (acme.available, not_paid(acme)["state"]) == (40, "completed")
    acme.around("2027-04-30 12:00", 40, 0)
    assert (acme.get()["plan_id"], acme.charges) == ("none", 12_000)


def test_trap15_drafts_pile_up_while_unpaid_and_one_payment_brings_one_period(shop: Any) -> None:
    """The vendor waits for four months. The period that runs is charged once; the one in between is never."""
    changes = {"plan_change": CARRY | {"renewal": RULE | {"ends_after_days": 120}}}
    acme: Customer = shop("gocontent", "2027-01-31 12:00", changes)
    acme.world.control("settings", {"retry_days": [1], "after_retries": "unpaid"})
    acme.subscribe("starter")
    acme.card(FAILING)
    acme.world.go("2027-05-10 12:00")
    assert [each.status for each in acme.invoices()] == ["paid", "open", "draft", "draft"]
    assert acme.available == 0
    open_one = acme.invoices()[1]
    acme.world.visit("POST", f"/invoice/{open_one.id}/pay", {"card": "4242424242424242"}).ok()
    acme.world.settle()
    acme.card("4242424242424242")
    acme.world.go("2027-05-12 12:00")
    assert acme.paid() == [4_000] * 3, "January's, February's late, and that of 30 April"
    assert (acme.available, acme.get()["state"]) == (40, "active")
    assert [each.status for each in acme.invoices()] == ["paid", "paid", "void", "paid"]


def test_s2_a_subscription_that_the_gateway_has_cancelled_brings_no_period(shop: Any) -> None:
    acme = behind(shop, retry_days=[1], after_retries="cancel")
    acme.world.go(T + 9 * DAY)
    acme.card("4242424242424242")
    acme.around("2027-04-30 12:00", 40, 0)
    assert (acme.get()["plan_id"], acme.charges) == ("none", 12_000)
