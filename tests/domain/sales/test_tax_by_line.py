"""The gateway rounds the tax of a plan that renews line by line, we round it once: a unit apart is no mismatch, and no secret.

Judge: 18 % of 90.01 is 16.2018, of 5.14 is 0.9252: 16.20 less 0.93 is 15.27; 18 % of 84.87 is 15.2766: 15.28.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.gateway import APP, CheckoutFacts, PaymentFacts, Tag
from lotbook.domain.sales.items import OrderLine, PlanItem, PlanPart, Tax
from lotbook.domain.sales.plan_verdicts import unequal_invoice, with_paid_invoice
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.subscription_facts import InvoiceLine, PlanInvoiceFacts
from lotbook.domain.sales.verdicts import verdict
from lotbook.domain.values.instants import DAY
from tests.fakes.purchases import ORDERED, TEST, a_purchase, facts_of

PERIOD = (ORDERED, ORDERED + 31 * DAY)


def order(**changes: Any) -> Purchase:
    """A plan at $90.01 with $5.14 off, and 18 % on what is left."""
    fields: dict[str, Any] = {
        "item": PlanItem("growth"),
        "plan": PlanPart("growth", 100, 0, 1, 9_001, "price_1"),
        "move": PlanMove("upgrade", "sub_1", "si_1", discount_minor=514, tax_rate="txr_1"),
        "lines": (OrderLine("Growth", 1, Decimal("90.01"), 9_001), OrderLine("Unused", 1, Decimal("-5.14"), -514)),
        "subtotal_minor": 8_487,
        "tax": Tax("GST", Decimal("0.18"), 1_528),
        "total_minor": 10_015,
        "credits": 0,
    }
    return a_purchase(**(fields | changes))


def invoice(tax: int = 1_527, **changes: Any) -> PlanInvoiceFacts:
    fields: dict[str, Any] = {
        "invoice": "in_1",
        "state": "paid",
        "subscription": "sub_1",
        "reason": "subscription_update",
        "customer": "cus_1",
        "currency": "usd",
        "livemode": False,
        "tag": Tag(APP, TEST.stage, "acme", "pur_first"),
        "change": None,
        "lines": (InvoiceLine("price_1", 9_001, False, PERIOD), InvoiceLine("price_2", -514, False, PERIOD)),
        "subtotal_minor": 8_487,
        "tax_minor": tax,
        "total_minor": 8_487 + tax,
        "paid_minor": 8_487 + tax,
        "created_at": ORDERED,
    }
    return PlanInvoiceFacts(**(fields | changes))


@pytest.mark.parametrize("tax", [1_526, 1_527, 1_528, 1_529, 1_530])
def test_x_16_tax_that_is_rounded_line_by_line_is_taken_as_it_was_charged(tax: int) -> None:
    assert unequal_invoice(order(), invoice(tax), TEST) == ()
    settled = with_paid_invoice(order(), invoice(tax), ORDERED)
    assert settled.tax is not None
    assert (settled.subtotal_minor, settled.tax.amount_minor, settled.total_minor) == (8_487, tax, 8_487 + tax)


@pytest.mark.parametrize("tax", [0, 1_525, 1_531, 3_056])
def test_d_08_more_than_a_unit_a_line_is_a_mismatch(tax: int) -> None:
    assert unequal_invoice(order(), invoice(tax), TEST) == ("total",)


def test_d_08_what_was_bought_is_compared_to_the_unit_and_without_tax_so_is_the_total() -> None:
    assert "subtotal" in unequal_invoice(order(), invoice(subtotal_minor=8_486), TEST)
    untaxed = order(tax=None, total_minor=8_487)
    assert unequal_invoice(untaxed, invoice(0), TEST) == ()
    assert unequal_invoice(untaxed, invoice(1), TEST) == ("total",)
    assert with_paid_invoice(untaxed, invoice(0), ORDERED).total_minor == 8_487


def page(tax: int, received: int | None = None) -> CheckoutFacts:
    total = 8_487 + tax
    sums: dict[str, Any] = {"subtotal_minor": 9_001, "discount_minor": 514, "tax_minor": tax, "total_minor": total}
    paid = PaymentFacts("pi_1", "succeeded", "usd", total if received is None else received, None)
    return facts_of(order(), mode="subscription", payment=paid, **sums)


def test_a_page_of_a_plan_is_judged_alike() -> None:
    assert [verdict(order(), page(tax), TEST).kind for tax in (1_526, 1_527, 1_530)] == ["paid"] * 3
    assert verdict(order(), page(1_531), TEST).mismatches == ("total", "tax", "payment")
    assert verdict(order(), page(1_528, received=9_000), TEST).mismatches == ("payment",)
    single = replace(order(), plan=None, move=None, lines=order().lines[:1])
    assert verdict(single, facts_of(single, total_minor=10_014), TEST).mismatches == ("total",), "tax is a line of ours"
