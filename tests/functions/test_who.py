"""Who may do what: every route against every kind of caller (contract, "Who", "Scopes and roles"; D40, IS-30, IS-31, NP-01)."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.values.access import ROLES, SCOPES, Caller
from tests.functions.conftest import SERVICE, Api, key_with, member

OPEN = {
    key: route for key, route in CONTRACT.items() if route.function not in ("webhook", "recheck") and not route.public
}
BUYERS = ("owner", "admin", "billing")  # of the sample policy
OF_ACCOUNT = [key for key in OPEN if "{account_id}" in key]
BODIES: dict[str, Any] = {"quotes": {}, "purchases": {}, "consume": {}, "grants": {}, "accounts": {}, "close": {}}
ALLOWED: dict[str, set[str]] = {  # of the contract's tables and "Scopes and roles", written down a second time
    "PUT /v1/policies/{policy_id}": {"policies:write"},
    "GET /v1/policies": {*SCOPES, "member"},
    "GET /v1/policies/{policy_id}/versions": {*SCOPES, "member"},
    "POST /v1/accounts": {"accounts:write"},
    "GET /v1/accounts": {"read"},
    "GET /v1/accounts/{account_id}": {"read", "member"},
    "PATCH /v1/accounts/{account_id}": {"accounts:write"},
    "POST /v1/accounts/{account_id}/close": {"accounts:write"},
    "POST /v1/accounts/{account_id}/erase": {"accounts:write"},
    "GET /v1/accounts/{account_id}/balance": {"read", "member"},
    "GET /v1/accounts/{account_id}/entries": {"read", "member"},
    "GET /v1/accounts/{account_id}/entries/{entry_id}": {"read", "member"},
    "GET /v1/accounts/{account_id}/holds": {"read", "member"},
    "GET /v1/accounts/{account_id}/holds/{hold_id}": {"read", "member"},
    "GET /v1/accounts/{account_id}/lots/{lot_id}": {"read", "member"},
    "POST /v1/accounts/{account_id}/lots/{lot_id}/void": {"credits:grant"},
    "GET /v1/accounts/{account_id}/entries/export": {"read", "member"},
    "GET /v1/accounts/{account_id}/offers": {"read", "member"},
    "GET /v1/accounts/{account_id}/billing-details": {"read", "member"},
    "PUT /v1/accounts/{account_id}/billing-details": {"member"},
    "GET /v1/accounts/{account_id}/purchases/export": {"read", "member"},
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/evidence": {"read", "member"},
    "GET /v1/accounts/{account_id}/purchases": {"read", "member"},
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}": {"read", "member"},
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/invoice": {"read", "member"},
    "POST /v1/accounts/{account_id}/quotes": {"purchases:write", "member"},
    "POST /v1/accounts/{account_id}/purchases": {"purchases:write", "member"},
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/abandon": {"purchases:write", "member"},
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/refund": {"purchases:write", "member"},
    "POST /v1/accounts/{account_id}/plan": {"member"},
    "POST /v1/accounts/{account_id}/plan/cancel": {"member"},
    "POST /v1/accounts/{account_id}/plan/resume": {"member"},
    "GET /v1/accounts/{account_id}/auto-top-up": {"read", "member"},
    "PUT /v1/accounts/{account_id}/auto-top-up": {"member"},
    "GET /v1/accounts/{account_id}/auto-top-up/history": {"read", "member"},
    "GET /v1/accounts/{account_id}/payment-methods": {"read", "member"},
    "POST /v1/accounts/{account_id}/payment-methods/setup": {"member"},
    "PUT /v1/accounts/{account_id}/payment-methods/default": {"member"},
    "DELETE /v1/accounts/{account_id}/payment-methods/{payment_method}": {"member"},
    "POST /v1/accounts/{account_id}/check": {"credits:consume", "read"},
    "POST /v1/accounts/{account_id}/consume": {"credits:consume"},
    "POST /v1/accounts/{account_id}/consume/batch": {"credits:consume"},
    "POST /v1/accounts/{account_id}/holds": {"credits:consume"},
    "POST /v1/accounts/{account_id}/holds/{hold_id}/capture": {"credits:consume"},
    "POST /v1/accounts/{account_id}/holds/{hold_id}/release": {"credits:consume"},
    "POST /v1/accounts/{account_id}/grants": {"credits:grant"},
    "POST /v1/accounts/{account_id}/portal-sessions": {"portal:write"},
    "POST /v1/accounts/{account_id}/portal-sessions/revoke": {"portal:write"},
    "GET /v1/reports/{report}": {"reports:read"},
    "GET /v1/policies/{policy_id}": {*SCOPES, "member"},
    "POST /v1/endpoints": {"endpoints:write"},
    "GET /v1/endpoints": {"endpoints:write"},
    "GET /v1/endpoints/{endpoint_id}": {"endpoints:write"},
    "PATCH /v1/endpoints/{endpoint_id}": {"endpoints:write"},
    "DELETE /v1/endpoints/{endpoint_id}": {"endpoints:write"},
    "POST /v1/endpoints/{endpoint_id}/rotate": {"endpoints:write"},
    "GET /v1/endpoints/{endpoint_id}/deliveries": {"endpoints:write"},
    "POST /v1/endpoints/{endpoint_id}/deliveries/{delivery_id}/again": {"endpoints:write"},
}


def path_of(route_key: str, account_id: str = "acme") -> dict[str, str]:
    ids = {
        "account_id": account_id,
        "policy_id": "insurestack",
        "purchase_id": "pur_1",
        "hold_id": f"hold_{0:024d}",
        "lot_id": "lot_1",
        "entry_id": "ent_1",
    }
    ids |= {"payment_method": "pm_1", "endpoint_id": "end_1", "delivery_id": "dlv_1"}
    return {name: value for name, value in ids.items() if f"{{{name}}}" in route_key}


def call(api: Api, route_key: str, caller: Caller | None, account_id: str = "acme", key: str | None = "k") -> Any:
    return api.call(route_key, {}, caller, key, path_of(route_key, account_id))


def test_who_the_table_of_this_test_names_every_route() -> None:
    assert set(ALLOWED) == set(OPEN)


@pytest.mark.parametrize("route_key", OPEN)
def test_who_without_a_good_token_every_route_says_401_first(api: Api, route_key: str) -> None:
    answer = call(api, route_key, None, "..", key=None)
    answer.problem(401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route_key", OPEN)
def test_who_each_scope_reaches_its_calls_only(shop: Api, route_key: str) -> None:
    for scope in SCOPES:
        answer = call(shop, route_key, key_with(scope))
        assert (answer.code == "forbidden") == (scope not in ALLOWED[route_key]), (scope, answer)


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("route_key", OPEN)
def test_who_members_reach_the_calls_for_members(shop: Api, route_key: str) -> None:
    """Of the roles, only a route of buyers tells any apart: those of the policy's buyers from the others."""
    for role in ROLES:
        answer = call(shop, route_key, member("acme", role))
        reached = "member" in ALLOWED[route_key] and (not OPEN[route_key].buyers or role in BUYERS)
        assert (answer.code == "forbidden") != reached, (role, answer)


def test_f4_every_role_may_read_what_buyers_alone_change() -> None:
    """The contract: plan, automatic purchase and payment methods are changed by the policy's buyers; every role may read."""
    evidence = "GET /v1/accounts/{account_id}/purchases/{purchase_id}/evidence"  # names whoever paid
    assert [key for key, route in OPEN.items() if key.startswith("GET") and route.buyers] == [evidence]


@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_d_40_an_account_that_is_not_theirs_is_the_same_bytes_as_one_that_is_not_there(
    shop: Api, route_key: str
) -> None:
    """D40: also where the role would be too small, and whatever is wrong with the rest of the request."""
    for caller in (member("other"), member("other", "member")):
        hidden = [call(shop, route_key, caller, "acme", key) for key in ("k", None)]
        absent = [call(shop, route_key, caller, "nobody", key) for key in ("k", None)]
        assert hidden == absent
        assert hidden[0] == hidden[1]
        hidden[0].problem(404, "account_not_found")


NO_ACCOUNTS = ("nobody", "..", "%00", "\x00", "acme\n", "a" * 300, "é", "acme#credits", "")


@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_d_40_what_cannot_be_an_account_is_not_found_for_everybody(api: Api, route_key: str) -> None:
    bodies = {
        "quotes": {"item": {"kind": "top_up", "credits": 1}},
        "purchases": {"item": {"kind": "top_up", "credits": 1}},
        "consume": {"credits": 1},
        "batch": {"items": [{"idempotency_key": "k", "credits": 1}]},
        "holds": {"credits": 1},
        "capture": {"credits": 1},
        "grants": {"credits": 1, "kind": "promotional", "reason": "x"},
    }
    body = bodies.get(route_key.rsplit("/", 1)[1])
    for account_id in NO_ACCOUNTS if OPEN[route_key].scopes else NO_ACCOUNTS[1:]:  # a call for members only says 403
        answer = api.call(route_key, body, SERVICE, "k", path_of(route_key, account_id))
        answer.problem(404, "account_not_found")


@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_bounds_what_cannot_be_an_id_never_reaches_the_table(
    api: Api, monkeypatch: pytest.MonkeyPatch, route_key: str
) -> None:
    monkeypatch.setattr(wiring, "table", None)  # whoever asks for it now fails
    for account_id in NO_ACCOUNTS[1:]:
        api.call(route_key, {}, SERVICE, "k", path_of(route_key, account_id)).problem(404, "account_not_found")


def test_d_40_a_member_whose_account_does_not_exist_is_told_so(api: Api) -> None:
    for route_key in OF_ACCOUNT:
        if "member" in ALLOWED[route_key] and route_key.startswith("GET"):
            call(api, route_key, member("ghost"), "ghost").problem(404, "account_not_found")


def test_who_a_context_that_the_authorizer_cannot_have_written_is_nobody(shop: Api) -> None:
    event = shop.event("GET /v1/accounts/{account_id}", None, SERVICE, None, {"account_id": "acme"})
    for context in (
        None,
        {},
        {"kind": "member", "actor": "a", "account_id": "acme", "role": "root"},
        {"kind": "member", "actor": "", "account_id": "acme", "role": "owner"},
        {"kind": "member", "actor": "a", "account_id": ["acme"], "role": "owner"},
        {"kind": "service", "actor": 5, "scopes": "read"},
        {"kind": "root", "actor": "a", "scopes": "read"},
    ):
        event["requestContext"]["authorizer"] = {"lambda": context}
        shop.invoke(event).problem(401, "unauthenticated")
    event["requestContext"]["authorizer"] = {"lambda": {"kind": "service", "actor": "a", "scopes": "reader unread"}}
    shop.invoke(event).problem(403, "forbidden")
    del event["requestContext"]["authorizer"]
    shop.invoke(event).problem(401, "unauthenticated")
