"""When the product's own refund is refused, before anything is taken or sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.money_back.own_refunds import MAX_OWN_REFUNDS, check_state, with_refund_begun
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.reversals import OwnRefund, Reversal
from lotbook.domain.values.errors import NotRefundable
from tests.fakes.purchases import ORDERED, a_purchase

# A purchase of 1,000 credits: its state, the credits that money took already, what the account owes, refunds before.
REFUSED = """
state                credits  taken  owed  refunds  refused
completed            1000     0      0     0        -
partially_refunded   1000     999    0     19       -
completed            1000     1000   0     0        nothing_unused
completed            0        0      0     0        nothing_unused
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
