"""Policies, accounts, balance, statement and grants over whole events."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import to_text
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, key_with, member, open_account, publish, sample

ACME = {"account_id": "acme"}
POLICY = "/v1/policies/{policy_id}"


def balance(api: Api, account_id: str = "acme", **query: str) -> Any:
    return api.call(f"GET {ACCOUNT}/balance", path={"account_id": account_id}, query=query).ok()


def entries(api: Api, **query: str) -> Answer:
    return api.call(f"GET {ACCOUNT}/entries", path=ACME, query=query)


def grant(api: Api, credits: object = 5, key: str | None = None, **more: object) -> Answer:
    body = {"credits": credits, "kind": "promotional", "reason": "a gift", **more}
    return api.call(f"POST {ACCOUNT}/grants", body, key=key or api.fresh(), path=ACME)


# --- policies


def test_policies_a_changed_document_is_the_next_version_and_the_same_one_is_the_same(api: Api) -> None:
    path = {"policy_id": "insurestack"}
    published_at = to_text(api.clock.now())
    first = {"policy_id": "insurestack", "version": 1, "published_at": published_at}
    assert publish(api, "insurestack") == first
    assert publish(api, "insurestack")["version"] == 1
    changed = {**sample("insurestack"), "title": "Another title"}
    without_id = {name: value for name, value in changed.items() if name != "policy_id"}
    assert api.call(f"PUT {POLICY}", without_id, path=path).ok(201)["version"] == 2
    assert api.call(f"GET {POLICY}", path=path).ok() == changed
    assert api.call(f"GET {POLICY}", path=path, query={"version": "1"}).ok() == sample("insurestack")


def test_policies_a_wrong_document_is_refused_with_the_path_of_each_error(api: Api) -> None:
    document = sample("insurestack") | {"colour": "red", "burn_order": ["free"]}
    problem = api.call(f"PUT {POLICY}", document, path={"policy_id": "insurestack"}).problem(422, "invalid_request")
    assert {error["field"] for error in problem["errors"]} >= {"colour"}
    api.call(f"PUT {POLICY}", sample("make"), path={"policy_id": "insurestack"}).problem(422, "invalid_request")
    api.call(f"PUT {POLICY}", sample("make"), path={"policy_id": "-"}).problem(422, "invalid_request")
    api.call(f"GET {POLICY}", path={"policy_id": "insurestack"}).problem(404, "policy_not_found")


@pytest.mark.parametrize(("policy_id", "version"), [("nobody", None), ("..", None), ("a" * 300, None), ("%00", "1")])
def test_policies_what_cannot_be_a_policy_is_not_found(api: Api, policy_id: str, version: str | None) -> None:
    query = {} if version is None else {"version": version}
    api.call(f"GET {POLICY}", path={"policy_id": policy_id}, query=query).problem(404, "policy_not_found")


def test_policies_versions_are_positive_integers(api: Api) -> None:
    publish(api, "insurestack")
    for version in ("0", "-1", "1.0", "x", "", "9" * 30, "١"):
        answer = api.call(f"GET {POLICY}", path={"policy_id": "insurestack"}, query={"version": version})
        answer.problem(422, "invalid_request")
    answer = api.call(f"GET {POLICY}", path={"policy_id": "insurestack"}, query={"version": "2"})
    answer.problem(404, "policy_not_found")


# --- accounts


def test_accounts_an_account_is_shown_whole_to_a_service_key_and_without_the_sellers_own_to_members(api: Api) -> None:
    account = open_account(api, "acme")
    assert account == {
        "account_id": "acme",
        "policy_id": "insurestack",
        "policy_version": 1,
        "plan_id": account["plan_id"],
        "plan_billing": "none",
        "plan_state": "active",
        "cancel_at": None,
        "next_plan": None,
        "grace_ends_at": None,
        "plan_ends_at": None,
        "plan_ends_soon": False,
        "entitlements": [],
        "region": "US",
        "currency": "usd",
        "time_zone": "UTC",
        "state": "active",
        "pause_reason": None,
        "pause_reasons": [],
        "created_at": "2026-01-15T10:00:00Z",
        "email": "a@b.example",
        "external_id": None,
        "metadata": {},
        "closed_at": None,
        "erased_at": None,
        "period": account["period"],
        "credits_reset_at": "2026-02-15T10:00:00Z",
        "auto_top_up": account["auto_top_up"],
        "notifications": {"locale": None, "off": [], "unreachable": None},
    }
    assert account["auto_top_up"]["enabled"] is False
    sellers = {"email": None, "metadata": None}
    assert api.call(f"GET {ACCOUNT}", caller=member("acme", "member"), path=ACME).ok() == account | sellers


def test_accounts_the_first_credits_are_there_at_once(api: Api) -> None:
    open_account(api, "acme")
    found = balance(api)
    assert (found["available"], found["held"], found["frozen"], found["shortfall"]) == (10, 0, 0, 0)
    (lot,) = found["lots"]
    assert (lot["kind"], lot["granted"], lot["remaining"], lot["expires_at"]) == (
        "free",
        10,
        10,
        "2026-02-15T10:00:00Z",
    )


def test_accounts_the_same_body_again_is_200_and_another_body_409(api: Api) -> None:
    first = open_account(api, "acme")
    body = {"account_id": "acme", "policy_id": "insurestack", "region": "US", "email": "a@b.example"}
    assert api.call("POST /v1/accounts", body).ok(200) == first
    api.call("POST /v1/accounts", body | {"email": "c@d.example"}).problem(409, "account_exists")
    assert balance(api)["available"] == 10


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_id": "-a"}, "account_id"),
        ({"account_id": "a" * 65}, "account_id"),
        ({"account_id": 7}, "account_id"),
        ({"account_id": "a\n"}, "account_id"),
        ({"policy_id": "no-such-policy"}, "policy_id"),
        ({"region": "UK"}, "region"),
        ({"region": "us"}, "region"),
        ({"region": None}, "region"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": f"{'a' * 250}@b.example"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "America"}, "time_zone"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_bounds_accounts_are_refused_with_the_field(api: Api, changes: dict[str, Any], field: str) -> None:
    publish(api, "insurestack")
    body = {"account_id": "acme", "policy_id": "insurestack", "region": "US", "email": "a@b.example"} | changes
    problem = api.call("POST /v1/accounts", body).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [field]
    api.call(f"GET {ACCOUNT}", path=ACME).problem(404, "account_not_found")


def test_accounts_an_unknown_plan_is_named_with_those_that_exist(api: Api) -> None:
    publish(api, "insurestack")
    body = {"account_id": "acme", "policy_id": "insurestack", "region": "US", "email": "a@b.example", "plan_id": "x"}
    assert api.call("POST /v1/accounts", body).problem(422, "unknown_plan")["plans"]


# --- balance and statement


def test_statement_explains_the_balance_and_pages_newest_first(shop: Api) -> None:
    """X-18: the sum of all entries is what the account owns."""
    granted = [grant(shop, n).ok(201)["entry_id"] for n in (1, 2, 3)]
    first = entries(shop, limit="2").ok()
    second = entries(shop, limit="2", cursor=first["next_cursor"]).ok()
    rows = first["entries"] + second["entries"]
    assert [row["entry_id"] for row in rows[:3]] == granted[::-1]
    assert second["next_cursor"] is None
    assert sum(row["credits"] for row in rows) == balance(shop)["available"] == 16


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "x", "", "+5", " 5", "١", "9" * 400, "1,2"])
def test_bounds_a_limit_out_of_range_is_refused(shop: Api, limit: str) -> None:
    problem = entries(shop, limit=limit).problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "limit"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "bnVsbA",
        "W10",
        "W1sieCIsMSxbXV1d",
        "WyJ4IiwxLFtdXQ",
        "A" * 9_000,
        "WyJ4IiwxLFtbMWU5OTksMV1dXQ",
    ],
)
def test_bounds_a_cursor_that_is_none_is_refused(shop: Api, cursor: str) -> None:
    problem = entries(shop, cursor=cursor).problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("unit", ["no_such_unit", "", "B#acme", "credits\n", "CREDITS", "a" * 300])
def test_units_an_unknown_unit_is_refused(shop: Api, unit: str) -> None:
    for route in ("balance", "entries"):
        answer = shop.call(f"GET {ACCOUNT}/{route}", path=ACME, query={"unit": unit})
        answer.problem(422, "invalid_request")


# --- grants


def test_grants_are_once_a_key_and_say_when_they_are_the_first_answer_again(shop: Api) -> None:
    """D3, D41."""
    first = grant(shop, 5, "g")
    again = grant(shop, 5, "g")
    assert again.ok(201) == first.ok(201)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    for other in ({"credits": 6}, {"reason": "b"}, {"expires_at": "2027-01-01T00:00:00Z"}):
        grant(shop, **({"credits": 5} | other), key="g").problem(422, "idempotency_key_reused")
    assert balance(shop)["available"] == 15
    lot = next(lot for lot in balance(shop)["lots"] if lot["kind"] == "promotional")
    assert (lot["lot_id"], lot["granted"], lot["expires_at"]) == (first.body["lot_id"], 5, None)


def test_grants_a_crash_after_the_key_was_taken_ends_in_one_lot(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D5: the marker alone is not the effect; the retry finishes it, later on, with the first attempt's instant."""
    with monkeypatch.context() as patch:
        patch.setattr(DynamoBooks, "ask", lambda *_: (_ for _ in ()).throw(Unavailable()))
        grant(shop, 5, "g").problem(503, "unavailable")
    assert balance(shop)["available"] == 10
    shop.clock.instant += 60_000
    done = grant(shop, 5, "g")
    assert "idempotent-replayed" not in done.headers
    assert grant(shop, 5, "g").ok(201) == done.ok(201)
    (lot,) = [lot for lot in balance(shop)["lots"] if lot["kind"] == "promotional"]
    assert (lot["lot_id"], lot["effective_at"]) == (done.body["lot_id"], "2026-01-15T10:00:00Z")


def test_d_02_two_grants_at_once_under_one_key_are_one_lot(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D2: both looked before either wrote; whose marker stands decides for both."""
    first = grant(shop, 5, "g").ok(201)
    monkeypatch.setattr(DynamoIdempotency, "find", lambda *_: None)
    shop.clock.instant += 60_000
    late = grant(shop, 5, "g")
    assert late.ok(201) == first
    assert late.headers["idempotent-replayed"] == "true"
    grant(shop, 6, "g").problem(422, "idempotency_key_reused")
    assert balance(shop)["available"] == 15


def test_grants_two_lots_of_the_same_second_are_two(shop: Api) -> None:
    assert grant(shop, 5).ok(201)["lot_id"] != grant(shop, 5).ok(201)["lot_id"]
    assert balance(shop)["available"] == 20


def test_grants_end_at_their_instant_and_not_a_second_earlier(shop: Api) -> None:
    """X-01, D21: no schedule runs."""
    grant(shop, 5, expires_at="2026-01-15T10:00:10Z").ok(201)
    shop.clock.instant += 9_999
    assert balance(shop)["available"] == 15
    shop.clock.instant += 1
    assert balance(shop)["available"] == 10
    assert entries(shop).ok()["entries"][0]["kind"] == "expired"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "purchased"},
        {"kind": None},
        {"credits": 0},
        {"credits": 5.0},
        {"credits": 10**12 + 1},
        {"reason": ""},
        {"reason": None},
        {"reason": "x" * 501},
        {"unit": "no_such_unit"},
        {"unit": 5},
        {"expires_at": "yesterday"},
        {"expires_at": "2026-02-31T00:00:00Z"},
        {"expires_at": "2027-01-01T00:00:00+02:00"},
        {"expires_at": "2027-01-01T00:00:00.5Z"},
        {"expires_at": "2027-01-01"},
        {"expires_at": 1_800_000_000},
        {"expires_at": "0000-01-01T00:00:00Z"},
        {"expires_at": "0001-01-01T00:00:00Z"},
        {"expires_at": "2026-01-15T10:00:00Z"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_bounds_grants_are_refused_with_nothing_changed_and_the_key_stays_free(
    shop: Api, changes: dict[str, Any]
) -> None:
    grant(shop, **({"credits": 5} | changes), key="g").problem(422, "invalid_request")
    assert balance(shop)["available"] == 10
    grant(shop, 5, "g").ok(201)


def test_grants_far_future_expiry_is_kept(shop: Api) -> None:
    grant(shop, 5, expires_at="9999-12-31T23:59:59Z").ok(201)
    assert "9999-12-31T23:59:59Z" in {lot["expires_at"] for lot in balance(shop)["lots"]}


def test_grants_need_the_scope(shop: Api) -> None:
    body = {"credits": 5, "kind": "promotional", "reason": "x"}
    for caller, status, code in (
        (member("acme"), 403, "forbidden"),
        (member("other"), 404, "account_not_found"),
        (key_with("credits:consume", "read"), 403, "forbidden"),
        (None, 401, "unauthenticated"),
    ):
        shop.call(f"POST {ACCOUNT}/grants", body, caller, "g", ACME).problem(status, code)
    shop.call(f"POST {ACCOUNT}/grants", body, SERVICE, "g", {"account_id": "nobody"}).problem(404, "account_not_found")
    assert wiring.idempotency().find("acme", "grant", "g") is None


def test_openapi_is_served_without_a_token(api: Api) -> None:
    document = api.call("GET /v1/openapi.json", caller=None).ok()
    assert document["openapi"].startswith("3.1")
