"""Fulfilment: what the gateway says becomes credits once, or a state that says why not."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.sales.gateway import APP, PaymentFacts, Tag
from lotbook.domain.sales.items import CustomPaymentItem, TopUpItem
from lotbook.domain.values.errors import Forbidden, PurchaseNotFound, Unavailable
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.list_purchases import list_purchases
from lotbook.usecases.sales.read_invoice import read_invoice
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.accounts import at
from tests.fakes.desk import Desk
from tests.fakes.purchases import TEST
from tests.fakes.samples import member

ADMIN = member("admin")
LONG = 10**9


def settle(desk: Desk) -> str:
    return settle_purchase("acme", desk.row().purchase_id, desk=desk.sales).state


def recheck(desk: Desk) -> str:
    return recheck_purchase("acme", desk.row().purchase_id, ADMIN, desk=desk.sales).state


def abandon(desk: Desk) -> str:
    return abandon_purchase("acme", desk.row().purchase_id, ADMIN, desk=desk.sales).state


def test_is_10_np_26_df_05_a_paid_purchase_is_credits_at_once_and_one_entry() -> None:
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    assert settle(desk) == "completed"
    row = desk.row()
    assert desk.available() == 30
    (entry,) = desk.entries()
    assert (entry.kind, entry.credits, entry.purchase_id) == ("granted", 30, row.purchase_id)
    assert [draw.lot_id for draw in entry.draws] == [row.lot_id]
    assert row.completed_at == desk.clock.now()
    assert row.gateway_refs.payment_intent == "pi_cs_2"
    assert row.gateway_ref == row.gateway_refs.invoice == "in_cs_2"


def test_is_08_is_25_two_purchases_stack() -> None:
    desk = Desk()
    for key, credits in (("a", 30), ("b", 12)):
        bought = desk.buy(TopUpItem(credits), key=key).purchase
        desk.pay(bought)
        settle_purchase("acme", bought.purchase_id, desk=desk.sales)
    assert desk.available() == 42
    assert len(desk.entries()) == 2


@pytest.mark.parametrize(
    ("policy", "plan", "region", "ordered", "expires"),
    [
        ("insurestack", "payg", "US", "2026-01-15T10:00:00", "2027-01-15T10:00:00"),  # IS-02
        ("insurestack", "payg", "US", "2028-02-29T10:00:00", "2029-02-28T10:00:00"),  # IS-02, X-02
        ("make", "core-10k", "US", "2026-01-20T10:00:00", "2026-02-01T00:00:00"),  # MK-01, MK-02
        ("make", "core-10k-annual", "US", "2026-01-20T10:00:00", "2026-02-01T00:00:00"),  # MK-04
        ("make", "pro-40k-annual", "US", "2026-01-20T10:00:00", "2027-01-01T00:00:00"),  # MK-03
        ("9pic", "payg", "IN", "2026-01-15T10:00:00", None),  # NP-04
        ("gocontent", "starter", "US", "2026-01-15T10:00:00", None),  # GC-04
    ],
)
def test_is_02_mk_01_mk_02_mk_03_mk_04_np_04_gc_04_validity_counts_from_the_settlement(
    policy: str, plan: str, region: str, ordered: str, expires: str | None
) -> None:
    desk = Desk(policy, plan, region=region, at=ordered)
    bought = desk.buy(TopUpItem(1_000)).purchase
    desk.pay(bought)
    settle(desk)
    assert desk.row().settlement is not None
    assert desk.row().settlement.expires_at == (at(expires) if expires else None)
    assert bought.quoted_expires_at == (at(expires) if expires else None), "as the buyer was shown"


def test_a_lot_keeps_the_rules_of_the_version_that_it_was_ordered_under() -> None:
    desk = Desk()
    bought = desk.buy(TopUpItem(30)).purchase
    policy = desk.policies.newest("insurestack").policy
    validity = replace(policy.top_up.validity, rule="never", months=None)
    desk.policies.put(replace(policy, top_up=replace(policy.top_up, validity=validity)))
    desk.pay(bought)
    settle(desk)
    assert desk.row().settlement.expires_at == at("2027-01-15T10:00:00")


def test_mk_05_mk_06_companion_credits_come_with_it_exactly_once() -> None:
    desk = Desk("make", "core-10k")
    bought = desk.buy(TopUpItem(1_000)).purchase
    desk.pay(bought)
    for _ in range(3):
        settle(desk)
    ((unit, credits),) = bought.companions
    assert desk.available() == 1_000
    assert desk.available(unit) == credits > 0
    assert len(desk.entries(unit)) == 1


def test_np_11_a_custom_payment_completes_and_adds_nothing() -> None:
    desk = Desk("9pic", "payg")
    desk.pay(desk.buy(CustomPaymentItem(2_500, "invoice 7")).purchase)
    assert settle(desk) == "completed"
    assert desk.row().lot_id is None
    assert desk.books.books == {}


def test_np_09_buying_credits_leaves_plan_and_account_as_they_were() -> None:
    """IS-07 too: no subscription, no change of plan."""
    desk = Desk("9pic", "payg")
    before = desk.accounts.get("acme")
    desk.pay(desk.buy(TopUpItem(1_000)).purchase)
    settle(desk)
    after = desk.accounts.get("acme")
    assert replace(after, gateway_customer=None, version=1) == before  # type: ignore[type-var]


def test_np_29_d_09_recheck_grants_once_however_often_it_is_pressed() -> None:
    """D9: the webhook never came."""
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    assert [recheck(desk) for _ in range(5)] == ["completed"] * 5
    assert desk.available() == 30
    assert len(desk.entries()) == 1


def test_np_31_recheck_of_an_open_page_stays_pending_and_writes_nothing() -> None:
    desk = Desk()
    before = desk.buy().purchase
    assert [recheck(desk) for _ in range(3)] == ["pending"] * 3
    assert desk.row().version == before.version


def test_np_31_recheck_of_an_ended_page_is_abandoned_and_of_a_failed_payment_failed() -> None:
    desk = Desk()
    bought = desk.buy().purchase
    desk.clock.instant = bought.checkout_expires_at
    assert recheck(desk) == "abandoned"
    desk = Desk()
    bought = desk.buy().purchase
    intent = PaymentFacts("pi_1", "requires_payment_method", "usd", 0, "card_declined")
    desk.pay(bought, payment_state="unpaid", payment=intent)
    assert recheck(desk) == "failed"
    assert desk.row().failure.code == "card_declined"


def test_np_31_without_an_answer_of_the_gateway_it_stays_pending() -> None:
    desk = Desk()
    desk.pay(desk.buy().purchase)
    desk.gateway.later = {"checkout": ["before"]}
    with pytest.raises(Unavailable):
        recheck(desk)
    assert desk.row().state == "pending"
    assert recheck(desk) == "completed"


def test_d_07_paid_later_is_processing_first_and_granted_when_the_money_is_there() -> None:
    """D7: complete is not paid."""
    desk = Desk()
    bought = desk.buy(TopUpItem(30)).purchase
    assert bought.gateway_refs.checkout_session
    under_way = PaymentFacts("pi_1", "processing", "usd", 0, None)
    desk.pay(bought, payment_state="unpaid", payment=under_way)
    assert settle(desk) == "processing"
    assert desk.available() == 0
    desk.gateway.say("cs_2", payment_state="paid", payment=PaymentFacts("pi_1", "succeeded", "usd", 3_000, None))
    assert settle(desk) == "completed"
    assert desk.available() == 30


def test_np_27_a_decline_leaves_the_page_open_and_the_next_card_pays() -> None:
    desk = Desk()
    bought = desk.buy(TopUpItem(30)).purchase
    declined = PaymentFacts("pi_1", "requires_payment_method", "usd", 0, "card_declined")
    desk.gateway.say("cs_2", payment=declined)
    assert settle(desk) == "pending"
    assert desk.row().failure.code == "card_declined"
    assert "pay" not in " ".join(desk.gateway.calls), "nothing of ours tries again"
    desk.pay(bought)
    assert settle(desk) == "completed"
    assert desk.row().failure is None


@pytest.mark.parametrize(
    "tampered",
    [
        {"total_minor": 1, "subtotal_minor": 1},
        {"currency": "inr"},
        {"discount_minor": 100},
        {"tag": Tag(APP, TEST.stage, "other", "pur_other")},
        {"livemode": True},
        {"payment_state": "no_payment_required"},
        {"payment": PaymentFacts("pi_1", "succeeded", "usd", 1, None)},
    ],
)
def test_d_08_what_does_not_match_the_order_is_quarantined_and_rings_once(
    tampered: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """D8: no credits from echoed values, whoever looks and how often."""
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase, **tampered)
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        assert [settle(desk), recheck(desk), abandon(desk)] == ["failed"] * 3
    assert desk.row().failure.code == "payment_mismatch"
    assert desk.row().settlement is None
    assert desk.available() == 0
    assert len([r for r in caplog.records if "payment_mismatch" in r.message]) == 1


def test_np_34_a_quarantined_payment_completes_once_it_verifies() -> None:
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase, currency="inr")
    settle(desk)
    desk.gateway.say("cs_2", currency="usd")
    assert settle(desk) == "completed"
    assert desk.available() == 30


def test_np_28_np_41_closing_the_window_ends_the_page_and_charges_nothing() -> None:
    desk = Desk()
    desk.buy()
    assert abandon(desk) == "abandoned"
    assert desk.gateway.sessions["cs_2"].state == "expired", "nobody can pay it any more"
    assert (desk.row().failure, desk.row().lot_id, desk.available()) == (None, None, 0)
    assert abandon(desk) == "abandoned"


def test_np_34_abandoning_what_turns_out_to_be_paid_answers_completed() -> None:
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    assert abandon(desk) == "completed"
    assert desk.available() == 30


@pytest.mark.parametrize("state", ["abandoned", "failed"])
def test_np_34_late_success_after_we_gave_it_up_still_grants(state: Any) -> None:
    desk = Desk()
    bought = desk.buy(TopUpItem(30)).purchase
    desk.purchases.rows["acme", bought.purchase_id] = replace(bought, state=state, check_at=None)
    desk.pay(bought)
    assert recheck(desk) == "completed"
    assert desk.available() == 30


def test_np_28_abandoning_an_order_that_never_got_a_page_ends_it() -> None:
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy()
    assert abandon(desk) == "abandoned"


def test_d_04_a_page_whose_address_was_never_saved_is_found_and_settled() -> None:
    """D4, D5: opened, then crashed; found by its metadata."""
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["after"]}
    with pytest.raises(Unavailable):
        desk.buy(TopUpItem(30))
    desk.gateway.pay("cs_2")
    assert recheck(desk) == "completed"
    assert desk.row().gateway_refs.checkout_session == "cs_2"
    assert desk.available() == 30


def test_d_05_an_abandon_that_fails_at_the_gateway_changes_nothing() -> None:
    """D5: not marked before it is done."""
    desk = Desk()
    desk.buy()
    desk.gateway.later = {"expire_checkout": ["before"]}
    with pytest.raises(Unavailable):
        abandon(desk)
    assert desk.row().state == "pending"


@pytest.mark.parametrize("call", [recheck_purchase, abandon_purchase])
def test_is_31_np_01_recheck_and_abandon_are_for_buyers(call: Any) -> None:
    desk = Desk()
    bought = desk.buy().purchase
    calls = len(desk.gateway.calls)
    with pytest.raises(Forbidden):
        call("acme", bought.purchase_id, member("operator"), desk=desk.sales)
    assert len(desk.gateway.calls) == calls


def test_d_40_a_purchase_of_another_account_is_not_found() -> None:
    """D40: every call, with an id that exists elsewhere."""
    desk = Desk()
    bought = desk.buy().purchase
    desk.purchases.rows["other", "pur_theirs"] = replace(bought, account_id="other", purchase_id="pur_theirs")
    for attempt in (
        lambda: recheck_purchase("acme", "pur_theirs", ADMIN, desk=desk.sales),
        lambda: abandon_purchase("acme", "pur_theirs", ADMIN, desk=desk.sales),
        lambda: desk.sales.purchase("acme", "pur_theirs"),
        lambda: read_invoice("acme", "pur_theirs", desk=desk.sales),
    ):
        with pytest.raises(PurchaseNotFound):
            attempt()
    assert [row.purchase_id for row in list_purchases("acme", 25, None, purchases=desk.purchases).purchases] == [
        bought.purchase_id
    ]


def test_d_02_settled_states_never_go_back_whatever_the_gateway_says_later() -> None:
    """D2, D14: a stale `expired` or `failed` after the grant."""
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    settle(desk)
    row = desk.row()
    for changes in ({"state": "expired"}, {"payment_state": "unpaid"}, {"currency": "inr"}):
        desk.gateway.say("cs_2", **changes)
        assert [settle(desk), recheck(desk), abandon(desk)] == ["completed"] * 3
    assert replace(desk.row(), version=row.version) == row, "a look at money back moves the version, nothing else"


def test_d_02_many_who_settle_at_once_make_one_lot() -> None:
    """D1, D2: check and grant are not one step; the lot's id is what counts."""
    desk = Desk("make", "core-10k")
    desk.pay(desk.buy(TopUpItem(1_000)).purchase)
    with ThreadPoolExecutor(16) as pool:
        states = list(pool.map(lambda _: _until_done(desk), range(48)))
    assert states == ["completed"] * 48
    assert desk.available() == 1_000
    assert len(desk.entries()) == 1
    assert len(desk.entries("data_transfer_mb")) == 1


def test_d_03_many_who_buy_with_one_key_make_one_purchase() -> None:
    """D3, D4: a double click."""
    desk = Desk()
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: desk.buy(TopUpItem(30)).purchase, range(32)))
    assert len({row.purchase_id for row in made}) == len({row.checkout_url for row in made}) == 1
    assert len(desk.purchases.rows) == len(desk.gateway.sessions) == len(desk.gateway.customers) == 1


def _until_done(desk: Desk) -> str:
    for _ in range(50):
        try:
            return settle(desk)
        except Unavailable:
            continue
    return "never"
