"""The states of a purchase, and what is frozen in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from lotbook.domain.sales.checkout_times import CHECKOUT_LEAST_LIFETIME, checkout_end
from lotbook.domain.sales.items import OrderLine, PlanPart
from lotbook.domain.sales.purchase import (
    SETTLED,
    TRANSITIONS,
    GatewayRefs,
    PurchaseState,
    Settlement,
    as_first_answered,
    lots_of,
    may_become,
    next_check_at,
    settled_lot_id,
    with_completion,
    with_settlement,
    with_state,
)
from lotbook.domain.values import instants
from lotbook.domain.values.errors import BrokenInvariant
from tests.fakes.purchases import ORDERED, a_purchase

ALLOWED = """
pending -> processing completed failed abandoned
processing -> completed failed abandoned
abandoned -> processing completed failed
failed -> completed
completed -> partially_refunded refunded disputed
partially_refunded -> completed refunded disputed
refunded -> completed partially_refunded disputed
disputed -> completed partially_refunded refunded
"""


def _rows() -> dict[str, set[str]]:
    return {row.split(" -> ")[0]: set(row.split(" -> ")[1].split()) for row in ALLOWED.strip().splitlines()}


@pytest.mark.parametrize(("before", "after"), list(product(TRANSITIONS, TRANSITIONS)))
def test_every_step_is_allowed_or_refused_by_the_one_table(before: PurchaseState, after: PurchaseState) -> None:
    """D14, NP-40: all 64 pairs."""
    purchase = a_purchase(state=before)
    if after == before or after in _rows()[before]:
        assert with_state(purchase, after, ORDERED).state == after
    else:
        with pytest.raises(BrokenInvariant):
            with_state(purchase, after, ORDERED)


@pytest.mark.parametrize("before", ["pending", "processing", "abandoned", "failed"])
def test_np_34_a_verified_payment_completes_from_every_state_before_it(before: str) -> None:
    assert may_become(a_purchase(state=before), "completed")


def test_nothing_leads_from_granted_back_to_a_state_without_credits() -> None:
    """D5, D14: closed under the table."""
    for state in SETTLED:
        assert TRANSITIONS[state] <= SETTLED


def test_d_02_the_lot_id_is_the_same_on_every_attempt_and_another_for_each_unit_and_purchase() -> None:
    """D2, D6: the business key decides, not the event."""
    first = with_settlement(a_purchase(companions=(("data_transfer_mb", 5),)), ORDERED + 1_234, None)
    assert first.settlement is not None
    assert first.settlement.at == ORDERED + 1_000, "cut to the second"
    assert lots_of(first, 3) == lots_of(replace(first, state="completed", version=9), 3), "taken from what is frozen"
    assert [lot.lot_id for lot in lots_of(first, 3)] == [
        settled_lot_id(first, unit) for unit in ("data_transfer_mb", "credits")
    ]
    ids = [lot.lot_id for lot in lots_of(first, 3)]
    assert len(set(ids)) == 2
    other = with_settlement(a_purchase(purchase_id="pur_0000000000bbbbbbbbbbbbbbbb"), ORDERED + 1_234, None)
    assert other.settlement != first.settlement


def test_mk_05_x_04_companions_get_the_same_validity_and_come_before_the_bought_lot() -> None:
    order = with_settlement(a_purchase(companions=(("data_transfer_mb", 5),)), ORDERED, ORDERED + instants.DAY)
    companion, bought = lots_of(order, 3)
    assert (companion.unit, companion.credits, companion.expires_at) == ("data_transfer_mb", 5, bought.expires_at)
    assert (bought.unit, bought.credits, bought.kind, bought.rank) == ("credits", 1_000, "purchased", 3)
    assert bought.purchase_id == companion.purchase_id == order.purchase_id


def test_np_11_a_purchase_without_credits_settles_without_a_lot() -> None:
    order = with_settlement(a_purchase(credits=0), ORDERED, None)
    assert order.settlement == Settlement(ORDERED, None, None, ORDERED)
    assert lots_of(order, 3) == ()
    assert with_completion(order, ORDERED).lot_id is None


def test_x_17_d_38_credits_do_not_depend_on_tax_or_total() -> None:
    """D38: the lot has what was ordered, whatever was charged."""
    dear = with_settlement(a_purchase(total_minor=999_999), ORDERED, None)
    assert [lot.credits for lot in lots_of(dear, 0)] == [1_000]


def test_completed_needs_a_settlement() -> None:
    with pytest.raises(BrokenInvariant):
        with_completion(a_purchase(), ORDERED)


def test_the_lot_is_shown_only_from_completed_on() -> None:
    order = with_settlement(a_purchase(), ORDERED, None)
    assert order.lot_id is None
    assert with_completion(order, ORDERED).lot_id is not None


def test_np_43_the_schedule_looks_after_some_minutes_then_when_the_page_has_ended_then_often() -> None:
    order = a_purchase()
    ended = order.checkout_expires_at + instants.MINUTE
    assert next_check_at(order, ORDERED) == ORDERED + 15 * instants.MINUTE
    assert next_check_at(order, ORDERED + 15 * instants.MINUTE) == ended
    assert next_check_at(order, ended) == ended + 5 * instants.MINUTE
    for state in ("completed", "failed", "abandoned", "refunded", "disputed", "partially_refunded"):
        assert next_check_at(a_purchase(state=state), ended) is None, state


@pytest.mark.parametrize("state", ["pending", "processing", "abandoned", "failed"])
def test_d_05_a_paid_purchase_without_its_credits_stays_on_the_schedule_in_every_state(state: str) -> None:
    """D5: settled and then crashed, also after it had been given up."""
    order = with_settlement(a_purchase(state=state), ORDERED, None)
    assert order.check_at is not None
    assert with_completion(order, ORDERED).check_at is None


@pytest.mark.parametrize(("minutes", "lifetime"), [(1, 32), (32, 32), (60, 60), (1_439, 1_439), (5_000, 1_439)])
def test_a_checkout_lives_as_the_policy_says_within_the_gateways_bounds(minutes: int, lifetime: int) -> None:
    assert checkout_end(ORDERED + 999, minutes) == ORDERED + lifetime * instants.MINUTE
    assert CHECKOUT_LEAST_LIFETIME > 30 * instants.MINUTE


def test_d_03_the_first_answer_again_shows_nothing_that_happened_since() -> None:
    """D3: same key, same body, same answer, whatever became of the purchase."""
    first = a_purchase(gateway_refs=GatewayRefs("cs_1"), checkout_url="https://pay.example/cs_1")
    later = with_completion(
        with_settlement(replace(first, gateway_refs=GatewayRefs("cs_1", "pi_1", "in_1")), ORDERED, 5), ORDERED + 9
    )
    assert as_first_answered(later) == first


def test_lots_of_one_second_burn_in_the_order_in_which_they_were_paid() -> None:
    """Lot ids sort by time of grant, also where two payments come within one second; instants stay whole seconds."""
    orders = [a_purchase(purchase_id=f"pur_{number}") for number in range(20)]
    paid = [with_settlement(each, ORDERED + number, None) for number, each in enumerate(orders)]
    lots = [lots_of(each, rank=3)[-1] for each in paid]
    assert {lot.created_at for lot in lots} == {ORDERED}
    assert [lot.lot_id for lot in lots] == sorted(lot.lot_id for lot in lots)


# A plan's line and the credits' lines of one order, the total with tax, and the credits' share of the total.
SHARES = """
plan  credits  total  for the credits
700   300      1180   354
700   300      1181   355
700   300      1183   355
999   1        1000   1
999   1        1180   2
0     300      354    354
300   0        354    0
0     0        0      0
"""


@pytest.mark.parametrize("row", SHARES.strip().splitlines()[1:])
def test_d_33_the_credits_share_of_a_total_is_rounded_up(row: str) -> None:
    """D33: a refund of all credits never pays back less than they cost, and no float comes near it."""
    plan, credits, total, share = map(int, row.split())
    lines = tuple(
        OrderLine(name, 1, Decimal(amount), amount) for name, amount in (("Plan", plan), ("Credits", credits))
    )
    order = a_purchase(
        plan=PlanPart("pro", 0, 365), lines=lines, subtotal_minor=plan + credits, total_minor=total, tax=None
    )
    assert order.credits_minor == share


def test_without_a_plan_all_of_the_total_is_for_the_credits() -> None:
    assert a_purchase().credits_minor == a_purchase().total_minor
