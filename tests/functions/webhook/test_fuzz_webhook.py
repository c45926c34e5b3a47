"""Whole API Gateway events of any kind through the webhook function: 200, 400, or the deliberate 503; never a crash."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotbook.usecases.inbox.handle_event import PAYING, SETTLING
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from tests.examples import examples
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import Api
from tests.functions.webhooks import SAMPLES, WEBHOOK, available, event_about, signed

SHARED = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXT = st.text(max_size=20) | st.sampled_from(
    ["", "\x00", "\ud800", "é", "a" * 600, "acme", "lotbook", "test", "#", "pur_x"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, 1e400, True])
PLAIN = st.none() | st.booleans() | NUMBERS | TEXT
NAMES = st.sampled_from(
    ["id", "object", "type", "livemode", "account", "data", "metadata", "app", "stage", "account_id", "purchase_id",
     "payment_intent", "status", "payment_status", "mode", "api_version", "previous_attributes", "related_object"]
)  # fmt: skip
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=5), max_leaves=15
)
KINDS = st.sampled_from(sorted(SETTLING | MONEY_BACK)) | TEXT | PLAIN
MARK = {"app": "lotbook", "stage": "test", "account_id": "acme"}
MARKS = st.dictionaries(st.sampled_from(["account_id", "purchase_id"]), TEXT, min_size=1) | st.dictionaries(
    st.sampled_from([*MARK, "purchase_id"]), JSON
)
HOSTILE_HEADERS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "t=1,v1=", "t=,v1=a", "t=1e9,v1=a", "t=-1,v1=a", "t=" + "9" * 400, "v0=a", "t=1,v1=é", "t=\u0661,v1=a",
         "," * 5_000, "t=1768000000,v1=\x00", "t=1,t=2,v1=a"]
    ),
)  # fmt: skip


@st.composite
def events(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    """A real event of ours with some members replaced at any depth, or anything at all."""
    how = draw(st.integers(0, 9))
    if how == 0:
        return draw(st.binary(max_size=80))
    if how == 1:
        return json.dumps(draw(JSON)).encode()
    event = json.loads(json.dumps(good))
    if draw(st.booleans()):
        event["type"] = draw(KINDS)
    if draw(st.booleans()):
        event["data"]["object"] |= draw(st.dictionaries(NAMES, JSON, max_size=3))
    if draw(st.booleans()):
        event |= draw(st.dictionaries(NAMES, JSON, max_size=2))
    if draw(st.booleans()) and isinstance(event.get("data"), dict) and isinstance(event["data"].get("object"), dict):
        event["data"]["object"]["metadata"] = MARK | draw(MARKS)
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "latin-1"]))
    return json.dumps(event, ensure_ascii=draw(st.booleans())).encode(encoding, "replace")


def in_gateway_form(draw: st.DrawFn, body: bytes) -> dict[str, Any]:
    """As API Gateway hands a body over: as text, in base64, and (never, but who knows) wrongly marked."""
    how = draw(st.sampled_from(["base64", "text", "wrong"]))
    text = body.decode("utf-8", "surrogateescape")
    if how == "base64" or (how == "text" and text.encode("utf-8", "replace") != body):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": text if how == "text" else draw(TEXT), "isBase64Encoded": how == "wrong"}


@given(data=st.data())
@SHARED
def test_any_signed_body_is_200_400_or_the_deliberate_503_and_makes_no_credit(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, data: st.DataObject
) -> None:
    """NP-42, D5, D8: the page was not paid at the gateway, so no event however forged makes a credit."""
    (session,) = gateway.sessions
    gateway.say(session, state="open", payment_state="unpaid", payment=None)
    good = json.loads(event_about(paid))
    body = data.draw(events(good))
    answer = send(api, body, data.draw(st.composite(in_gateway_form)(body)), signed(body, api))
    assert answer.status in (200, 400, 503), answer
    assert answer.body.get("code") in (None, "bad_signature", "malformed_event", "unavailable")
    if answer.status == 503:
        assert json.loads(body)["type"] in PAYING | SETTLING | MONEY_BACK
        assert int(answer.headers["retry-after"]) > 0
    assert available(api) == 0


@given(data=st.data())
@SHARED
def test_any_unsigned_call_is_400_and_reaches_nothing(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, data: st.DataObject
) -> None:
    calls = len(gateway.calls)
    body = data.draw(events(json.loads(event_about(paid))))
    answer = send(api, body, data.draw(st.composite(in_gateway_form)(body)), data.draw(HOSTILE_HEADERS))
    assert (answer.status, answer.body["code"]) == (400, "bad_signature")
    assert len(gateway.calls) == calls


def send(api: Api, body: bytes, form: dict[str, Any], header: str) -> Any:
    event = api.event(WEBHOOK, caller=None, raw=b"{}", headers={"stripe-signature": header})
    return api.invoke(event | form)


HEADERS: list[Any] = [None, {}, {"stripe-signature": None}, {"stripe-signature": 17}, {"Stripe-Signature": ["t=1"]}]


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("body", [None, "", "{}", "\ud800", "\x00"])
@pytest.mark.parametrize("is_base64", [None, False, True])
def test_an_event_without_body_or_headers_is_400(
    api: Api, gateway: FakeGateway, headers: Any, body: Any, is_base64: Any
) -> None:
    """What a console's test button, a probe or a proxy sends."""
    event = api.event(WEBHOOK, caller=None, raw=b"{}")
    event |= {"headers": headers, "body": body, "isBase64Encoded": is_base64}
    api.invoke(event).problem(400, "bad_signature")
    for name in ("headers", "body", "isBase64Encoded"):
        event.pop(name)
        api.invoke(event).problem(400, "bad_signature")


@pytest.mark.parametrize(
    "version", ["2017-05-25", "2018-02-06", "2020-08-27", "2022-11-15", "2024-06-20", "2025-03-31.basil", None]
)
def test_trap_13_an_event_of_any_api_version_settles_by_the_present_object(
    api: Api, paid: dict[str, Any], version: str | None
) -> None:
    """stripe.md trap 13: rendered at the endpoint's version; of the payload only names that all versions share are read."""
    thing: dict[str, Any] = json.loads((SAMPLES / "event.checkout.session.completed.json").read_text())["data"][
        "object"
    ]
    kept = {
        "id": thing["id"],
        "object": "checkout.session",
        "metadata": {**thing["metadata"], "purchase_id": paid["purchase_id"]},
    }
    event = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "api_version": version}
    body = json.dumps({**event, "data": {"object": kept}}).encode()
    answer = send(api, body, {"body": body.decode(), "isBase64Encoded": False}, signed(body, api))
    assert answer.ok() == {"outcome": "settled"}
    assert available(api) == 30
