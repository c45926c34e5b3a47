"""Money that goes back for credits that a change of plan has carried on, or turned into money (X-18, X-23, MK-40, D28)."""

from __future__ import annotations

from lotbook.domain.sales.purchase import Purchase
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from tests.fakes.changing_make import Changing


def sent_back(desk: Changing, row: Purchase, amount: int | None = None) -> None:
    """The seller sends money back from the dashboard, and we hear of it."""
    payment = row.gateway_refs.payment_intent
    assert payment is not None
    desk.gateway.send_back(payment, amount)
    follow_money_back(row.account_id, row.purchase_id, desk=desk.sales)


def owned(desk: Changing) -> int:
    """What the account has, less what it owes."""
    available, shortfall = desk.read()
    return available - shortfall


def test_x_18_x_23_credits_that_were_carried_on_are_taken_where_they_are() -> None:
    """12,000 + 3,000 + 10,000, and the money of the 3,000 goes back: 22,000, and no data transfer is left of them."""
    desk = Changing("pro-40k")
    top_up = desk.top_up(3_000)
    desk.use(28_000)
    desk.changed(desk.order_of("core-10k"))
    sent_back(desk, top_up)
    assert owned(desk) == 22_000
    assert desk.has("data_transfer_mb") == []
    desk.audit()


def test_x_18_x_23_a_part_of_the_money_takes_a_part_and_what_was_burned_of_it_is_owed() -> None:
    desk = Changing("pro-40k")
    top_up = desk.top_up(3_000)
    desk.use(28_000)
    desk.changed(desk.order_of("core-10k"))
    desk.use(23_000)
    assert owned(desk) == 2_000
    sent_back(desk, top_up, 160)
    assert owned(desk) == 1_000
    sent_back(desk, top_up, 320)
    assert owned(desk) == -1_000
    assert read_balance("acme", "credits", desk=desk.sales.credits).shortfall == 1_000


def test_x_18_a_lot_that_went_on_twice_is_followed_to_where_it_is() -> None:
    desk = Changing("teams-40k")
    top_up = desk.top_up(3_000)
    desk.changed(desk.order_of("pro-40k"))
    desk.changed(desk.order_of("core-10k"))
    had = owned(desk)
    sent_back(desk, top_up)
    assert owned(desk) == had - 3_000


def test_mk_40_x_18_nobody_has_the_discount_and_the_money_back_for_the_same_credits() -> None:
    """2,000 bought ones became $1.80 off Pro; their own $1.80 goes back: they are owed."""
    desk = Changing("core-10k")
    top_up = desk.top_up(2_000)
    desk.changed(desk.order_of("pro-40k"))
    assert owned(desk) == 40_000
    sent_back(desk, top_up)
    assert owned(desk) == 38_000
    desk.audit()


def test_mk_40_x_18_nor_where_the_money_goes_back_while_the_order_is_open() -> None:
    desk = Changing("core-10k")
    top_up = desk.top_up(2_000)
    order = desk.order_of("pro-40k")
    sent_back(desk, top_up)
    desk.changed(order)
    assert owned(desk) == 38_000
    desk.audit()


def test_mk_40_what_was_burned_of_converted_credits_is_owed_once_for_each_who_paid_for_it() -> None:
    """700 of 2,000 burned after the order: owed for the discount; the money back owes all 2,000 once more."""
    desk = Changing("core-10k")
    top_up = desk.top_up(2_000)
    desk.use(10_000)
    order = desk.order_of("pro-40k")
    desk.use(700)
    desk.changed(order)
    assert owned(desk) == 40_000 - 700
    sent_back(desk, top_up)
    assert owned(desk) == 40_000 - 700 - 2_000


def test_d11_x_23_a_dispute_freezes_credits_where_they_were_carried_and_a_won_one_thaws_them() -> None:
    desk = Changing("pro-40k")
    top_up = desk.top_up(3_000)
    desk.changed(desk.order_of("core-10k"))
    had = owned(desk)
    payment = top_up.gateway_refs.payment_intent
    assert payment is not None
    desk.gateway.dispute(payment)
    follow_money_back("acme", top_up.purchase_id, desk=desk.sales)
    assert owned(desk) == had - 3_000
    desk.gateway.change_dispute(payment, "won")
    follow_money_back("acme", top_up.purchase_id, desk=desk.sales)
    assert owned(desk) == had


def test_d11_x_23_credits_that_a_dispute_has_frozen_since_the_order_are_not_carried_on() -> None:
    """They would be spendable again while nobody knows whose money it is."""
    desk = Changing("pro-40k")
    top_up = desk.top_up(3_000)
    order = desk.order_of("core-10k")
    payment = top_up.gateway_refs.payment_intent
    assert payment is not None
    desk.gateway.dispute(payment)
    follow_money_back("acme", top_up.purchase_id, desk=desk.sales)
    desk.changed(order)
    assert sorted(desk.has()) == [("plan", 10_000), ("plan", 40_000), ("purchased", 3_000)]
    assert read_balance("acme", "credits", desk=desk.sales.credits).frozen == 3_000
