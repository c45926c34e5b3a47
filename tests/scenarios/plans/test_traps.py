"""Failures that others had in production (plans.md, section 5), each told to the whole product. T-numbers that stand elsewhere:
T7, T27 with Make; T10, T23, T24 with the bank; T11 to T15, T21, T31 with dunning; T16, T32 with GoContent; T28 with calendars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import DAY, HOUR, moment

FAILING = "4000000000000341"
ON_A_TABLE = pytest.mark.parametrize("world", ["table"], indirect=True)


def on_plus(shop: Any) -> Customer:
    acme: Customer = shop("insurestack", "2027-01-31 09:00")
    acme.subscribe("plus")
    return acme


def on_starter(shop: Any, at: str = "2027-01-31 12:00") -> Customer:
    acme: Customer = shop("gocontent", at)
    acme.subscribe("starter")
    return acme


@pytest.mark.parametrize("used", [0, 12])
def test_trap1_x_25_an_upgrade_in_the_draft_hour_is_charged_once(shop: Any, used: int) -> None:
    acme = on_plus(shop)
    acme.world.go("2027-02-28 09:20")
    acme.use(used) if used else None
    assert acme.changed("pro")["charge_minor"] == 20_000
    acme.world.go("2027-02-28 11:20")
    assert acme.paid() == [2_900, 20_000]
    # The free 10 are used first, and are never owed; 2 of the plan's provisional ones are, and the new plan pays them.
    assert (acme.available, acme.balance()["shortfall"]) == (360 - max(0, used - 10), 0)
    assert [each.status for each in acme.invoices()] == ["paid", "void", "paid"]
    acme.around("2027-03-28 09:20", acme.available, 360)
    assert acme.paid() == [2_900, 20_000, 20_000]


@pytest.mark.parametrize("cycles", [6, pytest.param(50, marks=pytest.mark.soak)])
def test_trap4_d28_going_up_and_wishing_down_farms_no_credits(shop: Any, cycles: int) -> None:
    """One upgrade is paid; every further round takes a wish back, and grants nothing."""
    acme = on_starter(shop)
    acme.world.go("2027-01-31 13:00")
    acme.changed("growth")
    for _ in range(cycles):
        acme.changed("starter", "period_end")
        acme.plan("growth").ok()
    assert (acme.available, acme.paid()) == (140, [4_000, 9_000])
    assert sum(acme.moved("granted")) <= 140 + 40, "Starter's 40 once more, as carried ones"
    assert acme.get()["next_plan"] is None
    acme.around("2027-02-28 13:00", 140, 100)


def test_d28_up_now_and_down_now_is_paid_for_each_time(shop: Any) -> None:
    """Make charges each way at once: what was granted and not carried was paid for."""
    acme = shop("make", "2027-01-30 12:00")
    acme.subscribe("core-10k")
    acme.world.go("2027-01-30 13:00")
    acme.changed("pro-40k")
    assert (acme.available, acme.paid()) == (40_000, [900, 5_500])
    acme.world.go("2027-01-30 14:00")
    acme.changed("core-10k")
    assert (acme.available, acme.paid()) == (50_000, [900, 5_500, 900])
    acme.world.go("2027-01-30 15:00")
    acme.changed("pro-40k")
    assert (acme.available, acme.paid()) == (40_000, [900, 5_500, 900, 1_900])


def test_trap5_a_foreign_line_on_a_renewals_invoice_grants_nothing_more(shop: Any) -> None:
    acme = on_starter(shop)
    item: Any = {"customer": acme.customer or "", "amount": 4_000, "currency": "usd", "description": "Starter"}
    acme.world.stripe.invoice_items.create(item)
    acme.around("2027-02-28 12:00", 40, 40)
    assert acme.paid() == [4_000, 8_000]
    assert {status for _, status in acme.world.answered} == {200}


def test_trap5_a_paid_invoice_of_the_subscription_without_a_line_of_the_plan_grants_nothing(shop: Any) -> None:
    """What was left over is billed at the end, with the plan's mark, its amount and none of its lines."""
    acme = on_starter(shop)
    acme.world.go("2027-02-20 12:00")
    acme.cancel().ok()
    item: Any = {"customer": acme.customer or "", "amount": 4_000, "currency": "usd", "description": "Starter"}
    acme.world.stripe.invoice_items.create(item)
    acme.around("2027-02-28 12:00", 40, 0)
    assert acme.charges in (4_000, 8_000)
    assert (acme.get()["plan_id"], acme.rows("plan_renewal")) == ("none", [])
    assert {status for _, status in acme.world.answered} == {200}


def test_trap8_d03_the_same_two_events_twenty_times_in_any_order(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-02-28 12:00")
    acme.world.holding = True
    acme.world.go("2027-02-28 13:00")
    news = [
        each["event_id"] for each in acme.world.held() if each["type"].startswith(("invoice.paid", "invoice.payment_s"))
    ]
    assert len(news) == 2
    acme.world.control("webhooks/deliver", {"event_ids": news, "times": 20, "shuffle_seed": 3})
    assert {status for _, status in acme.world.answered} == {200}
    assert (acme.available, len(acme.rows("plan_renewal")), len(acme.balance()["lots"])) == (40, 1, 1)
    acme.world.deliver(seed=4)
    assert (acme.available, acme.rows("plan_renewal")[0]["state"]) == (40, "completed")


FIRST = (
    "invoice.paid",
    "checkout.session.completed",
    "customer.subscription.updated",
    "customer.subscription.created",
)


@pytest.mark.parametrize("first", FIRST)
def test_trap18_whichever_event_of_the_first_plan_comes_first(shop: Any, first: str) -> None:
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    row = acme.buy({"kind": "plan", "plan_id": "starter"})
    acme.world.holding = True
    acme.pay(row).ok()
    (event, *_) = [each["event_id"] for each in acme.world.held() if each["type"] == first]
    acme.world.control("webhooks/deliver", {"event_ids": [event]})
    assert acme.available == 40
    acme.world.deliver(seed=1)
    assert (acme.available, acme.row(row)["state"], acme.get()["plan_id"]) == (40, "completed", "starter")


def test_trap19_an_endpoint_that_is_away_for_a_day_around_the_renewal(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-02-28 00:00")
    acme.world.deaf = True
    acme.around("2027-02-28 12:00", 40, 40)
    assert {lot["state"] for lot in acme.balance()["lots"]} == {"provisional"}
    acme.world.go("2027-03-01 00:00")
    acme.world.deaf = False
    sent = acme.world.visit("GET", "/_stand_in/webhooks").ok()["delivered"]
    missed = [each["event_id"] for each in sent if each["last_status"] != 200]
    acme.world.answered.clear()
    acme.world.control("webhooks/deliver", {"event_ids": missed, "shuffle_seed": 5})
    acme.world.go("2027-03-03 12:00")
    assert {status for _, status in acme.world.answered} == {200}
    assert (acme.available, acme.paid()) == (40, [4_000, 4_000])
    assert [row["state"] for row in acme.rows("plan_renewal")] == ["completed"]


def test_trap20_x_30_an_account_that_is_behind_buys_its_plan_anew(shop: Any) -> None:
    acme = on_starter(shop)
    acme.card(FAILING)
    acme.world.go("2027-03-02 12:00")
    answer = acme.post("/purchases", {"item": {"kind": "plan", "plan_id": "starter"}}, key="anew")
    answer.problem(400, "already_on_plan")
    assert len(acme.subscriptions()) == 1


def test_trap22_the_card_of_the_plan_is_removed_while_another_exists(shop: Any) -> None:
    acme = on_starter(shop)
    (old,) = acme.get("/payment-methods")["payment_methods"]
    page = acme.post("/payment-methods/setup", {}).ok(201)["setup_url"]
    acme.world.visit("POST", f"{page}/pay", {"card": "5555555555554444"}).ok()
    acme.world.settle()
    path = f"{acme.path}/payment-methods/{old['payment_method']}"
    answer = acme.world.call("DELETE", path, None, f"owner@{acme.account_id}")
    acme.world.settle()
    assert answer.status in (200, 204, 409), answer
    acme.around("2027-02-28 12:00", 40, 40)
    assert (acme.paid(), acme.get()["plan_state"]) == ([4_000, 4_000], "active")


OPERATIONS = (
    "subscriptions.update", "subscriptions.retrieve", "invoices.retrieve", "invoices.list", "customers.update",
    "prices.create", "prices.list", "products.create",
)  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
def test_trap25_trap33_an_upgrade_whose_gateway_falls_silent_after_each_call(shop: Any, operation: str) -> None:
    """A wish down is there, then up: what was done at the gateway, and not heard of, is found; one charge, no wish left."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    acme.subscribe("growth")
    acme.changed("starter", "period_end")
    acme.world.go("2027-02-10 12:00")
    acme.world.fail(operation)
    first = acme.plan("agency", key="up")
    assert first.status in (200, 503), first
    acme.world.fail(operation, times=0)
    acme.world.settle()
    again = acme.plan("agency", key="up").ok()
    assert again["charge_minor"] == 24_000
    assert (acme.get()["plan_id"], acme.available, acme.paid()) == ("agency", 400, [9_000, 24_000])
    assert acme.get()["next_plan"] is None
    acme.around("2027-03-10 12:00", 400, 300)
    assert acme.paid() == [9_000, 24_000, 24_000]


@ON_A_TABLE
def test_trap33_what_was_paid_is_settled_though_nobody_asks_again(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.fail("subscriptions.update")
    acme.plan("growth", key="up").problem(503, "unavailable")
    acme.world.settle()
    acme.world.go(acme.world.clock.at + HOUR)
    acme.world.run_schedules()
    assert (acme.get()["plan_id"], acme.available, acme.paid()) == ("growth", 140, [4_000, 9_000])
    assert [row["state"] for row in acme.rows("plan")] == ["completed", "completed"]


def test_trap29_x_28_the_running_renewals_money_goes_back_whole_and_the_plan_ends(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-05-05 12:00")
    acme.use(15)
    row = acme.rows("plan_renewal")[2]
    assert row["state"] == "completed"
    acme.world.control("refund", {"payment_intent": row["payment_id"]})
    acme.world.settle()
    balance = acme.balance()
    assert (balance["available"], balance["shortfall"]) == (0, 15)
    assert (acme.row(row)["state"], acme.get()["plan_id"]) == ("refunded", "none")
    assert [each.status for each in acme.subscriptions()] == ["canceled"]
    acme.world.go("2027-08-01 12:00")
    assert len(acme.paid()) == 4


def test_trap29_x_28_a_part_of_it_takes_its_part_and_the_plan_goes_on(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-05-05 12:00")
    row = acme.rows("plan_renewal")[2]
    acme.world.control("refund", {"payment_intent": row["payment_id"], "amount_minor": 1_000})
    acme.world.settle()
    assert (acme.available, acme.row(row)["state"], acme.get()["plan_id"]) == (30, "partially_refunded", "starter")
    acme.around("2027-05-31 12:00", 30, 40)


def test_trap29_x_28_an_older_periods_money_takes_that_periods_credits_only(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-03-15 12:00")
    acme.use(12)
    acme.world.go("2027-05-05 12:00")
    row = acme.rows("plan_renewal")[0]
    acme.world.control("refund", {"payment_intent": row["payment_id"]})
    acme.world.settle()
    balance = acme.balance()
    assert (balance["available"], balance["shortfall"], acme.get()["plan_id"]) == (40, 12, "starter"), "12 were burned"
    assert acme.row(row)["state"] == "refunded"
    acme.around("2027-05-31 12:00", 40, 28)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_x_28_a_dispute_freezes_the_periods_credits(shop: Any, outcome: str) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-03-05 12:00")
    row = acme.rows("plan_renewal")[0]
    dispute = acme.world.control("dispute", {"payment_intent": row["payment_id"]})
    acme.world.settle()
    assert (acme.available, acme.balance()["frozen"], acme.row(row)["state"]) == (0, 40, "disputed")
    acme.world.control(f"dispute/{dispute['id']}/close", {"outcome": outcome})
    acme.world.settle()
    assert acme.available == (40 if outcome == "won" else 0)
    assert acme.get()["plan_id"] == ("starter" if outcome == "won" else "none")
    assert acme.row(row)["state"] == ("completed" if outcome == "won" else "disputed")


def test_trap30_a_negative_draft_is_not_finalized_when_the_card_changes(shop: Any) -> None:
    acme = on_starter(shop)
    world, customer = acme.world, acme.customer or ""
    draft = world.stripe.invoices.create({"customer": customer, "auto_advance": False})
    world.stripe.invoice_items.create({"customer": customer, "invoice": draft.id, "amount": -500, "currency": "usd"})
    acme.card("5555555555554444")
    assert world.stripe.invoices.retrieve(draft.id).status == "draft"
    assert acme.available == 40


@contextmanager
def failing(aws: Any, at: int) -> Iterator[None]:
    """The store's call number `at` does not come back."""
    calls = count(1)

    def break_it(**_: Any) -> None:
        if next(calls) == at:
            raise RuntimeError("the store is gone")

    aws.client.meta.events.register_first("before-call.dynamodb", break_it)
    yield
    aws.client.meta.events.unregister("before-call.dynamodb", break_it)


@ON_A_TABLE
@pytest.mark.parametrize("calls", [(2, 7), pytest.param(range(1, 20), marks=pytest.mark.soak)])
def test_trap34_a_handler_that_fails_in_the_middle_settles_at_the_next_delivery(
    shop: Any, aws: Any, calls: Iterable[int]
) -> None:
    """The store fails at each of its calls in turn, while the news of a payment is handled."""
    for at in calls:
        acme = on_starter(shop, f"{2025 + 2 * at}-01-31 12:00")
        renewal = acme.world.clock.at.replace(month=2, day=28)
        acme.world.go(renewal)
        acme.world.holding = True
        acme.world.go(renewal + HOUR)
        (paid,) = [each["event_id"] for each in acme.world.held() if each["type"] == "invoice.paid"]
        with failing(aws, at):
            acme.world.control("webhooks/deliver", {"event_ids": [paid]})
        acme.world.control("webhooks/deliver", {"event_ids": [paid]})
        acme.world.deliver()
        acme.world.holding = False
        assert (acme.available, acme.charges) == (40, 8_000), at
        assert [row["state"] for row in acme.rows("plan_renewal")] == ["completed"], at
        acme.cancel().ok()


def test_x_33_a_subscriber_keeps_price_and_credits_of_the_version_that_was_bought(shop: Any) -> None:
    acme = on_starter(shop)
    document = acme.world.call("GET", "/v1/policies/gocontent").ok()
    document = document.get("document", document)
    document = {name: value for name, value in document.items() if name not in ("version", "published_at")}
    dearer = [
        plan | ({"prices_minor": {"usd": 5_000}, "credits": 45} if plan["plan_id"] == "starter" else {})
        for plan in document["plans"]
    ]
    acme.world.call("PUT", "/v1/policies/gocontent", document | {"plans": dearer}).ok(201)
    acme.around("2027-02-28 12:00", 40, 40)
    assert acme.paid() == [4_000, 4_000]
    late: Customer = Customer.again(acme, "2027-03-01 12:00")
    late.subscribe("starter")
    assert (late.available, late.paid()) == (45, [5_000])
    acme.changed("growth")
    acme.changed("starter", "period_end")
    acme.around("2027-04-01 12:00", 140, 45)
    assert acme.paid() == [4_000, 4_000, 9_000, 5_000], "a change of plan is made under the newest version"


def test_d27_news_that_comes_a_month_late_settles_its_own_period(shop: Any) -> None:
    acme = on_starter(shop)
    acme.world.go("2027-02-20 12:00")
    acme.world.holding = True
    acme.world.go("2027-02-28 12:00")
    acme.use(7)
    acme.world.go("2027-03-04 12:00")
    acme.world.go("2027-04-05 12:00")
    assert acme.available == 40
    acme.world.deliver(seed=9)
    acme.world.holding = False
    acme.world.go(acme.world.clock.at + 3 * DAY)
    assert (acme.available, acme.paid()) == (40, [4_000] * 3)
    assert {row["state"] for row in acme.rows("plan_renewal")} == {"completed"}
    entries = acme.get("/entries?limit=100")["entries"]
    assert sum(each["credits"] for each in entries) == 40


def other_card(acme: Customer) -> None:
    """At the gateway alone: the product has not heard of it yet."""
    world, customer = acme.world, acme.customer or ""
    method = world.stripe.payment_methods.attach("pm_card_mastercard", {"customer": customer})
    world.stripe.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    (live,) = [each for each in acme.subscriptions() if each.status != "canceled"]
    world.stripe.subscriptions.update(live.id, {"default_payment_method": method.id})


def test_trap2_x_25_an_upgrade_while_behind_replaces_the_open_invoice(shop: Any) -> None:
    acme = on_plus(shop)
    acme.card(FAILING)
    acme.world.go("2027-03-01 09:00")
    assert acme.get()["plan_state"] == "past_due"
    acme.world.holding = True
    other_card(acme)
    assert acme.changed("pro")["charge_minor"] == 20_000
    acme.world.holding = False
    acme.world.settle()
    assert [each.status for each in acme.invoices()] == ["paid", "void", "paid"]
    acme.world.go(moment("2027-03-15 09:00"))
    assert (acme.available, acme.paid(), acme.get()["plan_state"]) == (360, [2_900, 20_000], "active")


def test_trap20_x_30_two_pages_both_paid_end_in_one_subscription(shop: Any) -> None:
    """Pages of two plans; the one paid later is an upgrade by then, with what the first one brought."""
    acme: Customer = shop("gocontent", "2027-01-31 12:00")
    first = acme.buy({"kind": "plan", "plan_id": "starter"})
    other = acme.buy({"kind": "plan", "plan_id": "growth"})
    acme.world.holding = True
    acme.pay(first).ok()
    acme.world.go("2027-01-31 12:10")
    second = acme.pay(other)
    acme.world.holding = False
    acme.world.deliver(seed=2)
    live = [each for each in acme.subscriptions() if each.status == "active"]
    assert len(live) == 1
    if second.status == 200:
        assert (acme.get()["plan_id"], acme.available) == ("growth", 140)
    else:
        assert (acme.get()["plan_id"], acme.available, acme.paid()) == ("starter", 40, [4_000])
    acme.world.go("2027-03-02 12:00")
    assert len([each for each in acme.invoices() if each.billing_reason == "subscription_cycle"]) == 1
