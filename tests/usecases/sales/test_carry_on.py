"""A downgrade that counts now moves everything along: plan and bought credits, companions, months to come (MK-41, X-22 to X-24)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.sales.items import PlanItem
from lotbook.usecases.sales.read_offers import quote_item
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.changing_make import Changing
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.samples import instant, member

MAX_CALLS = 400


def test_w11_mk_41_x_23_x_24_everything_moves_to_the_new_plan_and_ends_with_its_first_period() -> None:
    """40,000 and 3,000 bought, 28,000 used: 12,000 + 3,000 + 10,000 = 25,000, and 1,500 MB."""
    desk = Changing("pro-40k")
    desk.top_up(3_000)
    desk.use(28_000)
    row = desk.changed(desk.order_of("core-10k"))
    assert (row.state, row.total_minor, desk.plan) == ("completed", 900, "core-10k")
    assert sorted(desk.has()) == [("plan", 10_000), ("plan", 12_000), ("purchased", 3_000)]
    assert desk.has("data_transfer_mb") == [("purchased", 1_500)]
    ends = {lot.expires_at for unit in ("credits", "data_transfer_mb") for lot in desk.left(unit)}
    assert ends == {instant("2027-04-20T12:00:00Z")}
    desk.audit()


def test_x_23_what_is_carried_is_what_is_left_at_the_settlement() -> None:
    desk = Changing("pro-40k")
    desk.top_up(3_000)
    order = desk.order_of("core-10k")
    desk.use(41_000)
    desk.changed(order)
    assert sorted(desk.has()) == [("plan", 10_000), ("purchased", 2_000)]


def test_x_24_carried_credits_go_along_with_the_next_change_too_and_so_do_their_companions() -> None:
    """Down to Core, then up to Pro: 3,000 + 12,000 + 10,000 credits at 0.0009 are $22.50 off."""
    desk = Changing("pro-40k")
    desk.top_up(3_000)
    desk.use(28_000)
    desk.changed(desk.order_of("core-10k"))
    shown = quote_item(
        desk.sales.account("acme"),
        PlanItem("pro-40k"),
        member("admin"),
        desk=desk.sales.credits,
        purchases=desk.sales.purchases,
    )
    assert shown.lines[1].amount_minor == -2_250
    assert shown.move is not None
    assert sum(each.credits for each in shown.move.converted if each.unit == "data_transfer_mb") == 1_500


def test_x_22_x_23_months_of_a_year_that_will_not_come_are_carried() -> None:
    """From 1 February, changed in April: nine more months of 10,000, to the end of the new plan's billing period."""
    desk = Changing("core-10k-annual", anchor="2027-02-01T00:00:00Z", at="2027-04-10T12:00:00")
    desk.use(4_000)
    downgraded(desk)
    desk.changed(desk.order_of("core-5k"))
    assert sorted(desk.has()) == [("plan", 5_000), ("plan", 96_000)]
    assert {lot.expires_at for lot in desk.left()} == {instant("2027-05-10T12:00:00Z")}


def test_x_22_a_month_that_begins_between_order_and_payment_counts_once() -> None:
    desk = Changing("core-10k-annual", anchor="2027-02-01T00:00:00Z", at="2027-04-30T23:30:00")
    downgraded(desk)
    order = desk.order_of("core-5k")
    desk.clock.set("2027-05-01T00:10:00")
    desk.changed(order)
    assert sorted(desk.has()) == [("plan", 5_000), ("plan", 90_000)], "April's are gone, May's are there, eight to come"


def downgraded(desk: Changing) -> None:
    """The policy with one more plan below Core."""
    newest = desk.policies.newest("make")
    assert newest is not None
    policy = newest.policy
    core = policy.plan("core-10k")
    small = replace(core, plan_id="core-5k", tier=5_000, credits=5_000, prices_minor={"usd": 500})
    desk.policies.put(replace(policy, plans=(*policy.plans, small)))


def test_w7_x_20_what_the_price_does_not_need_keeps_its_own_expiry() -> None:
    """80,000 bought and 10,000 of the plan on Core: 71,111 pay for Pro, 18,889 stay to the old period's end."""
    desk = Changing("core-10k")
    desk.top_up(80_000)
    row = desk.changed(desk.order_of("pro-40k"))
    assert row.state == "completed"
    assert desk.has() == [("plan", 40_000), ("purchased", 18_889)]
    assert [lot.remaining for lot in desk.left("data_transfer_mb")] == [9_444], "40,000 MB x 18,889 / 80,000, cut"
    desk.audit()


def test_mk_40_what_was_burned_since_the_order_is_owed_and_paid_by_the_new_credits() -> None:
    """5,700 become $5.13, 700 of them are burned while the page is open: 40,000 - 700."""
    desk = Changing("core-10k")
    desk.top_up(2_000)
    desk.use(6_300)
    order = desk.order_of("pro-40k")
    desk.use(700)
    desk.changed(order)
    assert desk.read() == (39_300, 0)


def test_x_22_a_month_that_begins_after_its_credits_became_money_is_taken() -> None:
    desk = Changing("core-10k-annual", anchor="2027-02-01T00:00:00Z", at="2027-04-30T23:30:00")
    order = desk.order_of("pro-40k-annual")
    assert order.move is not None
    assert order.move.converted_credits == 100_000
    desk.clock.set("2027-05-01T00:10:00")
    desk.changed(order)
    assert desk.has() == [("plan", 40_000)]


def test_x_22_months_that_the_price_does_not_need_are_carried_beside_the_new_credits() -> None:
    """100,000 credits to come and here are $90.00, Pro by the month is $64.00: 28,889 go on."""
    desk = Changing("core-10k-annual", anchor="2027-02-01T00:00:00Z", at="2027-04-10T12:00:00")
    desk.changed(desk.order_of("pro-40k"))
    assert sorted(desk.has()) == [("plan", 28_889), ("plan", 40_000)]


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_d5_a_crash_at_any_call_of_the_settlement_moves_everything_once(moment: str) -> None:
    crashed = set()
    for number in range(1, MAX_CALLS):
        countdown = Countdown(0, moment)
        desk = crashing(countdown)
        order = desk.order_of("core-10k")
        desk.pay(order)
        countdown.left = number
        try:
            settle_purchase("acme", order.purchase_id, desk=desk.sales)
        except Crash:
            settle_purchase("acme", order.purchase_id, desk=desk.sales)
        countdown.left = 0
        where: Any = (number, countdown.crashed_in)
        assert sorted(desk.has()) == [("plan", 10_000), ("plan", 12_000), ("purchased", 3_000)], where
        assert desk.has("data_transfer_mb") == [("purchased", 1_500)], where
        if not countdown.crashed_in:
            break
        crashed.add(countdown.crashed_in)
    assert len(crashed) > 5


def crashing(countdown: Any) -> Changing:
    """The same account over ports that may crash."""
    desk = Changing("pro-40k")
    desk.top_up(3_000)
    desk.use(28_000)
    ports = ("purchases", "accounts", "books", "gateway")
    wrapped = {name: countdown.wrap(name, getattr(desk.sales, name)) for name in ports}
    desk.sales = replace(desk.sales, **wrapped)
    return desk
