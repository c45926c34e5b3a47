"""Invoices of plans against rows, subscriptions against accounts: each way in which they can disagree, and each in which they do not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lotbook.domain.accounts.subscriptions import Subscription
from lotbook.domain.reconciliation.plan_differences import (
    SETTLES_WITHIN,
    of_plan_invoice,
    of_subscription,
    stray_of_plan_invoice,
)
from lotbook.domain.sales.gateway import APP, PaymentFacts, Tag
from lotbook.domain.sales.items import OrderLine, PlanPart, PlanRenewalItem
from lotbook.domain.sales.purchase import GatewayRefs, Purchase
from lotbook.domain.sales.subscription_facts import InvoiceLine, PlanInvoiceFacts, SubscriptionFacts
from lotbook.domain.values.instants import DAY
from tests.fakes.accounts import an_account
from tests.fakes.purchases import ORDERED, TEST, a_purchase

PERIOD = (ORDERED, ORDERED + 31 * DAY)
OURS = Tag(APP, TEST.stage, "acme", "pur_first")


def invoice(**changes: Any) -> PlanInvoiceFacts:
    """A paid renewal of $40.00."""
    fields: dict[str, Any] = {
        "invoice": "in_1",
        "state": "paid",
        "subscription": "sub_1",
        "reason": "subscription_cycle",
        "customer": "cus_1",
        "currency": "usd",
        "livemode": False,
        "tag": OURS,
        "change": None,
        "lines": (InvoiceLine("price_1", 4_000, False, PERIOD),),
        "subtotal_minor": 4_000,
        "tax_minor": 0,
        "total_minor": 4_000,
        "paid_minor": 4_000,
        "created_at": ORDERED,
        "payment": PaymentFacts("pi_1", "succeeded", "usd", 4_000, None),
    }
    return PlanInvoiceFacts(**(fields | changes))


def renewal(state: Any = "completed", **changes: Any) -> Purchase:
    fields: dict[str, Any] = {
        "item": PlanRenewalItem("starter"),
        "plan": PlanPart("starter", 40, 0, 1, 4_000, "price_1"),
        "lines": (OrderLine("Starter", 1, Decimal(40), 4_000),),
        "subtotal_minor": 4_000,
        "total_minor": 4_000,
        "tax": None,
        "period": PERIOD,
        "gateway_refs": GatewayRefs(None, "pi_1", "in_1", "sub_1"),
    }
    return a_purchase(state=state, **(fields | changes))


def kinds(facts: PlanInvoiceFacts, row: Purchase | None) -> list[str]:
    return [each.kind for each in of_plan_invoice(facts, row, TEST)]


@pytest.mark.parametrize("state", ["completed", "partially_refunded", "refunded", "disputed"])
def test_a_paid_invoice_and_its_settled_row_agree(state: Any) -> None:
    assert kinds(invoice(), renewal(state)) == []


@pytest.mark.parametrize("state", ["draft", "open", "void", "uncollectible"])
def test_an_unpaid_invoice_and_a_row_that_waits_or_failed_agree(state: Any) -> None:
    for row in (None, renewal("processing"), renewal("failed"), renewal("pending")):
        assert kinds(invoice(state=state, paid_minor=0), row) == []


def test_d_09_paid_and_not_settled_is_settled() -> None:
    (found,) = of_plan_invoice(invoice(), renewal("processing"), TEST)
    assert (found.kind, found.rule.repair, found.reference) == ("paid_but_not_completed", "settle", "in_1")
    assert found.purchase_id == renewal().purchase_id


@pytest.mark.parametrize("state", ["draft", "open", "void", "uncollectible"])
def test_a_row_that_was_settled_by_an_invoice_that_is_not_paid_rings(state: Any) -> None:
    (found,) = of_plan_invoice(invoice(state=state, paid_minor=0), renewal(), TEST)
    assert (found.kind, found.fields, found.rule.repair) == ("completed_but_not_paid", (state,), None)
    other = renewal(gateway_refs=GatewayRefs(None, "pi_0", "in_0", "sub_1"))
    assert kinds(invoice(state=state, paid_minor=0), other) == [], "another invoice paid for it"


def test_d_06_a_second_paid_invoice_of_one_row_is_paid_twice() -> None:
    other = renewal(gateway_refs=GatewayRefs(None, "pi_0", "in_0", "sub_1"))
    assert kinds(invoice(), other) == ["paid_twice"]
    assert kinds(invoice(paid_minor=0), other) == [], "nothing was paid"


def test_d_05_money_without_a_row_is_unknown_and_no_money_is_nothing() -> None:
    (found,) = of_plan_invoice(invoice(), None, TEST)
    assert (found.kind, found.account_id, found.purchase_id, found.reference) == (
        "paid_unknown_purchase", "acme", None, "in_1",
    )  # fmt: skip
    assert kinds(invoice(paid_minor=0), None) == []
    stray = stray_of_plan_invoice(invoice(), 7)
    assert (stray.name, stray.total_minor, stray.currency, stray.first_seen_at) == ("pi_1", 4_000, "usd", 7)
    assert stray_of_plan_invoice(invoice(payment=None), 7).name == "in_1"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"lines": (InvoiceLine("price_1", 3_999, False, PERIOD),)}, "amount_mismatch"),
        ({"lines": (InvoiceLine("price_1", 4_000, True, PERIOD),)}, "amount_mismatch"),
        ({"currency": "eur"}, "currency_mismatch"),
        ({"customer": "cus_2"}, "identity_mismatch"),
        ({"subscription": "sub_2"}, "identity_mismatch"),
        ({"livemode": True}, "identity_mismatch"),
        ({"tag": Tag(APP, "other", "acme", None)}, "identity_mismatch"),
    ],
)
def test_d_08_money_that_does_not_match_its_row_is_for_people(changes: dict[str, Any], kind: str) -> None:
    for row in (renewal(customer="cus_1"), renewal("processing", customer="cus_1")):
        (found,) = of_plan_invoice(invoice(**changes), row, TEST)
        assert (found.kind, found.rule.repair) == (kind, None)


def subscription(**changes: Any) -> SubscriptionFacts:
    fields: dict[str, Any] = {
        "subscription": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "livemode": False,
        "tag": OURS,
        "change": None,
        "item": "si_1",
        "price": "price_1",
        "period": PERIOD,
        "anchor": ORDERED,
        "created_at": ORDERED,
    }
    return SubscriptionFacts(**(fields | changes))


KNOWN = Subscription("sub_1", "si_1", "starter", 1, "price_1", 4_000, ORDERED, "pur_first")
LATER = ORDERED + SETTLES_WITHIN


def test_a_subscription_that_its_account_knows_agrees_whatever_its_status() -> None:
    account = an_account(subscription=KNOWN)
    for status in ("active", "past_due", "unpaid"):
        assert of_subscription(subscription(status=status), account, LATER) == []


def test_x_30_one_that_its_account_does_not_know_any_more_or_not_at_all_rings() -> None:
    """T20: two live subscriptions would both charge."""
    ended = replace(KNOWN, ended_at=ORDERED)
    other = replace(KNOWN, subscription="sub_2")
    for account in (None, an_account(), an_account(subscription=ended), an_account(subscription=other)):
        (found,) = of_subscription(subscription(), account, LATER)
        assert (found.kind, found.reference, found.rule.repair) == ("subscription_unknown", "sub_1", None)


@pytest.mark.parametrize("status", ["canceled", "incomplete_expired", "incomplete"])
def test_one_that_charges_nobody_is_no_difference(status: str) -> None:
    assert of_subscription(subscription(status=status), None, LATER) == []


def test_one_that_was_made_just_now_may_still_be_on_its_way() -> None:
    assert of_subscription(subscription(), None, LATER - 1) == []
    assert len(of_subscription(subscription(), None, LATER)) == 1
