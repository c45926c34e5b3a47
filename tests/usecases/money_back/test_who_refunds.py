"""Who decides on the product's own refund, and which refunds use up one of a purchase's places (S7, S8, X-31)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.money_back.own_refunds import check_state
from lotbook.domain.policy.parts import Refunds
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Forbidden, NotRefundable, PurchaseNotFound
from tests.fakes.desk import SERVICE
from tests.fakes.samples import member
from tests.usecases.money_back.test_refund_purchase import CHARGED, SOLD, Shop


def under(**rule: Any) -> Shop:
    """A shop whose policy has this refund rule."""
    shop = Shop()
    newest = shop.desk.policies.newest("9pic")
    assert newest is not None
    shop.desk.policies.put(replace(newest.policy, refunds=Refunds(**rule)))
    shop.purchase_id = shop.buy("key-2")
    return shop


def test_np_01_is_31_who_may_buy_may_refund() -> None:
    for role in ("operator", "member"):
        with pytest.raises(Forbidden):
            under(refundable="unused").refund(caller=member(role))
    for caller in (SERVICE, member("owner"), member("admin")):
        assert under(refundable="unused").refund(caller=caller).credits == SOLD
    with pytest.raises(PurchaseNotFound):
        Shop().refund(purchase_id="pur_other")


def test_s7_x_31_case_by_case_is_decided_by_the_seller_and_never_by_the_buyer() -> None:
    shop = under(refundable="case_by_case")
    for role in ("owner", "admin", "billing"):
        with pytest.raises(Forbidden):
            shop.refund(caller=member(role))
    assert shop.desk.row(shop.desk.sales.purchase("acme", shop.purchase_id)).own_refunds == ()
    assert shop.refund().credits == SOLD, "a service key that may buy, may decide"


@pytest.mark.parametrize(("days", "allowed"), [(None, True), (14, True), (13, False)])
def test_s7_x_31_where_buyers_pay_themselves_back_it_is_within_so_many_days_of_the_payment(
    days: int | None, allowed: bool
) -> None:
    shop = under(refundable="unused", within_days=days)
    shop.desk.clock.instant += 14 * instants.DAY - 1
    if allowed:
        assert shop.refund(caller=member("admin")).credits == SOLD
        return
    with pytest.raises(NotRefundable) as refusal:
        shop.refund(caller=member("admin"))
    assert refusal.value.data == {"reason": "too_late", "within_days": days}
    assert shop.refund().credits == SOLD, "the seller may at any time"


def test_s8_a_refund_that_is_worth_nothing_is_refused_before_it_begins_and_uses_no_place() -> None:
    """D33: what the unused credits are worth is less than a cent once the rest of the money has gone back by other ways."""
    shop = Shop(region="US")
    bought = shop.desk.sales.purchase("acme", shop.purchase_id)
    plain = replace(bought, total_minor=1)
    with pytest.raises(NotRefundable) as refusal:
        check_state(replace(plain, refunded_minor=1), 3, 0)
    assert refusal.value.data["reason"] == "too_little"
    shop.burn(SOLD)
    for number in range(25):
        with pytest.raises(NotRefundable) as refusal:
            shop.refund(f"try-{number}")
        assert refusal.value.data["reason"] == "nothing_unused"
    assert shop.desk.sales.purchase("acme", shop.purchase_id).own_refunds == ()


def test_s8_refunds_that_failed_use_up_no_place() -> None:
    """The gateway refuses 30 times, for the payment is disputed for a moment; then one is made."""
    shop = Shop()
    for number in range(30):
        shop.desk.gateway.refund_keys[shop.purchase_id, number + 1] = None
        with pytest.raises(NotRefundable) as refusal:
            shop.refund(f"try-{number}")
        assert refusal.value.data["reason"] == "gateway"
    row = shop.desk.sales.purchase("acme", shop.purchase_id)
    assert len(row.own_refunds) == 20, "the newest are kept, and their numbers go on"
    paid = shop.refund("at last")
    assert (paid.credits, paid.amount_minor) == (SOLD, CHARGED)
    assert max(each.number for each in shop.desk.sales.purchase("acme", shop.purchase_id).own_refunds) == 31
