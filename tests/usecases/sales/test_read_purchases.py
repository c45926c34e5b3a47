"""Invoices on demand, and the list of purchases."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.gateway import InvoiceFacts
from lotbook.domain.values.errors import InvoiceNotReady
from lotbook.usecases.sales.list_purchases import list_purchases
from lotbook.usecases.sales.read_invoice import read_invoice
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.desk import Desk


def settle(desk: Desk) -> None:
    settle_purchase("acme", desk.row().purchase_id, desk=desk.sales)


def test_np_33_np_44_the_invoice_is_there_after_completion_and_not_before() -> None:
    desk = Desk()
    bought = desk.buy().purchase
    with pytest.raises(InvoiceNotReady):
        read_invoice("acme", bought.purchase_id, desk=desk.sales)
    desk.pay(bought)
    settle(desk)
    assert read_invoice("acme", bought.purchase_id, desk=desk.sales).facts.number == "A-1"
    desk.gateway.invoices["in_cs_2"] = InvoiceFacts("in_cs_2", None, None, None)
    with pytest.raises(InvoiceNotReady):
        read_invoice("acme", bought.purchase_id, desk=desk.sales)


def test_np_33_an_invoice_that_came_after_the_settlement_is_found() -> None:
    desk = Desk()
    bought = desk.buy().purchase
    desk.pay(bought, invoice=None)
    settle(desk)
    with pytest.raises(InvoiceNotReady):
        read_invoice("acme", bought.purchase_id, desk=desk.sales)
    desk.gateway.say("cs_2", invoice="in_late")
    assert read_invoice("acme", bought.purchase_id, desk=desk.sales).facts.invoice == "in_late"


def test_np_45_purchases_are_listed_newest_first_in_pages() -> None:
    desk = Desk()
    made = []
    for number in range(5):
        made.append(desk.buy(key=f"key-{number}").purchase.purchase_id)
        desk.clock.instant += 1_000
    first = list_purchases("acme", 3, None, purchases=desk.purchases)
    rest = list_purchases("acme", 3, first.next_after, purchases=desk.purchases)
    assert [row.purchase_id for row in (*first.purchases, *rest.purchases)] == made[::-1]
    assert rest.next_after is None
