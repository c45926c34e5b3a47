"""Every way in which gateway, purchase and lots can disagree has a name; agreement has none."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from lotbook.domain.credits.lots import Lot
from lotbook.domain.money_back.followed import DisputeFacts, MoneyBackFacts, RefundFacts
from lotbook.domain.reconciliation.differences import (
    RULES,
    ComparedPeriod,
    Difference,
    DifferenceKind,
    MovedBack,
    a_period,
    of_checkout,
    of_lots,
    of_missing_checkout,
    of_money_back,
    of_unknown_money_back,
    stray_of_checkout,
)
from lotbook.domain.sales.gateway import PaymentFacts, Tag
from lotbook.domain.sales.purchase import GatewayRefs, Purchase, PurchaseState, lots_of, with_settlement
from lotbook.domain.sales.reversals import Reversal
from lotbook.domain.values.errors import InvalidRequest
from tests.fakes.purchases import ORDERED, TEST, a_purchase, facts_of

PAID: dict[str, Any] = {}
OPEN = {"state": "open", "payment_state": "unpaid", "payment": None}
EXPIRED = {"state": "expired", "payment_state": "unpaid", "payment": None}
PROCESSING = {"payment_state": "unpaid", "payment": PaymentFacts("pi_1", "processing", "usd", 0, None)}
FAILED = {
    "payment_state": "unpaid",
    "payment": PaymentFacts("pi_1", "requires_payment_method", "usd", 0, "card_declined"),
}
REFS = GatewayRefs("cs_1", "pi_1", "in_1")
SETTLED = ("completed", "partially_refunded", "refunded", "disputed")
STATES: tuple[PurchaseState, ...] = get_args(PurchaseState)


def order(state: str = "completed", **changes: Any) -> Purchase:
    """A purchase with its checkout known; settled where the state says so."""
    made = a_purchase(gateway_refs=REFS)
    if state in SETTLED:
        made = with_settlement(replace(made, gateway_refs=REFS), ORDERED, None)
    return replace(made, state=state, **changes)  # type: ignore[arg-type]


def kinds(found: list[Difference]) -> list[str]:
    return [each.kind for each in found]


# The one table of what a checkout and a purchase may say together: anything that is not here is agreement.
DISAGREE: dict[tuple[str, str], str] = {
    **{("paid", state): "paid_but_not_completed" for state in ("pending", "processing", "abandoned", "failed")},
    **{(said, state): "completed_but_not_paid" for said in ("open", "expired", "processing", "failed") for state in SETTLED},
    ("open", "abandoned"): "open_session_of_abandoned",
    ("open", "failed"): "open_session_of_abandoned",
    ("expired", "pending"): "purchase_behind",
    ("expired", "processing"): "purchase_behind",
    ("processing", "pending"): "purchase_behind",
    ("processing", "abandoned"): "purchase_behind",
    ("failed", "pending"): "purchase_behind",
    ("failed", "processing"): "purchase_behind",
    ("failed", "abandoned"): "purchase_behind",
}  # fmt: skip
SAID = {"paid": PAID, "open": OPEN, "expired": EXPIRED, "processing": PROCESSING, "failed": FAILED}


@pytest.mark.parametrize(("said", "state"), list(product(SAID, STATES)))
def test_d_05_d_07_d_09_each_pair_of_verdict_and_state_agrees_or_has_a_name(said: str, state: str) -> None:
    """D5, D7, D9: all 40 pairs."""
    purchase = order(state)
    expected = DISAGREE.get((said, state))
    assert kinds(of_checkout(facts_of(purchase, **SAID[said]), purchase, TEST)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"currency": "eur"}, "currency_mismatch"),
        ({"total_minor": 1}, "amount_mismatch"),
        ({"subtotal_minor": 1}, "amount_mismatch"),
        ({"discount_minor": 1}, "amount_mismatch"),
        ({"tax_minor": 1}, "amount_mismatch"),
        ({"shipping_minor": 1}, "amount_mismatch"),
        ({"payment": PaymentFacts("pi_1", "succeeded", "usd", 1, None)}, "amount_mismatch"),
        ({"payment": None}, "amount_mismatch"),
        ({"customer": "cus_other"}, "identity_mismatch"),
        ({"livemode": True}, "identity_mismatch"),
        ({"reference": "pur_other"}, "identity_mismatch"),
        ({"mode": "subscription"}, "identity_mismatch"),
        ({"tag": Tag("lotbook", "test", "other", "pur_0000000000aaaaaaaaaaaaaaaa")}, "identity_mismatch"),
    ],
)
@pytest.mark.parametrize("state", ["pending", "failed", "completed"])
def test_d_08_money_that_does_not_match_is_named_and_nothing_repairs_it(
    changes: dict[str, Any], kind: str, state: str
) -> None:
    """D8: also where the credits were granted already, which must never have happened."""
    purchase = order(state)
    (found,) = of_checkout(facts_of(purchase, **changes), purchase, TEST)
    assert (found.kind, found.rule.severity, found.rule.repair) == (kind, "critical", None)
    assert found.fields


def test_a_strange_page_that_nobody_paid_is_no_difference() -> None:
    purchase = order("pending")
    assert of_checkout(facts_of(purchase, **OPEN, customer="cus_other"), purchase, TEST) == []


def test_d_05_money_without_a_purchase_is_never_dropped() -> None:
    """D5: paid or open, it is there; what was never paid is nobody's."""
    purchase = order()
    assert kinds(of_checkout(facts_of(purchase), None, TEST)) == ["paid_unknown_purchase"]
    assert kinds(of_checkout(facts_of(purchase, **OPEN), None, TEST)) == ["open_unknown_purchase"]
    assert of_checkout(facts_of(purchase, **EXPIRED), None, TEST) == []
    assert of_checkout(facts_of(purchase, **OPEN, mode="setup"), None, TEST) == []
    kept = stray_of_checkout(facts_of(purchase), 7)
    assert (kept.name, kept.total_minor, kept.currency, kept.session) == ("pi_1", 2_360, "usd", "cs_1")


def test_d_06_a_second_paid_checkout_of_one_purchase_is_money_that_nothing_explains() -> None:
    """D6, D4: never a second grant, never silence."""
    purchase = order()
    assert kinds(of_checkout(facts_of(purchase, session="cs_2"), purchase, TEST)) == ["paid_twice"]
    assert of_checkout(facts_of(purchase, session="cs_2", **EXPIRED), purchase, TEST) == []


def test_a_checkout_that_the_gateway_does_not_know_explains_no_credits() -> None:
    assert kinds(of_missing_checkout(order())) == ["completed_but_not_paid"]
    assert of_missing_checkout(order("abandoned")) == []


def lots(purchase: Purchase) -> tuple[Lot, ...]:
    return lots_of(purchase, 4)


def test_d_05_a_completed_purchase_without_each_of_its_lots_is_named() -> None:
    """D5: companions in other units too."""
    purchase = replace(order("pending"), companions=(("data_transfer_mb", 5),))
    purchase = replace(with_settlement(replace(purchase, gateway_refs=REFS), ORDERED, None), state="completed")
    expected = lots(purchase)
    there = {lot.lot_id: lot for lot in expected}
    assert of_lots(purchase, expected, there) == []
    for lot in expected:
        (found,) = of_lots(purchase, expected, {key: each for key, each in there.items() if key != lot.lot_id})
        assert (found.kind, found.reference, found.rule.repair) == ("completed_without_lot", lot.lot_id, "grant_again")


@pytest.mark.parametrize(
    "changes", [{"credits": 999}, {"expires_at": ORDERED + 1}, {"unit": "other"}, {"purchase_id": None}]
)
def test_d_38_a_lot_on_other_terms_than_the_purchase_is_named(changes: dict[str, Any]) -> None:
    """D38: credits of a lot are those of the order, before tax."""
    purchase = order()
    (lot,) = lots(purchase)
    assert kinds(of_lots(purchase, (lot,), {lot.lot_id: replace(lot, **changes)})) == ["lot_mismatch"]


def test_d_02_credits_before_completed_are_named_and_settling_completes_them() -> None:
    """D2, D5: the worker died between grant and completion."""
    purchase = replace(with_settlement(replace(order("pending"), gateway_refs=REFS), ORDERED, None), state="pending")
    (lot,) = lots(purchase)
    (found,) = of_lots(purchase, (lot,), {lot.lot_id: lot})
    assert (found.kind, found.rule.repair) == ("granted_without_completed", "settle")
    assert of_lots(purchase, (lot,), {}) == []


def facts_back(*refunds: RefundFacts, disputes: tuple[DisputeFacts, ...] = (), payment: str = "pi_1") -> MoneyBackFacts:
    return MoneyBackFacts(payment, "usd", 2_360, refunds, disputes)


def a_dispute(state: str) -> tuple[DisputeFacts, ...]:
    return (DisputeFacts("du_1", 2_360, "usd", state, ORDERED),)


HALF = RefundFacts("re_1", 1_180, "succeeded")
FOLLOWED = Reversal(step=1, clawed=(("credits", 500),), refunded_minor=1_180)


def test_d_10_d_11_money_that_went_back_without_its_credits_is_named() -> None:
    """D10, D11."""
    purchase = order()
    assert of_money_back(purchase, facts_back()) == []
    (found,) = of_money_back(purchase, facts_back(HALF))
    assert (found.kind, found.rule.repair) == ("refunded_not_clawed", "money_back")
    assert of_money_back(order(reversal=FOLLOWED), facts_back(HALF)) == []
    failed = facts_back(replace(HALF, state="failed"))
    assert kinds(of_money_back(order(reversal=FOLLOWED), failed)) == ["clawed_not_refunded"]
    unfinished = order(reversal=FOLLOWED, reversal_next=FOLLOWED)
    assert kinds(of_money_back(unfinished, facts_back(HALF))) == ["reversal_unfinished"]


def test_d_12_disputes_that_nobody_noted_are_named() -> None:
    """D12."""
    assert kinds(of_money_back(order(), facts_back(disputes=a_dispute("needs_response")))) == ["dispute_not_noted"]
    assert "dispute_not_noted" in kinds(of_money_back(order(), facts_back(disputes=a_dispute("lost"))))
    assert of_money_back(order(), facts_back(disputes=a_dispute("warning_needs_response"))) == []
    held = order("disputed", reversal=Reversal(1, (), True, 0, "du_1", "open"))
    assert of_money_back(held, facts_back(disputes=a_dispute("under_review"))) == []
    assert kinds(of_money_back(held, facts_back(disputes=a_dispute("won")))) == ["dispute_not_closed"]


def test_what_was_never_granted_or_is_another_payment_has_nothing_to_be_taken_back() -> None:
    assert of_money_back(order("failed"), facts_back(HALF)) == []
    assert of_money_back(order(), facts_back(HALF, payment="pi_stray")) == []
    tag = Tag("lotbook", "test", "acme", "pur_x")
    assert of_unknown_money_back(MovedBack("refund", "re_1", "pi_9", tag)) == [], (
        "the refund of a stray ends the matter"
    )
    (found,) = of_unknown_money_back(MovedBack("dispute", "du_1", "pi_9", tag))
    assert (found.kind, found.rule.severity) == ("dispute_of_unknown_purchase", "critical")


def test_every_kind_has_a_rule_and_what_contradicts_the_money_is_never_repaired_by_machine() -> None:
    """D8, D39: no repair charges, pays or edits an amount."""
    assert set(RULES) == set(get_args(DifferenceKind))
    assert {rule.repair for rule in RULES.values()} == {None, "settle", "expire_checkout", "grant_again", "money_back"}
    for kind in ("amount_mismatch", "currency_mismatch", "identity_mismatch", "completed_but_not_paid", "paid_twice"):
        assert RULES[kind].repair is None


def test_the_same_difference_has_the_same_name_and_another_has_another() -> None:
    one = Difference("amount_mismatch", "acme", "pur_1", "cs_1", ("total",))
    assert one.name == replace(one).name
    others = [replace(one, account_id="b"), replace(one, purchase_id=None), replace(one, fields=("tax",))]
    assert len({each.name for each in (one, *others)}) == 4


def test_x_01_periods_are_half_open_and_in_whole_seconds() -> None:
    period = a_period(1_500, 2_500)
    assert period == ComparedPeriod(1_000, 3_000)
    assert [period.holds(at) for at in (999, 1_000, 2_999, 3_000)] == [False, True, True, False]
    for start, end in ((2_000, 2_000), (3_000, 1_000)):
        with pytest.raises(InvalidRequest):
            a_period(start, end)
