"""C: Make converts on the way up, moves along on the way down; money exact to the cent, credits to the one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import SECOND


def on_core(shop: Any, at: str = "2027-01-30 12:00", plan: str = "core-10k") -> Customer:
    acme: Customer = shop("make", at)
    assert acme.available == 1_000
    acme.subscribe(plan)
    acme.world.go(acme.world.clock.at + SECOND)
    return acme


def test_story_c_mk_01_to_mk_47_w5_w11_w13_make_month_by_month(shop: Any) -> None:
    acme = on_core(shop)
    assert (acme.available, acme.paid()) == (10_000, [900]), "W13, X-21: the free plan's credits are gone"
    row = acme.top_up(2_000)
    assert (row["total_minor"], acme.balance("data_transfer_mb")["available"]) == (180, 1_000)
    assert {lot["expires_at"] for lot in acme.balance()["lots"]} == {"2027-02-28T12:00:00Z"}
    acme.use(6_300)
    assert acme.available == 5_700
    acme.world.go("2027-02-10 12:00")
    quote = acme.post("/quotes", {"item": {"kind": "plan", "plan_id": "pro-40k"}}).ok()
    assert [line["amount_minor"] for line in quote["lines"]] == [6_400, -513]
    assert (quote["total_minor"], quote["lines"][1]["quantity"], quote["lines"][1]["unit_price"]) == (
        5_887,
        5_700,
        "-0.0009",
    )
    change = acme.changed("pro-40k")
    assert (change["charge_minor"], change["discount_minor"], change["credits"]) == (5_887, 513, 40_000)
    assert (acme.available, acme.balance("data_transfer_mb")["available"]) == (40_000, 0), "X-24"
    assert acme.get()["period"]["end"] == "2027-03-10T12:00:00Z"
    acme.use(40_000)
    acme.consume(1).problem(402, "insufficient_credits")
    acme.around("2027-03-10 12:00", 0, 40_000)
    acme.use(28_000)
    assert acme.top_up(3_000)["total_minor"] == 480
    assert acme.available == 15_000
    acme.world.go("2027-03-20 12:00")
    change = acme.changed("core-10k")
    assert (change["charge_minor"], change["discount_minor"], acme.available) == (900, 0, 25_000), "MK-41, W11"
    assert {lot["expires_at"] for lot in acme.balance()["lots"]} == {"2027-04-20T12:00:00Z"}
    assert acme.kinds() == {"plan": 22_000, "purchased": 3_000}
    acme.around("2027-04-20 12:00", 25_000, 10_000)
    acme.world.go("2027-04-25 12:00")
    wished = acme.changed("free", "period_end")
    assert (wished["effective_at"], wished["charge_minor"]) == ("2027-05-20T12:00:00Z", 0)
    acme.around("2027-05-20 12:00", 10_000, 1_000)
    acme.around("2027-06-20 12:00", 1_000, 1_000)
    assert acme.get()["plan_id"] == "free"
    assert acme.paid() == [900, 180, 5_887, 6_400, 480, 900, 900]


@pytest.mark.parametrize(
    ("left", "discount"), [(5_555, 500), (6, 1), (5, 0)], ids=["half a cent up", "one cent", "rounds to nothing"]
)
def test_w6_x_20_the_discount_is_rounded_once_half_up(shop: Any, left: int, discount: int) -> None:
    acme = on_core(shop)
    acme.use(10_000 - left)
    change = acme.changed("pro-40k")
    assert (change["discount_minor"], change["charge_minor"]) == (discount, 6_400 - discount)
    assert (acme.available, acme.paid()) == (40_000, [900, 6_400 - discount])
    (update,) = [each for each in acme.invoices() if each.billing_reason == "subscription_update"]
    assert len(update.lines.data) == (2 if discount else 1), "a discount that rounds to nothing has no line"


def test_w7_trap7_x_20_a_fully_covered_upgrade_grants_once_and_a_foreign_invoice_of_nothing_grants_nothing(
    shop: Any,
) -> None:
    acme = on_core(shop)
    acme.top_up(80_000)
    change = acme.changed("pro-40k")
    assert (change["charge_minor"], change["discount_minor"]) == (0, 6_400)
    assert acme.kinds() == {"plan": 40_000, "purchased": 18_889}
    ends = {lot["kind"]: lot["expires_at"] for lot in acme.balance()["lots"]}
    assert ends["purchased"] == "2027-02-28T12:00:00Z", "what is not needed keeps its own expiry"
    assert acme.charges == 900 + 7_200
    world = acme.world
    draft = world.stripe.invoices.create({"customer": acme.customer or ""})
    world.stripe.invoices.finalize_invoice(draft.id)
    world.settle()
    assert world.stripe.invoices.retrieve(draft.id).status == "paid", "an invoice of nothing is paid at once"
    assert acme.available == 58_889
    assert {status for _, status in world.answered} == {200}


def test_w8_x_20_below_the_gateways_least_amount_fifty_cents_are_due(shop: Any) -> None:
    """71,000 credits are worth $63.90; 10 cents would be left to pay, so 50 are, and the credits that this saves stay."""
    acme = on_core(shop)
    acme.top_up(61_000)
    change = acme.changed("pro-40k")
    assert (change["charge_minor"], change["discount_minor"]) == (50, 6_350)
    assert acme.paid()[-1] == 50
    kept = acme.kinds()["purchased"]
    assert 71_000 - kept == 70_555, "6350 / 0.09, cut to whole credits"


def test_w10_x_22_trap27_months_that_were_paid_for_and_will_not_come_count(shop: Any) -> None:
    acme = on_core(shop, "2027-01-15 12:00", "core-10k-annual")
    assert (acme.available, acme.paid()) == (10_000, [10_800]), "T27: never 120,000 at once"
    assert acme.get()["period"]["end"] == "2028-01-15T12:00:00Z"
    assert acme.get()["credits_reset_at"] == "2027-02-15T12:00:00Z"
    acme.use(4_000)
    acme.around("2027-02-15 12:00", 6_000, 10_000)
    acme.around("2027-03-15 12:00", 10_000, 10_000)
    acme.world.go("2027-03-20 12:00")
    change = acme.changed("pro-40k-annual")
    assert (change["discount_minor"], change["charge_minor"]) == (9_000, 67_800)
    assert (acme.available, acme.get()["period"]["end"]) == (40_000, "2028-03-20T12:00:00Z")
    assert acme.paid() == [10_800, 67_800]


def test_w12_mk_43_month_to_year_is_an_upgrade_and_extras_live_to_the_years_end(shop: Any) -> None:
    acme = on_core(shop, plan="pro-40k")
    acme.use(28_000)
    assert acme.changed("pro-40k-annual")["charge_minor"] == 74_880
    row = acme.top_up(1_000)
    assert row["total_minor"] == 160, "MK-12: 76,800 / 12 / 40,000"
    ends = {lot["kind"]: lot["expires_at"] for lot in acme.balance()["lots"]}
    assert ends == {"plan": "2027-02-28T12:00:01Z", "purchased": "2028-01-30T12:00:01Z"}, "MK-03"
    acme.around("2027-02-28 12:00:01", 41_000, 41_000)
    acme.world.go("2028-01-30 11:00")
    acme.around("2028-01-30 12:00:01", 41_000, 40_000)
    assert acme.paid() == [6_400, 74_880, 160, 76_800]


def test_mk_04_x_03_extras_of_an_annual_core_die_with_the_monthly_reset(shop: Any) -> None:
    acme = on_core(shop, plan="core-10k-annual")
    acme.top_up(1_000)
    assert {lot["expires_at"] for lot in acme.balance()["lots"]} == {"2027-02-28T12:00:00Z"}
    acme.around("2027-02-28 12:00", 11_000, 10_000)


def test_trap27_d24_an_annual_plan_gives_each_month_once_and_renews_by_the_year(shop: Any) -> None:
    acme = on_core(shop, "2028-02-29 09:00", "pro-40k-annual")
    for month in range(1, 13):
        acme.use(month)
        year, of_year = divmod(month + 1, 12)
        day = 28 if (2028 + year, of_year + 1) == (2029, 2) else 29
        acme.around(f"{2028 + year}-{of_year + 1:02}-{day:02} 09:00", 40_000 - month, 40_000)
    assert acme.paid() == [76_800, 76_800]
    assert acme.get()["period"] == {"start": "2029-02-28T09:00:00Z", "end": "2030-02-28T09:00:00Z"}
