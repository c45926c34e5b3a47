"""The steps of the vendors' own pages, as far as the API serves them: what a page would call, in the page's order."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Stack, call

PHOTOS = {"kind": "top_up", "credits": 1_000}


def test_np_06_both_entry_points_open_one_flow_the_same_offer_and_the_same_quote(stack: Stack) -> None:
    """Credits -> Purchase Credits and the sidebar's Upgrade differ in nothing that the API knows."""
    token = stack.token("9pic-us", "admin")
    from_credits, from_sidebar = (stack.get("/v1/accounts/9pic-us/offers", token).ok() for _ in range(2))
    assert from_credits == from_sidebar
    assert from_credits["top_up"]["mode"] == "quantity"
    assert {plan["change"] for plan in from_credits["plans"]} >= {"current", "upgrade", "contact"}
    reviews = [stack.post("/v1/accounts/9pic-us/quotes", {"item": PHOTOS}, token).ok() for _ in range(2)]
    assert reviews[0] == reviews[1]
    assert (reviews[0]["item"], reviews[0]["total_minor"], reviews[0]["allowed"]) == (PHOTOS, 2_000, True)


def test_np_07_no_later_step_without_the_earlier_one(stack: Stack) -> None:
    """Plan -> Credits -> Review -> Payment: a step that is not valid gives neither summary nor checkout."""
    account = stack.open_account("9pic", region="US")
    quotes, purchases = f"/v1/accounts/{account}/quotes", f"/v1/accounts/{account}/purchases"
    stack.post(quotes, {"item": {"kind": "plan", "plan_id": "no-such-plan"}}).problem(422, "unknown_plan")
    stack.post(quotes, {"item": PHOTOS | {"credits": 999}}).problem(422, "quantity_not_allowed")
    review = stack.post(quotes, {"item": PHOTOS}).ok()
    assert review["consent_required"] is True
    stack.post(purchases, {"item": PHOTOS}, key=stack.fresh()).problem(422, "consent_required")
    version = stack.get(f"/v1/accounts/{account}/offers").ok()["consent"]["version"]
    paid = stack.buy(account, PHOTOS, consent={"refund_policy_version": version}).ok(201)
    assert (paid["total_minor"], paid["lines"]) == (review["total_minor"], review["lines"])


def test_mk_15_extra_credits_are_shown_after_the_payment(stack: Stack) -> None:
    account = stack.open_account("make", plan_id=stack.get("/v1/accounts/make").ok()["plan_id"])
    stack.bought(account, {"kind": "top_up", "credits": 2_000})
    shown = {lot["kind"]: lot["remaining"] for lot in stack.balance(account)["lots"]}
    assert shown == {"plan": 10_000, "purchased": 2_000}


def test_df_01_df_02_packs_are_offered_and_bought_while_the_month_runs(stack: Stack) -> None:
    """Add credits: the offer lists the packs, one is chosen, and nobody waits for the month's end."""
    account = stack.open_account("diaflow", plan_id=stack.get("/v1/accounts/diaflow").ok()["plan_id"])
    assert stack.balance(account)["available"] > 0, "the month's credits are not used up"
    offer = stack.get(f"/v1/accounts/{account}/offers").ok()["top_up"]
    assert (offer["allowed"], offer["mode"]) == (True, "packs")
    pack = offer["packs"][-1]
    bought = stack.bought(account, {"kind": "top_up", "pack_id": pack["pack_id"]})
    assert (bought["credits"], bought["total_minor"]) == (1_200_000, pack["amount_minor"])


@pytest.mark.parametrize("missing", ["amount_minor", "remark"])
def test_np_56_a_custom_payment_asks_amount_and_remark(stack: Stack, missing: str) -> None:
    item = {"kind": "custom_payment", "amount_minor": 2_500, "remark": "invoice 7"}
    item.pop(missing)
    refusal = stack.post("/v1/accounts/9pic-us/quotes", {"item": item}).problem(422, "invalid_request")
    assert refusal["errors"][0]["field"] == f"item.{missing}"


def test_np_40_the_states_of_a_row_are_the_contracts(stack: Stack) -> None:
    """NP-40: Completed, Pending, Abandoned and Failed, of which the first three are seen here."""
    account = stack.open_account("insurestack")
    item = {"kind": "top_up", "credits": 5}
    stack.bought(account, item)
    left = stack.buy(account, item).ok(201)
    stack.post(f"/v1/accounts/{account}/purchases/{left['purchase_id']}/abandon", None).ok()
    stack.buy(account, item).ok(201)
    rows = stack.get(f"/v1/accounts/{account}/purchases").ok()["purchases"]
    assert [row["state"] for row in rows] == ["pending", "abandoned", "completed"]


def test_is_23_an_organisation_can_keep_several_cards_at_the_gateway(stack: Stack) -> None:
    """`save_payment_method` keeps the card with the account's one customer; the product itself stores none (IS-22)."""
    account = stack.open_account("insurestack")
    asked = {"Authorization": "Bearer sk_test_stranger"}
    for card in ("4242424242424242", "4000000000000341"):
        started = stack.buy(account, {"kind": "top_up", "credits": 5}, save_payment_method=True).ok(201)
        stack.pay(started, card).ok()
    session = call(
        "GET", f"{stack.stripe}/v1/checkout/sessions/{started['checkout_url'].rsplit('/', 1)[-1]}", headers=asked
    )
    customer = session.ok()["customer"]
    kept = call("GET", f"{stack.stripe}/v1/customers/{customer}/payment_methods", headers=asked).ok()["data"]
    assert len(kept) == 2
    assert {method["customer"] for method in kept} == {customer}
