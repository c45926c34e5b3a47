"""Burns by usage: rated by the policy, kept in the entry, answered again as at first (DF-24..27, NP-58, IS-50..53)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from lotbook import wiring_rating
from lotbook.adapters.dynamo import policies as stored
from tests.functions.conftest import ACCOUNT, Answer, Api, open_account, sample
from tests.functions.test_check import counted

FLOW = {"account_id": "flow"}
TOKENS = {"action": "tokens", "quantities": {"input_token": 100, "output_token": 150}}
PARTS = [
    {"quantity": "input_token", "count": 100, "rate": "2", "credits": 200},
    {"quantity": "output_token", "count": 150, "rate": "10", "credits": 1500},
]
ENDS: list[tuple[str, Any]] = [("capture", {"credits": 1}), ("capture", {"credits": 1}), ("release", None)]
BASIS = {"action": "tokens", "policy_version": 1, "exact": "1700", "rounding": "half_up", "minimum": 1}


@pytest.fixture
def flow(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """An account of diaflow with 100,000 credits; heads of policies are seen anew at once."""
    wiring_rating.rater.cache_clear()
    monkeypatch.setattr(stored, "MAX_HEAD_AGE", 0)
    open_account(api, "flow", "diaflow")
    post(api, "grants", {"credits": 100_000, "kind": "promotional", "reason": "test"}).ok(201)
    return api


def post(api: Api, what: str, body: Any, key: str | None = None, path: Any = FLOW) -> Answer:
    """With a new key, but for a batch, whose items have their own."""
    fresh = None if what == "consume/batch" else api.fresh()
    return api.call(f"POST {ACCOUNT}/{what}", body, key=key or fresh, path=path)


def newest(api: Api) -> dict[str, Any]:
    entry: dict[str, Any] = api.call(f"GET {ACCOUNT}/entries", path=FLOW, query={"limit": "1"}).ok()["entries"][0]
    return entry


def api_csv(api: Api) -> str:
    text: str = api.call(f"GET {ACCOUNT}/entries/export", path=FLOW).ok()
    return text


def publish_without_tokens(api: Api, rate: str | None) -> None:
    """The next version: output tokens at another rate, or no price for tokens at all."""
    document = copy.deepcopy(sample("diaflow"))
    rest = [cost for cost in document["costs"] if cost["action"] != "tokens"]
    tokens = {"action": "tokens", "rates": {"input_token": "2", "output_token": rate}, "min": 1}
    document["costs"] = rest if rate is None else [tokens, *rest]
    api.call("PUT /v1/policies/{policy_id}", document, path={"policy_id": "diaflow"}).ok(201)


def test_df_24_a_burn_by_usage_shows_its_calculation_and_the_entry_keeps_it(flow: Api) -> None:
    """2 x 100 + 10 x 150 = 1,700. The newest version rates; what was burned keeps the version that rated it."""
    checked = post(flow, "check", {"usage": TOKENS}).ok()
    body = {"usage": TOKENS, "reference": "run-1", "metadata": {"node": "7"}}
    burned = post(flow, "consume", body, "k").ok()
    assert (burned["credits"], burned["rated"], burned["rating"]) == (1_700, PARTS, BASIS)
    assert (checked["allowed"], checked["requested"], checked["draws"]) == (True, 1_700, burned["draws"])
    assert (checked["rated"], checked["rating"]) == (PARTS, BASIS)
    kept = newest(flow)
    assert (kept["credits"], kept["rated"], kept["rating"]) == (-1_700, PARTS, BASIS)
    line = api_csv(flow).splitlines()[1]
    assert line.endswith("tokens,input_token:100*2 output_token:150*10,")
    assert (kept["reference"], kept["metadata"]) == ("run-1", {"node": "7"})
    publish_without_tokens(flow, "20")
    again = post(flow, "consume", body, "k")
    assert (again.ok(), again.headers["idempotent-replayed"]) == (burned, "true")
    assert newest(flow) == kept, "an entry never changes"
    dearer = post(flow, "consume", {"usage": TOKENS}).ok()
    assert (dearer["credits"], dearer["rating"]["policy_version"]) == (3_200, 2)
    publish_without_tokens(flow, None)
    assert post(flow, "consume", body, "k").ok() == burned, "also where nothing prices it any more"
    told = post(flow, "consume", {"usage": TOKENS}).problem(422, "invalid_request")
    assert (told["errors"][0]["field"], told["errors"][0]["code"]) == ("usage.action", "unknown_action")
    assert "images" in told["errors"][0]["message"]
    post(flow, "consume", body | {"usage": TOKENS | {"quantities": {"input_token": 1}}}, "k").problem(
        422, "invalid_request"
    )


def test_a_key_of_other_usage_or_of_credits_is_a_key_that_was_reused(flow: Api) -> None:
    post(flow, "consume", {"usage": TOKENS}, "k").ok()
    post(flow, "consume", {"credits": 1_700}, "k").problem(422, "idempotency_key_reused")
    other = {"action": "tokens", "quantities": {"input_token": 850}}
    post(flow, "consume", {"usage": other}, "k").problem(422, "idempotency_key_reused")


def test_is_50_to_is_53_a_run_is_held_at_its_start_and_burned_in_a_final_state_alone(api: Api) -> None:
    """IS-51: nothing while it runs, nothing where it is terminated; IS-52: failed is final; IS-53: one cost on every plan."""
    wiring_rating.rater.cache_clear()
    document = copy.deepcopy(sample("insurestack")) | {"costs": [{"action": "quote", "flat": "1"}]}
    api.call("PUT /v1/policies/{policy_id}", document, path={"policy_id": "insurestack"}).ok(201)
    quote = {"usage": {"action": "quote"}}
    for account_id, plan in (("free", {}), ("paid", {"plan_id": "plus"})):
        path, body = {"account_id": account_id}, {"account_id": account_id, "policy_id": "insurestack"}
        api.call("POST /v1/accounts", body | {"region": "US", "email": "a@b.example"} | plan).ok(201)
        before = api.call(f"GET {ACCOUNT}/balance", path=path).ok()["available"]
        held = [post(api, "holds", quote, path=path).ok(201) for _ in range(3)]
        assert [each["credits"] for each in held] == [1, 1, 1]
        assert held[0]["rated"] == [{"quantity": None, "count": 1, "rate": "1", "credits": 1}]
        for run, (end, said) in zip(held, ENDS, strict=True):
            at = path | {"hold_id": run["hold_id"]}
            api.call(f"POST {ACCOUNT}/holds/{{hold_id}}/{end}", said, key=api.fresh(), path=at).ok()
        assert api.call(f"GET {ACCOUNT}/balance", path=path).ok()["available"] == before - 2


def test_np_58_items_of_a_batch_are_rated_each_and_one_that_cannot_be_refuses_them_all(flow: Api) -> None:
    items: list[dict[str, Any]] = [
        {"idempotency_key": "a", "usage": {"action": "characters", "quantities": {"character": 40}}},
        {"idempotency_key": "b", "credits": 5},
        {"idempotency_key": "c", "usage": {"action": "seconds", "quantities": {"second": 20}}},
    ]
    told = post(flow, "consume/batch", {"items": items}).ok()
    assert [each.get("credits") for each in told["results"]] == [400, None, 120]
    assert told["available"] == 100_100 - 525
    assert told["results"][2]["rated"] == [{"quantity": "second", "count": 20, "rate": "6", "credits": 120}]
    again = post(flow, "consume/batch", {"items": items}).ok()
    assert [each["status"] for each in again["results"]] == ["replayed"] * 3
    assert again["results"][0]["rated"] == told["results"][0]["rated"]
    bad = [*items, {"idempotency_key": "d", "usage": {"action": "no_cost"}}]
    problem = post(flow, "consume/batch", {"items": bad}).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["items.3.usage"]


def test_lines_of_a_batch_under_one_key_are_rated_each_and_answered_again_as_at_first(flow: Api) -> None:
    """Also when the policy has other rates since, or prices the action no more. Credits and usage stand beside each other."""
    lines: list[dict[str, Any]] = [
        {"usage": {"action": "characters", "quantities": {"character": 40}}, "reference": "a"},
        {"credits": 5},
        {"usage": {"action": "seconds", "quantities": {"second": 20}}},
    ]
    told = post(flow, "consume/batch", {"items": lines}, "run-1").ok()
    assert told["credits"] == 525 == sum(line["credits"] for line in told["lines"])
    assert [line["credits"] for line in told["lines"]] == [400, 5, 120]
    assert told["lines"][2]["rated"] == [{"quantity": "second", "count": 20, "rate": "6", "credits": 120}]
    assert told["lines"][1] == {"credits": 5, "reference": None}
    kept = newest(flow)["lines"]
    assert [(line["credits"], line["rated"]) for line in kept] == [
        (line["credits"], line.get("rated")) for line in told["lines"]
    ]
    assert kept[0]["rating"]["action"] == "characters"
    for rate in ("7", None):
        policy = sample("diaflow")
        costs = [cost for cost in policy["costs"] if cost["action"] != "seconds"]
        policy["costs"] = costs + [{"action": "seconds", "rates": {"second": rate}}] * (rate is not None)
        flow.call("PUT /v1/policies/{policy_id}", policy, path={"policy_id": "diaflow"}).ok(201)
        assert post(flow, "consume/batch", {"items": lines}, "run-1").ok() == told
    problem = post(flow, "consume/batch", {"items": lines}, "run-2").problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["items.2.usage.action"]
    assert newest(flow)["lines"] == kept


def test_credits_and_usage_are_one_or_the_other_and_usage_has_its_form(flow: Api) -> None:
    for body, field in (
        ({"credits": 1, "usage": TOKENS}, "usage"),
        ({}, "credits"),
        ({"usage": {"action": "tokens", "quantities": {"input_token": 1.5}}}, "usage.quantities.input_token"),
        ({"usage": {"action": "tokens", "quantities": {"input_token": -1}}}, "usage.quantities.input_token"),
        ({"usage": {"action": "tokens", "quantities": {"words": 1}}}, "usage.quantities"),
        ({"usage": {"action": "tokens", "colour": "red"}}, "usage.colour"),
        ({"usage": {"action": "no_cost"}}, "usage"),
        ({"usage": TOKENS, "unit": "prints"}, "unit"),
    ):
        for what in ("consume", "holds", "check"):
            assert post(flow, what, body).problem(422, "invalid_request")["errors"][0]["field"] == field, (what, body)
    assert post(flow, "consume", {"credits": 1}).ok()["available"] == 100_099


def test_a_burn_by_usage_costs_one_read_more_in_two_seconds_and_one_by_credits_none(
    flow: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "MAX_HEAD_AGE", 10**9)
    wiring_rating.rater.cache_clear()
    post(flow, "consume", {"usage": TOKENS}).ok()
    with counted() as calls:
        post(flow, "consume", {"usage": TOKENS}).ok()
    assert calls == {"UpdateItem": 1, "PutItem": 1}
    monkeypatch.setattr(stored, "MAX_HEAD_AGE", 0)
    with counted() as calls:
        post(flow, "consume", {"usage": TOKENS}).ok()
    assert calls == {"UpdateItem": 1, "PutItem": 1, "GetItem": 1}
    with counted() as calls:
        post(flow, "consume", {"credits": 1}).ok()
    assert calls == {"UpdateItem": 1, "PutItem": 1}
