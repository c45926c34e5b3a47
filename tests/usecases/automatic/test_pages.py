"""A bank that wants the buyer: the page stays open for any card, until it is paid, another card is there, or somebody voids it."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.news.auto_news import of_account
from lotbook.domain.values.instants import DAY
from tests.fakes.automating import UNIT, over_the_edge
from tests.fakes.subscription_records import ASKS


def test_a2_a_bank_that_wants_the_buyer_is_asked_once_and_paid_on_the_page_it_grants_once() -> None:
    desk = over_the_edge(does=ASKS)
    row = desk.charge()
    suspended = desk.record.suspended
    assert suspended is not None
    assert (row.state, row.checkout_url) == ("pending", suspended.page_url)
    assert suspended.code == "authentication_required"
    assert desk.has() == (0, 3_000)
    assert desk.bounds() == (1, UNIT, 1_950), "it may still be paid"
    assert desk.account.pause_reasons == ("payment_failed",)
    for _ in range(3):
        desk.clock.instant += DAY
        desk.sweep()
    assert len(desk.gateway.tried) == 1
    (bill,) = desk.gateway.autos.values()
    desk.gateway.pay_auto(bill.name, desk.card)
    desk.sweep()
    desk.sweep()
    assert desk.rows()[0].state == "completed"
    assert desk.has() == (UNIT - 3_000, 0), "the shortfall first"
    assert (desk.account.state, desk.record.suspended, desk.record.charge) == ("active", None, None)
    assert desk.charged() == 1_950
    assert desk.history.reasons() == ["authentication_required", "bought"]
    desk.check()
    desk.audited()


def test_f2_another_card_that_is_refused_on_the_page_changes_only_what_the_row_tells_of_it() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    before = desk.account
    (bill,) = desk.gateway.autos.values()
    desk.gateway.plans.does["pm_typed"] = "generic_decline"
    desk.gateway.pay_auto(bill.name, "pm_typed")
    for _ in range(2):
        desk.sweep()
        (row,) = desk.rows()
        assert (row.state, row.failure and row.failure.code) == ("pending", "card_declined")
        assert (bill.state, row.checkout_url is None) == ("open", False)
        assert desk.account == before, "no news, so no mail"
        assert desk.history.reasons() == ["authentication_required"]
        desk.clock.instant += 2 * DAY
    desk.gateway.pay_auto(bill.name, "pm_fresh")
    desk.sweep()
    assert (desk.states(), desk.has()) == (["completed"], (UNIT - 3_000, 0))
    assert (desk.account.state, desk.record.suspended, desk.record.charge) == ("active", None, None)
    assert desk.history.reasons() == ["authentication_required", "bought"]
    desk.check()


def test_f2_a_page_is_the_buyers_also_where_a_crash_kept_it_from_the_row() -> None:
    desk = over_the_edge(does=ASKS)
    before = desk.rows()[0]
    row = desk.charge()
    desk.purchases.save(replace(row, checkout_url=None, failure=None, gateway_refs=before.gateway_refs))
    (bill,) = desk.gateway.autos.values()
    desk.gateway.plans.does["pm_typed"] = "generic_decline"
    desk.gateway.pay_auto(bill.name, "pm_typed")
    desk.sweep()
    assert (desk.states(), bill.state, desk.history.reasons()) == (["pending"], "open", ["authentication_required"])


def test_f7_a_page_that_somebody_voids_was_refused_by_nobody() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    before = desk.account
    (bill,) = desk.gateway.autos.values()
    desk.gateway.void_auto(bill.name)
    desk.sweep()
    (row,) = desk.rows()
    assert (row.state, row.failure and row.failure.code) == ("failed", "not_charged")
    assert (desk.bounds(), desk.record.charge) == ((0, 0, 0), None)
    known = desk.record.suspended
    assert known is not None
    assert (known.code, known.page_url) == ("authentication_required", None)
    assert desk.account.pause_reasons == ("payment_failed",), "until another card is there"
    assert desk.history.reasons() == ["authentication_required"]
    assert list(of_account(before, desk.account, desk.clock.now())) == [], "no second mail"
    desk.new_card(fingerprint="fp_2")
    assert (desk.account.state, desk.record.suspended) == ("active", None)
    desk.check()


def test_x_29_credits_of_a_page_that_is_paid_after_the_period_live_in_the_period_of_the_payment() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    desk.clock.set("2027-04-25T12:00:00")
    (bill,) = desk.gateway.autos.values()
    desk.gateway.pay_auto(bill.name, desk.card)
    desk.sweep()
    assert desk.has() == (80_000 - 3_000 + UNIT, 0), "the new period's credits paid the debt first"
    assert {lot.expires_at for lot in desk.balance().lots} == {desk.balance().lots[0].expires_at}
    desk.check()


def test_another_card_instead_of_the_page_voids_it_and_buys_what_waited() -> None:
    desk = over_the_edge(does=ASKS)
    desk.charge()
    fresh = desk.new_card(fingerprint="fp_2")
    desk.sweep()
    assert desk.states() == ["failed"]
    assert [bill.state for bill in desk.gateway.autos.values()] == ["void"]
    assert desk.bounds() == (0, 0, 0)
    done = desk.work()
    assert done is not None
    assert (done.state, done.auto and done.auto.card, desk.charged()) == ("completed", fresh, 1_950)
    assert desk.has() == (UNIT - 3_000, 0)
    desk.check()
