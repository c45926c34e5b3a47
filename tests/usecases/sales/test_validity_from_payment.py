"""B5, X-29: a year after purchase counts from the payment; what ends with a period ends with the one it arrives in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.api.answers import render_buying
from lotbook.domain.policy.plans import Validity, ValidityRule
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.quotes import Quote
from lotbook.domain.values import instants
from lotbook.domain.values.access import Caller
from lotbook.domain.values.calendar import add_months
from lotbook.usecases.sales.read_offers import quote_item
from tests.fakes.accounts import at
from tests.fakes.plans import PlanDesk, termed

PAID = at("2026-01-31T23:59:00")  # a minute before the end of the credit period


def desk_with(rule: ValidityRule, months: int | None = None) -> PlanDesk:
    policy = termed(free=10)
    validity = Validity(rule=rule, months=months)
    return PlanDesk(replace(policy, top_up=replace(policy.top_up, validity=validity)), at="2026-01-31T23:58:30")


def paid_and_told(desk: PlanDesk, later: int) -> Purchase:
    order = desk.buy(TopUpItem(1_000)).purchase
    desk.clock.instant = PAID
    desk.pay(order)
    desk.clock.instant = PAID + later
    return desk.settle(order)


@pytest.mark.parametrize("later", [0, 2 * instants.MINUTE, 40 * instants.DAY])
def test_b5_x_29_a_year_after_purchase_counts_from_the_payment_not_from_the_telling(later: int) -> None:
    desk = desk_with("after_purchase", 12)
    row = paid_and_told(desk, later)
    assert row.settlement is not None
    assert (row.settlement.paid_at, row.settlement.expires_at) == (PAID, add_months(PAID, 12, "UTC"))


def test_b5_x_29_nobody_buys_credits_that_are_dead_on_arrival() -> None:
    """A month's credits, and the webhook comes forty days late: they count from when we heard of them."""
    desk = desk_with("after_purchase", 1)
    row = paid_and_told(desk, 40 * instants.DAY)
    assert row.settlement is not None
    assert row.settlement.expires_at == add_months(PAID + 40 * instants.DAY, 1, "UTC")
    assert [left for kind, left in desk.lots() if kind == "purchased"] == [1_000]


@pytest.mark.parametrize(("later", "ends"), [(0, "2026-02-01"), (2 * instants.MINUTE, "2026-03-01")])
def test_b5_x_29_a_validity_that_ends_with_a_period_is_of_the_period_in_which_the_credits_arrive(
    later: int, ends: str
) -> None:
    desk = desk_with("credit_reset")
    row = paid_and_told(desk, later)
    assert row.settlement is not None
    assert row.settlement.expires_at == at(ends)


def quoted(desk: PlanDesk) -> Quote:
    caller = Caller("member", "user-1", "acme", "admin")
    return quote_item(
        desk.sales.account("acme"), TopUpItem(1_000), caller, desk=desk.sales.credits, purchases=desk.sales.purchases
    )


@pytest.mark.parametrize(
    ("rule", "moment", "late"),
    [
        ("credit_reset", "2026-01-31T23:58:30", "2026-03-01"),
        ("billing_period_end", "2026-01-31T23:58:30", "2026-03-01"),
        ("credit_reset", "2026-01-15T10:00:00", None),
        ("after_purchase", "2026-01-31T23:58:30", None),
        ("never", "2026-01-31T23:58:30", None),
    ],
)
def test_b5_x_29_a_quote_near_a_periods_end_says_so(rule: ValidityRule, moment: str, late: str | None) -> None:
    desk = desk_with(rule, 12 if rule == "after_purchase" else None)
    desk.clock.set(moment)
    found = quoted(desk)
    assert found.late_expires_at == (None if late is None else at(late))
    if late is not None:
        assert found.expires_at == at("2026-02-01")
    ordered = desk.buy(TopUpItem(1_000), key="k").purchase
    assert (ordered.quoted_expires_at, ordered.late_expires_at) == (found.expires_at, found.late_expires_at)
    desk.clock.set("2026-02-01T00:05:00")
    again = desk.buy(TopUpItem(1_000), key="k").purchase
    assert render_buying.ordered(again) == render_buying.ordered(ordered), "the first answer again, whatever the time"
    assert render_buying.ordered(again)["late_expires_at"] == render_buying.quote(found)["late_expires_at"]
