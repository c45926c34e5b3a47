"""A plan that renews: bought on a page, renewed without a gap, paid late or never, over the gateway that charges by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.policy.plans import Dunning
from tests.fakes.renewing import RenewingDesk


def started(plan: str = "starter") -> RenewingDesk:
    desk = RenewingDesk()
    assert desk.subscribe(plan).state == "completed"
    return desk


def test_gc_06_a_first_plan_counts_from_its_payment_and_brings_its_credits_once() -> None:
    desk = started()
    account = desk.account
    assert (account.plan_id, account.plan_renews, account.plan_billing) == ("starter", True, "stripe")
    assert account.subscription is not None
    assert account.subscription.anchor == desk.clock.now()
    assert desk.read() == (40, 0)
    desk.check()


def test_x_10_a_renewal_has_no_gap_and_its_row_is_there_at_the_first_instant() -> None:
    """E of the design: spendable at once, though the invoice waits as a draft for an hour."""
    desk = started()
    desk.burn(25)
    desk.go_to("2027-02-28T11:59:59")
    assert desk.read() == (15, 0)
    desk.go_to("2027-02-28T12:00:00")
    assert desk.read() == (40, 0)
    (row,) = desk.renewals()
    assert (row.state, row.total_minor, row.created_at) == ("processing", 4_000, desk.clock.now())
    desk.burn(5)
    desk.settle_renewals()
    assert desk.states() == ["processing"]
    desk.go_to("2027-02-28T13:00:00")
    desk.settle_renewals()
    assert (desk.states(), desk.read(), desk.charged()) == (["completed"], (35, 0), 8_000)
    assert desk.account.subscription is not None
    assert [period.state for period in desk.account.subscription.periods] == ["paid", "paid"]
    desk.settle_renewals()
    assert desk.read() == (35, 0), "T8: looking again brings nothing"
    desk.check()


def test_periods_that_nobody_looked_into_have_their_rows_and_the_payments_find_them() -> None:
    desk = started()
    desk.go_to("2027-06-01T12:00:00")
    assert desk.read() == (40, 0)
    assert [row.period[0] for row in desk.renewals() if row.period] == [row.created_at for row in desk.renewals()]
    desk.settle_renewals()
    assert (desk.states(), desk.charged(), desk.read()) == (["completed"] * 4, 5 * 4_000, (40, 0))
    desk.check()


def dunning() -> RenewingDesk:
    """4.6: the card fails from 2027-03-31T12:00:00Z on."""
    desk = started()
    for when in ("2027-02-28T13:00:00", "2027-03-31T11:59:59"):
        desk.go_to(when)
        desk.read()
        desk.settle_renewals()
    (card,) = {bill.card for bill in desk.gateway.plans.bills.values()}
    assert card is not None
    desk.gateway.let_card(card, "insufficient_funds")
    desk.go_to("2027-03-31T12:00:00")
    assert desk.read() == (40, 0)
    desk.go_to("2027-03-31T13:00:00")
    desk.settle_renewals()
    return desk


def test_4_6_the_worked_line_of_dunning_to_the_second() -> None:
    desk = dunning()
    assert desk.states() == ["completed", "processing"]
    assert desk.now.state == "active"
    desk.go_to("2027-04-03T12:00:00")
    desk.burn(12)
    assert desk.read() == (28, 0)
    desk.go_to("2027-04-07T11:59:59")
    assert desk.read() == (28, 0)
    desk.go_to("2027-04-07T12:00:00")
    assert desk.read() == (0, 12)
    assert desk.account.pause_reasons == ("plan_payment_failed",)
    desk.go_to("2027-04-09T12:00:00")
    row = desk.renewals()[-1]
    assert row.gateway_refs.invoice is not None
    card = desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())
    assert desk.gateway.pay_page(row.gateway_refs.invoice, card)
    desk.settle_renewals()
    assert desk.read() == (28, 0)
    assert desk.account.state == "active"
    assert desk.states() == ["completed", "completed"]
    desk.sales.plans.use_card(desk.sub, card)
    desk.go_to("2027-04-30T12:00:00")
    assert desk.read() == (40, 0)
    desk.go_to("2027-04-30T13:00:00")
    desk.settle_renewals()
    assert desk.charged() == 4 * 4_000
    desk.check()


def test_x_26_unpaid_for_thirty_days_the_plan_is_over_here_and_at_the_gateway_and_nothing_is_collected_after_that() -> (
    None
):
    """T14: a late payment of the old invoice brings nothing, and is told."""
    desk = dunning()
    invoice = desk.renewals()[-1].gateway_refs.invoice
    desk.go_to("2027-04-30T11:59:59")
    assert desk.now.plan_id == "starter"
    desk.go_to("2027-04-30T12:00:00")
    assert (desk.now.plan_id, desk.read()) == ("none", (0, 0))
    desk.settle_renewals()
    assert desk.gateway.plans.subs[desk.sub].status == "canceled"
    assert invoice is not None
    assert desk.gateway.plans.bills[invoice].state == "void"
    assert desk.states() == ["completed", "failed"]
    desk.go_to("2027-12-01T12:00:00")
    assert (desk.charged(), desk.read(), desk.account.plan_id) == (2 * 4_000, (0, 0), "none")
    desk.check()


def test_trap_14_a_payment_after_the_end_is_completed_with_an_alarm_and_revives_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = dunning()
    desk.go_to("2027-04-30T12:00:00")
    desk.read()
    row = desk.renewals()[-1]
    card = desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())
    assert desk.gateway.pay_page(row.gateway_refs.invoice or "", card)
    desk.settle_renewals()
    assert (desk.states(), desk.read(), desk.account.plan_id) == (["completed", "completed"], (0, 0), "none")
    assert desk.charged() == 3 * 4_000
    desk.check()


def test_trap_12_an_operator_voids_the_unpaid_renewal_and_what_was_burned_is_owed() -> None:
    desk = dunning()
    desk.burn(12)
    desk.gateway.operator("void", desk.renewals()[-1].gateway_refs.invoice or "")
    desk.settle_renewals()
    assert desk.gateway.plans.subs[desk.sub].status == "active", "which says nothing about money"
    assert (desk.read(), desk.states()) == ((0, 12), ["completed", "failed"])
    desk.check()


def test_trap_10_a_page_that_was_never_paid_gives_nothing() -> None:
    desk = RenewingDesk()
    order = desk.ordered("starter")
    desk.go_to("2027-01-31T13:01:00")
    assert desk.settle(order).state == "abandoned"
    assert (desk.plan, desk.read()) == ("none", (0, 0))


def test_trap_20_two_paid_pages_of_one_plan_end_in_one_subscription_and_the_later_money_goes_back() -> None:
    for first_settled in (0, 1):
        desk = RenewingDesk()
        orders = [desk.ordered("starter"), desk.ordered("starter")]
        for order in orders:
            desk.pay(order)
            desk.clock.instant += 1_000
        for order in (orders[first_settled], orders[1 - first_settled]):
            desk.settle(order)
        subs = desk.gateway.plans.subs.values()
        assert [sub.status for sub in subs] == ["active", "canceled"], first_settled
        assert desk.read() == (40, 0)
        assert desk.account.plan_purchase_id == orders[0].purchase_id
        assert [desk.row(order).failure is not None for order in orders] == [False, True]
        desk.check()


def test_what_a_later_period_was_given_before_anybody_heard_of_a_failure_is_void_with_it() -> None:
    """D28: the evidence comes after the plan's end; nobody pays for the month in between."""
    desk = started()
    (card,) = {bill.card for bill in desk.gateway.plans.bills.values()}
    assert card is not None
    desk.gateway.let_card(card, "insufficient_funds")
    desk.go_to("2027-04-05T12:00:00")
    assert desk.read() == (40, 0), "in good faith"
    desk.burn(7)
    desk.settle_renewals()
    assert (desk.read(), desk.plan, desk.states()) == ((0, 7), "none", ["failed", "failed"])
    desk.check()


def test_a_failure_that_a_later_payment_has_made_up_for_starts_no_clock() -> None:
    desk = dunning()
    desk.gateway.plans.after_retries = "past_due"
    desk.go_to("2027-04-30T11:00:00")
    newest = desk.policies.newest("gocontent")
    assert newest is not None
    rules = replace(newest.policy.plan_change, renewal=Dunning(ends_after_days=60))
    desk.policies._versions["gocontent"][0] = replace(newest, policy=replace(newest.policy, plan_change=rules))
    (card, *_) = (bill.card for bill in desk.gateway.plans.bills.values())
    assert card is not None
    desk.gateway.let_card(card, None)
    desk.go_to("2027-04-30T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.settle_renewals()
    assert desk.account.subscription is not None
    assert (desk.account.subscription.failed_start, desk.account.state, desk.plan) == (None, "active", "starter")
    desk.check()
