"""What of a plan's invoice is evidence: one that Stripe will never collect by itself is not on its way."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.adapters.stripe.plan_facts import plan_invoice_facts
from lotbook.domain.sales.plan_verdicts import news_of

LINE = {
    "amount": 4_000,
    "period": {"start": 1, "end": 2},
    "parent": None,
    "pricing": {"price_details": {"price": "price_1"}},
}
INVOICE: dict[str, Any] = {
    "id": "in_1",
    "object": "invoice",
    "status": "open",
    "auto_advance": True,
    "attempt_count": 0,
    "billing_reason": "subscription_cycle",
    "currency": "usd",
    "livemode": False,
    "lines": {"data": [LINE]},
    "subtotal": 4_000,
    "total": 4_000,
    "amount_paid": 0,
    "created": 1,
    "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1", "metadata": {}}},
}


@pytest.mark.parametrize(
    ("told", "parked", "news"),
    [
        ({"status": "draft"}, False, "coming"),
        ({"status": "draft", "auto_advance": False}, True, "failed"),  # of an `unpaid` subscription
        ({}, False, "coming"),
        ({"auto_advance": False}, True, "failed"),  # of a change of phase, if Stripe leaves it to us (decision 66)
        ({"auto_advance": False, "attempt_count": 1}, False, "failed"),
        ({"status": "paid", "auto_advance": False, "attempt_count": 1}, False, "paid"),
        ({"status": "void", "auto_advance": False}, False, "never"),
    ],
)
def test_x_26_what_nobody_collects_by_itself_is_evidence_and_silence_is_not(
    told: dict[str, Any], parked: bool, news: str
) -> None:
    """Else the credits of a period that is never charged would stay spendable to its end: of a year, for nothing."""
    facts = plan_invoice_facts(INVOICE | told)
    assert facts is not None
    assert (facts.is_parked, news_of(facts)) == (parked, news)
