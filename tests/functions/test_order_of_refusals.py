"""Account first, then role, then the rest (contract, "Who"): nothing that is wrong with a request hides a 404 or a 403.

One table over all routes under an account. Each is called with everything that can be wrong with a request, one fault at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lotbook.api.http.routes import CONTRACT, Route
from lotbook.domain.values.access import SCOPES, Caller
from tests.functions.conftest import SERVICE, Api, key_with, member

OF_ACCOUNT = {key: route for key, route in CONTRACT.items() if "{account_id}" in key}
OF_BUYERS = [key for key, route in OF_ACCOUNT.items() if route.buyers]
ROLE_TOO_SMALL = "member"  # insurestack's buyers are owner, admin and billing
OWN_CODES = {
    "a bad purchase_id": "purchase_not_found",
    "a bad payment_method": "payment_method_not_found",
    "a bad card": "payment_method_not_found",
    "no JSON": "malformed_json",
    "too large": "body_too_large",
    "no key": "idempotency_key_missing",
    "a bad key": "idempotency_key_invalid",
    "a parameter that is unknown": "invalid_request",
    "a member that is unknown": "invalid_request",
}


def path_of(route_key: str, account_id: str) -> dict[str, str]:
    ids = {
        "account_id": account_id,
        "purchase_id": "pur_1",
        "hold_id": "hold_1",
        "lot_id": "lot_1",
        "entry_id": "entry_1",
        "payment_method": "pm_1",
    }
    return {name: value for name, value in ids.items() if f"{{{name}}}" in route_key}


def faults(route_key: str, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """What can be wrong with a request of this route, as arguments of `Api.call`."""
    good = {"body": {}, "key": "k"} if route.body else {"key": "k"}
    yield "a parameter that is unknown", {**good, "query": {"nobody": "knows"}}
    for name in route.query:
        yield f"a bad {name}", {**good, "query": {name: "\x00"}}
    if not route_key.startswith("GET"):
        yield "no JSON", {"raw": b"{", "key": "k"}
        yield "too large", {"raw": b" " * 300_000, "key": "k"}
        yield "a member that is unknown", {"body": {"nobody_knows": 1}, "key": "k"}
    if route.keyed:
        yield "no key", {"body": {}}
        yield "a bad key", {"body": {}, "key": "with blank"}
    for name in ("purchase_id", "payment_method"):
        if f"{{{name}}}" in route_key:
            yield f"a bad {name}", {**good, "path": {name: "no/id"}}
    if route_key.endswith("/default"):
        yield "a bad card", {"body": {"payment_method": "no/id"}, "key": "k"}


def send(api: Api, route_key: str, caller: Caller, account_id: str, fault: dict[str, Any]) -> Any:
    path = {**path_of(route_key, account_id), **fault.get("path", {})}
    return api.call(route_key, caller=caller, **{**fault, "path": path})


def entitled(route: Route) -> Iterator[Caller]:
    """Those whom the route itself lets pass."""
    if route.scopes:
        yield SERVICE
    if route.members:
        yield member("nobody", "owner")
        yield member("nobody", ROLE_TOO_SMALL)


@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_order_a_bad_request_for_an_account_that_is_not_there_is_404(api: Api, route_key: str) -> None:
    route = OF_ACCOUNT[route_key]
    for caller in entitled(route):
        for what, fault in faults(route_key, route):
            answer = send(api, route_key, caller, "nobody", fault)
            assert (answer.status, answer.code) == (404, "account_not_found"), (what, caller.kind, answer)


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_order_a_bad_request_of_a_role_or_scope_that_is_too_small_is_403(shop: Api, route_key: str) -> None:
    route = OF_ACCOUNT[route_key]
    too_small = [key_with(scope) for scope in SCOPES if scope not in route.scopes]
    if route.buyers or not route.members:
        too_small.append(member("acme", ROLE_TOO_SMALL))
    for caller in too_small:
        for what, fault in faults(route_key, route):
            answer = send(shop, route_key, caller, "acme", fault)
            assert (answer.status, answer.code) == (403, "forbidden"), (what, caller, answer)


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("route_key", OF_ACCOUNT)
def test_order_whoever_may_call_is_told_what_is_wrong_with_the_request(shop: Api, route_key: str) -> None:
    """The two tests above could be met by a door that is shut."""
    route = OF_ACCOUNT[route_key]
    callers = [SERVICE] if route.scopes else []
    callers += [member("acme", "owner")] if route.members else []
    for caller in callers:
        for what, fault in faults(route_key, route):
            answer = send(shop, route_key, caller, "acme", fault)
            assert answer.code == OWN_CODES.get(what, answer.code), (what, answer)
            assert answer.code not in (None, "forbidden", "account_not_found"), (what, caller.kind, answer)


@pytest.mark.usefixtures("gateway")
def test_order_the_table_names_as_routes_of_buyers_those_that_a_smaller_role_is_refused(shop: Api) -> None:
    """A good request of a role that may not buy: what the use cases say is what the table says they say."""
    bodies: dict[str, dict[str, Any]] = {
        "purchases": {"item": {"kind": "top_up", "credits": 10}},
        "quotes": {"item": {"kind": "top_up", "credits": 10}},
        "billing-details": {
            "name": "Acme",
            "address": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
        },
        "plan": {"plan_id": "plus"},
        "setup": {},
        "default": {"payment_method": "pm_1"},
    }
    refused = set()
    for route_key, route in OF_ACCOUNT.items():
        if route.members:
            body = bodies.get(route_key.rsplit("/", 1)[1]) if route.body else None
            answer = send(shop, route_key, member("acme", ROLE_TOO_SMALL), "acme", {"body": body, "key": "k"})
            assert answer.status != 422, answer
            refused |= {route_key} if answer.status == 403 else set()
    assert refused == set(OF_BUYERS)
