"""Changes of a plan that renews: now for money, at the period's end, declined, with the bank's question, and lost answers."""

from __future__ import annotations

import pytest

from lotbook.domain.values.errors import (
    CheckoutRequired,
    NothingToResume,
    PaymentFailed,
    PlanChangePending,
    Unavailable,
)
from lotbook.usecases.plans.follow_subscription import follow_subscription
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from tests.fakes.changing import subscriber
from tests.fakes.samples import member
from tests.fakes.subscription_records import ASKS


def test_w3_gc_07_an_upgrade_adds_what_is_left_and_all_of_it_ends_with_the_first_period() -> None:
    """F of the stories."""
    desk = subscriber("starter")
    desk.top_up(15)
    assert desk.read() == (55, 0)
    desk.go_to("2027-02-20T12:00:00")
    done = desk.change("growth")
    assert (done.effect, done.charge_minor, done.credits) == ("now", 9_000, 100)
    assert desk.read() == (155, 0)
    assert desk.account.anchor == desk.clock.now()
    desk.go_to("2027-03-20T11:59:59")
    assert desk.read() == (155, 0)
    desk.go_to("2027-03-20T12:00:00")
    assert desk.read() == (115, 0)
    desk.go_to("2027-03-20T13:00:00")
    desk.settle_renewals()
    assert (desk.states()[-1], desk.charged()) == ("completed", 4_000 + 9_000 + 9_000)
    desk.check()


def test_w4_two_upgrades_on_one_day() -> None:
    desk = subscriber("starter")
    desk.change("growth")
    desk.clock.instant += 1_000
    desk.change("agency")
    assert (desk.read(), desk.charged()) == ((440, 0), 37_000)
    desk.go_to("2027-02-28T12:00:01")
    assert desk.read() == (300, 0)
    desk.check()


def test_w4_a_change_counts_after_what_it_was_made_upon_also_while_a_clock_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X-30 asks which of two payments of one instant is the later: ids of one millisecond must not answer by chance."""
    desk = subscriber("starter")
    falling = iter(range(250, 0, -1))
    monkeypatch.setattr(type(desk.sales.entropy), "read", lambda _, count: bytes([next(falling)] * count))
    for plan_id, available in (("growth", 140), ("agency", 440)):
        desk.change(plan_id)
        assert (desk.plan, desk.read()) == (plan_id, (available, 0))
    desk.check()


def test_w1_is_57_an_upgrade_forfeits_the_rest_and_brings_free_credits_anew() -> None:
    desk = subscriber("plus", "insurestack", "2027-03-01T09:00:00")
    desk.top_up(50)
    desk.burn(25)
    assert desk.read() == (65, 0)
    desk.go_to("2027-03-15T09:00:00")
    assert desk.change("pro").charge_minor == 20_000
    assert desk.read() == (410, 0)
    desk.go_to("2027-04-15T09:00:00")
    assert desk.read() == (410, 0)
    desk.go_to("2027-04-15T10:00:00")
    desk.settle_renewals()
    assert desk.charged() == 2_900 + 20_000 + 20_000
    desk.check()


def test_w5_mk_40_unused_credits_become_money_and_what_was_burned_since_is_owed_first() -> None:
    desk = subscriber("core-10k", "make", "2027-01-30T12:00:00")
    desk.top_up(2_000)
    desk.burn(6_300)
    assert desk.read() == (5_700, 0)
    desk.go_to("2027-02-10T12:00:00")
    desk.gateway.let_card(desk.card, ASKS)
    with pytest.raises(CheckoutRequired) as asked:
        desk.change("pro-40k", "k")
    desk.burn(700)
    row = desk.purchases.rows["acme", str(asked.value.data["purchase_id"])]
    assert desk.gateway.pay_page(row.gateway_refs.invoice or "", desk.card)
    assert desk.settle(row).state == "completed"
    assert desk.read() == (39_300, 0)
    assert desk.change("pro-40k", "k").discount_minor == 513
    assert desk.charged() == 900 + 5_887
    desk.check()


def test_w11_mk_41_a_downgrade_now_carries_plan_and_purchased_credits_into_the_new_period() -> None:
    desk = subscriber("pro-40k", "make", "2027-03-10T12:00:00")
    desk.burn(28_000)
    desk.top_up(3_000)
    assert desk.read() == (15_000, 0)
    desk.go_to("2027-03-20T12:00:00")
    assert desk.change("core-10k").charge_minor == 900
    assert desk.read() == (25_000, 0)
    desk.go_to("2027-04-20T11:59:59")
    assert desk.read() == (25_000, 0)
    desk.go_to("2027-04-20T12:00:00")
    assert desk.read() == (10_000, 0)
    desk.check()


def test_is_58_a_scheduled_downgrade_is_charged_at_the_lower_price_and_can_be_taken_back() -> None:
    desk = subscriber("pro", "insurestack", "2027-03-15T09:00:00")
    done = desk.change("plus")
    assert (done.effect, done.charge_minor, done.purchase_id) == ("period_end", 0, None)
    desk.change("pro")
    assert desk.account.subscription is not None
    assert desk.account.subscription.next_plan is None
    with pytest.raises(NothingToResume):
        desk.change("pro")
    desk.change("plus")
    desk.go_to("2027-04-15T08:59:59")
    assert desk.read() == (360, 0)
    desk.go_to("2027-04-15T09:00:00")
    assert (desk.read(), desk.plan) == ((40, 0), "plus")
    desk.go_to("2027-04-15T10:00:00")
    desk.settle_renewals()
    assert (desk.states(), desk.charged()) == (["completed"], 20_000 + 2_900)
    desk.check()


def test_trap_25_an_upgrade_leaves_no_scheduled_change_and_renews_at_its_own_price() -> None:
    desk = subscriber("growth")
    desk.change("starter")
    desk.go_to("2027-02-10T12:00:00")
    desk.change("agency")
    desk.go_to("2027-03-10T13:00:00")
    desk.read()
    desk.settle_renewals()
    assert (desk.plan, desk.charged()) == ("agency", 9_000 + 24_000 + 24_000)
    desk.check()


def test_a_declined_card_changes_nothing_and_leaves_no_invoice_that_could_be_collected() -> None:
    desk = subscriber("starter")
    desk.burn(10)
    desk.gateway.let_card(desk.card, "insufficient_funds")
    with pytest.raises(PaymentFailed) as refused:
        desk.change("growth", "k")
    with pytest.raises(PaymentFailed):
        desk.change("growth", "k")
    row = desk.purchases.rows["acme", str(refused.value.data["purchase_id"])]
    assert (row.state, desk.plan, desk.read(), desk.collectable()) == ("failed", "starter", (30, 0), [])
    assert desk.account.subscription is not None
    assert desk.account.subscription.change is None
    desk.gateway.let_card(desk.card, None)
    desk.change("growth")
    assert desk.charged() == 4_000 + 9_000
    desk.check()


def test_trap_24_authentication_that_never_comes_leaves_the_old_plan_and_an_abandoned_row() -> None:
    desk = subscriber("starter")
    desk.gateway.let_card(desk.card, ASKS)
    with pytest.raises(CheckoutRequired) as asked:
        desk.change("growth")
    assert asked.value.data["checkout_url"]
    with pytest.raises(PlanChangePending):
        desk.change("agency")
    desk.go_to("2027-02-01T12:00:00")
    row = desk.purchases.rows["acme", str(asked.value.data["purchase_id"])]
    assert desk.settle(row).state == "abandoned"
    assert (desk.plan, desk.charged(), desk.collectable()) == ("starter", 4_000, [])
    desk.gateway.let_card(desk.card, None)
    assert desk.change("growth").charge_minor == 9_000
    desk.check()


def test_trap_1_x_25_an_upgrade_in_the_draft_hour_is_charged_once_and_the_renewal_never() -> None:
    desk = subscriber("plus", "insurestack", "2027-03-01T09:00:00")
    desk.go_to("2027-04-01T09:20:00")
    desk.burn(25)
    desk.change("pro")
    assert desk.read() == (345, 0), "15 of the period that nobody pays for are owed, and paid first"
    desk.go_to("2027-04-01T11:00:00")
    desk.settle_renewals()
    assert (desk.charged(), desk.states(), desk.collectable()) == (2_900 + 20_000, ["failed"], [])
    assert desk.read() == (345, 0)
    desk.check()


def test_trap_2_an_upgrade_while_past_due_replaces_the_open_renewal() -> None:
    desk = subscriber("plus", "insurestack", "2027-03-01T09:00:00")
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-04-01T10:30:00")
    desk.read()
    desk.settle_renewals()
    assert desk.account.subscription is not None
    assert desk.account.subscription.failed_start is not None
    desk.gateway.let_card(desk.card, None)
    desk.change("pro")
    assert desk.read() == (360, 0)
    desk.go_to("2027-04-15T10:30:00")
    desk.settle_renewals()
    assert (desk.charged(), desk.collectable(), desk.account.state) == (2_900 + 20_000, [], "active")
    desk.check()


@pytest.mark.parametrize("operation", ["change_plan", "note_change", "plan_price", "plan_invoices", "subscriptions"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_trap_33_a_lost_answer_is_asked_for_again_and_charged_once(operation: str, moment: str) -> None:
    desk = subscriber("starter")
    desk.gateway.later[operation] = [moment]
    try:
        desk.change("growth", "k")
    except Unavailable:
        done = desk.change("growth", "k")
        assert done.charge_minor == 9_000
    assert (desk.read(), desk.charged(), desk.live()) == ((140, 0), 13_000, [desk.sub])
    desk.check()


def test_from_a_plan_without_a_subscription_with_a_card_on_file_it_takes_effect_now() -> None:
    desk = subscriber("starter")
    desk.cancel()
    desk.go_to("2027-02-28T12:00:00")
    assert desk.plan == "none"
    assert desk.change("growth").charge_minor == 9_000
    assert (desk.read(), desk.charged(), len(desk.live())) == ((100, 0), 13_000, 1)
    desk.go_to("2027-03-28T13:00:00")
    desk.read()
    desk.settle_renewals()
    assert desk.charged() == 22_000
    desk.check()


def test_is_48_cancelled_it_ends_with_its_period_and_resumed_it_goes_on() -> None:
    desk = subscriber("growth", at="2027-02-20T12:00:00")
    for _ in range(20):
        desk.cancel()
        desk.resume()
    desk.go_to("2027-03-20T13:00:00")
    assert desk.read() == (100, 0)
    desk.settle_renewals()
    desk.cancel()
    desk.go_to("2027-04-20T11:59:59")
    assert (desk.plan, desk.read()) == ("growth", (100, 0))
    desk.go_to("2027-04-20T12:00:00")
    assert (desk.plan, desk.read()) == ("none", (0, 0))
    with pytest.raises(NothingToResume):
        desk.resume()
    desk.go_to("2027-08-01T12:00:00")
    assert (desk.charged(), desk.live()) == (2 * 9_000, [])
    desk.check()


def test_trap_16_a_cancellation_at_the_portal_is_followed_and_resume_clears_it() -> None:
    desk = subscriber("starter")
    desk.gateway.portal_cancel(desk.sub)
    assert desk.account.subscription is not None
    follow_subscription("acme", desk.sub, desk=desk.sales)
    assert desk.account.subscription.cancel_at == desk.gateway.plans.subs[desk.sub].period[1]
    desk.resume()
    assert desk.account.subscription.cancel_at is None
    assert desk.gateway.plans.subs[desk.sub].cancel_at is None


def test_trap_31_trap_13_cancelled_in_grace_it_ends_now_nothing_is_collected_and_what_was_burned_is_owed() -> None:
    desk = subscriber("starter")
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.burn(12)
    desk.cancel()
    assert (desk.plan, desk.read(), desk.collectable(), desk.live()) == ("none", (0, 12), [], [])
    desk.settle_renewals()
    desk.go_to("2027-06-01T12:00:00")
    assert (desk.charged(), desk.read()) == (4_000, (0, 12))
    desk.check()


def test_trap_4_cycling_through_plans_in_one_period_gains_no_credits_that_were_not_paid_for() -> None:
    """D28."""
    desk = subscriber("starter")
    desk.change("growth")
    desk.change("starter")
    desk.clock.instant += 1_000
    desk.change("agency")
    desk.change("growth")
    desk.change("agency")
    assert desk.charged() == 4_000 + 9_000 + 24_000
    assert desk.read() == (440, 0)


def test_a_page_paid_while_a_plan_runs_ends_in_one_subscription_that_renews_at_its_own_price() -> None:
    """Trap 20: without a card on file the change goes through a page, which makes another subscription."""
    desk = subscriber("starter")
    first = desk.sub
    desk.clock.instant += 1_000
    desk.subscribe("growth")
    assert (desk.plan, len(desk.live()), desk.sub != first) == ("growth", 1, True)
    desk.change("starter")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    assert (desk.plan, desk.charged()) == ("starter", 4_000 + 9_000 + 4_000)
    desk.check()


def test_other_orders_and_renewals_are_left_alone_when_a_plan_is_bought() -> None:
    """Only pages are ended: the row of a renewal says what its invoice says."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:10:00")
    desk.read()
    assert desk.states() == ["processing"]
    desk.subscribe("growth")
    assert desk.states() == ["processing"]
    desk.settle_renewals()
    assert (desk.states(), desk.charged()) == (["failed"], 13_000)


def test_a_change_that_waits_for_the_bank_can_be_abandoned_and_is_never_charged() -> None:
    desk = subscriber("starter")
    desk.gateway.let_card(desk.card, ASKS)
    with pytest.raises(CheckoutRequired) as asked:
        desk.change("growth")
    row = abandon_purchase("acme", str(asked.value.data["purchase_id"]), member("owner"), desk=desk.sales)
    assert (row.state, desk.collectable(), desk.plan) == ("abandoned", [], "starter")
    desk.gateway.let_card(desk.card, None)
    desk.change("growth")
    assert desk.charged() == 13_000
    desk.check()


def test_a_renewal_is_nothing_that_could_be_abandoned() -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:10:00")
    desk.read()
    (row,) = desk.renewals()
    assert abandon_purchase("acme", row.purchase_id, member("owner"), desk=desk.sales).state == "processing"
