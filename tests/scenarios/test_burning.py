"""The SaaS back end burns credits over HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.scenarios.conftest import Stack


def test_is_43_mk_09_a_burn_draws_across_lots_in_burn_order(stack: Stack) -> None:
    account = stack.open_account("make", plan_id=stack.get("/v1/accounts/make").ok()["plan_id"])
    stack.bought(account, {"kind": "top_up", "credits": 1_000})
    lots = {lot["kind"]: lot for lot in stack.balance(account)["lots"]}
    assert lots["plan"]["remaining"] == 10_000
    burned = stack.consume(account, 10_001, reference="run 7").ok()
    assert burned["draws"] == [
        {"lot_id": lots["plan"]["lot_id"], "credits": 10_000},
        {"lot_id": lots["purchased"]["lot_id"], "credits": 1},
    ]
    assert burned["available"] == 999
    entry = stack.entries(account)[0]
    assert (entry["entry_id"], entry["kind"], entry["credits"], entry["reference"], entry["available_after"]) == (
        burned["entry_id"],
        "consumed",
        -10_001,
        "run 7",
        999,
    )


def test_same_key_same_body_is_the_first_answer_and_other_body_is_refused(stack: Stack) -> None:
    """D3, D15: once per idempotency key, over all units."""
    account = stack.open_account("insurestack")
    stack.grant(account, 100).ok(201)
    first = stack.consume(account, 5, "k-1", reference="a")
    assert "idempotent-replayed" not in first.headers
    stack.consume(account, 7, "k-2").ok()
    again = stack.consume(account, 5, "k-1", reference="a")
    assert again.ok() == first.ok()
    assert again.headers["idempotent-replayed"] == "true"
    stack.consume(account, 6, "k-1", reference="a").problem(422, "idempotency_key_reused")
    stack.consume(account, 5, "k-1", reference="b").problem(422, "idempotency_key_reused")
    assert stack.balance(account)["available"] == 10 + 100 - 12


def test_a_refusal_burns_nothing_and_the_key_may_be_tried_again(stack: Stack) -> None:
    account = stack.open_account("gocontent")
    available = stack.balance(account)["available"]
    refusal = stack.consume(account, available + 1, "again").problem(402, "insufficient_credits")
    assert (refusal["requested"], refusal["available"]) == (available + 1, available)
    stack.grant(account, 1).ok(201)
    stack.consume(account, available + 1, "again").ok()
    assert stack.balance(account)["available"] == 0


def test_d_15_parallel_burns_never_oversell(stack: Stack) -> None:
    """D15: 120 callers with 40 % duplicates burn one account to exactly zero."""
    account = stack.open_account("insurestack")
    stack.grant(account, 90).ok(201)
    keys = [f"p-{n % 72}" for n in range(120)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda key: (key, stack.consume(account, 2, key)), keys))
    burned = {key for key, answer in answers if answer.status == 200}
    assert {answer.status for _, answer in answers} <= {200, 402}
    assert len(burned) == 50
    left = stack.balance(account)
    assert left["available"] == 0
    entries = stack.entries(account)
    assert sum(entry["credits"] for entry in entries) == 0
    assert len([entry for entry in entries if entry["kind"] == "consumed"]) == 50


@pytest.mark.parametrize("credits", [0, -5, 1_000_000_000_001, 5.0, "5", True, None])
def test_what_is_not_a_positive_integer_of_credits_is_refused(stack: Stack, credits: object) -> None:
    """D19: nothing mints credits."""
    stack.consume("insurestack", credits).problem(422, "invalid_request")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b'{"credits": NaN}', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b"[" * 40 + b"]" * 40, 400, "malformed_json"),
        (b"[]", 422, "invalid_request"),
        (b'{"credits": 1, "colour": "red"}', 422, "invalid_request"),
        (b'{"credits": 1e400}', 422, "invalid_request"),
        (b'{"credits": ' + b"9" * 5_000 + b"}", 422, "invalid_request"),
        (b'{"credits": 1, "reference": "' + b"x" * 257 + b'"}', 422, "invalid_request"),
        (b'{"credits": 1, "metadata": {"a": 1}}', 422, "invalid_request"),
        (b'{"credits": 1, "unit": "no_such_unit"}', 422, "invalid_request"),
        (json.dumps({"credits": 1, "reference": "x" * 300_000}).encode(), 413, "body_too_large"),
    ],
)
def test_bad_bodies_are_named_and_change_nothing(stack: Stack, raw: bytes, status: int, code: str) -> None:
    before = stack.balance("insurestack")["available"]
    answer = stack.request("POST", "/v1/accounts/insurestack/consume", key=stack.fresh(), raw=raw)
    assert (answer.status, answer.body["code"]) in ((status, code), (400, "malformed_json")), answer
    answer.problem(answer.status, answer.body["code"])
    assert stack.balance("insurestack")["available"] == before


def test_the_key_is_required_and_must_be_visible_ascii(stack: Stack) -> None:
    path, body = "/v1/accounts/insurestack/consume", {"credits": 1}
    stack.post(path, body).problem(400, "idempotency_key_missing")
    stack.post(path, body, key="x" * 256).problem(400, "idempotency_key_invalid")
    stack.post(path, body, key="a b").problem(400, "idempotency_key_invalid")


def test_who_may_burn(stack: Stack) -> None:
    path, body = "/v1/accounts/insurestack/consume", {"credits": 1}
    keys = stack.dev["service_keys"]
    stack.post(path, body, stack.token("insurestack"), stack.fresh()).problem(403, "forbidden")
    stack.post(path, body, stack.token("make"), stack.fresh()).problem(404, "account_not_found")
    stack.post(path, body, keys["read"], stack.fresh()).problem(403, "forbidden")
    stack.post(path, body, keys["credits:consume"], stack.fresh()).ok()
    stack.post("/v1/accounts/nobody/consume", body, keys["credits:consume"], stack.fresh()).problem(
        404, "account_not_found"
    )
    assert stack.request("POST", path, body, token="", key=stack.fresh()).status == 401
    signed, _, signature = stack.token("insurestack").rpartition(".")
    for bad in ("lbk_nope", "x", "eyJhbGciOiJub25lIn0.e30.", f"{signed}.{signature[::-1]}"):
        assert stack.request("POST", path, body, token=bad, key=stack.fresh()).status == 401, bad


def test_grants_are_once_per_key_and_service_only(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    first = stack.grant(account, 50, "g-1")
    again = stack.grant(account, 50, "g-1")
    assert again.ok(201) == first.ok(201)
    assert again.headers["idempotent-replayed"] == "true"
    stack.grant(account, 51, "g-1").problem(422, "idempotency_key_reused")
    path = f"/v1/accounts/{account}/grants"
    body = {"credits": 1, "kind": "promotional", "reason": "x"}
    stack.post(path, body).problem(400, "idempotency_key_missing")
    stack.post(path, body | {"kind": "purchased"}, key="g-2").problem(422, "invalid_request")
    stack.post(path, body | {"expires_at": "yesterday"}, key="g-3").problem(422, "invalid_request")
    stack.post("/v1/accounts/insurestack/grants", body, stack.token("insurestack"), "g-4").problem(403, "forbidden")
    balance = stack.balance(account)
    assert balance["available"] == 60
    assert [lot["kind"] for lot in balance["lots"]] == ["free", "promotional"]
