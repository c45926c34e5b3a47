"""A buyer and the gateway, over HTTP: from the offer to credits that the statement explains."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.conftest import DECLINED_CARD, Stack, call, eventually

VENDORS: dict[str, dict[str, Any]] = {
    # account: the item, credits, subtotal, tax, currency
    "insurestack": {"item": {"kind": "top_up", "credits": 30}, "credits": 30, "total": 3_000, "currency": "usd"},
    "make": {"item": {"kind": "top_up", "credits": 1_000}, "credits": 1_000, "total": 90, "currency": "usd"},
    "9pic": {"item": {"kind": "top_up", "credits": 1_000}, "credits": 1_000, "total": 177_000, "currency": "inr"},
    "gocontent": {"item": {"kind": "top_up", "credits": 7}, "credits": 7, "total": 875, "currency": "usd"},
}


def item_of(stack: Stack, account: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The item to buy and what it brings; packs come from the offer, whose prices are the sample file's."""
    if account in VENDORS:
        return VENDORS[account]["item"], VENDORS[account]
    pack = stack.get(f"/v1/accounts/{account}/offers", stack.token(account)).ok()["top_up"]["packs"][0]
    item = {"kind": "top_up", "pack_id": pack["pack_id"]}
    return item, {"credits": pack["credits"], "total": pack["amount_minor"], "currency": "usd"}


def consent_of(stack: Stack, account: str) -> dict[str, Any]:
    consent = stack.get(f"/v1/accounts/{account}/offers", stack.token(account)).ok()["consent"]
    return {"consent": {"refund_policy_version": consent["version"]}} if consent else {}


@pytest.mark.parametrize("account", ["insurestack", "make", "9pic", "gocontent", "diaflow"])
def test_is_09_np_25_df_05_a_member_buys_and_the_statement_explains_every_credit(stack: Stack, account: str) -> None:
    token = stack.token(account, "admin")
    item, expected = item_of(stack, account)
    before = stack.balance(account)
    quote = stack.post(f"/v1/accounts/{account}/quotes", {"item": item}, token).ok()
    assert (quote["total_minor"], quote["currency"], quote["credits"]) == (
        expected["total"],
        expected["currency"],
        expected["credits"],
    )
    started = stack.post(
        f"/v1/accounts/{account}/purchases", {"item": item} | consent_of(stack, account), token, stack.fresh()
    ).ok(201)
    assert started["state"] == "pending"
    assert started["total_minor"] == expected["total"]
    assert stack.balance(account)["available"] == before["available"], "no credits before the payment (DF-05)"
    stack.pay(started).ok()
    bought = eventually(
        lambda: (row := stack.purchase(account, started["purchase_id"]))["state"] == "completed" and row, "completed"
    )
    after = stack.balance(account)
    assert after["available"] == before["available"] + expected["credits"]
    (lot,) = [lot for lot in after["lots"] if lot["lot_id"] == bought["lot_id"]]
    assert (lot["kind"], lot["granted"], lot["remaining"], lot["purchase_id"]) == (
        "purchased",
        expected["credits"],
        expected["credits"],
        started["purchase_id"],
    )
    entries = stack.entries(account)
    assert (
        sum(entry["credits"] for entry in entries)
        == after["available"] + after["held"] + after["frozen"] - after["shortfall"]
    )
    assert [e["kind"] for e in entries if e["purchase_id"] == started["purchase_id"]] == ["granted"]


def test_the_amount_that_the_gateway_charges_is_the_quote_total(stack: Stack) -> None:
    """NP-19, X-16: tax included, to the minor unit."""
    account = stack.open_account("9pic", region="IN")
    started = stack.buy(account, {"kind": "top_up", "credits": 1_001}, **consent_of(stack, "9pic")).ok(201)
    # 1,001 x 1.50 rupees = 1,501.50; 18 % of it is 270.27.
    assert (started["subtotal_minor"], started["tax"]["amount_minor"], started["total_minor"]) == (
        150_150,
        27_027,
        177_177,
    )
    session = call(
        "GET", f"{stack.stripe}/v1/checkout/sessions/{started['checkout_url'].rsplit('/', 1)[-1]}", headers=AUTH
    ).ok()
    assert (session["amount_total"], session["currency"]) == (177_177, "inr")


AUTH = {"Authorization": "Bearer sk_test_stranger"}


def test_np_20_np_21_each_purchase_needs_its_own_acceptance(stack: Stack) -> None:
    account = stack.open_account("9pic", region="US")
    consent = consent_of(stack, "9pic-us")
    item = {"kind": "top_up", "credits": 1_000}
    refusal = stack.buy(account, item)
    assert refusal.status in (409, 422)
    assert refusal.body["code"] == "consent_required"
    stack.buy(account, item, consent={"refund_policy_version": "no-such-version"}).problem(
        refusal.status, "consent_required"
    )
    stack.buy(account, item, **consent).ok(201)
    stack.buy(account, item).problem(refusal.status, "consent_required")
    assert len(stack.get(f"/v1/accounts/{account}/purchases").ok()["purchases"]) == 1


def test_np_28_closing_the_window_abandons_and_charges_nothing(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
    stack.close(started).ok()
    row = stack.post(f"/v1/accounts/{account}/purchases/{started['purchase_id']}/abandon", None).ok()
    assert row["state"] == "abandoned"
    assert row["lot_id"] is None
    assert not [lot for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]


def test_np_27_a_declined_card_leaves_the_page_open_and_grants_nothing(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
    stack.pay(started, DECLINED_CARD)
    row = eventually(
        lambda: (row := stack.purchase(account, started["purchase_id"]))["failure"] and row, "the decline is recorded"
    )
    assert (row["state"], row["failure"]["code"], row["lot_id"]) == ("pending", "card_declined", None)
    stack.pay(started).ok()
    eventually(lambda: stack.purchase(account, started["purchase_id"])["state"] == "completed", "another card pays")


def test_np_29_charged_but_no_credits_recheck_grants_once_however_often_pressed(stack: Stack) -> None:
    """D9: the webhook never comes."""
    account = stack.open_account("insurestack")
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    try:
        started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
        stack.pay(started).ok()
        assert stack.purchase(account, started["purchase_id"])["state"] == "pending"
        for _ in range(5):
            row = stack.post(f"/v1/accounts/{account}/purchases/{started['purchase_id']}/recheck", None).ok()
            assert row["state"] == "completed"
        stack.control("/_stand_in/webhooks/deliver", {"times": 3, "shuffle_seed": 7})
    finally:
        stack.control("/_stand_in/webhooks", {"mode": "deliver"})
    granted = [e for e in stack.entries(account) if e["purchase_id"] == started["purchase_id"]]
    assert [(e["kind"], e["credits"]) for e in granted] == [("granted", 5)]


def test_np_31_recheck_of_an_unpaid_purchase_stays_pending(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
    row = stack.post(f"/v1/accounts/{account}/purchases/{started['purchase_id']}/recheck", None).ok()
    assert row["state"] == "pending"


def test_np_34_a_payment_after_abandoned_still_grants(stack: Stack) -> None:
    """The buyer pays in the moment in which the purchase is being abandoned: what was charged is granted."""
    account = stack.open_account("insurestack")
    stack.control("/_stand_in/webhooks", {"mode": "hold"})
    try:
        started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
        stack.pay(started).ok()
        row = stack.post(f"/v1/accounts/{account}/purchases/{started['purchase_id']}/abandon", None).ok()
        assert row["state"] == "completed"
    finally:
        stack.control("/_stand_in/webhooks", {"mode": "deliver"})


@pytest.mark.parametrize("kind", ["timeout_after_commit", "timeout", "500", "429"])
def test_d_04_a_gateway_fault_at_checkout_ends_in_one_session(stack: Stack, kind: str) -> None:
    """D4: the same key goes on with the same purchase and the same checkout session."""
    account = stack.open_account("insurestack")
    key = stack.fresh()
    stack.control("/_stand_in/fail", {"operation": "checkout.sessions.create", "kind": kind, "times": 4})
    statuses = []
    for _ in range(6):
        answer = stack.buy(account, {"kind": "top_up", "credits": 5}, key)
        statuses.append(answer.status)
        if answer.status == 201:
            break
        assert answer.status == 503, answer
        assert answer.headers.get("retry-after")
    stack.control("/_stand_in/fail", {"operation": "checkout.sessions.create", "kind": kind, "times": 0})
    assert statuses[-1] == 201, statuses
    again = stack.buy(account, {"kind": "top_up", "credits": 5}, key)
    assert again.ok(201) == answer.body
    assert again.headers["idempotent-replayed"] == "true"
    rows = stack.get(f"/v1/accounts/{account}/purchases").ok()["purchases"]
    assert [row["purchase_id"] for row in rows] == [answer.body["purchase_id"]]
    sessions = call("GET", f"{stack.stripe}/v1/checkout/sessions?limit=100", headers=AUTH).ok()["data"]
    assert len([s for s in sessions if s["client_reference_id"] == answer.body["purchase_id"]]) == 1


def test_d_03_the_key_decides_a_purchase_and_other_content_is_refused(stack: Stack) -> None:
    account, key = stack.open_account("insurestack"), stack.fresh()
    first = stack.buy(account, {"kind": "top_up", "credits": 5}, key).ok(201)
    assert stack.buy(account, {"kind": "top_up", "credits": 5}, key).ok(201) == first
    stack.buy(account, {"kind": "top_up", "credits": 6}, key).problem(422, "idempotency_key_reused")
    stack.post(f"/v1/accounts/{account}/purchases", {"item": {"kind": "top_up", "credits": 5}}).problem(
        400, "idempotency_key_missing"
    )


@pytest.mark.parametrize(
    ("policy", "quantity", "allowed"),
    [
        ("insurestack", 0, False),
        ("insurestack", -1, False),
        ("insurestack", 1, True),
        ("make", 500, False),
        ("make", 1_500, False),
        ("make", 1_000, True),
        ("9pic", 999, False),
        ("9pic", 1_001, True),
        ("gocontent", 1, True),
    ],
)
def test_is_28_mk_11_np_02_quantity_rules_are_the_apis(stack: Stack, policy: str, quantity: int, allowed: bool) -> None:
    account = stack.open_account(
        policy, **({"plan_id": stack.get("/v1/accounts/make").ok()["plan_id"]} if policy == "make" else {})
    )
    answer = stack.post(f"/v1/accounts/{account}/quotes", {"item": {"kind": "top_up", "credits": quantity}})
    if allowed:
        assert answer.ok()["credits"] == quantity
    else:
        assert {"min", "step"} <= set(answer.problem(422, "quantity_not_allowed"))


def test_is_29_a_million_credits_is_a_price_and_more_than_a_charge_holds_is_a_clear_refusal(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    quotes = f"/v1/accounts/{account}/quotes"
    refusal = stack.post(quotes, {"item": {"kind": "top_up", "credits": 1_000_000}}).problem(
        422, "amount_not_chargeable"
    )
    assert refusal["max_minor"] == 99_999_999
    assert stack.post(quotes, {"item": {"kind": "top_up", "credits": 999_999}}).ok()["total_minor"] == 99_999_900


@pytest.mark.parametrize("quantity", [5.0, "5", True, None, [5], {"n": 5}, 1.5])
def test_x_15_quantities_are_json_integers(stack: Stack, quantity: object) -> None:
    stack.post("/v1/accounts/insurestack/quotes", {"item": {"kind": "top_up", "credits": quantity}}).problem(
        422, "invalid_request"
    )


def test_np_01_is_31_roles_outside_the_buyers_get_403_and_no_session_is_made(stack: Stack) -> None:
    for account in ("9pic-us", "insurestack"):
        item = {"kind": "top_up", "credits": 1_000}
        sessions = len(call("GET", f"{stack.stripe}/v1/checkout/sessions?limit=100", headers=AUTH).ok()["data"])
        for role in ("operator", "member"):
            stack.post(
                f"/v1/accounts/{account}/purchases",
                {"item": item} | consent_of(stack, account),
                stack.token(account, role),
                stack.fresh(),
            ).problem(403, "forbidden")
            quote = stack.post(f"/v1/accounts/{account}/quotes", {"item": item}, stack.token(account, role)).ok()
            assert (quote["allowed"], quote["reason"]) == (False, "forbidden")
        assert len(call("GET", f"{stack.stripe}/v1/checkout/sessions?limit=100", headers=AUTH).ok()["data"]) == sessions


def test_is_30_another_account_does_not_exist_for_a_member(stack: Stack) -> None:
    """D40: the answer is the same as for an account that nobody has."""
    token = stack.token("insurestack")
    item = {"item": {"kind": "top_up", "credits": 1}}
    for path, method in (
        ("", "GET"),
        ("/balance", "GET"),
        ("/entries", "GET"),
        ("/offers", "GET"),
        ("/purchases", "GET"),
    ):
        hidden = stack.request(method, f"/v1/accounts/make{path}", token=token).problem(404, "account_not_found")
        absent = stack.request(method, f"/v1/accounts/nobody{path}", token=token).problem(404, "account_not_found")
        assert {k: v for k, v in hidden.items() if k != "request_id"} == {
            k: v for k, v in absent.items() if k != "request_id"
        }
    stack.post("/v1/accounts/make/purchases", item, token, stack.fresh()).problem(404, "account_not_found")


def test_np_33_the_invoice_is_there_after_the_purchase_and_not_before(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, {"kind": "top_up", "credits": 5}).ok(201)
    invoice = f"/v1/accounts/{account}/purchases/{started['purchase_id']}/invoice"
    stack.get(invoice).problem(409, "invoice_not_ready")
    stack.pay(started).ok()
    eventually(lambda: stack.purchase(account, started["purchase_id"])["state"] == "completed", "completed")
    found = stack.get(invoice).ok()
    assert found["number"]
    assert call("GET", found["hosted_url"]).status == 200


def test_purchases_are_listed_newest_first_in_pages(stack: Stack) -> None:
    """NP-45 and the contract's lists."""
    account = stack.open_account("insurestack")
    made = [stack.buy(account, {"kind": "top_up", "credits": n}).ok(201)["purchase_id"] for n in (1, 2, 3)]
    first = stack.get(f"/v1/accounts/{account}/purchases?limit=2").ok()
    rest = stack.get(f"/v1/accounts/{account}/purchases?limit=2&cursor={first['next_cursor']}").ok()
    assert [row["purchase_id"] for row in first["purchases"] + rest["purchases"]] == made[::-1]
    assert rest["next_cursor"] is None
    for limit in ("0", "101", "x", "-1", "1.0"):
        stack.get(f"/v1/accounts/{account}/purchases?limit={limit}").problem(422, "invalid_request")


def test_mk_05_companion_credits_come_with_the_purchase(stack: Stack) -> None:
    account = stack.open_account("make", plan_id=stack.get("/v1/accounts/make").ok()["plan_id"])
    before = stack.balance(account, "data_transfer_mb")["available"]
    stack.bought(account, {"kind": "top_up", "credits": 1_000})
    after = stack.balance(account, "data_transfer_mb")
    assert after["available"] > before
    extra = [lot for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"]
    assert {lot["expires_at"] for lot in after["lots"] if lot["kind"] == "purchased"} == {
        lot["expires_at"] for lot in extra
    }


def test_mk_07_the_free_plan_may_not_buy(stack: Stack) -> None:
    account = stack.open_account("make")
    item = {"kind": "top_up", "credits": 1_000}
    offers = stack.get(f"/v1/accounts/{account}/offers").ok()
    assert offers["top_up"]["allowed"] is False
    quote = stack.post(f"/v1/accounts/{account}/quotes", {"item": item}).ok()
    assert quote["allowed"] is False
    stack.buy(account, item).problem(403, quote["reason"])


def test_df_03_only_the_published_packs_exist(stack: Stack) -> None:
    offers = stack.get("/v1/accounts/diaflow/offers", stack.token("diaflow")).ok()["top_up"]
    packs = [2_000, 4_000, 6_000, 11_000, 22_000, 44_000, 66_000, 115_000, 230_000, 480_000, 1_200_000]
    assert [pack["credits"] for pack in offers["packs"]] == packs
    stack.buy("diaflow", {"kind": "top_up", "pack_id": "no-such-pack"}).problem(422, "unknown_pack")
    refusal = stack.buy("diaflow", {"kind": "top_up", "credits": 3_000}).problem(422, "quantity_not_allowed")
    assert "packs" in refusal


def test_np_11_np_12_custom_payment_grants_nothing_and_enterprise_is_contact_only(stack: Stack) -> None:
    account = stack.open_account("9pic", region="US")
    consent = consent_of(stack, "9pic-us")
    bought = stack.bought(account, {"kind": "custom_payment", "amount_minor": 2_500, "remark": "invoice 7"}, **consent)
    assert (bought["credits"], bought["lot_id"], bought["total_minor"]) == (0, None, 2_500)
    assert stack.balance(account)["available"] == 0
    contact = [
        plan for plan in stack.get(f"/v1/accounts/{account}/offers").ok()["plans"] if plan["change"] == "contact"
    ]
    assert contact
    refusal = stack.buy(account, {"kind": "plan", "plan_id": contact[0]["plan_id"]}, **consent)
    assert "contact_url" in refusal.problem(422, "contact_only")
