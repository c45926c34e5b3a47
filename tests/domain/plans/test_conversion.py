"""Credits as money: the worked figures of a change of plan, to the cent and to the credit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.plans.carrying import Carried, carried
from lotbook.domain.plans.changes import change_of
from lotbook.domain.plans.conversion import Bill, Conversion, DiscountPart, Unused, convert, follows
from lotbook.domain.plans.unused import MAX_LOTS_MOVED
from lotbook.domain.policy.plans import Convert
from tests.domain.plans.conversions import DATA, LEAST, POLICY, UNIT, converted, lot, taken_of


def test_w5_mk_40_plan_and_extra_credits_become_money_at_the_present_plans_price() -> None:
    plan, extra = lot("plan", 3_700), lot("purchased", 2_000)
    found = converted("core-10k", "pro-40k", plan, extra)
    assert (found.credits, found.discount_minor, 6_400 - found.discount_minor) == (5_700, 513, 5_887)
    assert found.parts == (DiscountPart(5_700, Decimal("0.0009"), 513),)
    assert (taken_of(found, plan), taken_of(found, extra)) == (3_700, 2_000)


@pytest.mark.parametrize(("left", "off"), [(5_555, 500), (5, 0), (6, 1), (5_550, 500), (5_549, 499), (0, 0)])
def test_w6_the_value_is_rounded_once_half_up_and_what_is_worth_nothing_is_gone_all_the_same(
    left: int, off: int
) -> None:
    found = converted("core-10k", "pro-40k", lot("plan", left))
    assert (found.credits, found.discount_minor) == (left, off)


def test_w6_two_lots_are_not_rounded_apart() -> None:
    """5 + 5 credits are 0.9 of a cent: one cent; each alone is none."""
    assert converted("core-10k", "pro-40k", lot("plan", 5), lot("purchased", 5)).discount_minor == 1


def test_w7_x_20_no_more_is_converted_than_the_price_needs_and_the_rest_stays() -> None:
    plan, extra = lot("plan", 10_000), lot("purchased", 80_000)
    found = converted("core-10k", "pro-40k", plan, extra)
    assert (found.credits, found.discount_minor) == (71_111, 6_400)
    assert taken_of(found, plan) == 10_000, "in burn order"
    assert extra.credits - taken_of(found, extra) == 18_889


@pytest.mark.parametrize(
    ("left", "credits", "off"),
    [
        (70_555, 70_555, 6_350),  # exactly the least amount is due
        (70_561, 70_561, 6_350),  # 6,350.49 is the same amount: worth less than the price, all of it goes
        (70_562, 70_555, 6_350),  # 6,350.58: 49 cents would be left
        (71_000, 70_555, 6_350),  # ten cents would be left to pay
        (71_105, 70_555, 6_350),  # 6,399.45: one cent would be left
        (71_106, 71_106, 6_400),  # 6,399.54 is the whole price
        (71_111, 71_111, 6_400),
        (71_112, 71_111, 6_400),
    ],
)
def test_w8_x_20_nothing_or_at_least_the_least_amount_is_due(left: int, credits: int, off: int) -> None:
    found = converted("core-10k", "pro-40k", lot("purchased", left))
    assert (found.credits, found.discount_minor) == (credits, off)
    assert 6_400 - found.discount_minor in (0, LEAST)


def test_w9_x_21_what_was_paid_for_a_credit_does_not_count() -> None:
    bought_automatically = lot("purchased", 10_000, paid_each="0.00117")
    assert converted("core-10k", "pro-40k", bought_automatically).discount_minor == 900


def test_w10_x_22_months_of_a_year_that_were_paid_for_and_will_not_come_are_unused_too() -> None:
    found = converted("core-10k-annual", "pro-40k-annual", lot("plan", 10_000), to_come=9 * 10_000)
    assert (found.credits, found.discount_minor, 76_800 - found.discount_minor) == (100_000, 9_000, 67_800)
    assert found.left_to_come == ()
    assert converted("core-10k-annual", "pro-40k-annual", lot("plan", 10_000)).discount_minor == 900


def test_w11_x_23_a_downgrade_carries_what_is_left_and_takes_nothing_off() -> None:
    change = change_of(POLICY, POLICY.plan("pro-40k"), POLICY.plan("core-10k"), "usd")
    found = carried((lot("plan", 12_000), lot("purchased", 3_000)), change, UNIT)
    assert found == Carried(plan=12_000, purchased=3_000)
    assert POLICY.plan("core-10k").credits + found.plan + found.purchased == 25_000
    assert not change.converts


def test_w12_month_to_year_of_the_same_plan_is_an_upgrade() -> None:
    found = converted("pro-40k", "pro-40k-annual", lot("plan", 12_000))
    assert (found.discount_minor, 76_800 - found.discount_minor) == (1_920, 74_880)


@pytest.mark.parametrize(
    ("wanted", "left", "credits", "off"), [("pro-40k", 71_111, 71_111, 6_400), ("teams-40k", 60_000, 60_000, 5_400)]
)
def test_w14_the_published_rule_lets_cheap_credits_pay_for_a_dearer_plan(
    wanted: str, left: int, credits: int, off: int
) -> None:
    found = converted("core-10k", wanted, lot("purchased", left, paid_each="0.0009"))
    assert (found.credits, found.discount_minor) == (credits, off)


def test_w14_a_policy_may_count_what_was_paid_where_that_is_less() -> None:
    """A promotion's half price is worth its half; a dear automatic purchase is worth the plan's price."""
    lots = (
        lot("plan", 1_000),
        lot("purchased", 10_000, paid_each="0.00045"),
        lot("purchased", 10_000, paid_each="0.00117"),
    )
    found = converted("core-10k", "pro-40k", *lots, rule=Convert(price="lower_of_paid_and_plan"))
    assert found.discount_minor == 90 + 450 + 900
    assert found.parts == (
        DiscountPart(11_000, Decimal("0.0009"), 990),
        DiscountPart(10_000, Decimal("0.00045"), 450),
    )


def test_x_20_what_the_price_does_not_need_may_be_forfeit() -> None:
    plan, extra = lot("plan", 10_000), lot("purchased", 80_000)
    found = converted("core-10k", "pro-40k", plan, extra, rule=Convert(rest="forfeit"))
    assert (found.credits, found.discount_minor) == (71_111, 6_400)
    assert (taken_of(found, plan), taken_of(found, extra)) == (10_000, 80_000)


def test_x_20_x_22_months_to_come_that_the_price_does_not_need_are_left_to_be_carried() -> None:
    """Plan credits come before bought ones in the burn order; they have no lot to stay in."""
    plan, extra = lot("plan", 10_000), lot("purchased", 5_000)
    found = converted("core-10k-annual", "pro-40k", plan, extra, to_come=90_000)
    assert (found.credits, found.discount_minor, left(found)) == (71_111, 6_400, 28_889)
    assert (taken_of(found, plan), taken_of(found, extra)) == (10_000, 0)
    lost = converted("core-10k-annual", "pro-40k", plan, extra, to_come=90_000, rule=Convert(rest="forfeit"))
    assert lost.left_to_come == ()


def left(found: Conversion) -> int:
    """Credits of months to come that the price did not need."""
    return sum(each.credits for each in found.left_to_come)


def test_x_20_prices_above_a_unit_of_money_meet_the_amount_with_one_credit_more() -> None:
    """70 cents a credit, $90.00: 128 credits leave 40 cents, less than can be charged; 129 are cut to the price."""
    change = change_of(POLICY, POLICY.plan("core-10k"), POLICY.plan("pro-40k"), "usd")
    unused = Unused(unit=UNIT, lots=(lot("plan", 200),), price=Decimal("0.7"))
    found = convert(unused, change, Convert(), Bill(price_minor=9_000, least_minor=LEAST, currency="usd"))
    assert (found.credits, found.discount_minor) == (129, 9_000)


def test_mk_40_one_change_moves_a_bounded_number_of_lots_and_the_last_in_burn_order_stay() -> None:
    """An order is one item of the table."""
    lots = [lot("purchased", 10) for _ in range(MAX_LOTS_MOVED + 1)]
    found = converted("core-10k", "pro-40k", *lots)
    assert (found.credits, len(found.taken)) == (10 * MAX_LOTS_MOVED, MAX_LOTS_MOVED)
    assert taken_of(found, lots[-1]) == 0


def test_mk_40_free_and_promotional_credits_are_not_money() -> None:
    found = converted("core-10k", "pro-40k", lot("free", 1_000), lot("promotional", 1_000))
    assert (found.taken, found.discount_minor) == ((), 0)


# --- companions (X-24) -----------------------------------------------------------------------------------------------


def test_x_24_mk_05_what_was_converted_leaves_no_companions_behind() -> None:
    extra, data = lot("purchased", 2_000, purchase="pur_1"), lot("purchased", 1_000, unit=DATA, purchase="pur_1")
    other = lot("purchased", 7, unit=DATA, purchase="pur_2")
    found = converted("core-10k", "pro-40k", extra, data, other)
    assert (taken_of(found, data), taken_of(found, other)) == (1_000, 0)


def test_x_24_they_go_in_proportion_and_what_stays_is_cut_to_whole_numbers() -> None:
    """71,111 of 80,000 go; of 40,000 MB stay 40,000 x 8,889 / 80,000 = 4,444.5."""
    extra, data = lot("purchased", 80_000, purchase="p"), lot("purchased", 40_000, unit=DATA, purchase="p")
    found = converted("core-10k", "pro-40k", extra, data)
    assert data.credits - taken_of(found, data) == 4_444


@pytest.mark.parametrize(("rule", "gone"), [("follow", 556), ("end", 1_000), ("keep", 0)])
def test_x_24_the_policy_says_whether_they_follow_end_or_stay(rule: str, gone: int) -> None:
    assert follows(rule, 1_000, 5_555, 10_000) == gone  # type: ignore[arg-type]  # the words of the policy
    assert follows(rule, 1_000, 0, 10_000) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "data"), [("follow", ((DATA, 1_500),)), ("end", ()), ("keep", ())])
def test_x_24_companions_are_carried_with_the_lot_that_they_came_with(
    rule: str, data: tuple[tuple[str, int], ...]
) -> None:
    down = change_of(POLICY, POLICY.plan("pro-40k"), POLICY.plan("core-10k"), "usd")
    lots = (lot("purchased", 3_000, purchase="p"), lot("purchased", 1_500, unit=DATA, purchase="p"))
    assert carried(lots, replace(down, companions=rule), UNIT) == Carried(0, 3_000, data)  # type: ignore[arg-type]


def test_x_22_x_23_a_downgrade_from_a_year_carries_its_months_to_come() -> None:
    down = change_of(POLICY, POLICY.plan("pro-40k-annual"), POLICY.plan("core-10k"), "usd")
    assert carried((lot("plan", 12_000),), down, UNIT, to_come=80_000).plan == 92_000
    assert (
        carried((lot("plan", 12_000),), replace(down, unused_of="credit_period"), UNIT, to_come=80_000).plan == 12_000
    )


def test_x_11_gc_07_an_upgrade_carries_the_plans_credits_and_leaves_bought_ones_alone() -> None:
    up = replace(change_of(POLICY, POLICY.plan("core-10k"), POLICY.plan("pro-40k"), "usd"), plan_credits="carry")
    lots = (lot("plan", 40), lot("purchased", 15))
    assert carried(lots, replace(up, purchased_credits="keep"), UNIT) == Carried(40, 0)
