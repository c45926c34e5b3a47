"""Automatic purchase over HTTP (story C of the acceptance stories, traps A1, A2, A8, A9, X-05, X-08, X-09): Make's rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.conftest import Answer
from tests.scenarios.plans.customer import Customer

DECLINES_LATER, ASKS = "4000000000000341", "4000002760003184"
UNIT = 10_000


def switch(acme: Customer, enabled: bool = True, **more: Any) -> Answer:
    who = f"owner@{acme.account_id}"
    return acme.world.call("PUT", f"{acme.path}/auto-top-up", {"enabled": enabled} | more, who)


def told(acme: Customer) -> dict[str, Any]:
    found: dict[str, Any] = acme.get("/auto-top-up")
    return found


def reasons(acme: Customer) -> list[str]:
    """Of the history, by name: at one instant of a clock that stands still there is no order."""
    return sorted(each["reason"] for each in acme.get("/auto-top-up/history?limit=100")["events"])


def work(acme: Customer) -> None:
    """What waits behind the queue, and what the gateway says of it."""
    acme.world.queue.work()
    acme.world.settle()


def use(acme: Customer, credits: int) -> int:
    """What is left after a burn and the work that it led to."""
    acme.use(credits)
    work(acme)
    return acme.available


def automatic(acme: Customer) -> list[tuple[str, int]]:
    return [(row["state"], row["total_minor"]) for row in acme.rows("auto_top_up")]


def on_pro(shop: Any, at: str = "2027-02-10 12:00", **changes: Any) -> Customer:
    acme: Customer = shop("make", at, changes)
    acme.subscribe("pro-40k")
    return acme


def attempts(acme: Customer) -> list[str]:
    """Every charge that was tried of automatic purchases, oldest first."""
    found = acme.world.stripe.charges.list({"customer": acme.customer or "", "limit": 100}).data
    return [each.status for each in reversed(found) if each.amount == 2_080]


def test_story_c_mk_16_mk_30_x_05_the_boundary_is_passed_and_the_cap_is_exact(shop: Any) -> None:
    acme = on_pro(shop)
    switched = switch(acme).ok()
    assert (switched["next_charge_minor"], switched["cap_this_period"]) == (2_080, 4), "W16"
    acme.use(39_999)
    acme.use(2)  # the 40,001st passes, before anybody was charged
    assert (acme.available, told(acme)["state"]) == (9_999, "charging")
    work(acme)
    assert automatic(acme) == [("completed", 2_080)]
    assert (acme.available, told(acme)["state"]) == (9_999, "ready")
    for credits, left in ((9_999, UNIT), (UNIT, UNIT), (UNIT, UNIT), (UNIT, 0)):
        assert use(acme, credits) == left
    assert automatic(acme) == [("completed", 2_080)] * 4
    acme.consume(1).problem(402, "insufficient_credits")
    assert reasons(acme) == ["bought"] * 4 + ["cap_reached"]
    shown = told(acme)
    assert (shown["used_this_period"], shown["spent_this_period_minor"], shown["state"]) == (4, 8_320, "ready")
    assert acme.charges == 6_400 + 8_320
    acme.around("2027-03-10 12:00", 0, 40_000)
    assert (told(acme)["used_this_period"], told(acme)["spent_this_period_minor"]) == (0, 0), "MK-22"


def test_x_07_a_shortfall_of_more_than_a_unit_buys_several_in_one_charge(shop: Any) -> None:
    acme = on_pro(shop)
    switch(acme)
    assert use(acme, 40_000 + 25_000) == 5_000
    assert automatic(acme) == [("completed", 3 * 2_080)]
    assert told(acme)["used_this_period"] == 3
    acme.consume(5_000 + UNIT + 1).problem(402, "insufficient_credits")
    assert reasons(acme) == ["bought", "shortfall_too_large"]
    assert acme.available == 5_000, "a refusal burns nothing and buys nothing"


@pytest.mark.parametrize("burns", [15, pytest.param(1_000, marks=pytest.mark.soak)])
def test_a1_mk_26_a_card_that_declines_is_asked_once_whatever_is_burned(shop: Any, burns: int) -> None:
    """A1, D30: 486 failures in four and a half hours elsewhere."""
    acme = on_pro(shop)
    acme.card(DECLINES_LATER)
    switch(acme).ok()
    acme.use(40_000 + 100)
    assert acme.available == UNIT - 100, "X-08: lent"
    work(acme)
    balance = acme.balance()
    assert (balance["available"], balance["shortfall"]) == (0, 100), "what was lent and burned is owed"
    assert (acme.get()["state"], acme.get()["pause_reasons"]) == ("paused", ["payment_failed"])
    shown = told(acme)
    assert (shown["state"], shown["last_failure"]["code"]) == ("suspended", "declined")
    assert (shown["used_this_period"], shown["spent_this_period_minor"]) == (0, 0), "a failed charge does not count"
    for number in range(burns):
        acme.consume(1).problem(403, "account_paused")
        if number % 10 == 0:
            work(acme)
    acme.world.go("2027-02-10 13:00")
    assert attempts(acme) == ["failed"]
    assert automatic(acme) == [("failed", 2_080)]
    assert reasons(acme).count("declined") == 1
    (invoice,) = [each for each in acme.invoices() if each.total == 2_080]
    assert invoice.status == "void", "nothing is left that anybody could pay"
    acme.card(DECLINES_LATER)  # A7: the same number once more is no other card
    work(acme)
    assert attempts(acme) == ["failed"]
    acme.card("4242424242424242")
    work(acme)
    assert (acme.get()["state"], told(acme)["state"]) == ("active", "ready")
    assert (acme.available, acme.balance()["shortfall"]) == (UNIT - 100, 0), (
        "what waited was bought; the debt is paid first"
    )
    assert attempts(acme) == ["failed", "succeeded"]


def test_a2_x_08_a_bank_that_wants_the_buyer_is_asked_once_and_paid_on_the_page_grants_once(shop: Any) -> None:
    acme = on_pro(shop)
    acme.card(ASKS, authenticate=True)
    switch(acme).ok()
    acme.use(40_000 + 100)
    work(acme)
    shown = told(acme)
    assert (shown["state"], shown["last_failure"]["code"]) == ("suspended", "authentication_required")
    assert shown["used_this_period"] == 1, "it may still be paid"
    assert (acme.available, acme.balance()["shortfall"], acme.get()["state"]) == (0, 100, "paused")
    for _ in range(3):
        acme.world.go(acme.world.clock.at.replace(minute=acme.world.clock.at.minute + 1))
        work(acme)
    assert attempts(acme) == ["failed"]
    page = shown["last_failure"]["page_url"]
    assert acme.world.visit("POST", f"{page}/pay", {"card": "4000000000000002"}).status == 402
    acme.world.settle()
    work(acme)
    assert (told(acme), automatic(acme)) == (shown, [("pending", 2_080)]), "F2: the page stays open for another card"
    acme.world.visit("POST", f"{page}/pay", {"card": "4242424242424242"}).ok()
    acme.world.settle()
    work(acme)
    assert (acme.available, acme.balance()["shortfall"]) == (UNIT - 100, 0)
    assert (acme.get()["state"], told(acme)["state"]) == ("active", "ready")
    assert automatic(acme) == [("completed", 2_080)]
    assert reasons(acme) == ["authentication_required", "bought"]
    assert acme.charges == 6_400 + 2_080
    assert {status for _, status in acme.world.answered} == {200}, "no event of such an invoice is sent back"


def test_a8_mk_25_a_card_that_was_not_kept_switches_nothing_on(shop: Any) -> None:
    acme: Customer = shop("make", "2027-02-10 12:00", plan_id="pro-40k")
    acme.top_up(1_000)
    switch(acme).problem(409, "payment_method_required")
    assert told(acme)["enabled"] is False
    acme.card("4242424242424242")
    assert switch(acme).ok()["enabled"] is True
    switch(acme, payment_method="pm_nobody").problem(404, "payment_method_not_found")


def test_a9_d_10_a_refund_at_the_dashboard_takes_back_what_was_bought(shop: Any) -> None:
    """A9, D10, MK-42: dashboard refunds happen all the same (X-18)."""
    acme = on_pro(shop)
    switch(acme)
    assert use(acme, 40_000) == UNIT
    (row,) = acme.rows("auto_top_up")
    payment = row["gateway_refs"]["payment_intent"]
    acme.use(4_000)
    acme.world.control("refund", {"payment_intent": payment})
    acme.world.settle()
    assert acme.row(row)["state"] == "refunded"
    assert (acme.available, acme.balance()["shortfall"]) == (0, 4_000)


def test_d_12_a_dispute_freezes_what_was_bought(shop: Any) -> None:
    acme = on_pro(shop)
    switch(acme)
    use(acme, 40_000)
    (row,) = acme.rows("auto_top_up")
    dispute = acme.world.control("dispute", {"payment_intent": row["gateway_refs"]["payment_intent"]})
    acme.world.settle()
    assert (acme.row(row)["state"], acme.available, acme.balance()["frozen"]) == ("disputed", 0, UNIT)
    acme.world.control(f"dispute/{dispute['id']}/close", {"outcome": "won"})
    acme.world.settle()
    assert (acme.row(row)["state"], acme.available) == ("completed", UNIT)


def test_x_09_off_with_a_charge_under_way_completes_that_one_and_none_follows(shop: Any) -> None:
    acme = on_pro(shop)
    switch(acme)
    acme.use(40_001)
    assert told(acme)["state"] == "charging"
    off = switch(acme, False).ok()
    assert (off["enabled"], off["off_reason"]) == (False, "by_hand")
    work(acme)
    assert automatic(acme) == [("completed", 2_080)]
    assert acme.available == UNIT - 1
    assert use(acme, UNIT - 1) == 0
    acme.consume(1).problem(402, "insufficient_credits")
    assert automatic(acme) == [("completed", 2_080)]


def test_x_08_a_policy_may_wait_for_the_payment(shop: Any) -> None:
    """402 `top_up_pending` with `Retry-After`, and the same key goes through once it is paid."""
    rule = {"credits": 10_000, "surcharge_rate": "0.30", "while_charging": "wait", "on_failure": "pause"}
    acme = on_pro(shop, auto_top_up=rule)
    switch(acme)
    acme.use(39_999)
    answer = acme.consume(2)
    answer.problem(402, "top_up_pending")
    assert int(answer.headers["retry-after"]) >= 1
    assert acme.available == 1, "nothing was lent"
    work(acme)
    assert acme.available == UNIT + 1
    acme.use(2)


@pytest.mark.parametrize(
    "operation",
    [
        "invoices.pay",
        *(pytest.param(f"{each}", marks=pytest.mark.soak) for each in ("invoices.create", "invoice_items.create")),
    ],
)
def test_d4_a5_an_answer_that_was_lost_charges_once(shop: Any, operation: str) -> None:
    """D4, A5, A10: unknown stays claimed, and the next look finds it under its keys."""
    acme = on_pro(shop)
    switch(acme)
    acme.use(40_001)
    acme.world.fail(operation)
    work(acme)
    assert acme.world.queue.failed == 1, "the first message comes again; the second one finds what it left"
    assert (automatic(acme), attempts(acme)) == ([("completed", 2_080)], ["succeeded"])
    assert acme.available == UNIT - 1


def test_the_limit_of_the_account_is_money_of_the_period_with_what_is_reserved(shop: Any) -> None:
    acme = on_pro(shop)
    switch(acme, limit_minor=4_159)
    assert use(acme, 40_000) == UNIT
    assert use(acme, UNIT) == 0
    acme.consume(1).problem(402, "insufficient_credits")
    assert reasons(acme) == ["bought", "limit_reached"]
    switch(acme, limit_minor=None)
    work(acme)
    assert acme.available == UNIT


def test_np_33_an_automatic_purchase_has_its_invoice_its_evidence_and_its_line_like_any_other(shop: Any) -> None:
    """One document with both lines and a number; nothing that only a page would have."""
    acme = on_pro(shop)
    switch(acme)
    acme.use(40_001)
    (waiting,) = acme.rows("auto_top_up")
    assert (waiting["state"], waiting["item"]) == ("pending", {"kind": "auto_top_up", "credits": UNIT})
    acme.world.call("GET", f"{acme.path}/purchases/{waiting['purchase_id']}/invoice").problem(409, "invoice_not_ready")
    assert acme.post(f"/purchases/{waiting['purchase_id']}/recheck").ok()["state"] == "completed", (
        "NP-29: charged by it"
    )
    work(acme)
    (row,) = acme.rows("auto_top_up")
    assert [line["amount_minor"] for line in row["lines"]] == [1_600, 480]
    shown = acme.get(f"/purchases/{row['purchase_id']}/invoice")
    invoice = acme.world.stripe.invoices.retrieve(row["gateway_refs"]["invoice"])
    assert shown["number"] == invoice.number
    assert [line.amount for line in invoice.lines.data] == [1_600, 480]
    assert acme.world.visit("GET", shown["hosted_url"]).status == 200
    owner = f"owner@{acme.account_id}"
    evidence = acme.world.call("GET", f"{acme.path}/purchases/{row['purchase_id']}/evidence", who=owner).ok()
    assert evidence["consent"] is None
    text = acme.world.call("GET", f"{acme.path}/purchases/export").raw.decode()
    assert "auto_top_up" in text
    assert acme.post(f"/purchases/{row['purchase_id']}/abandon").ok()["state"] == "completed"
    assert (automatic(acme), attempts(acme)) == ([("completed", 2_080)], ["succeeded"])


def test_trap_what_is_under_way_cannot_be_abandoned_by_hand(shop: Any) -> None:
    """A page may be closed; a charge that is under way is decided by the gateway alone, or it would be lent and never paid."""
    acme = on_pro(shop)
    switch(acme)
    acme.use(40_001)
    (row,) = acme.rows("auto_top_up")
    acme.post(f"/purchases/{row['purchase_id']}/abandon")
    work(acme)
    assert (automatic(acme), acme.available) == ([("completed", 2_080)], UNIT - 1)


def test_d4_what_nobody_knew_for_three_days_was_charged_once(shop: Any) -> None:
    """D4: past a day nothing is sent again, only looked up by the mark; the period's bounds hold it meanwhile."""
    acme = on_pro(shop)
    switch(acme)
    acme.use(40_001)
    (row,) = acme.rows("auto_top_up")
    acme.world.fail("invoices.pay")
    acme.world.holding = True
    assert acme.post(f"/purchases/{row['purchase_id']}/recheck").status == 503
    acme.world.go("2027-02-13 12:00")
    assert (told(acme)["state"], told(acme)["used_this_period"]) == ("charging", 1)
    work(acme)
    assert (automatic(acme), attempts(acme)) == ([("completed", 2_080)], ["succeeded"])
    assert acme.available == UNIT - 1


def test_a_page_that_an_operator_voids_gives_its_reservation_back_and_no_card_is_tried(shop: Any) -> None:
    acme = on_pro(shop)
    acme.card(ASKS, authenticate=True)
    switch(acme).ok()
    acme.use(40_001)
    work(acme)
    (invoice,) = [each for each in acme.invoices() if each.total == 2_080]
    acme.world.control(f"invoices/{invoice.id}/void")
    acme.world.settle()
    assert [state for state, _ in automatic(acme)] == ["failed"], "told by its event"
    assert (told(acme)["used_this_period"], told(acme)["state"]) == (0, "suspended")
    work(acme)
    assert attempts(acme) == ["failed"]


def test_a6_no_card_any_more_switches_off_once_and_an_outage_does_not(shop: Any) -> None:
    """A6: an outage is no decline; a card that was taken off file ends it."""
    acme = on_pro(shop)
    switch(acme)
    acme.use(39_999)
    acme.world.fail("invoices.create", "500", times=9)
    acme.use(2)
    work(acme)
    assert (told(acme)["state"], told(acme)["enabled"], acme.get()["state"]) == ("charging", True, "active")
    acme.world.fail("invoices.create", times=0)
    work(acme)
    assert acme.available == UNIT - 1
    for each in acme.get("/payment-methods")["payment_methods"]:
        path = f"{acme.path}/payment-methods/{each['payment_method']}"
        acme.world.call("DELETE", path, who=f"owner@{acme.account_id}").ok()
    assert (told(acme)["enabled"], told(acme)["off_reason"]) == (False, "no_card"), "F8: before anything is burned"
    assert use(acme, UNIT - 1) == 0
    acme.consume(1).problem(402, "insufficient_credits")
    work(acme)
    assert reasons(acme) == ["bought", "no_card"]
    shown = told(acme)
    assert (shown["enabled"], shown["off_reason"], shown["used_this_period"]) == (False, "no_card", 1)
    assert reasons(acme).count("no_card") == 1
