"""The switch, its preview and its limit; the other ways to charge and to count; and what goes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.news.auto_news import of_account
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.top_ups import Amount, AutoTopUp, Trigger
from lotbook.domain.sales.cards import CardFile, with_cards_seen
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import (
    AccountClosed,
    AccountNotFound,
    AmountNotChargeable,
    Forbidden,
    NotEligible,
    PaymentMethodNotFound,
    PaymentMethodRequired,
    TopUpPending,
)
from lotbook.usecases.automatic.switch import SwitchRequest, history, read, switch
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.cards import remove_card
from tests.fakes.automating import CUSTOMER, UNIT, Automating
from tests.fakes.samples import member, published
from tests.fakes.subscription_records import ASKS

MAKE = published("make").policy


def with_rule(rule: AutoTopUp, policy: Policy = MAKE) -> Policy:
    return replace(policy, auto_top_up=rule)


def test_mk_25_a8_without_a_card_on_file_it_cannot_be_switched_on() -> None:
    """A card that only paid was not kept, so it is none."""
    desk = Automating(on=False)
    desk.gateway.detach(desk.card)
    with pytest.raises(PaymentMethodRequired):
        desk.switch()
    assert desk.account.auto is None


def test_the_preview_shows_price_cap_and_bounds_before_it_is_on() -> None:
    desk = Automating(on=False)
    view = read("acme", desk=desk.desk)
    assert (view.enabled, view.credits, view.next_charge_minor, view.cap, view.used) == (False, UNIT, 1_950, 8, 0)
    assert (view.state, view.suspended, view.limit_minor, view.currency) == ("ready", None, None, "usd")
    assert desk.account.auto is None


@pytest.mark.parametrize("plan", ["free", "enterprise"])
def test_mk_46_x_05_a_plan_that_is_not_eligible_cannot_switch_it_on(plan: str) -> None:
    desk = Automating(plan, on=False)
    with pytest.raises(NotEligible) as refusal:
        desk.switch()
    assert refusal.value.code == "plan_not_eligible"


def test_a_unit_below_the_gateways_least_amount_cannot_be_switched_on() -> None:
    desk = Automating("core-10k", policy=with_rule(AutoTopUp(credits=300)), on=False)
    with pytest.raises(AmountNotChargeable) as refusal:
        desk.switch()
    assert refusal.value.data == {"min_minor": 50, "max_minor": 99_999_999}


def test_only_members_who_may_buy_switch() -> None:
    desk = Automating(on=False)
    service = Caller("service", "key-1", scopes=frozenset({"purchases:write"}))
    for caller in (member("member"), member("operator"), service):
        with pytest.raises(Forbidden):
            switch(SwitchRequest("acme", enabled=True), caller, desk=desk.desk)


def test_a_closed_account_is_not_switched_on() -> None:
    desk = Automating(on=False, state="closed")
    with pytest.raises(AccountClosed):
        desk.switch()


def test_a_card_that_is_not_on_file_is_not_taken() -> None:
    desk = Automating(on=False)
    with pytest.raises(PaymentMethodNotFound):
        desk.switch(payment_method="pm_of_another")


def test_the_chosen_card_is_charged_and_not_the_default() -> None:
    desk = Automating(on=False)
    other = desk.gateway.put_on_file(CUSTOMER, desk.clock.now(), fingerprint="fp_2")
    desk.switch(payment_method=other)
    desk.use(80_000)
    desk.use(1)
    row = desk.charge()
    assert (row.auto and row.auto.card, row.auto and row.auto.fingerprint) == (other, "fp_2")


def test_limit_minor_null_lifts_it_and_left_out_it_stays() -> None:
    desk = Automating(on=False)
    assert desk.switch(limit=5_000).limit_minor == 5_000
    assert desk.switch().limit_minor == 5_000
    assert desk.switch(enabled=False).limit_minor == 5_000
    assert desk.switch(limit=None).limit_minor is None


def test_mk_28_off_and_on_again_counts_from_where_it_was() -> None:
    """Else the cap could be had twice."""
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(UNIT)
    desk.charge()
    desk.switch(enabled=False)
    desk.switch()
    assert desk.refused(1) == "insufficient_credits"
    assert desk.history.reasons() == ["bought", "cap_reached"]


def test_switching_off_what_was_never_on_writes_nothing() -> None:
    desk = Automating(on=False)
    assert not desk.switch(enabled=False).enabled
    assert desk.account.auto is None


def test_another_card_in_the_switch_resumes_what_the_first_one_failed() -> None:
    desk = Automating(on=False)
    desk.switch()
    other = desk.gateway.put_on_file(CUSTOMER, desk.clock.now(), fingerprint="fp_2")  # and not the default
    desk.gateway.plans.does[desk.card] = "generic_decline"
    desk.use(80_000)
    desk.use(2_000)
    desk.charge()
    assert desk.switch().state == "suspended", "the same card again is no other card"
    assert desk.switch(payment_method=other).state == "ready"
    assert desk.account.state == "active"
    done = desk.work()
    assert done is not None
    assert (done.state, desk.has()) == ("completed", (UNIT - 2_000, 0))


def test_the_view_says_charging_and_suspended_with_the_banks_page() -> None:
    desk = Automating()
    desk.gateway.plans.does[desk.card] = ASKS
    desk.use(80_000)
    desk.use(1)
    charging = read("acme", desk=desk.desk)
    assert (charging.state, charging.used, charging.spent_minor) == ("charging", 1, 1_950)
    desk.charge()
    waits = read("acme", desk=desk.desk)
    assert waits.suspended is not None
    assert (waits.suspended.code, waits.suspended.page_url) == ("authentication_required", "https://pay.example/in_1")


def test_the_history_is_paged_newest_first() -> None:
    desk = Automating()
    desk.use(80_000)
    for _ in range(3):
        desk.use(UNIT)
        desk.charge()
    first, after = history("acme", 2, None, desk=desk.desk)
    rest, end = history("acme", 2, after, desk=desk.desk)
    assert [each.purchase_id for each in (*first, *rest)] == [row.purchase_id for row in reversed(desk.rows())]
    assert ([each.amount_minor for each in first], end) == ([1_950, 1_950], None)
    with pytest.raises(AccountNotFound):
        history("nobody", 2, None, desk=desk.desk)


# --- wait -------------------------------------------------------------------------------------------------------------


def waiting() -> Automating:
    rule = MAKE.auto_top_up
    assert rule is not None
    return Automating(policy=with_rule(replace(rule, while_charging="wait")))


def test_x_08_a_policy_that_waits_answers_402_until_the_payment_is_there() -> None:
    desk = waiting()
    desk.use(80_000)
    for number in range(5):
        with pytest.raises(TopUpPending) as refusal:
            desk.use(1, key=f"k-{number}")
        assert refusal.value.data == {"retry_after_seconds": 5}
    assert len(desk.rows()) == 1
    assert desk.has() == (0, 0)
    desk.charge()
    assert desk.use(1, key="k-0") == UNIT - 1
    assert desk.history.reasons() == ["charging", "bought"]
    desk.audited()


def test_x_08_waiting_lends_nothing_so_a_decline_leaves_no_debt() -> None:
    desk = waiting()
    desk.gateway.plans.does[desk.card] = "generic_decline"
    desk.use(80_000)
    assert desk.refused(1) == "top_up_pending"
    desk.charge()
    assert (desk.states(), desk.has(), desk.bounds()) == (["failed"], (0, 0), (0, 0, 0))
    assert desk.refused(1) == "account_paused"


def test_a_replay_while_a_payment_is_waited_for_is_answered_from_the_ledger() -> None:
    desk = waiting()
    desk.use(79_000, key="first")
    desk.use(1_000)
    assert desk.refused(1) == "top_up_pending"
    assert desk.use(79_000, key="first") == 1_000


# --- thresholds and targets -------------------------------------------------------------------------------------------

BELOW = AutoTopUp(amount=Amount(credits=5_000), trigger=Trigger(below=2_000))
UP_TO = AutoTopUp(amount=Amount(up_to=10_000), trigger=Trigger(below=4_000))


def test_a_threshold_buys_before_the_account_is_empty() -> None:
    desk = Automating(policy=with_rule(BELOW))
    desk.use(78_000)
    assert desk.work() is None
    desk.use(1)
    done = desk.work()
    assert done is not None
    assert (done.credits, desk.has()) == (5_000, (6_999, 0))
    assert desk.work() is None


def test_a_target_fills_up_to_it_in_steps_and_never_past_the_plans_credits() -> None:
    desk = Automating("core-10k", policy=with_rule(UP_TO))
    desk.use(6_500)
    done = desk.work()
    assert done is not None
    assert (done.credits, desk.has()) == (7_000, (10_500, 0))
    assert desk.bounds()[:2] == (7, 7_000)
    desk.use(7_000)
    assert desk.work() is None, "7,000 more would be 14,000 of a plan of 10,000"
    assert desk.history.reasons() == ["bought", "shortfall_too_large"]


def test_a_burn_beyond_a_target_is_bought_whole() -> None:
    desk = Automating(policy=with_rule(UP_TO))
    desk.use(80_000)
    assert desk.use(25_500) == 500
    assert desk.charge().credits == 26_000


# --- what goes back ---------------------------------------------------------------------------------------------------


def bought(burned: int) -> Automating:
    desk = Automating()
    desk.use(80_000)
    desk.use(burned)
    desk.charge()
    return desk


@pytest.mark.parametrize(("burned", "left"), [(0, (0, 0)), (4_000, (0, 4_000))])
def test_a9_money_that_went_back_at_the_dashboard_takes_the_credits_like_any(
    burned: int, left: tuple[int, int]
) -> None:
    desk = bought(burned + 1)
    row = desk.rows()[0]
    desk.gateway.send_back(row.gateway_refs.payment_intent or "")
    assert follow_money_back("acme", row.purchase_id, desk=desk.sales).state == "refunded"
    assert desk.has() == (left[0], left[1] + 1)
    assert desk.bounds() == (1, UNIT, 1_950), "the period has bought it"
    desk.audited()


def test_a9_a_dispute_freezes_what_is_left_and_a_lost_one_takes_it() -> None:
    desk = bought(4_000)
    row = desk.rows()[0]
    payment = row.gateway_refs.payment_intent or ""
    desk.gateway.dispute(payment)
    assert follow_money_back("acme", row.purchase_id, desk=desk.sales).state == "disputed"
    assert desk.has() == (0, 0)
    desk.gateway.change_dispute(payment, "lost")
    follow_money_back("acme", row.purchase_id, desk=desk.sales)
    assert desk.has() == (0, 4_000)


def test_a_plan_that_costs_something_else_in_the_same_period_is_charged_at_its_own_price() -> None:
    """The cap of a bigger plan leaves room again; what the period has used stays."""
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(UNIT)
    desk.charge()
    assert desk.refused(1) == "insufficient_credits"
    desk.accounts.save(replace(desk.account, plan_id="pro-40k"))
    assert desk.use(1) == UNIT - 1
    assert desk.bounds() == (2, 2 * UNIT, 1_170 + 2_080)


def test_f8_without_a_card_it_goes_off_when_that_is_known_with_one_event_and_one_mail() -> None:
    for by in ("route", "event"):
        desk = Automating()
        before = desk.account
        if by == "route":
            remove_card("acme", desk.card, member("admin"), desk=desk.sales)
        else:
            desk.gateway.detach(desk.card)
            desk.look()
        view = read("acme", desk=desk.desk)
        assert (view.enabled, view.off_reason, desk.flag()) == (False, "no_card", False), by
        switched = [(told.kind, told.detail["reason"]) for told in of_account(before, desk.account, 0)]
        assert switched == [("auto_top_up.switched", "no_card")], by
        after = desk.account
        desk.use(80_000)
        assert desk.refused(1) == "insufficient_credits", by
        desk.work()
        desk.look()
        assert (desk.account, desk.rows(), desk.history.reasons()) == (after, [], ["no_card"]), by


def test_f8_whoever_switches_on_with_a_new_card_is_not_switched_off_by_an_older_look() -> None:
    desk = Automating()
    for on in (replace(desk.record, card="pm_new"), replace(desk.record, switches=desk.record.switches + 2)):
        account = replace(desk.account, auto=on)
        assert with_cards_seen(account, CardFile(), desk.record).auto == on


def test_f8_the_default_follows_a_chosen_card_that_is_gone() -> None:
    desk = Automating(on=False)
    other = desk.gateway.put_on_file(CUSTOMER, desk.clock.now(), fingerprint="fp_2")
    assert desk.switch(payment_method=other).card == other
    remove_card("acme", other, member("admin"), desk=desk.sales)
    view = read("acme", desk=desk.desk)
    assert (view.enabled, view.card) == (True, None)
    desk.use(80_000)
    desk.use(1)
    row = desk.charge()
    assert row.auto is not None
    assert row.auto.card == desk.card
