"""Ordering: what is refused leaves nothing behind, what is ordered is frozen, and the key decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.sales.items import CustomPaymentItem, PackItem, PlanItem, PlanPart, TopUpItem
from lotbook.domain.values import instants
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import (
    AccountNotFound,
    AlreadyOnPlan,
    AmountNotChargeable,
    ConsentRequired,
    ContactOnly,
    Forbidden,
    IdempotencyKeyReused,
    InvalidRequest,
    NotEligible,
    PurchaseAbandoned,
    QuantityNotAllowed,
    Refused,
    Unavailable,
    UnknownPack,
    UnknownPlan,
)
from lotbook.usecases.sales.create_purchase import create_purchase
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from tests.fakes.desk import RETURN_URL, SERVICE, Desk
from tests.fakes.samples import member, published
from tests.fakes.sweeps import look_at_purchases


def untouched(desk: Desk) -> bool:
    """No row, no marker, no customer, no session: nobody was asked for anything."""
    return not (desk.purchases.rows or desk.purchases.uses or desk.gateway.calls or desk.gateway.sessions)


def test_is_09_df_04_an_order_is_written_and_leads_to_a_hosted_page() -> None:
    desk = Desk()
    created = desk.buy(TopUpItem(30))
    assert not created.replayed
    assert created.purchase.checkout_url == "https://pay.example/cs_2"
    assert desk.row().state == "pending"
    assert desk.available() == 0, "no credits before the payment (DF-05)"


@pytest.mark.parametrize(
    ("policy", "plan", "region", "item", "credits", "subtotal", "tax", "currency"),
    [
        ("insurestack", "payg", "US", TopUpItem(30), 30, 3_000, 0, "usd"),  # IS-01
        ("make", "core-10k", "US", TopUpItem(1_000), 1_000, 90, 0, "usd"),  # MK-13
        ("make", "core-10k", "US", TopUpItem(10_000), 10_000, 900, 0, "usd"),  # MK-13, MK-24
        ("9pic", "payg", "IN", TopUpItem(1_001), 1_001, 150_150, 27_027, "inr"),  # NP-02, NP-17, NP-18
        ("9pic", "payg", "US", TopUpItem(1_000), 1_000, 2_000, 0, "usd"),
        ("gocontent", "starter", "US", TopUpItem(7), 7, 875, 0, "usd"),  # GC-02, GC-03
    ],
)
def test_mk_13_mk_24_np_17_np_18_np_19_gc_03_the_order_freezes_the_quote_to_the_cent(
    policy: str, plan: str, region: str, item: TopUpItem, credits: int, subtotal: int, tax: int, currency: str
) -> None:
    desk = Desk(policy, plan, region=region)
    row = desk.buy(item).purchase
    assert (row.credits, row.subtotal_minor, row.total_minor, row.currency) == (
        credits,
        subtotal,
        subtotal + tax,
        currency,
    )
    assert (row.tax.amount_minor if row.tax else 0) == tax
    assert (row.policy_id, row.policy_version, row.plan_id) == (policy, 1, plan)


@pytest.mark.parametrize(
    ("policy", "plan", "item", "refusal"),
    [
        ("insurestack", "payg", TopUpItem(0), QuantityNotAllowed),  # IS-28
        ("insurestack", "payg", TopUpItem(-1), QuantityNotAllowed),
        ("insurestack", "payg", TopUpItem(1_000_000), AmountNotChargeable),  # IS-29
        ("make", "core-10k", TopUpItem(1_500), QuantityNotAllowed),  # MK-11
        ("make", "core-10k", TopUpItem(0), QuantityNotAllowed),
        ("make", "free", TopUpItem(1_000), NotEligible),  # MK-07
        ("9pic", "payg", TopUpItem(999), QuantityNotAllowed),  # NP-02
        ("9pic", "payg", PlanItem("enterprise"), ContactOnly),  # NP-12
        ("9pic", "payg", PlanItem("pro", 999), QuantityNotAllowed),  # NP-02, NP-54
        ("9pic", "payg", PlanItem("gold"), UnknownPlan),
        ("9pic", "pro", PlanItem("pro"), AlreadyOnPlan),  # NP-52
        ("insurestack", "pro", PlanItem("plus"), NotEligible),  # IS-58
        ("diaflow", "starter", PackItem("no-such-pack"), UnknownPack),  # DF-03
        ("diaflow", "starter", TopUpItem(3_000), QuantityNotAllowed),
    ],
)
def test_is_28_is_29_mk_11_np_02_np_12_df_03_a_refused_order_leaves_nothing_behind(
    policy: str, plan: str, item: TopUpItem, refusal: type[Refused]
) -> None:
    desk = Desk(policy, plan)
    with pytest.raises(refusal):
        desk.buy(item)
    assert untouched(desk)


def test_mk_40_a_term_whose_price_would_take_a_discount_into_account_is_not_sold_yet() -> None:
    desk = Desk("9pic", "payg")
    policy = published("9pic").policy
    upgrade = replace(policy.plan_change.upgrade, plan_credits="convert")
    desk.policies.put(replace(policy, plan_change=replace(policy.plan_change, upgrade=upgrade)))
    with pytest.raises(NotEligible) as refused:
        desk.buy(PlanItem("pro"))
    assert refused.value.code == "plan_purchase_not_available"
    assert untouched(desk)


def test_np_54_the_order_freezes_what_its_lot_gets_apart_from_what_the_plan_brings() -> None:
    row = Desk("9pic", "payg").buy(PlanItem("pro", 1_000)).purchase
    assert (row.credits, row.plan, row.plan_id) == (1_000, PlanPart("pro", 0, 365), "payg")
    assert (row.subtotal_minor, row.total_minor, row.credits_minor) == (22_000, 22_000, 2_000)
    assert row.title == "Pro Subscription"


@pytest.mark.parametrize("role", ["operator", "member"])
def test_is_31_np_01_a_role_outside_the_buyers_is_refused_and_no_session_is_made(role: str) -> None:
    for desk in (Desk(), Desk("9pic", "payg")):
        with pytest.raises(Forbidden):
            desk.buy(role=role)  # type: ignore[arg-type]
        assert untouched(desk)


def test_is_30_d_40_a_member_of_another_account_buys_nothing_here() -> None:
    """D40: the door answers 404; the use case refuses all the same."""
    desk = Desk()
    with pytest.raises(Forbidden):
        create_purchase(
            PurchaseRequest("acme", TopUpItem(1)),
            "k",
            Caller("member", "eve", account_id="evil", role="owner"),
            desk=desk.sales,
        )
    with pytest.raises(AccountNotFound):
        create_purchase(PurchaseRequest("nobody", TopUpItem(1)), "k", SERVICE, desk=desk.sales)
    assert untouched(desk)


def test_a_service_key_with_the_scope_buys_and_is_the_actor() -> None:
    desk = Desk()
    created = create_purchase(PurchaseRequest("acme", TopUpItem(1)), "k", SERVICE, desk=desk.sales)
    assert created.purchase.actor == "key-1"
    with pytest.raises(Forbidden):
        create_purchase(
            PurchaseRequest("acme", TopUpItem(1)),
            "other",
            replace(SERVICE, scopes=frozenset({"read"})),
            desk=desk.sales,
        )


@pytest.mark.parametrize("version", [None, "", "no-such-version"])
def test_np_20_without_the_acceptance_of_this_very_version_there_is_no_order(version: str | None) -> None:
    desk = Desk("9pic", "payg")
    with pytest.raises(ConsentRequired) as refused:
        desk.buy(refund_policy_version=version)
    assert {"kind", "version", "url"} <= set(refused.value.data)
    assert untouched(desk)


def test_np_21_np_32_each_acceptance_is_kept_with_its_purchase_as_evidence() -> None:
    desk = Desk("9pic", "payg")
    consent = desk.buy(source_ip="192.0.2.7", user_agent="Browser/1").purchase.consent
    assert consent is not None
    asked = desk.policies.newest("9pic").policy.consent
    assert (consent.kind, consent.refund_policy_version) == ("refund_policy", asked.version)
    assert (consent.actor, consent.source_ip, consent.user_agent) == ("user-1", "192.0.2.7", "Browser/1")
    assert consent.accepted_at == desk.clock.now()
    with pytest.raises(ConsentRequired):
        desk.buy(key="key-2", refund_policy_version=None)
    assert len(desk.purchases.rows) == 1


def test_np_30_a_restarted_flow_is_another_order_and_one_pending_does_not_block_it() -> None:
    desk = Desk()
    first, second = desk.buy(key="a").purchase, desk.buy(key="b").purchase
    assert first.purchase_id != second.purchase_id
    assert first.checkout_url != second.checkout_url
    assert len(desk.gateway.customers) == 1


def test_d_03_the_same_key_and_body_is_the_first_answer_and_other_content_is_refused() -> None:
    """D3: also after the purchase went on."""
    desk = Desk()
    first = desk.buy(TopUpItem(5))
    desk.pay(first.purchase)
    again = desk.buy(TopUpItem(5))
    assert again.replayed
    assert again.purchase == replace(first.purchase, version=again.purchase.version)
    for change in ({"item": TopUpItem(6)}, {"success_url": "https://other.example/"}, {"save_payment_method": True}):
        with pytest.raises(IdempotencyKeyReused):
            desk.buy(**({"item": TopUpItem(5)} | change))
    assert len(desk.purchases.rows) == len(desk.gateway.sessions) == 1


def test_d_03_a_replay_is_not_measured_by_todays_rules() -> None:
    """The policy has changed since: the order stands as it was made."""
    desk = Desk()
    first = desk.buy(TopUpItem(5)).purchase
    policy = desk.policies.newest("insurestack").policy
    desk.policies.put(replace(policy, top_up=replace(policy.top_up, min=100)))
    assert desk.buy(TopUpItem(5)).purchase.purchase_id == first.purchase_id
    with pytest.raises(QuantityNotAllowed):
        desk.buy(TopUpItem(5), key="new")


def test_d_03_a_replay_still_needs_a_buyer() -> None:
    desk = Desk()
    desk.buy()
    with pytest.raises(Forbidden):
        desk.buy(role="member")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["open_customer", "open_checkout"])
def test_d_04_after_a_gateway_fault_the_same_key_goes_on_with_one_purchase_and_one_session(
    operation: str, moment: str
) -> None:
    """D4: also when the gateway did it and its answer was lost."""
    desk = Desk()
    desk.gateway.later = {operation: [moment] * 3}
    for _ in range(3):
        with pytest.raises(Unavailable):
            desk.buy()
    created = desk.buy()
    assert not created.replayed, "no answer before this one"
    assert len(desk.purchases.rows) == len(desk.gateway.sessions) == len(desk.gateway.customers) == 1
    assert desk.buy().replayed


def test_np_30_an_order_whose_page_can_no_longer_open_ends_abandoned_and_says_so() -> None:
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy()
    desk.clock.instant = desk.row().checkout_expires_at - 30 * instants.MINUTE
    with pytest.raises(PurchaseAbandoned):
        desk.buy()
    assert desk.row().state == "abandoned"
    with pytest.raises(PurchaseAbandoned):
        desk.buy()
    assert desk.gateway.sessions == {}
    desk.buy(key="restarted")


def test_d_04_a_late_retry_takes_the_page_that_a_lost_answer_had_opened() -> None:
    """D4: it could not be opened anew any more, and need not."""
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["after"]}
    with pytest.raises(Unavailable):
        desk.buy()
    desk.clock.instant = desk.row().checkout_expires_at - 5 * instants.MINUTE
    created = desk.buy()
    assert created.purchase.checkout_url == "https://pay.example/cs_2"
    assert desk.gateway.calls.count("open_checkout") == 1


def test_np_30_an_order_that_nobody_comes_back_to_is_abandoned_by_the_schedule() -> None:
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy()
    desk.clock.instant = desk.row().checkout_expires_at + 10 * instants.MINUTE
    look_at_purchases(desk.sales, desk.purchases)
    assert (desk.row().state, desk.row().check_at) == ("abandoned", None)


def test_an_amount_that_the_gateway_refuses_all_the_same_fails_the_order_with_a_clear_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X-16, NP-42: minimum charges differ by currency and change; the order failed, and a retry says so again."""
    desk = Desk()

    def refuse(*_: object) -> None:
        raise AmountNotChargeable

    monkeypatch.setattr(desk.gateway, "open_checkout", refuse)
    for _ in range(2):
        with pytest.raises(AmountNotChargeable):
            desk.buy()
    assert (desk.row().state, desk.row().failure.code) == ("failed", "amount_not_chargeable")


def test_np_11_a_custom_payment_is_ordered_without_credits() -> None:
    row = Desk("9pic", "payg").buy(CustomPaymentItem(2_500, "invoice 7")).purchase
    assert (row.credits, row.companions, row.total_minor) == (0, (), 2_500)


def test_the_orders_page_ends_when_the_policy_says() -> None:
    desk = Desk()
    row = desk.buy().purchase
    minutes = desk.policies.newest("insurestack").policy.checkout_ttl_minutes
    assert row.checkout_expires_at == desk.clock.now() + minutes * instants.MINUTE


def test_without_addresses_the_page_sends_the_buyer_to_the_deployments_own() -> None:
    row = Desk().buy().purchase
    assert (row.success_url, row.cancel_url) == (RETURN_URL, RETURN_URL)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
        "https://shop.example:8443/a?b=c#d",
        "http://localhost:3000/x",
        "http://127.0.0.1:8080/",
    ],
)
def test_return_addresses_may_be_https_or_this_machine(url: str) -> None:
    assert Desk().buy(success_url=url, cancel_url=url).purchase.success_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//shop.example/",
        "https:///path",
        "https://",
        "shop.example",
        "https://shop.example/ x",
        "https://shop.example/\n",
        "https://user:secret@shop.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:port/",
        "https://[::1/",
        "http://localhost.evil.example/",
        "https://shöp.example/",
        "https://shop.example/" + "a" * 2_000,
    ],
)
@pytest.mark.parametrize("field", ["success_url", "cancel_url"])
def test_other_return_addresses_are_refused_before_anything_is_written(field: str, url: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest):
        desk.buy(**{field: url})  # type: ignore[arg-type]
    assert untouched(desk)


def test_the_customer_is_saved_before_anything_is_made_for_it() -> None:
    """llmgateway #3033: a card saved on an orphan; here the account's customer is the session's."""
    desk = Desk()
    row = desk.buy().purchase
    assert desk.accounts.get("acme").gateway_customer == row.customer
    assert desk.gateway.sessions["cs_2"].customer == row.customer


def test_the_owner_role_of_the_policy_decides_not_a_list_of_ours() -> None:
    desk = Desk("9pic", "payg")
    policy = desk.policies.newest("9pic").policy
    desk.policies.put(replace(policy, buyers=("operator",)))
    desk.buy(role="operator")
    with pytest.raises(Forbidden):
        create_purchase(PurchaseRequest("acme", TopUpItem(1_000)), "k", member("owner"), desk=desk.sales)
