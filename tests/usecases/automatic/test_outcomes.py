"""What becomes of a claim: paid, declined, in review, unknown, waiting for the buyer, no card, and money that comes late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.sales.gateway import Tag
from lotbook.domain.values.errors import AccountPaused, InsufficientCredits, Unavailable
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.cards import remove_card
from tests.fakes.automating import CUSTOMER, UNIT, Automating, over_the_edge
from tests.fakes.samples import member, published
from tests.fakes.subscription_records import ASKS
from tests.fakes.subscriptions import REVIEWS

DECLINES = "insufficient_funds"


def test_mk_26_a1_a_declined_card_is_tried_once_suspends_and_pauses_and_what_was_lent_is_owed() -> None:
    desk = over_the_edge(does=DECLINES)
    row = desk.charge()
    assert (row.state, row.failure and row.failure.code) == ("failed", "insufficient_funds")
    assert desk.has() == (0, 3_000)
    assert desk.bounds() == (0, 0, 0)
    suspended = desk.record.suspended
    assert suspended is not None
    assert (suspended.code, suspended.card.payment_method, suspended.page_url) == ("declined", desk.card, None)
    assert desk.account.pause_reasons == ("payment_failed",)
    assert not desk.flag()
    assert desk.history.reasons() == ["declined"]
    desk.check()


def test_d30_a1_a_thousand_consumes_after_a_decline_are_one_attempt_and_write_one_line() -> None:
    desk = over_the_edge(does=DECLINES)
    desk.charge()
    for number in range(1_000):
        assert desk.refused(1, key=f"again-{number}") == "account_paused"
        if number % 100 == 0:
            desk.work()
            desk.sweep()
            desk.look()
    assert len(desk.gateway.tried) == len(desk.rows()) == 1
    assert desk.history.reasons() == ["declined"]
    desk.audited()


def test_a_policy_that_only_stops_does_not_pause() -> None:
    policy = published("make").policy
    rule = policy.auto_top_up
    assert rule is not None
    desk = over_the_edge(does=DECLINES, policy=replace(policy, auto_top_up=replace(rule, on_failure="stop")))
    desk.charge()
    assert desk.account.state == "active"
    assert desk.record.suspended is not None
    assert desk.refused(1) == "insufficient_credits"
    assert len(desk.gateway.tried) == 1


def test_a7_the_same_number_removed_and_added_again_is_no_other_card() -> None:
    desk = over_the_edge(does=DECLINES)
    desk.charge()
    again = desk.new_card(fingerprint="fp_1")
    desk.gateway.plans.does[again] = DECLINES
    remove_card("acme", desk.card, member("admin"), desk=desk.sales)
    desk.look()
    desk.work()
    assert desk.account.pause_reasons == ("payment_failed",)
    assert desk.record.suspended is not None
    assert len(desk.gateway.tried) == 1


def test_mk_26_a_fresh_card_lifts_the_pause_and_what_waited_is_bought_with_it() -> None:
    desk = over_the_edge(does=DECLINES)
    desk.charge()
    fresh = desk.new_card(fingerprint="fp_2")
    assert desk.account.state == "active"
    assert desk.record.suspended is None
    assert desk.flag()
    done = desk.work()
    assert done is not None
    assert (done.state, done.auto and done.auto.card) == ("completed", fresh)
    assert desk.has() == (UNIT - 3_000, 0)
    assert desk.bounds() == (1, UNIT, 1_950)
    desk.check()
    desk.audited()


def test_a_payment_in_review_keeps_the_claim_and_what_was_lent() -> None:
    desk = over_the_edge(does=REVIEWS)
    assert desk.charge().state == "processing"
    assert desk.use(1_000) == 6_000
    assert desk.record.charge is not None
    (bill,) = desk.gateway.autos.values()
    desk.gateway.decide_auto(bill.name, succeeded=True)
    desk.sweep()
    assert (desk.states(), desk.has(), len(desk.gateway.tried)) == (["completed"], (6_000, 0), 1)
    desk.audited()


def test_a_review_that_ends_in_a_refusal_is_a_decline() -> None:
    desk = over_the_edge(does=REVIEWS)
    desk.charge()
    (bill,) = desk.gateway.autos.values()
    desk.gateway.decide_auto(bill.name, succeeded=False)
    desk.sweep()
    desk.sweep()
    assert (desk.states(), desk.has(), desk.bounds()) == (["failed"], (0, 3_000), (0, 0, 0))
    assert len(desk.gateway.tried) == 1


def test_a6_an_outage_of_the_gateway_is_no_decline_and_costs_no_second_charge() -> None:
    desk = over_the_edge()
    desk.gateway.later["charge"] = ["before"] * 5
    for _ in range(5):
        with pytest.raises(Unavailable):
            desk.charge()
        desk.clock.instant += HOUR // 5
    assert (desk.record.suspended, desk.account.state) == (None, "active")
    assert desk.use(1_000) == 6_000
    assert desk.charge().state == "completed"
    assert len(desk.gateway.tried) == 1


@pytest.mark.parametrize("lost", ["auto.create", "auto.item0", "auto.item1", "auto.finalize", "auto.pay", "charge"])
def test_d4_a5_a_lost_answer_after_any_step_is_one_charge(lost: str) -> None:
    desk = over_the_edge()
    desk.gateway.later[lost] = ["after"]
    with pytest.raises(Unavailable):
        desk.charge()
    assert desk.record.charge is not None
    desk.sweep()
    assert (desk.states(), desk.charged(), len(desk.gateway.tried)) == (["completed"], 1_950, 1)
    desk.check()


@pytest.mark.parametrize("lost", ["auto.finalize", "auto.pay", "charge"])
def test_a_charge_that_was_unknown_for_three_days_is_one_charge_and_never_sent_again(lost: str) -> None:
    desk = over_the_edge()
    desk.gateway.later[lost] = ["after"]
    with pytest.raises(Unavailable):
        desk.charge()
    desk.clock.instant += 3 * DAY
    desk.sweep()
    paid = lost != "auto.finalize"
    assert desk.states() == (["completed"] if paid else ["failed"])
    assert (desk.charged(), desk.bounds()[0]) == ((1_950, 1) if paid else (0, 0))
    assert len(desk.gateway.tried) == (1 if paid else 0)
    assert desk.has() == ((UNIT - 3_000, 0) if paid else (0, 3_000))
    desk.check()


def test_a6_without_a_card_it_goes_off_once() -> None:
    desk = over_the_edge()
    desk.gateway.detach(desk.card)
    assert desk.charge().state == "failed"
    assert (desk.record.enabled, desk.record.off_reason, desk.flag()) == (False, "no_card", False)
    assert desk.account.state == "active"
    assert desk.refused(1) == "insufficient_credits"
    desk.work()
    assert desk.history.reasons() == ["no_card"]
    assert desk.has() == (0, 3_000)


def test_a_card_that_went_between_the_look_and_the_charge_leaves_the_others_on() -> None:
    desk = over_the_edge()
    desk.gateway.later["charge"] = ["before"]
    with pytest.raises(Unavailable):
        desk.charge()
    other = desk.new_card(fingerprint="fp_2")
    desk.gateway.detach(desk.card)
    desk.sweep()
    assert (desk.states(), desk.record.enabled) == (["failed"], True)
    done = desk.work()
    assert done is not None
    assert (done.state, done.auto and done.auto.card) == ("completed", other)


def test_a_customer_that_was_deleted_at_the_gateway_leaves_no_card() -> None:
    desk = over_the_edge()
    desk.gateway.delete_customer(CUSTOMER)
    assert desk.charge().state == "failed"
    assert desk.record.off_reason == "no_card"


def test_d8_money_that_is_not_the_rows_grants_nothing_and_rings() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    (bill,) = desk.gateway.autos.values()
    bill.tag = Tag("lotbook", "test", "acme", "pur_other")
    desk.gateway.pay_auto(bill.name, desk.card)
    desk.sweep()
    assert (desk.rows()[0].state, desk.rows()[0].failure and desk.rows()[0].failure.code) == (
        "failed",
        "payment_mismatch",
    )
    assert desk.has() == (0, 3_000)


def test_a10_a_charge_that_is_unknown_keeps_its_amount_when_the_price_changes() -> None:
    desk = over_the_edge()
    desk.gateway.later["auto.pay"] = ["after"]
    with pytest.raises(Unavailable):
        desk.charge()
    policy = published("make").policy
    plans = tuple(replace(p, prices_minor={"usd": 24_000}) if p.plan_id == "pro-80k" else p for p in policy.plans)
    desk.policies.put(replace(policy, plans=plans))
    desk.sweep()
    assert (desk.states(), desk.charged()) == (["completed"], 1_950)


def test_nobody_charges_for_credits_that_have_expired_before() -> None:
    """The message was lost, and the schedule stood for a month."""
    desk = over_the_edge()
    desk.clock.set("2027-04-25T12:00:00")
    desk.sweep()
    assert (desk.states(), desk.gateway.tried) == (["failed"], [])
    assert desk.has() == (80_000, 3_000), "owed since now; the next grant pays it"


def test_x_09_off_with_a_charge_under_way_that_one_completes_and_none_follows() -> None:
    desk = over_the_edge()
    desk.switch(enabled=False)
    assert not desk.flag()
    assert desk.charge().state == "completed"
    desk.use(UNIT - 3_000)
    assert desk.refused(1) == "insufficient_credits"
    assert desk.work() is None
    assert desk.history.reasons() == ["bought", "disabled"]
    assert len(desk.rows()) == 1


def test_a_recheck_by_the_buyer_finds_the_payment_of_an_automatic_row() -> None:
    desk = over_the_edge()
    desk.gateway.later["charge"] = ["after"]
    with pytest.raises(Unavailable):
        desk.charge()
    row = desk.rows()[0]
    assert recheck_purchase("acme", row.purchase_id, member("admin"), desk=desk.sales).state == "completed"


def test_the_whole_deployment_can_be_switched_off() -> None:
    desk = Automating()
    desk.is_on = False
    desk.use(80_000)
    assert desk.refused(1) == "insufficient_credits"
    assert desk.history.reasons() == ["switched_off_everywhere"]


def test_mk_26_a_paused_account_burns_nothing_until_another_card_is_there() -> None:
    desk = over_the_edge(does=DECLINES)
    desk.charge()
    with pytest.raises(AccountPaused):
        desk.use(1)
    desk.new_card(fingerprint="fp_2")
    assert desk.use(1) == UNIT - 3_000 - 1


def test_x_27_d8_an_invoice_of_another_amount_is_no_payment_of_the_row() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    (bill,) = desk.gateway.autos.values()
    bill.subtotal -= 1
    desk.gateway.pay_auto(bill.name, desk.card)
    desk.sweep()
    row = desk.rows()[0]
    assert (row.state, row.failure and row.failure.code) == ("failed", "payment_mismatch")
    assert desk.bounds() == (1, UNIT, 1_950), "money came; people look into it"


def test_d30_after_money_that_is_not_what_was_asked_for_nothing_more_is_charged() -> None:
    """Whatever made one payment another one than was asked for may do so again: one charge, not eight."""
    desk = over_the_edge(does=REVIEWS)
    desk.charge()
    (bill,) = desk.gateway.autos.values()
    bill.subtotal -= 1
    desk.gateway.decide_auto(bill.name, succeeded=True)
    desk.sweep()
    assert desk.refused(1) == "insufficient_credits"
    desk.work()
    assert (desk.states(), desk.record.enabled, desk.record.off_reason) == (["failed"], False, "payment_mismatch")
    assert len(desk.gateway.tried) == 1


def test_d38_the_audit_finds_a_lot_that_was_lent_and_never_paid_nor_taken_back() -> None:
    desk = over_the_edge()
    desk.purchases.save(replace(desk.rows()[0], state="failed", check_at=None))
    assert desk.differences() == ["lot_without_purchase"]


def test_d31_a_mark_that_a_crash_left_behind_is_mended_by_the_work_behind_the_queue() -> None:
    desk = Automating()
    desk.books.books["acme", "credits"] = replace(desk.books.books["acme", "credits"], tops_up=None, top_up_version=0)
    assert not desk.flag()
    desk.work()
    assert desk.flag()


def test_a_mark_that_a_crash_left_behind_buys_nothing_while_the_page_is_waited_for() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    book = desk.books.books["acme", "credits"]
    desk.books.books["acme", "credits"] = replace(book, tops_up="make", pause_reason=None)
    assert desk.refused(1) == "insufficient_credits"
    assert len(desk.rows()) == 1


def test_only_the_first_unit_is_bought_also_where_another_book_bears_the_mark() -> None:
    desk = Automating()
    book = desk.books.books["acme", "data_transfer_mb"]
    desk.books.books["acme", "data_transfer_mb"] = replace(book, tops_up="make")
    with pytest.raises(InsufficientCredits):
        consume("acme", "mb", BurnRequest(1, unit="data_transfer_mb"), desk=desk.burning)
    assert desk.rows() == []
