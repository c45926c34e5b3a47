"""When the product's own refund is refused, before anything is taken or sent."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lotbook.domain.money_back.own_refunds import (
    MAX_OWN_REFUNDS,
    check_caller,
    check_state,
    with_refund_begun,
    with_refund_reserved,
)
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.parts import Refunds
from lotbook.domain.sales.purchase import Purchase, with_settlement
from lotbook.domain.sales.reversals import OwnRefund, Reversal
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import Forbidden, NotRefundable
from lotbook.domain.values.instants import DAY
from tests.fakes.accounts import a_policy
from tests.fakes.purchases import ORDERED, a_purchase

# A purchase of 1,000 credits: its state, the credits that money took already, what the account owes, refunds before.
REFUSED = """
state                credits  taken  owed  refunds  refused
completed            1000     0      0     0        -
partially_refunded   1000     999    0     19       -
completed            1000     1000   0     0        nothing_unused
completed            1000     1000   1     0        nothing_unused
completed            0        0      0     0        nothing_unused
completed            0        0      1     0        nothing_unused
completed            1000     0      1     0        shortfall
completed            1000     0      0     20       too_many
pending              1000     0      0     0        state
disputed             1000     0      0     0        state
refunded             1000     0      0     0        state
"""


def _purchase(state: str, credits: int, taken: int, refunds: int) -> Purchase:
    own = tuple(OwnRefund(number + 1, f"k{number}", ORDERED, "user-1", "made") for number in range(refunds))
    gone = Reversal(1, (("credits", taken),)) if taken else Reversal()
    return replace(a_purchase(credits=credits, own_refunds=own), state=state, reversal=gone)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", REFUSED.strip().splitlines()[1:])
def test_np_32_a_refund_is_refused_for_its_first_reason(row: str) -> None:
    state, credits, taken, owed, refunds, refused = row.split()
    purchase = _purchase(state, int(credits), int(taken), int(refunds))
    if refused == "-":
        check_state(purchase, int(credits) - int(taken), int(owed))
        return
    with pytest.raises(NotRefundable) as refusal:
        check_state(purchase, int(credits) - int(taken), int(owed))
    assert refusal.value.data["reason"] == refused


def test_each_refund_of_a_purchase_has_the_next_number() -> None:
    begun = with_refund_begun(_purchase("completed", 1_000, 0, 2), "key", "ann", ORDERED)
    assert [(own.number, own.key, own.state) for own in begun.own_refunds[2:]] == [(3, "key", "reserving")]
    assert MAX_OWN_REFUNDS == 20


SELLER = Caller("service", "backend")
BUYER = Caller("member", "user-1", account_id="acme", role="owner")
PAID = ORDERED - DAY  # by the gateway's clock: the webhook came a day late
# Who may have money back under which rule, and how long after the payment: "14 d - 1 ms" is the last moment of 14 days.
MAY_REFUND = """
rule          within  who     when          refused
never         -       seller  0 d           policy
never         -       buyer   0 d           policy
case_by_case  -       buyer   0 d           forbidden
case_by_case  -       seller  900 d         -
unused        -       buyer   900 d         -
unused        14      buyer   14 d - 1 ms   -
unused        14      buyer   14 d          too_late
unused        14      seller  900 d         -
unused        0       buyer   0 d           too_late
"""


def _after(when: str) -> int:
    days, _, less = when.partition(" d")
    return int(days) * DAY - (1 if less else 0)


@pytest.mark.parametrize("row", MAY_REFUND.strip().splitlines()[1:])
def test_is_27_np_32_x_31_the_rule_of_the_order_says_who_may_have_money_back_and_how_long(row: str) -> None:
    rule, within, who, when, refused = re.split(r"  +", row)
    refunds = Refunds(refundable=rule, within_days=None if within == "-" else int(within))  # type: ignore[arg-type]
    order = a_purchase(created_at=PAID - DAY)
    paid = with_settlement(order, ORDERED, None, PAID)
    at = PAID + _after(when)
    assert _said(a_policy(refunds=refunds), paid, BUYER if who == "buyer" else SELLER, at) == refused


def _said(policy: Policy, purchase: Purchase, caller: Caller, at: int) -> str:
    try:
        check_caller(policy, purchase, caller, at)
    except NotRefundable as refusal:
        return str(refusal.data["reason"])
    except Forbidden:
        return "forbidden"
    return "-"


def test_x_31_the_days_count_from_the_settlement_where_no_payment_was_told_and_from_now_before_it() -> None:
    policy = a_policy(refunds=Refunds(refundable="unused", within_days=1))
    settled = with_settlement(a_purchase(), ORDERED, None)
    old = replace(settled, settlement=replace(settled.settlement, paid_at=None))  # type: ignore[type-var]
    check_caller(policy, old, BUYER, ORDERED + DAY - 1)
    with pytest.raises(NotRefundable):
        check_caller(policy, old, BUYER, ORDERED + DAY)
    check_caller(policy, a_purchase(), BUYER, ORDERED + 900 * DAY)


def _with_failed(failed: int, made: int = 1) -> Purchase:
    """The oldest were made, the rest failed."""
    own = tuple(
        OwnRefund(number + 1, f"k{number}", ORDERED, "user-1", "made" if number < made else "failed")
        for number in range(made + failed)
    )
    return a_purchase(state="completed", own_refunds=own)


@pytest.mark.parametrize(("failed", "kept"), [(0, 0), (18, 18), (19, 19), (20, 19), (25, 19)])
def test_of_the_refunds_that_failed_the_newest_are_kept_beside_the_one_that_begins(failed: int, kept: int) -> None:
    """One that was made is never forgotten, and no number is used again."""
    begun = with_refund_begun(_with_failed(failed), "key", "ann", ORDERED)
    numbers = [own.number for own in begun.own_refunds]
    assert numbers == [1, *range(2 + failed - kept, 2 + failed), 2 + failed]


# An order of 10 credits for 100: what refunds have given back elsewhere, the credits that are unused, the money for them.
MONEY = """
elsewhere  credits  money
0          4        40
0          10       100
95         10       5
100        10       0
0          0        0
"""


@pytest.mark.parametrize("row", MONEY.strip().splitlines()[1:])
def test_np_32_the_money_of_unused_credits_is_capped_by_what_is_left_of_the_payment(row: str) -> None:
    elsewhere, credits, money = map(int, row.split())
    order = a_purchase(credits=10, total_minor=100, state="completed", refunded_minor=elsewhere)
    begun = with_refund_begun(order, "key", "ann", ORDERED)
    after = with_refund_reserved(begun, begun.own_refunds[0], credits, ORDERED)
    (own,) = after.own_refunds
    assert (own.credits, own.amount_minor, own.state) == (credits, money, "reserved" if money else "failed")
    assert after.reversal.clawed == ((("credits", credits),) if credits else ())
    again = with_refund_reserved(replace(after, own_refunds=()), OwnRefund(2, "k", ORDERED, "ann"), 3, ORDERED)
    assert again.reversal.clawed == (("credits", credits + 3),), "on top of what went before"
