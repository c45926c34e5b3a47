"""Money of a plan that renews which goes back: by period, in part and in full, by refunds and disputes (X-28, D10)."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.usecases.inbox.handle_money_back import handle_money_back
from tests.fakes.changing import ChangingDesk, subscriber


def third_period() -> ChangingDesk:
    """Starter in its third period, all paid: 40 available."""
    desk = subscriber("starter")
    for when in ("2027-02-28T13:30:00", "2027-03-31T13:30:00"):
        desk.go_to(when)
        desk.read()
        desk.settle_renewals()
    assert (desk.read(), desk.states()) == ((40, 0), ["completed", "completed"])
    return desk


def tell(desk: ChangingDesk, payment: str, kind: str = "charge.refunded") -> None:
    hint = EventHint("evt_1", kind, False, None, "charge", "ch_1", payment, Tag())
    assert handle_money_back(hint, desk=desk.sales) is not None


def payment_of(desk: ChangingDesk, number: int) -> str:
    payment = desk.renewals()[number].gateway_refs.payment_intent
    assert payment is not None
    return payment


def test_x_28_the_running_periods_money_gone_in_full_ends_the_plan_and_what_was_burned_is_owed() -> None:
    desk = third_period()
    desk.burn(15)
    payment = payment_of(desk, 1)
    desk.gateway.send_back(payment)
    for _ in range(2):
        tell(desk, payment)
        assert (desk.plan, desk.read(), desk.live()) == ("none", (0, 15), [])
    assert desk.states() == ["completed", "refunded"]
    desk.go_to("2027-09-01T12:00:00")
    assert (desk.charged(), desk.read()) == (3 * 4_000, (0, 15))
    desk.check()


def test_x_28_in_part_it_takes_the_part_of_that_periods_lot() -> None:
    """$10 of $40: 10 of 40."""
    desk = third_period()
    payment = payment_of(desk, 1)
    desk.gateway.send_back(payment, 1_000)
    tell(desk, payment)
    assert (desk.plan, desk.read()) == ("starter", (30, 0))
    desk.gateway.send_back(payment, 1_000)
    tell(desk, payment)
    assert desk.read() == (20, 0)
    desk.gateway.change_refund(payment, 1, "failed")
    tell(desk, payment)
    assert desk.read() == (30, 0)
    desk.gateway.send_back(payment)
    tell(desk, payment)
    assert (desk.plan, desk.read()) == ("none", (0, 0))
    desk.check()


def test_x_28_an_older_periods_money_takes_only_what_was_burned_of_it() -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.burn(12)
    desk.go_to("2027-03-31T13:30:00")
    desk.read()
    desk.settle_renewals()
    payment = payment_of(desk, 0)
    desk.gateway.send_back(payment)
    tell(desk, payment)
    assert (desk.plan, desk.live(), desk.read()) == ("starter", [desk.sub], (40, 12))
    desk.check()


def test_x_28_a_dispute_freezes_the_periods_lot_and_losing_it_is_like_a_full_refund() -> None:
    desk = third_period()
    payment = payment_of(desk, 1)
    desk.gateway.dispute(payment)
    tell(desk, payment, "charge.dispute.created")
    assert (desk.plan, desk.read()) == ("starter", (0, 0))
    desk.gateway.change_dispute(payment, "won")
    tell(desk, payment, "charge.dispute.closed")
    assert desk.read() == (40, 0)
    desk.gateway.change_dispute(payment, "lost")
    tell(desk, payment, "charge.dispute.closed")
    assert (desk.plan, desk.read(), desk.live()) == ("none", (0, 0), [])
    desk.check()


@pytest.mark.parametrize(
    ("ends", "then"), [("won", (10_000, 0)), ("lost", (1_000, 0))], ids=["won", "lost: the free plan's"]
)
def test_x_28_months_that_begin_while_a_years_payment_is_disputed_bring_nothing_before_it_is_won(
    ends: str, then: tuple[int, int]
) -> None:
    """The month that was there is frozen, the next one does not come; won, the running month brings its own, and no other's."""
    desk = subscriber("core-10k-annual", "make")
    (row,) = desk.purchases.rows.values()
    payment = row.gateway_refs.payment_intent or ""
    desk.go_to("2027-02-10T12:00:00")
    desk.gateway.dispute(payment)
    tell(desk, payment, "charge.dispute.created")
    assert desk.read() == (0, 0)
    for when in ("2027-02-28T12:00:00", "2027-03-31T12:00:00", "2027-04-01T12:00:00"):
        desk.go_to(when)
        assert desk.read() == (0, 0), when
    desk.gateway.change_dispute(payment, ends)
    tell(desk, payment, "charge.dispute.closed")
    assert desk.read() == then
    desk.go_to("2027-04-30T12:00:00")
    assert desk.read()[0] == (10_000 if ends == "won" else 1_000)
    desk.check()


def test_x_28_a_change_of_plan_carries_nothing_of_a_month_that_began_while_its_payment_is_disputed() -> None:
    desk = subscriber("pro-40k-annual", "make")
    (row,) = desk.purchases.rows.values()
    payment = row.gateway_refs.payment_intent or ""
    desk.gateway.dispute(payment)
    tell(desk, payment, "charge.dispute.created")
    desk.go_to("2027-03-01T12:00:00")
    assert desk.read() == (0, 0)
    assert desk.change("teams-80k").charge_minor == 18_400, "disputed money is no discount"
    assert desk.read() == (80_000, 0)
    desk.check()


@pytest.mark.parametrize("settled_first", [0, 1])
def test_x_30_of_two_payments_for_one_plan_the_later_goes_back_and_takes_nothing_with_it(settled_first: int) -> None:
    from lotbook.usecases.money_back.paid_twice import send_back_paid_twice

    desk = ChangingDesk()
    orders = [desk.ordered("starter"), desk.ordered("starter")]
    for order in orders:
        desk.pay(order)
        desk.clock.instant += 1_000
    for order in (orders[settled_first], orders[1 - settled_first]):
        send_back_paid_twice(desk.settle(order), desk=desk.sales)
    assert (desk.read(), len(desk.live()), desk.row(orders[1]).state) == ((40, 0), 1, "refunded")
    assert desk.account.plan_purchase_id == orders[0].purchase_id
    desk.check()


def test_x_28_d_28_half_of_a_years_money_gone_the_months_to_come_bring_half() -> None:
    desk = subscriber("core-10k-annual", "make", "2027-01-31T12:00:00")
    (row,) = desk.purchases.rows.values()
    payment = row.gateway_refs.payment_intent or ""
    desk.gateway.send_back(payment, row.total_minor // 2)
    tell(desk, payment)
    assert desk.read() == (5_000, 0)
    desk.go_to("2027-02-28T12:00:00")
    assert desk.read() == (5_000, 0)
    desk.gateway.change_refund(payment, 0, "failed")
    tell(desk, payment)
    desk.go_to("2027-03-31T12:00:00")
    assert desk.read() == (10_000, 0)
    desk.check()
