"""Somebody presses "delete" on a customer in the gateway's dashboard; the account's buyers notice nothing but their cards."""

from __future__ import annotations

from typing import Any

from tests.scenarios.conftest import Stack, call, eventually

ACCOUNT = "insurestack"
PATH = f"/v1/accounts/{ACCOUNT}"
ITEM = {"kind": "top_up", "credits": 30}
AUTH = {"Authorization": "Bearer sk_test_dashboard"}
DETAILS: dict[str, Any] = {
    "name": "Harbour Insurance",
    "email": "accounts@harbour.example",
    "address": {"line1": "1 Quay", "city": "Boston", "postal_code": "02110", "country": "US", "state": "MA"},
}


def customer_of(stack: Stack, page: str) -> dict[str, Any]:
    """The customer that a page was opened for, as it is at the gateway now."""
    session = call("GET", f"{stack.stripe}/v1/checkout/sessions/{page.rsplit('/', 1)[-1]}", headers=AUTH).ok()
    found: dict[str, Any] = call("GET", f"{stack.stripe}/v1/customers/{session['customer']}", headers=AUTH).ok()
    return found


def delete(stack: Stack, customer: str) -> None:
    assert call("DELETE", f"{stack.stripe}/v1/customers/{customer}", headers=AUTH).ok()["deleted"] is True


def test_d_04_a_customer_that_was_deleted_at_the_dashboard_blocks_nothing_that_a_buyer_does(stack: Stack) -> None:
    """Purchase, setup page and billing details each find it gone; a page that was open before is paid into its order."""
    token = stack.token(ACCOUNT)
    before = stack.balance(ACCOUNT)["available"]
    opened = stack.buy(ACCOUNT, ITEM).ok(201)
    first = customer_of(stack, opened["checkout_url"])["id"]
    delete(stack, first)

    key = stack.fresh()
    bought = stack.buy(ACCOUNT, ITEM, key, save_payment_method=True).ok(201)
    second = customer_of(stack, bought["checkout_url"])
    assert (second["id"] != first, second["metadata"]["account_id"]) == (True, ACCOUNT)
    assert stack.buy(ACCOUNT, ITEM, key, save_payment_method=True).ok(201)["purchase_id"] == bought["purchase_id"]
    stack.pay(bought).ok()
    eventually(lambda: stack.purchase(ACCOUNT, bought["purchase_id"])["state"] == "completed", "it is completed")
    eventually(lambda: stack.get(f"{PATH}/payment-methods", token).ok()["payment_methods"], "its card is on file")

    delete(stack, second["id"])
    assert stack.get(f"{PATH}/payment-methods", token).ok() == {"payment_methods": []}
    setup = stack.request("POST", f"{PATH}/payment-methods/setup", None, token).ok(201)["setup_url"]
    third = customer_of(stack, setup)["id"]
    assert third not in (first, second["id"])

    delete(stack, third)
    stack.request("PUT", f"{PATH}/billing-details", DETAILS, token).ok()
    last = stack.buy(ACCOUNT, ITEM).ok(201)
    assert customer_of(stack, last["checkout_url"])["name"] == DETAILS["name"]

    stack.pay(opened).ok()
    eventually(lambda: stack.purchase(ACCOUNT, opened["purchase_id"])["state"] == "completed", "the first is, too")
    assert stack.post(f"{PATH}/purchases/{last['purchase_id']}/abandon", None).ok()["state"] == "abandoned"
    assert stack.balance(ACCOUNT)["available"] == before + 60
