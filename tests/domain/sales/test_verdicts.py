"""What the gateway says against what was ordered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.sales.gateway import APP, Deployment, PaymentFacts, Tag
from lotbook.domain.sales.purchase import Failure
from lotbook.domain.sales.verdicts import MISMATCH, CheckoutVerdict, failure_of, verdict, with_verdict
from tests.fakes.purchases import ORDERED, TEST, a_purchase, facts_of

ORDER = a_purchase()


def _paid(**changes: Any) -> PaymentFacts:
    return replace(PaymentFacts("pi_1", "succeeded", "usd", 2_360, None), **changes)


def test_np_24_np_19_paid_means_complete_paid_and_equal_to_the_minor_unit() -> None:
    assert verdict(ORDER, facts_of(ORDER), TEST) == CheckoutVerdict("paid")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("app", {"tag": Tag("other", TEST.stage, "acme", ORDER.purchase_id)}),
        ("app", {"tag": Tag(APP, "prod", "acme", ORDER.purchase_id)}),
        ("account", {"tag": Tag(APP, TEST.stage, "evil", ORDER.purchase_id)}),
        ("purchase", {"tag": Tag(APP, TEST.stage, "acme", "pur_other")}),
        ("purchase", {"reference": "pur_other"}),
        ("purchase", {"reference": None}),
        ("livemode", {"livemode": True}),
        ("customer", {"customer": "cus_2"}),
        ("mode", {"mode": "setup"}),
        ("currency", {"currency": "inr"}),
        ("total", {"total_minor": 2_359}),
        ("total", {"total_minor": 2_361}),
        ("subtotal", {"subtotal_minor": 2_359}),
        ("subtotal", {"subtotal_minor": 2_361}),
        ("discount", {"discount_minor": 1}),
        ("tax", {"tax_minor": 1}),
        ("shipping", {"shipping_minor": 1}),
        ("payment_state", {"payment_state": "no_payment_required"}),
        ("payment", {"payment": None}),
        ("payment", {"payment": _paid(received_minor=2_359)}),
        ("payment", {"payment": _paid(received_minor=2_361)}),  # too much taken is not "paid": somebody has to look
        ("payment", {"payment": _paid(currency="inr")}),
        ("payment", {"payment": _paid(state="requires_capture")}),
    ],
)
def test_d_08_whatever_differs_from_the_order_is_a_mismatch_that_names_it(field: str, changes: dict[str, Any]) -> None:
    """D8: amount, currency, owner and deployment come from the order, never from an echo."""
    judged = verdict(ORDER, facts_of(ORDER, **changes), TEST)
    assert judged.kind == "mismatch"
    assert field in judged.mismatches


def test_d_08_another_session_than_the_orders_own_is_a_mismatch() -> None:
    """D8: somebody's other session that carries our metadata."""
    order = a_purchase(gateway_refs=replace(ORDER.gateway_refs, checkout_session="cs_mine"))
    assert verdict(order, facts_of(order, session="cs_theirs"), TEST).mismatches == ("session",)


def test_d_07_complete_and_unpaid_is_processing_until_the_payment_has_ended() -> None:
    """D7: granted while unpaid; async methods never granted."""
    unpaid = facts_of(ORDER, payment_state="unpaid", payment=_paid(state="processing", received_minor=0))
    assert verdict(ORDER, unpaid, TEST).kind == "processing"
    for state in ("requires_payment_method", "canceled"):
        ended = replace(unpaid, payment=_paid(state=state, received_minor=0, decline_code="card_declined"))
        assert verdict(ORDER, ended, TEST) == CheckoutVerdict("failed", "card_declined")


@pytest.mark.parametrize("state", ["complete", "expired", "open"])
def test_d_07_money_that_is_there_counts_whatever_the_page_still_says(state: str) -> None:
    """D7: a payment that comes after it failed may leave its page unpaid; its amount is compared all the same."""
    lagging = facts_of(ORDER, state=state, payment_state="unpaid", payment=_paid())
    assert verdict(ORDER, lagging, TEST) == CheckoutVerdict("paid")
    for received in (2_359, 2_361):
        unequal = replace(lagging, payment=_paid(received_minor=received))
        assert verdict(ORDER, unequal, TEST).mismatches == ("payment",)
    assert verdict(ORDER, replace(lagging, total_minor=1), TEST).mismatches == ("total",)


def test_d_07_a_page_that_ended_while_its_payment_is_under_way_is_processing() -> None:
    """D7: called abandoned, nobody would look for its money."""
    under_way = facts_of(ORDER, state="expired", payment_state="unpaid", payment=_paid(state="processing"))
    assert verdict(ORDER, under_way, TEST).kind == "processing"
    assert verdict(ORDER, replace(under_way, payment=None), TEST).kind == "expired"


def test_np_27_np_31_an_open_page_is_pending_and_tells_of_the_decline() -> None:
    """D7."""
    page = facts_of(ORDER, state="open", payment_state="unpaid", payment=None)
    declined = replace(
        page, payment=_paid(state="requires_payment_method", received_minor=0, decline_code="card_declined")
    )
    assert with_verdict(ORDER, verdict(ORDER, page, TEST), ORDERED).failure is None
    after = with_verdict(ORDER, verdict(ORDER, declined, TEST), ORDERED)
    assert (after.state, after.failure) == ("pending", Failure("card_declined", "The card was declined."))


def test_an_unpaid_open_page_of_other_amounts_is_judged_when_it_is_paid() -> None:
    page = facts_of(ORDER, state="open", payment_state="unpaid", payment=None, total_minor=1)
    assert verdict(ORDER, page, TEST).kind == "open"


@pytest.mark.parametrize(
    ("judged", "after"),
    [
        (CheckoutVerdict("expired"), {"pending": "abandoned", "processing": "abandoned"}),
        (CheckoutVerdict("processing"), {"pending": "processing", "abandoned": "processing"}),
        (
            CheckoutVerdict("failed", "card_declined"),
            {"pending": "failed", "processing": "failed", "abandoned": "failed"},
        ),
        (CheckoutVerdict("mismatch"), {"pending": "failed", "processing": "failed", "abandoned": "failed"}),
        (CheckoutVerdict("open"), {}),
    ],
)
@pytest.mark.parametrize(
    "state",
    ["pending", "processing", "completed", "failed", "abandoned", "partially_refunded", "refunded", "disputed"],
)
def test_d_14_a_late_or_weaker_verdict_changes_nothing(
    judged: CheckoutVerdict, after: dict[str, str], state: str
) -> None:
    """D14: every verdict against every state."""
    order = a_purchase(state=state)
    assert with_verdict(order, judged, ORDERED).state == after.get(state, state)


def test_d_08_a_quarantined_purchase_says_so_and_leaves_the_schedule() -> None:
    after = with_verdict(ORDER, CheckoutVerdict("mismatch", mismatches=("total",)), ORDERED)
    assert (after.state, after.failure, after.check_at) == ("failed", MISMATCH, None)
    assert with_verdict(after, CheckoutVerdict("mismatch", mismatches=("total",)), ORDERED) == after, "rings once"


def test_a_decline_never_carries_the_gateways_own_text() -> None:
    assert failure_of("weird_new_code") == Failure("card_declined", "The card was declined.")
    assert failure_of("expired_card") == Failure("expired_card", "The card has expired.")
    assert failure_of(None) is None


def test_s5_live_deployments_of_one_name_and_another_tell_their_objects_apart() -> None:
    """S5: two products, or two regions, each with a stage `prod`, sell on one gateway account."""
    first, second = Deployment("prod", live=True), Deployment("prod", live=True, app="lotbook-eu")
    for ours, other in ((first, second), (second, first)):
        assert Tag(**ours.mark).is_of(ours)
        assert not Tag(**ours.mark).is_of(other)
    assert Tag("lotbook", "prod").is_of(first), "what was marked before deployments had names"
    assert not Tag("lotbook", "prod").is_of(Deployment("dev", live=False))


def test_only_a_live_deployment_takes_live_money() -> None:
    live = verdict(ORDER, facts_of(ORDER, livemode=False), Deployment(TEST.stage, live=True))
    assert live.mismatches == ("livemode",)
