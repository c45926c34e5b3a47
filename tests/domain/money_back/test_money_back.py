"""Money that went back -> what is to be true of the lots. A table of facts, and the rules that bind whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.money_back.followed import (
    DisputeFacts,
    MoneyBackFacts,
    RefundFacts,
    followed,
    state_of,
    with_next_step,
    with_step_done,
)
from lotbook.domain.money_back.own_refunds import with_refund_begun, with_refund_reserved
from lotbook.domain.sales.items import PlanPart
from lotbook.domain.sales.purchase import TRANSITIONS, Purchase, PurchaseState, with_completion, with_settlement
from lotbook.domain.sales.reversals import OwnRefund, Reversal
from tests.fakes.purchases import ORDERED, a_purchase

PAYMENT = "pi_1"


def a_settled(**changes: Any) -> Purchase:
    """1,000 credits and 7 companions for 2,360 minor units, completed."""
    order = a_purchase(companions=(("data", 7),), **changes)
    return with_completion(with_settlement(order, ORDERED, None), ORDERED)


def refund(amount: int, state: str = "succeeded", number: int | None = None) -> RefundFacts:
    return RefundFacts(f"re_{amount}_{state}", amount, state, number)


def dispute(state: str, amount: int = 2_360, opened_at: int = 0, **changes: Any) -> DisputeFacts:
    fields: dict[str, Any] = {
        "dispute": f"du_{opened_at}",
        "amount_minor": amount,
        "currency": "usd",
        "state": state,
    } | changes
    return DisputeFacts(opened_at=opened_at, **fields)


def facts(*refunds: RefundFacts, disputes: tuple[DisputeFacts, ...] = ()) -> MoneyBackFacts:
    return MoneyBackFacts(PAYMENT, "usd", 2_360, refunds, disputes)


def outcome(found: MoneyBackFacts, purchase: Purchase | None = None) -> tuple[str, int, int, bool, str | None]:
    """State, credits taken, companions taken, frozen, dispute."""
    after = with_step_done(with_next_step(purchase or a_settled(), found, ORDERED), ORDERED)
    kept = after.reversal
    shown = after.dispute.state if after.dispute else None
    return after.state, kept.clawed_of("credits"), kept.clawed_of("data"), kept.is_frozen, shown


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (facts(), ("completed", 0, 0, False, None)),
        (facts(refund(1_180)), ("partially_refunded", 500, 3, False, None)),
        (facts(refund(1)), ("partially_refunded", 0, 0, False, None)),
        (facts(refund(2_359)), ("partially_refunded", 999, 6, False, None)),
        (facts(refund(1_000), refund(1_360)), ("refunded", 1_000, 7, False, None)),
        (facts(refund(1_180, "pending")), ("partially_refunded", 500, 3, False, None)),
        (facts(refund(2_360, "failed")), ("completed", 0, 0, False, None)),
        (facts(refund(2_360, "canceled"), refund(236)), ("partially_refunded", 100, 0, False, None)),
        (facts(disputes=(dispute("needs_response"),)), ("disputed", 0, 0, True, "open")),
        (facts(disputes=(dispute("under_review"),)), ("disputed", 0, 0, True, "open")),
        (facts(disputes=(dispute("appeal_needs_response"),)), ("disputed", 0, 0, True, "open")),
        (facts(disputes=(dispute("appeal_under_review"),)), ("disputed", 0, 0, True, "open")),
        (facts(disputes=(dispute("a_state_of_next_year"),)), ("disputed", 0, 0, True, "open")),
        (facts(disputes=(dispute("won"),)), ("completed", 0, 0, False, "won")),
        (facts(disputes=(dispute("lost"),)), ("disputed", 1_000, 7, False, "lost")),
        (facts(disputes=(dispute("lost", reinstated=True),)), ("completed", 0, 0, False, "won")),
        (facts(disputes=(dispute("warning_needs_response"),)), ("completed", 0, 0, False, None)),
        (facts(disputes=(dispute("warning_under_review"),)), ("completed", 0, 0, False, None)),
        (facts(disputes=(dispute("warning_closed"),)), ("completed", 0, 0, False, None)),
        (facts(disputes=(dispute("prevented"),)), ("completed", 0, 0, False, None)),
        (facts(refund(1_180), disputes=(dispute("needs_response", 1_180),)), ("disputed", 500, 3, True, "open")),
        (facts(refund(1_180), disputes=(dispute("lost", 1_180),)), ("disputed", 1_000, 7, False, "lost")),
        (facts(refund(1_180), disputes=(dispute("won", 1_180),)), ("partially_refunded", 500, 3, False, "won")),
        (facts(disputes=(dispute("lost", 1_180),)), ("disputed", 500, 3, False, "lost")),
        (facts(disputes=(dispute("lost", 9, currency="inr"),)), ("disputed", 1_000, 7, False, "lost")),
        (facts(disputes=(dispute("won", opened_at=2), dispute("needs_response"))), ("disputed", 0, 0, True, "open")),
        (facts(refund(2_360), disputes=(dispute("lost"),)), ("disputed", 1_000, 7, False, "lost")),
    ],
)
def test_d_10_d_12_x_18_what_the_money_did_is_what_the_lots_do(
    found: MoneyBackFacts, expected: tuple[Any, ...]
) -> None:
    """D10, D12, MK-05: all states of refunds and disputes; inquiries move nothing, an unknown state freezes."""
    assert outcome(found) == expected


amounts = st.integers(1, 2_360)
states = st.sampled_from(["succeeded", "pending", "failed", "canceled", "requires_action"])
histories = st.builds(
    MoneyBackFacts,
    st.just(PAYMENT),
    st.just("usd"),
    st.just(2_360),
    st.lists(st.builds(RefundFacts, st.uuids().map(str), amounts, states), max_size=4).map(tuple),
    st.lists(
        st.builds(
            DisputeFacts,
            st.uuids().map(str),
            amounts,
            st.just("usd"),
            st.sampled_from(["needs_response", "won", "lost", "warning_closed", "appeal_under_review"]),
            st.integers(0, 9),
        ),
        max_size=2,
    ).map(tuple),
)


@given(st.lists(histories, min_size=1, max_size=6))
def test_d_11_d_14_the_end_depends_on_the_last_facts_only(seen: list[MoneyBackFacts]) -> None:
    """D11, D14: whatever was seen before, and however often."""
    purchase = a_settled()
    for found in (*seen, seen[-1]):
        purchase = with_step_done(with_next_step(purchase, found, ORDERED), ORDERED)
    alone = with_step_done(with_next_step(a_settled(), seen[-1], ORDERED), ORDERED)
    assert replace(purchase.reversal, step=0) == replace(alone.reversal, step=0)
    assert (purchase.state, purchase.dispute, purchase.refunded_minor) == (
        alone.state,
        alone.dispute,
        alone.refunded_minor,
    )
    assert purchase.check_at is None


@given(histories)
def test_x_17_no_more_is_taken_than_the_money_that_went(found: MoneyBackFacts) -> None:
    """X-17, D38: floor of the share, all of it at the full amount, never more than was sold."""
    gone = min(2_360, found.refunded_minor + found.lost_minor())
    after = with_step_done(with_next_step(a_settled(), found, ORDERED), ORDERED).reversal
    assert after.clawed_of("credits") == 1_000 * gone // 2_360
    assert after.clawed_of("data") == 7 * gone // 2_360


def test_the_same_facts_again_are_no_step() -> None:
    once = with_step_done(with_next_step(a_settled(), facts(refund(1_180)), ORDERED), ORDERED)
    again = with_next_step(once, facts(refund(1_180)), ORDERED)
    assert (once.reversal.step, again.reversal.step, again.reversal_next) == (1, 1, None)


def test_np_34_every_state_that_money_leads_to_is_in_the_table() -> None:
    """The states between which refunds and disputes move are joined in both directions where money may return."""
    reachable: set[PurchaseState] = {"completed", "partially_refunded", "refunded", "disputed"}
    for state in reachable:
        for refunded_minor in (0, 5, 2_360):
            for shown in (None, "open", "won", "lost"):
                target = state_of(a_settled(), Reversal(1, (), False, refunded_minor, None, shown))
                assert target == state or target in TRANSITIONS[state], (state, target)


def own_refund_of(purchase: Purchase, unused: int) -> Purchase:
    wanted = with_refund_begun(purchase, "key", "user-1", ORDERED)
    return with_refund_reserved(wanted, wanted.own_refunds[-1], unused, ORDERED)


@given(st.integers(1, 10**9), st.integers(1, 10**7), st.data())
def test_x_16_the_money_of_unused_credits_is_rounded_up_by_less_than_one_minor_unit_in_all(
    credits: int, total: int, data: st.DataObject
) -> None:
    """D33: however many refunds it is split into, and never more than was paid."""
    purchase = a_settled(credits=credits, total_minor=total)
    left, paid = credits, 0
    for _ in range(data.draw(st.integers(1, 5))):
        unused = data.draw(st.integers(0, left))
        purchase = own_refund_of(purchase, unused)
        own = purchase.own_refunds[-1]
        purchase = replace(purchase, own_refunds=(*purchase.own_refunds[:-1], replace(own, state="made")))
        left -= unused
        paid += own.amount_minor
    assert 0 <= paid * credits - total * (credits - left) < credits
    assert paid <= total


def test_d_13_an_own_refund_takes_unused_credits_and_not_one_more() -> None:
    """At 0.09 cents a credit one minor unit is 11 credits: rounding the money up makes no shortfall of ten of them."""
    purchase = own_refund_of(a_settled(credits=1_000, total_minor=90), 550)
    own = purchase.own_refunds[0]
    assert (own.credits, own.amount_minor) == (550, 50)
    made = MoneyBackFacts(PAYMENT, "usd", 90, (refund(50, number=1),))
    assert outcome(made, purchase)[:2] == ("partially_refunded", 550)
    rest = MoneyBackFacts(PAYMENT, "usd", 90, (refund(50, number=1), refund(40)))
    assert outcome(rest, purchase)[:2] == ("refunded", 1_000)


def test_an_own_refund_is_what_the_gateway_says_it_is() -> None:
    """Refused, then there all the same; made, then failed at the bank."""
    purchase = own_refund_of(a_settled(), 500)
    for state, known in (("succeeded", "made"), ("pending", "made"), ("failed", "failed"), ("canceled", "failed")):
        (own,), target = followed(purchase, facts(refund(1_180, state, number=1)))
        assert (own.state, target.clawed_of("credits")) == (known, 500 if known == "made" else 0)
    refused = replace(purchase, own_refunds=(replace(purchase.own_refunds[0], state="failed"),))
    assert followed(refused, facts())[1].clawed_of("credits") == 0
    (own,), target = followed(refused, facts(refund(1_180, number=1)))
    assert (own.state, target.clawed_of("credits")) == ("made", 500)


def test_np_11_a_purchase_without_credits_has_no_lots_to_take_from() -> None:
    purchase = a_settled(credits=0)
    after = with_step_done(with_next_step(purchase, facts(refund(2_360)), ORDERED), ORDERED)
    assert (after.state, after.reversal.clawed) == ("refunded", ())


def test_what_is_under_way_is_looked_at_again() -> None:
    """A step that the books have not followed, and a refund whose money is not sent, stay in the due index."""
    assert with_next_step(a_settled(), facts(refund(1_180)), ORDERED).check_at == ORDERED + 300_000
    assert own_refund_of(a_settled(), 5).check_at == ORDERED + 300_000
    assert a_settled(own_refunds=(OwnRefund(1, "k", ORDERED, "u", "made"),)).check_at is None


PRO = PlanPart("pro", 0, 365)
# An order of a plan: what it cost, what refunds gave back, what a lost dispute took, and whether the plan ends with it.
ENDS = """
total  refunded  lost  ends
2360   2360      0     yes
2360   0         2360  yes
2360   1180      1180  yes
2360   1180      1179  no
2360   2359      0     no
2360   0         0     no
1      1         0     yes
0      0         0     no
"""


@pytest.mark.parametrize("row", ENDS.strip().splitlines()[1:])
def test_d_12_a_plan_ends_when_all_the_money_of_its_order_has_gone_back_and_not_before(row: str) -> None:
    total, refunded, lost = map(int, row.split()[:3])
    refunds = (refund(refunded),) if refunded else ()
    disputes = (dispute("lost", lost),) if lost else ()
    found = MoneyBackFacts(PAYMENT, "usd", total, refunds, disputes)
    ends = followed(a_settled(plan=PRO, total_minor=total), found)[1].ends_plan
    assert ends == row.endswith("yes")
    assert not followed(a_settled(total_minor=total), found)[1].ends_plan, "an order without a plan ends none"


def test_x_18_the_dispute_that_is_shown_is_the_newest_of_the_worst() -> None:
    """Open before lost before won; of two that were opened at once the one whose id is later, always the same."""
    old, new = dispute("needs_response", opened_at=1), dispute("under_review", opened_at=2)
    twin = dispute("needs_response", opened_at=2, dispute="du_3")
    lost = dispute("lost", opened_at=9)
    for disputes, shown in (((old, new), "du_2"), ((new, twin, old), "du_3"), ((lost, old), "du_1"), ((lost,), "du_9")):
        for told in (disputes, disputes[::-1]):
            after = with_step_done(with_next_step(a_settled(), facts(disputes=told), ORDERED), ORDERED)
            assert after.dispute is not None
            assert after.dispute.dispute_id == shown


def test_x_16_an_own_refund_of_all_the_money_takes_its_credits_and_leaves_the_rest() -> None:
    """At 0.09 cents a credit 995 credits are all the money there is, rounded up; nothing went any other way."""
    purchase = own_refund_of(a_settled(credits=1_000, total_minor=90), 995)
    assert purchase.own_refunds[0].amount_minor == 90
    made = MoneyBackFacts(PAYMENT, "usd", 90, (refund(90, number=1),))
    assert outcome(made, purchase)[:2] == ("refunded", 995)


def test_an_order_for_nothing_or_for_one_minor_unit_loses_what_its_money_says() -> None:
    free = a_settled(total_minor=0)
    assert followed(free, MoneyBackFacts(PAYMENT, "usd", 0))[1].clawed == ()
    assert followed(a_settled(total_minor=1), MoneyBackFacts(PAYMENT, "usd", 1, (refund(1),)))[1].clawed == (
        ("credits", 1_000),
        ("data", 7),
    )


MONTHLY = PlanPart("pro", 100, 0, months=1)


@pytest.mark.parametrize(
    ("refunded", "lost", "of_the_plan"), [(0, 0, 0), (1_000, 0, 1_000), (0, 900, 900), (2_000, 1_000, 2_360)]
)
def test_the_money_of_a_renewing_plan_that_went_back_is_kept_with_the_step(
    refunded: int, lost: int, of_the_plan: int
) -> None:
    """Refunds and lost disputes together, and no more than was paid; other orders have none."""
    found = facts(*([refund(refunded)] if refunded else []), disputes=(dispute("lost", lost),) if lost else ())
    assert followed(a_settled(plan=MONTHLY), found)[1].plan_minor == of_the_plan
    assert followed(a_settled(), found)[1].plan_minor == 0
    assert followed(a_settled(plan=PRO), found)[1].plan_minor == 0


def test_d_13_the_last_minor_unit_that_goes_another_way_takes_the_rest_of_the_credits() -> None:
    purchase = own_refund_of(a_settled(credits=1_000, total_minor=90), 985)
    assert purchase.own_refunds[0].amount_minor == 89
    rest = MoneyBackFacts(PAYMENT, "usd", 90, (refund(89, number=1), refund(1)))
    assert outcome(rest, purchase)[:2] == ("refunded", 1_000)
