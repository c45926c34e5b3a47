"""Plans that renew in the order summary: what is frozen with it, and whether it can be bought now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.subscriptions import BillingPeriod, PeriodState, Subscription
from lotbook.domain.plans.moving import Present
from lotbook.domain.plans.unused import UnusedLot
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Convert
from lotbook.domain.sales.items import PlanItem, PlanPart
from lotbook.domain.sales.offers import offers
from lotbook.domain.sales.quotes import Quote, quote
from tests.fakes.samples import OWNER, account_on, instant, published, quoted

NOW = instant("2027-04-15T12:00:00Z")
START, END = instant("2027-04-01T00:00:00Z"), instant("2027-05-01T00:00:00Z")


def subscriber(name: str, plan_id: str, state: PeriodState | None = "paid", **changes: Any) -> Account:
    """An account whose plan the gateway bills, with its running period decided so."""
    periods = () if state is None else (BillingPeriod(START, END, plan_id, state, "pur_1"),)
    record = Subscription("sub_1", "si_1", plan_id, 1, "price_1", 900, START, "pur_1", periods)
    account = replace(account_on(name, plan_id, anchor="2027-04-01T00:00:00Z"), plan_billing="stripe", plan_renews=True)
    return replace(account, subscription=replace(record, **changes))


def with_upgrade(name: str, **changes: Any) -> Policy:
    """A sample policy with other rules of an upgrade."""
    policy = published(name).policy
    rules = replace(policy.plan_change, upgrade=replace(policy.plan_change.upgrade, **changes))
    return replace(policy, plan_change=rules)


def ordered(policy: Policy, account: Account, plan_id: str, *lots: UnusedLot) -> Quote:
    """The quote of a plan under a policy."""
    return quote(Present(policy, account, lots, NOW), PlanItem(plan_id), OWNER)


def lot(kind: str, credits: int, purchase: str | None = None, unit: str = "credits") -> UnusedLot:
    """Unused credits."""
    rank = {"plan": 2, "purchased": 3}[kind]
    name: Any = kind
    return UnusedLot(
        lot_id=f"{unit}_{kind}",
        unit=unit,
        kind=name,
        credits=credits,
        rank=rank,
        expires_at=None,
        created_at=1,
        purchase_id=purchase,
    )


@pytest.mark.parametrize(("plan_id", "months", "price"), [("core-10k", 1, 900), ("core-10k-annual", 12, 10_800)])
def test_is_17_mk_13_the_plan_in_an_order_says_what_one_interval_costs(plan_id: str, months: int, price: int) -> None:
    made = quoted("make", "free", PlanItem(plan_id))
    assert made.plan == PlanPart(plan_id, 10_000, 0, months, price)
    assert made.total_minor == price


def test_x_30_the_move_names_the_subscription_that_it_changes_and_none_where_it_makes_one() -> None:
    policy = published("insurestack").policy
    moves = [
        ordered(policy, account, "pro").move
        for account in (
            subscriber("insurestack", "plus"),
            subscriber("insurestack", "plus", ended_at=START),
            account_on("insurestack", "plus"),
        )
    ]
    assert [move and (move.kind, move.subscription, move.item) for move in moves] == [
        ("upgrade", "sub_1", "si_1"),
        ("upgrade", None, None),
        ("upgrade", None, None),
    ]


def test_x_24_companions_that_follow_are_frozen_with_the_order() -> None:
    lots = (lot("plan", 3_700), lot("purchased", 2_000, "p"), lot("purchased", 1_000, "p", "data_transfer_mb"))
    move = ordered(published("make").policy, subscriber("make", "core-10k"), "pro-40k", *lots).move
    assert move is not None
    assert [(each.unit, each.credits) for each in move.converted] == [
        ("credits", 3_700),
        ("credits", 2_000),
        ("data_transfer_mb", 1_000),
    ]


@pytest.mark.parametrize(("state", "off"), [("paid", 513), (None, 180), ("void", 180)])
def test_x_25_credits_of_a_period_that_nobody_has_paid_for_are_no_money(state: PeriodState | None, off: int) -> None:
    """The period's provisional credits go with its invoice; what was bought apart counts."""
    lots = (lot("plan", 3_700), lot("purchased", 2_000, "p"))
    made = ordered(published("make").policy, subscriber("make", "core-10k", state), "pro-40k", *lots)
    assert made.move is not None
    assert (made.move.discount_minor, made.allowed) == (off, True)


@pytest.mark.parametrize(("state", "reason"), [("paid", None), (None, "plan_not_eligible")])
def test_x_25_a_policy_may_refuse_to_leave_a_plan_whose_renewal_is_unpaid(
    state: PeriodState | None, reason: str | None
) -> None:
    policy = with_upgrade("make", during_unpaid_renewal="refuse")
    assert ordered(policy, subscriber("make", "core-10k", state), "pro-40k").reason == reason


def test_one_change_at_a_time_is_under_way() -> None:
    account = subscriber("make", "core-10k", change="pur_9")
    assert ordered(published("make").policy, account, "pro-40k").reason == "plan_change_pending"
    shown = offers(published("make"), account, OWNER, NOW).plans
    assert {plan.reason for plan in shown if plan.change == "upgrade"} == {"plan_change_pending"}


def test_is_58_mk_41_what_waits_for_the_period_end_is_no_purchase_and_what_counts_now_is() -> None:
    make, insurestack = subscriber("make", "pro-40k"), subscriber("insurestack", "pro")
    assert ordered(published("make").policy, make, "core-10k").reason is None
    assert ordered(published("insurestack").policy, insurestack, "plus").reason == "plan_not_eligible"
    assert ordered(published("make").policy, make, "free").reason == "plan_not_eligible"


def test_x_14_a_term_is_not_sold_in_the_place_of_a_plan_that_renews() -> None:
    """Nothing would end the subscription."""
    policy = published("insurestack").policy
    plans = tuple(
        replace(plan, interval="term", term_days=30) if plan.plan_id == "pro" else plan for plan in policy.plans
    )
    mixed = replace(policy, plans=plans)
    assert ordered(mixed, subscriber("insurestack", "plus"), "pro").reason == "plan_purchase_not_available"
    assert ordered(mixed, account_on("insurestack", "payg"), "pro").reason is None


def test_w14_lines_of_several_prices_add_up_to_the_value_that_was_rounded_once() -> None:
    policy = with_upgrade("make", convert=Convert(price="lower_of_paid_and_plan"))
    cheap = replace(lot("purchased", 10_005, "p"), paid_each=policy.top_up.companions[0].per_credit / 1_000)
    made = ordered(policy, subscriber("make", "core-10k"), "pro-40k", lot("plan", 5), cheap)
    assert [(line.quantity, line.amount_minor) for line in made.lines[1:]] == [(10_005, -501)]
    assert made.move is not None
    assert made.move.discount_minor == 501
    assert made.subtotal_minor == 6_400 - 501


def test_np_18_x_16_tax_is_taken_on_what_is_left_after_the_discount() -> None:
    policy = replace(published("make").policy, taxes=(replace(published("9pic").policy.taxes[0], currency="usd"),))
    made = ordered(policy, subscriber("make", "core-10k"), "pro-40k", lot("plan", 5_700))
    assert (made.subtotal_minor, made.tax and made.tax.amount_minor, made.total_minor) == (5_887, 1_060, 6_947)
