"""A paid period whose money goes back in part, or is disputed: what its further months bring."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.period_money import with_dispute, with_money_gone
from lotbook.domain.accounts.renewing import PaidPeriod
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.values.instants import SECOND
from tests.domain.accounts.test_plan_time import grants, paid_from, record, shop
from tests.fakes.accounts import ANNUAL, at

START = "2027-01-31T09:00:00"
SECOND_MONTH = at("2027-02-28T09:00:00")


def a_year() -> tuple[Account, PaidPeriod]:
    account = paid_from(START, ANNUAL)
    period = billing_period(ANNUAL, account, at(START))
    assert period is not None
    return account, PaidPeriod("sub_1", "annual", 1, *period, "pur_1", "in_1")


def plan_credits(account: Account, when: int) -> int:
    return grants(shop(), account, when).get("plan", (0, False))[0]


def test_x_28_a_month_that_began_before_the_dispute_keeps_its_lot_and_one_that_begins_meanwhile_has_none() -> None:
    """The first is frozen where it is; told again after a crash, the dispute stands since it was told first."""
    account, paid = a_year()
    disputed = with_dispute(account, paid, SECOND_MONTH - SECOND)
    assert (plan_credits(disputed, SECOND_MONTH - SECOND), plan_credits(disputed, SECOND_MONTH)) == (100, 0)
    again = with_dispute(disputed, paid, SECOND_MONTH + SECOND)
    assert again == disputed
    assert plan_credits(with_dispute(account, paid, SECOND_MONTH), SECOND_MONTH) == 100, (
        "at its first instant it has begun"
    )
    over = with_dispute(again, paid, None)
    assert (over, plan_credits(over, SECOND_MONTH)) == (account, 100)


def test_x_28_money_of_another_row_is_about_no_period_of_this_one() -> None:
    account, paid = a_year()
    other = replace(paid, purchase_id="pur_2")
    assert with_dispute(account, other, SECOND_MONTH) == with_money_gone(account, other, 1, 2) == account
    assert with_dispute(replace(account, subscription=None), paid, SECOND_MONTH).subscription is None
    half = with_money_gone(account, paid, 4_500, 9_000)
    assert record(half).periods[0].kept(100) == 50
