"""What follows from a frozen order at its edges: figures, states without a page, verdicts and what they leave as it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.policy.plans import Validity
from lotbook.domain.policy.top_ups import TopUp
from lotbook.domain.sales.items import OrderLine, PlanPart
from lotbook.domain.sales.prices import paid_each
from lotbook.domain.sales.purchase import GatewayRefs, Purchase, PurchaseState, never_opened, next_check_at
from lotbook.domain.sales.verdicts import (
    PAYMENT_FAILED,
    CheckoutVerdict,
    expires_at_of,
    verdict,
    with_facts,
    with_verdict,
)
from lotbook.domain.values import instants
from lotbook.domain.values.instants import from_text
from tests.fakes.accounts import a_policy, an_account
from tests.fakes.purchases import ORDERED, TEST, a_purchase, facts_of

PRO = PlanPart("term", 40, 365)
MONTHLY = PlanPart("monthly", 100, 0, months=1, price_minor=900)


def _order(plan: PlanPart | None, *amounts: int) -> Purchase:
    lines = tuple(OrderLine("line", 1, Decimal(amount), amount) for amount in amounts)
    return a_purchase(plan=plan, lines=lines, subtotal_minor=sum(amounts), total_minor=sum(amounts), tax=None)


def test_the_credits_subtotal_leaves_out_the_plan_and_what_is_taken_off_it() -> None:
    assert _order(None, 700, 300).credits_subtotal_minor == 1_000
    assert _order(PRO, 700, 300).credits_subtotal_minor == 300
    assert _order(PRO, 700, 300, -200).credits_subtotal_minor == 300


def test_an_order_shows_its_own_credits_and_those_of_its_plan() -> None:
    assert _order(None, 700).shown_credits == 1_000
    assert _order(PRO, 700, 300).shown_credits == 1_040


@pytest.mark.parametrize(("plan", "renews"), [(None, False), (PRO, False), (MONTHLY, True)])
def test_only_a_plan_that_is_billed_by_months_renews(plan: PlanPart | None, renews: bool) -> None:
    assert a_purchase(plan=plan).renews is renews


def test_what_one_credit_was_bought_for_is_without_tax_and_nothing_where_there_are_none() -> None:
    assert paid_each(_order(None, 2_000)) == Decimal("0.02")
    assert paid_each(replace(_order(None, 2_000), credits=0)) is None


def test_a_new_row_is_its_first_version() -> None:
    assert a_purchase().version == 1


def test_np_43_a_slow_payment_is_looked_at_every_hour() -> None:
    assert next_check_at(a_purchase(state="processing"), ORDERED) == ORDERED + instants.HOUR


@pytest.mark.parametrize(
    ("state", "after_ms", "becomes"),
    [
        ("pending", -1, "pending"),
        ("pending", 0, "abandoned"),
        ("processing", 0, "processing"),
        ("failed", 0, "failed"),
    ],
)
def test_np_30_an_order_whose_page_was_never_opened_ends_when_its_page_would_have(
    state: PurchaseState, after_ms: int, becomes: str
) -> None:
    order = a_purchase(state=state)
    assert never_opened(order, order.checkout_expires_at + after_ms).state == becomes


# A verdict, what the order says of its failure before, and after.
FAILURES = [
    (CheckoutVerdict("failed"), None, PAYMENT_FAILED.code),
    (CheckoutVerdict("failed", "expired_card"), None, "expired_card"),
    (CheckoutVerdict("processing"), PAYMENT_FAILED, None),
    (CheckoutVerdict("expired"), PAYMENT_FAILED, PAYMENT_FAILED.code),
    (CheckoutVerdict("expired"), None, None),
]


@pytest.mark.parametrize(("judged", "before", "after"), FAILURES)
def test_np_31_why_it_failed_is_said_until_a_payment_is_under_way(
    judged: CheckoutVerdict, before: object, after: str | None
) -> None:
    found = with_verdict(a_purchase(failure=before), judged, ORDERED).failure
    assert (found.code if found else None) == after


def test_an_order_takes_the_gateways_ids_and_keeps_the_customer_and_page_that_it_has() -> None:
    new = replace(a_purchase(), customer=None, checkout_url=None)
    facts = facts_of(new, customer="cus_9", url="https://pay.example/9", invoice="in_1")
    taken = with_facts(new, facts)
    assert (taken.customer, taken.checkout_url) == ("cus_9", "https://pay.example/9")
    assert taken.gateway_refs == GatewayRefs(facts.session, facts.payment.payment_intent, "in_1")
    kept = with_facts(replace(new, customer="cus_1", checkout_url="https://pay.example/1"), facts)
    assert (kept.customer, kept.checkout_url) == ("cus_1", "https://pay.example/1")
    assert with_facts(new, replace(facts, payment=None)).gateway_refs.payment_intent is None


# Credits that live until the next reset, by what was ordered; the account is on the monthly plan since 15 January, 10:00.
RESETS = [
    (None, None, "2026-02-15T10:00:00Z"),
    (PRO, None, "2026-03-01T12:00:00Z"),  # the term begins when it is settled
    (MONTHLY, "2026-02-03T00:00:00Z", "2026-03-03T00:00:00Z"),  # the period that the gateway bills
    (MONTHLY, None, "2026-03-01T12:00:00Z"),
]


@pytest.mark.parametrize(("plan", "period", "expires"), RESETS)
def test_np_54_credits_that_come_with_a_plan_live_in_the_period_of_that_plan(
    plan: PlanPart | None, period: str | None, expires: str
) -> None:
    policy = a_policy(top_up=TopUp(mode="quantity", validity=Validity(rule="credit_reset")))
    start = from_text(period) if period else None
    order = a_purchase(
        plan_id="monthly", plan=plan, period=(start, start + 28 * instants.DAY) if start is not None else None
    )
    at = from_text("2026-02-01T12:00:00Z")
    later = from_text("2026-02-05T00:00:00Z") if period else at
    assert expires_at_of(order, policy, an_account(), later, paid=later) == from_text(expires)


@pytest.mark.parametrize(
    ("refs", "shown"),
    [
        (GatewayRefs(), None),
        (GatewayRefs("cs_1"), "cs_1"),
        (GatewayRefs("cs_1", "pi_1"), "pi_1"),
        (GatewayRefs("cs_1", "pi_1", "in_1"), "in_1"),
        (GatewayRefs("cs_1", None, "in_1"), "in_1"),
    ],
)
def test_of_the_gateways_ids_the_most_final_one_is_shown(refs: GatewayRefs, shown: str | None) -> None:
    assert a_purchase(gateway_refs=refs).gateway_ref == shown


def test_d_08_a_complete_page_that_asked_for_no_payment_is_a_mismatch_also_without_one() -> None:
    """D8: a discount of somebody's own making, at the dashboard, pays for nothing."""
    order = a_purchase()
    facts = facts_of(order, payment_state="no_payment_required", payment=None)
    judged = verdict(order, facts, TEST)
    assert (judged.kind, {"payment_state", "payment"} <= set(judged.mismatches)) == ("mismatch", True)
