"""B4: a payment for a plan that was paid for already is marked once, with all of its money that is not back yet."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.sales.paid_twice import PAID_TWICE, with_paid_twice
from lotbook.domain.sales.purchase import with_completion, with_settlement
from tests.fakes.purchases import ORDERED, a_purchase

PAID = with_completion(with_settlement(a_purchase(), ORDERED, None), ORDERED)


def test_b4_whoever_marks_it_again_sends_no_second_refund() -> None:
    marked = with_paid_twice(PAID, ORDERED)
    assert marked.failure == PAID_TWICE
    assert [own.amount_minor for own in marked.own_refunds] == [PAID.total_minor]
    assert with_paid_twice(marked, ORDERED + 1) == marked


def test_b4_what_is_back_already_does_not_go_back_again() -> None:
    marked = with_paid_twice(replace(PAID, refunded_minor=60), ORDERED)
    assert [own.amount_minor for own in marked.own_refunds] == [PAID.total_minor - 60]
