"""No input that a client can send makes a function fail: every answer is a success or a problem below 500 (issue 2, section 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lotbook.api import openapi
from lotbook.api.http.identity import to_context
from lotbook.api.http.routes import CONTRACT
from tests.examples import examples
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import SERVICE, Api, member, sample
from tests.functions.events import an_event

ROUTES = sorted(key for key, route in CONTRACT.items() if route.function in ("account", "consume", "purchase"))
SHARED = settings(
    max_examples=examples(16),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(max_size=40) | st.sampled_from(["..", "%00", "a" * 300, "\x00", "acme", "insurestack", "é", "credits"])
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 5.0, True, 10**12])
NAMES = st.sampled_from(
    ["credits", "unit", "reference", "metadata", "kind", "reason", "expires_at", "item", "consent", "plan_id", "pack_id",
     "account_id", "policy_id", "region", "email", "time_zone", "success_url", "amount_minor", "items", "ttl_seconds", "idempotency_key", "remark", "plans"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | st.sampled_from(["top_up", "plan", "custom_payment", "promotional"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=4),
    max_leaves=12,
)
GOOD: dict[str, dict[str, Any]] = {
    "consume": {"credits": 1, "unit": "credits", "reference": "r", "metadata": {"a": "b"}},
    "batch": {"items": [{"idempotency_key": "k", "credits": 1, "unit": "credits", "reference": "r"}]},
    "holds": {"credits": 1, "unit": "credits", "ttl_seconds": 60, "reference": "r"},
    "capture": {"credits": 1},
    "grants": {"credits": 1, "kind": "promotional", "reason": "r", "expires_at": "2027-01-01T00:00:00Z"},
    "quotes": {"item": {"kind": "top_up", "credits": 5}},
    "purchases": {"item": {"kind": "top_up", "credits": 5}, "success_url": "https://shop.example/"},
    "accounts": {"account_id": "new", "policy_id": "insurestack", "region": "US", "email": "a@b.example"},
    "{policy_id}": sample("insurestack"),
    "billing-details": {
        "name": "Acme Inc.",
        "email": "pay@acme.example",
        "phone": "+1 555 0100",
        "address": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
        "tax_id": "12-3456789",
        "purchase_order": "PO-1",
    },
}


UNDER_ONE_KEY: dict[str, Any] = {"items": [{"credits": 1, "reference": "r", "metadata": {"a": "b"}}, {"credits": 1}]}


def bodies(route_key: str) -> st.SearchStrategy[bytes | None]:
    """A good body with some members replaced, or anything at all."""
    good = GOOD.get(route_key.rsplit("/", 1)[1], {})
    lines = st.just(UNDER_ONE_KEY) if route_key.endswith("/consume/batch") else st.nothing()
    names = st.sampled_from([*good, "colour"])
    mutated = st.dictionaries(names, VALUES, max_size=2)
    return st.tuples(st.just(good) | lines, mutated).map(lambda each: json.dumps(each[0] | each[1]).encode()) | ANYTHING


ANYTHING = (
    st.dictionaries(NAMES | TEXT, VALUES, max_size=6).map(lambda document: json.dumps(document).encode())
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60)
    | st.integers(1, 60).map(lambda depth: b'{"item":' * depth + b"1" + b"}" * depth)
    | st.none()
)
HEADERS = st.dictionaries(
    st.sampled_from(["idempotency-key", "Idempotency-Key", "content-type", "user-agent", "stripe-signature"]),
    TEXT | st.just("key-1"),
    max_size=3,
)
QUERY = st.dictionaries(
    st.sampled_from(
        ["unit", "limit", "cursor", "version", "x", "state", "kind", "from", "to", "planned", "planned_periods"]
    ),
    TEXT | st.sampled_from(["5", "completed", "top_up", "2026-01-31T00:00:00Z", "2026-02-31T00:00:00Z"]),
    max_size=3,
)
CALLERS = st.sampled_from([SERVICE, SERVICE, SERVICE, member("acme"), member("acme", "member"), member("other"), None])


def schema_of(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **openapi.document()})


@pytest.mark.parametrize("route_key", ROUTES)
@given(data=st.data())
@SHARED
def test_no_input_of_a_client_is_a_fault_of_ours(
    shop: Api, gateway: FakeGateway, route_key: str, data: st.DataObject
) -> None:
    ids = st.sampled_from(["acme", "insurestack"]) | TEXT
    path = {
        name: data.draw(ids, label=name)
        for name in ("account_id", "policy_id", "purchase_id", "hold_id", "lot_id", "entry_id")
        if f"{{{name}}}" in route_key
    }
    event: dict[str, Any] = an_event(
        route_key,
        to_context(data.draw(CALLERS)),
        {},
        {},
        {"idempotency-key": "key-1"},
        data.draw(bodies(route_key)),
    )
    event["pathParameters"] = path
    event["queryStringParameters"] = data.draw(QUERY)
    if CONTRACT[route_key].may_be_keyed and data.draw(st.booleans()):
        event["headers"].pop("idempotency-key")
    event["headers"] = {**event["headers"], **data.draw(HEADERS)}
    if data.draw(st.booleans()):
        event["isBase64Encoded"] = not event["isBase64Encoded"]
    answer = shop.invoke(event)
    assert answer.status < 500, answer
    route = CONTRACT[route_key]
    if answer.status < 400 and route.answers[answer.status] == "Csv":
        assert answer.headers["content-type"].startswith("text/csv")
    elif answer.status < 400:
        schema_of(route.answers[answer.status]).validate(answer.body)
    else:
        schema_of("Problem").validate(answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
