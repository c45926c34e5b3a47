"""What an order of a plan may turn into money: what can be spent now, was paid for, and is nobody else's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Freeze
from lotbook.domain.policy.plans import Convert
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.usecases.credits.lots import freeze_lot, grant_lot
from lotbook.usecases.sales.read_offers import quote_item
from lotbook.usecases.sales.settle_purchase import settle_purchase
from lotbook.usecases.sales.unused_lots import read_unused, unused_for
from tests.fakes.desk import Desk
from tests.fakes.samples import member, published

PRO = PlanItem("pro-40k")


def made() -> Desk:
    """An account on Core with 10,000 plan credits, billed elsewhere."""
    desk = Desk("make", "core-10k")
    desk.sales.credits.renew("acme")
    return desk


def bought(desk: Desk, credits: int) -> Purchase:
    """Credits bought by hand, with the data transfer that comes with them."""
    row = desk.buy(TopUpItem(credits), key=f"key-{credits}").purchase
    desk.pay(row)
    return settle_purchase("acme", row.purchase_id, desk=desk.sales)


def granted(desk: Desk, name: str, **changes: object) -> None:
    """A lot of 500 bought credits, made by hand."""
    now = desk.clock.now()
    lot = Lot(
        lot_id=name,
        unit="credits",
        kind="purchased",
        credits=500,
        rank=3,
        effective_at=now,
        expires_at=None,
        created_at=now,
    )
    grant_lot("acme", replace(lot, **changes), desk=desk.sales.credits)  # type: ignore[arg-type]


def unused(desk: Desk) -> dict[tuple[str, str], int]:
    """What is unused, by unit and kind."""
    found: dict[tuple[str, str], int] = {}
    for lot in read_unused(desk.sales.account("acme"), desk=desk.sales.credits, purchases=desk.sales.purchases):
        found[lot.unit, lot.kind] = found.get((lot.unit, lot.kind), 0) + lot.credits
    return found


def test_mk_40_the_quote_of_an_account_counts_its_plan_and_bought_credits() -> None:
    desk = made()
    bought(desk, 2_000)
    assert unused(desk) == {
        ("credits", "plan"): 10_000,
        ("credits", "purchased"): 2_000,
        ("data_transfer_mb", "purchased"): 1_000,
    }
    shown = quote_item(
        desk.sales.account("acme"), PRO, member("admin"), desk=desk.sales.credits, purchases=desk.sales.purchases
    )
    assert [(line.quantity, line.amount_minor) for line in shown.lines] == [(1, 6_400), (12_000, -1_080)]
    assert shown.total_minor == 5_320


def test_mk_40_the_order_freezes_the_very_lots_and_companions() -> None:
    desk = made()
    row = bought(desk, 2_000)
    order = desk.buy(PRO, key="plan").purchase
    assert order.move is not None
    assert (order.move.discount_minor, order.move.converted_credits, order.total_minor) == (1_080, 12_000, 5_320)
    taken = {(each.unit, each.credits): each.lot_id for each in order.move.converted}
    assert set(taken) == {("credits", 10_000), ("credits", 2_000), ("data_transfer_mb", 1_000)}
    assert taken["credits", 2_000] == row.lot_id
    assert order.plan is not None
    assert (order.plan.months, order.plan.price_minor, order.credits) == (1, 6_400, 0)


def test_x_08_x_10_credits_that_are_not_paid_for_yet_are_no_money() -> None:
    desk = made()
    granted(desk, "lot_01kf0hj080000000000000000p", provisional=True)
    assert ("credits", "purchased") not in unused(desk)


def test_d11_credits_that_a_dispute_has_frozen_are_no_money() -> None:
    desk = made()
    granted(desk, "lot_01kf0hj080000000000000000p")
    freeze_lot("acme", "credits", Freeze("lot_01kf0hj080000000000000000p", "dp_1"), desk=desk.sales.credits)
    assert ("credits", "purchased") not in unused(desk)


def test_x_01_credits_that_begin_later_are_no_money_yet() -> None:
    desk = made()
    granted(desk, "lot_01kf0hj080000000000000000p", effective_at=desk.clock.now() + 86_400_000)
    assert ("credits", "purchased") not in unused(desk)


@pytest.mark.parametrize(("credits", "each"), [(2_000, "0.0009")])
def test_w14_what_was_paid_is_looked_up_only_where_the_policy_counts_it(credits: int, each: str) -> None:
    desk = made()
    row = bought(desk, credits)
    assert {
        lot.paid_each
        for lot in read_unused(desk.sales.account("acme"), desk=desk.sales.credits, purchases=desk.sales.purchases)
    } == {None}
    policy = published("make").policy
    rules = replace(policy.plan_change.upgrade, convert=Convert(price="lower_of_paid_and_plan"))
    desk.policies.put(replace(policy, plan_change=replace(policy.plan_change, upgrade=rules)))
    found = {
        lot.lot_id: lot.paid_each
        for lot in read_unused(desk.sales.account("acme"), desk=desk.sales.credits, purchases=desk.sales.purchases)
    }
    assert row.lot_id is not None
    assert found[row.lot_id] == Decimal(each)


@pytest.mark.parametrize(
    ("policy", "plan", "item"),
    [
        ("make", "core-10k", TopUpItem(1_000)),
        ("make", "core-10k", PlanItem("core-10k")),
        ("make", "free", PRO),
        ("insurestack", "plus", PlanItem("pro")),
        ("9pic", "payg", PlanItem("pro")),
    ],
)
def test_an_order_that_converts_nothing_reads_no_balance(policy: str, plan: str, item: PlanItem) -> None:
    desk = Desk(policy, plan)
    assert unused_for(item, desk.sales.account("acme"), desk=desk.sales.credits, purchases=desk.sales.purchases) == ()
    assert desk.books.books == {}
