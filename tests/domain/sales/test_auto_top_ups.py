"""Automatic purchase as pure tables: what a need comes to, what it costs, which bound refuses it, and what a record keeps."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import (
    AutoRecord,
    Claim,
    PaymentCard,
    Suspension,
    in_period,
    resumed,
    switched_off,
    switched_on,
    with_claim,
    with_claim_over,
)
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import Amount, AutoTopUp, TopUp, Trigger
from lotbook.domain.sales.auto_top_ups import (
    Charge,
    Need,
    automatic_lines,
    bounds_of,
    charge_of,
    decided,
    is_due,
    units_for,
)
from lotbook.domain.sales.cards import Card, CardFile, automatic_card, is_replaced, with_payment_pause_lifted
from lotbook.domain.values.money import in_minor, rounded_minor
from tests.fakes.accounts import a_policy, an_account
from tests.fakes.samples import account_on, instant, published

NOW = instant("2027-03-20T12:00:00Z")
MAKE = published("make").policy
ON = AutoRecord(enabled=True)


def make(plan: str = "pro-80k", auto: AutoRecord = ON, **changes: Any) -> Account:
    account = account_on("make", plan, anchor="2027-03-20T12:00:00Z")
    return replace(account, plan_billing="external", auto=auto, **changes)


def decision(account: Account, need: Need, policy: Policy = MAKE, at: int = NOW, is_on: bool = True) -> object:
    found = decided(policy, account, need, at, is_on=is_on)
    return (found.units, found.credits, found.total_minor) if isinstance(found, Charge) else found


def test_mk_23_x_27_11_70_for_10_000_at_9_00_a_10_000() -> None:
    charge = charge_of(MAKE, make("core-10k"), 1)
    assert [(line.description, line.amount_minor) for line in charge.lines] == [
        ("Credits, automatic purchase", 900),
        ("Surcharge", 270),
    ]
    assert charge.total_minor == 1_170


def test_w17_x_27_the_total_is_rounded_once_and_the_surcharge_is_what_is_left() -> None:
    """$1.00 a 70,000: 14.29 cents and 18.57 cents, so 14 and 5; rounded apart they would be 14 and 4."""
    plan = replace(MAKE.plan("pro-80k"), prices_minor={"usd": 100}, credits=70_000)
    policy = replace(MAKE, plans=(MAKE.plan("free"), plan))
    base, surcharge = automatic_lines(policy, plan, "usd")
    assert (base.amount_minor, surcharge.amount_minor) == (14, 5)


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd", "isk"])
def test_x_27_for_any_price_and_rate_the_lines_sum_to_the_one_rounding(currency: str) -> None:
    draw = random.Random(currency)
    for _ in range(300):
        price, rate = Decimal(draw.randrange(1, 10**6)).scaleb(-6), Decimal(draw.randrange(0, 200)).scaleb(-2)
        units = draw.randrange(1, 9)
        plan = Plan(plan_id="p", title="P", level=1, credits=10**6, prices_minor={}, auto_top_up_allowed=True)
        top_up = TopUp(mode="quantity", unit_prices={currency: price})
        policy = a_policy(plans=(plan,), top_up=top_up, auto_top_up=AutoTopUp(credits=100, surcharge_rate=rate))
        lines = automatic_lines(policy, plan, currency, units)
        exact = 100 * units * in_minor(price, currency) * (1 + Fraction(rate))
        assert sum(line.amount_minor for line in lines) == rounded_minor(exact, currency)
        assert all(line.amount_minor >= 0 for line in lines)


FIXED, SMALL = AutoTopUp(credits=10_000), AutoTopUp(amount=Amount(credits=500), trigger=Trigger(below=200))
TARGET = AutoTopUp(amount=Amount(up_to=5_000), trigger=Trigger(below=1_000))


@pytest.mark.parametrize(
    ("rule", "need", "due", "units"),
    [
        (FIXED, Need(0, 1), True, 1),
        (FIXED, Need(0), True, 1),  # used up
        (FIXED, Need(1), False, 1),
        (FIXED, Need(5, 5), False, 1),
        (FIXED, Need(5, 6), True, 1),
        (FIXED, Need(0, 10_000), True, 1),
        (FIXED, Need(0, 10_001), True, 2),
        (FIXED, Need(9_999, 20_000), True, 2),
        (FIXED, Need(10_000, 30_000), True, 2),
        (FIXED, Need(0, 1, debt=9_999), True, 1),
        (FIXED, Need(0, 1, debt=10_000), True, 2),  # what is owed is paid first
        (FIXED, Need(0, debt=7_000), True, 1),
        (FIXED, Need(0, debt=25_000), True, 3),
        (SMALL, Need(200), False, 1),
        (SMALL, Need(199), True, 1),
        (SMALL, Need(199, 700), True, 2),
        (TARGET, Need(1_000), False, 4),
        (TARGET, Need(999), True, 5),  # of 1,000: from 999 up to 5,000 and not below it
        (TARGET, Need(0), True, 5),
        (TARGET, Need(0, 7_500), True, 8),
        (TARGET, Need(400, debt=100), True, 5),
    ],
)
def test_x_06_x_07_when_a_purchase_is_due_and_how_many_units_it_is(
    rule: AutoTopUp, need: Need, due: bool, units: int
) -> None:
    assert (is_due(rule, need), units_for(rule, 1_000, need)) == (due, units)


def used(units: int, credits: int = 10_000, **changes: Any) -> AutoRecord:
    return replace(ON, period_start=NOW, used=units, used_credits=units * credits, spent_minor=units * 1_950, **changes)


CLAIM = Claim("pur_1", NOW, 1, 10_000, 1_950, NOW)
FAILED = Suspension("declined", NOW, "pur_1", PaymentCard("pm_1", "fp_1"), "pm_1")


@pytest.mark.parametrize(
    ("account", "need", "found"),
    [
        (make(), Need(0, 1), (1, 10_000, 1_950)),
        (make(auto=used(2)), Need(0, 1), (1, 10_000, 1_950)),  # MK-21
        (make(auto=used(7)), Need(0, 1), (1, 10_000, 1_950)),
        (make(auto=used(8)), Need(0, 1), "cap_reached"),  # MK-20
        (make(auto=used(7)), Need(0, 10_001), "shortfall_too_large"),  # all or nothing
        (make(auto=used(6)), Need(0, 10_001), (2, 20_000, 3_900)),
        (make(), Need(0, 80_001), "shortfall_too_large"),
        (make(auto=used(1, limit_minor=3_900)), Need(0, 1), (1, 10_000, 1_950)),
        (make(auto=used(1, limit_minor=3_899)), Need(0, 1), "limit_reached"),
        (make(auto=replace(ON, limit_minor=0)), Need(0, 1), "limit_reached"),
        (make(auto=AutoRecord()), Need(0, 1), "disabled"),
        (make(state="closed"), Need(0, 1), "disabled"),
        (make(auto=used(1, charge=CLAIM)), Need(0, 1), "charging"),
        (make(auto=used(0, suspended=FAILED)), Need(0, 1), "suspended"),
        (make(state="paused", pause_reason="by_hand", pause_reasons=("by_hand",)), Need(0, 1), "paused"),
        (make(state="paused", pause_reason="shortfall", pause_reasons=("shortfall",)), Need(0, 1), (1, 10_000, 1_950)),
        (make("free"), Need(0, 1), "plan_not_eligible"),  # MK-46
        (make("core-10k"), Need(0, 1), (1, 10_000, 1_170)),
        (make("core-10k-annual"), Need(0, 1), (1, 10_000, 1_170)),
        (make("teams-40k"), Need(0, 1), (1, 10_000, 3_120)),
        (make(currency="eur"), Need(0, 1), "plan_not_eligible"),
    ],
)
def test_mk_16_to_23_the_decision(account: Account, need: Need, found: object) -> None:
    assert decision(account, need) == found


def test_switched_off_everywhere_comes_before_every_other_reason() -> None:
    assert decision(make(auto=AutoRecord()), Need(0, 1), is_on=False) == "switched_off_everywhere"


@pytest.mark.parametrize(
    ("plan", "cap"), [("core-10k", 1), ("pro-40k", 4), ("pro-80k", 8), ("teams-80k", 8), ("core-10k-annual", 1)]
)
def test_w16_x_05_the_cap_is_exact_whatever_the_steps(plan: str, cap: int) -> None:
    account, bought = make(plan), 0
    for _ in range(2 * cap):
        if isinstance(found := decided(MAKE, account, Need(0, 1), NOW, is_on=True), Charge):
            bounds = bounds_of(MAKE, account, NOW)
            claim = Claim(f"pur_{bought}", NOW, found.units, found.credits, found.total_minor, bounds.start)
            record = with_claim_over(with_claim(bounds.record, claim), claim.purchase_id, gives_back=False)
            account, bought = replace(account, auto=record), bought + 1
    assert bought == cap


def test_mk_19_a_policy_that_changes_the_size_of_a_unit_lets_no_more_credits_through() -> None:
    """Six of 10,000 were bought; now a unit has 25,000 credits: 20,000 are left, which is none."""
    rule = MAKE.auto_top_up
    assert rule is not None
    policy = replace(MAKE, auto_top_up=replace(rule, credits=25_000))
    assert decision(make(auto=used(6)), Need(0, 1), policy) == "cap_reached"
    smaller = replace(MAKE, auto_top_up=replace(rule, credits=5_000))
    assert bounds_of(smaller, make(auto=used(6)), NOW).units_left == 4


def test_mk_22_counters_begin_anew_with_the_credit_period_and_never_with_a_clock_that_is_behind() -> None:
    account = make(auto=used(8))
    april = instant("2027-04-20T12:00:00Z")
    assert decision(account, Need(0, 1), at=april - 1) == "cap_reached"
    assert decision(account, Need(0, 1), at=april) == (1, 10_000, 1_950)
    assert in_period(used(8), NOW - 1) == used(8)
    annual = make("teams-80k-annual", auto=used(8))
    assert decision(annual, Need(0, 1), at=april) == (1, 10_000, 2_990), "each month inside a year"


def test_d30_a_reservation_comes_back_once_and_only_to_its_own_period() -> None:
    record = with_claim(used(2), CLAIM)
    assert (record.used, record.used_credits, record.spent_minor) == (3, 30_000, 5_850)
    with pytest.raises(ValueError, match="second claim"):
        with_claim(record, replace(CLAIM, purchase_id="pur_2"))
    assert with_claim_over(record, "pur_2", gives_back=True) == record
    back = with_claim_over(record, "pur_1", gives_back=True)
    assert back == used(2) == with_claim_over(back, "pur_1", gives_back=True)
    assert with_claim_over(record, "pur_1", gives_back=False) == used(3)
    april = in_period(record, NOW + 1)
    assert (april.used, april.charge) == (0, CLAIM), "the claim goes on, its period's counters do not"
    assert with_claim_over(replace(april, used=2), "pur_1", gives_back=True).used == 2


def test_x_09_mk_28_the_switch_is_counted_and_a_claim_survives_it() -> None:
    on = switched_on(AutoRecord(), card="pm_1")
    assert (on.enabled, on.card, on.switches, on.may_buy) == (True, "pm_1", 1, True)
    off = switched_off(with_claim(in_period(on, NOW), CLAIM), "by_hand")
    assert (off.enabled, off.charge, off.off_reason, off.switches, off.may_buy) == (False, CLAIM, "by_hand", 2, False)
    assert switched_off(off, "no_card") == off
    assert switched_on(off, card=None).off_reason is None


def card(name: str, number: str | None = None) -> Card:
    return Card(name, "visa", "4242", "2034-12", NOW, number)


def file(default: str | None, *cards: Card) -> CardFile:
    return CardFile(cards, default)


FIRST, AGAIN, OTHER = card("pm_1", "fp_1"), card("pm_9", "fp_1"), card("pm_2", "fp_2")


@pytest.mark.parametrize(
    ("chosen", "found", "replaced"),
    [
        (None, file("pm_1", FIRST), False),
        (None, file("pm_9", AGAIN), False),  # A7: the same number
        (None, file("pm_9", AGAIN, FIRST), False),
        (None, file("pm_2", OTHER, FIRST), True),
        (None, file("pm_1", OTHER, FIRST), False),  # another one is there, and is not the default
        (None, file(None), False),
        ("pm_1", file("pm_1", FIRST), False),
        ("pm_1", file("pm_2", OTHER, FIRST), True),  # it has become the default since
        ("pm_2", file("pm_1", OTHER, FIRST), True),  # it was chosen for this
        ("pm_9", file("pm_1", AGAIN, FIRST), False),
    ],
)
def test_a7_what_counts_as_another_card(chosen: str | None, found: CardFile, replaced: bool) -> None:
    record = replace(ON, card=chosen, suspended=FAILED)
    assert is_replaced(record, found) is replaced


def test_a_card_that_was_chosen_and_failed_while_another_was_the_default_waits_for_the_buyer() -> None:
    """Nobody has changed anything yet: the default was there before."""
    record = replace(ON, card="pm_1", suspended=replace(FAILED, default="pm_2"))
    assert not is_replaced(record, file("pm_2", OTHER, FIRST))
    assert is_replaced(record, file("pm_2", OTHER)), "the buyer has removed the one that failed"
    assert resumed(record).card is None
    assert automatic_card(record, file("pm_2", OTHER, FIRST)) == FIRST


def test_mk_26_another_card_lifts_suspension_and_pause_together_and_no_other_pause() -> None:
    both = ("shortfall", "payment_failed")
    account = replace(
        make(auto=replace(ON, suspended=FAILED), failed_payment_method="pm_1", failed_at=NOW),
        state="paused",
        pause_reason="shortfall",
        pause_reasons=both,
    )
    assert with_payment_pause_lifted(account, file("pm_9", AGAIN)) == account
    lifted = with_payment_pause_lifted(account, file("pm_2", OTHER))
    assert (lifted.pause_reasons, lifted.auto, lifted.failed_payment_method) == (("shortfall",), ON, None)
    assert with_payment_pause_lifted(an_account(), file("pm_2", OTHER)) == an_account()
