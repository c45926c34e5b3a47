"""The gateway's calls as API Gateway hands them over: bytes, headers, signatures, and what is said back."""

from __future__ import annotations

import base64
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from lotbook import wiring
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ENVIRONMENT, Api
from tests.functions.webhooks import (
    NEW,
    OLD,
    SAMPLES,
    WEBHOOK,
    Ssm,
    available,
    deliver,
    event_about,
    signed,
    state,
)


def test_is_10_df_05_a_signed_event_turns_the_payment_into_credits(api: Api, paid: dict[str, Any]) -> None:
    assert available(api) == 0
    assert deliver(api, event_about(paid)).ok() == {"outcome": "settled"}
    assert state(api, paid) == "completed"
    assert available(api) == 30


def test_d_01_the_same_event_again_and_again_changes_nothing(api: Api, paid: dict[str, Any]) -> None:
    """D1, D5."""
    for _ in range(5):
        deliver(api, event_about(paid)).ok()
    assert available(api) == 30


@pytest.mark.parametrize("name", ["Stripe-Signature", "STRIPE-SIGNATURE", "stripe-signature"])
def test_the_header_is_found_in_any_case(api: Api, paid: dict[str, Any], name: str) -> None:
    body = event_about(paid)
    event = api.event(WEBHOOK, caller=None, raw=body, headers={})
    event["headers"][name] = signed(body, api)
    assert api.invoke(event).status == 200


def test_the_body_is_verified_as_the_bytes_that_came_also_in_base64(api: Api, paid: dict[str, Any]) -> None:
    body = event_about(paid) + b"\n  "
    event = api.event(WEBHOOK, caller=None, raw=body, headers={"stripe-signature": signed(body, api)})
    event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert api.invoke(event).status == 200
    assert available(api) == 30


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_of_a_roll_is_good(api: Api, paid: dict[str, Any], secret: str) -> None:
    body = event_about(paid)
    assert deliver(api, body, signed(body, api, secret)).status == 200


def test_a_secret_that_was_rolled_a_minute_ago_is_found(api: Api, paid: dict[str, Any], ssm: Ssm) -> None:
    body = event_about(paid)
    deliver(api, body, signed(body, api, "whsec_newest")).problem(400, "bad_signature")
    ssm.text = "whsec_newest"
    api.clock.instant += 60_000
    assert deliver(api, body, signed(body, api, "whsec_newest")).status == 200


def test_what_is_not_signed_is_a_line_that_the_templates_filter_counts(
    api: Api, paid: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    deliver(api, event_about(paid), "t=1,v1=00").problem(400, "bad_signature")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["code"] == "bad_signature"


@pytest.mark.parametrize("shift", [-301, 301, 10**6])
def test_np_42_an_old_or_future_call_is_refused_and_nothing_happens(api: Api, paid: dict[str, Any], shift: int) -> None:
    body = event_about(paid)
    deliver(api, body, signed(body, api, shift=shift)).problem(400, "bad_signature")
    assert state(api, paid) == "pending"


@pytest.mark.parametrize("header", ["", "t=1", "nonsense", "t=1,v1=é", "v0=abc"])
def test_a_call_without_a_good_signature_is_400_and_reaches_no_gateway(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, header: str
) -> None:
    calls = len(gateway.calls)
    deliver(api, event_about(paid), header).problem(400, "bad_signature")
    api.call(WEBHOOK, caller=None, raw=event_about(paid)).problem(400, "bad_signature")
    api.call(WEBHOOK, caller=None).problem(400, "bad_signature")
    assert len(gateway.calls) == calls


def test_a_changed_body_is_400(api: Api, paid: dict[str, Any]) -> None:
    body = event_about(paid)
    deliver(api, body.replace(b"acme", b"evil"), signed(body, api)).problem(400, "bad_signature")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"17",
        b"{}",
        b"{",
        b"\xff\xfe",
        b'{"object": "event"}',
        b'{"object": "event", "id": 1, "type": "x"}',
        b'{"object": "event", "id": "evt_1", "type": null}',
        b'{"object": "charge", "id": "ch_1", "type": "card"}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_trap_7_signed_but_no_event_is_400(api: Api, gateway: FakeGateway, body: bytes) -> None:
    deliver(api, body).problem(400, "malformed_event")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "x.y"},
        {"type": "checkout.session.completed", "data": None},
        {"type": "checkout.session.completed", "data": {"object": None}},
        {"type": "checkout.session.completed", "data": {"object": {"metadata": "x"}}},
        {"type": "checkout.session.completed", "data": {"object": {"metadata": {"app": 1, "stage": ["test"]}}}},
        {"type": "checkout.session.completed", "livemode": "yes", "data": {"object": {"id": {}}}},
        {"type": "v1.billing.meter.error_report_triggered", "object": "v2.core.event", "related_object": {}},
    ],
)
def test_signed_events_that_are_not_about_us_are_acknowledged(
    api: Api, gateway: FakeGateway, event: dict[str, Any]
) -> None:
    """Other systems share the Stripe account; 4xx answers would get the endpoint disabled."""
    body = json.dumps({"id": "evt_1", "object": "event"} | event).encode()
    assert deliver(api, body).ok() == {"outcome": "ignored"}
    assert gateway.calls == []


@pytest.mark.parametrize("payment", ["pi_1", {"id": "pi_1"}])
@pytest.mark.parametrize("kind", ["charge.refunded", "charge.dispute.created"])
def test_refunds_and_disputes_of_other_systems_cost_one_look_at_their_payment(
    api: Api, gateway: FakeGateway, kind: str, payment: Any
) -> None:
    """Their objects carry no mark; the payment does, or it is not ours."""
    event = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": {"payment_intent": payment}}}
    assert deliver(api, json.dumps(event).encode()).ok() == {"outcome": "ignored"}
    assert gateway.calls == ["owner"]


def test_d_05_ours_without_a_purchase_asks_for_another_delivery(
    api: Api, gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    """D5: acknowledged and lost is what must not happen."""
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        answer = deliver(api, event_about({"purchase_id": "pur_0000000000zzzzzzzzzzzzzzzz"}))
    answer.problem(503, "unavailable")
    assert answer.headers["retry-after"]
    assert "purchase_missing" in caplog.text
    stray = wiring.reconciliation_journal().strays(10)[0].stray
    assert (stray.found_by, stray.session, stray.event_id) == ("event", "cs_test_1", "evt_1")


@pytest.mark.parametrize(
    "change", [{"purchase_id": ""}, {"account_id": ""}, {"account_id": "a" * 500}, {"purchase_id": "\ud800#"}]
)
def test_d_05_ours_by_its_mark_and_of_no_possible_purchase_is_kept_too(
    api: Api, gateway: FakeGateway, caplog: pytest.LogCaptureFixture, change: dict[str, str]
) -> None:
    """D5: somebody edited the metadata of a paid session; the money is there all the same."""
    event = json.loads(event_about({"purchase_id": "pur_0000000000zzzzzzzzzzzzzzzz"}))
    event["data"]["object"]["metadata"] |= change
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        deliver(api, json.dumps(event).encode()).problem(503, "unavailable")
    assert "purchase_missing" in caplog.text
    assert len(wiring.reconciliation_journal().strays(10)) == 1
    deliver(api, json.dumps(event | {"type": "checkout.session.expired"}).encode()).ok()


def test_d_05_while_the_gateway_does_not_answer_the_event_is_delivered_again(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """D5."""
    gateway.later = {"checkout": ["before"] * 2}
    for _ in range(2):
        deliver(api, event_about(paid)).problem(503, "unavailable")
    assert available(api) == 0
    deliver(api, event_about(paid)).ok()
    assert available(api) == 30


def test_d_05_a_defect_is_never_a_200(api: Api, paid: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """D5, octopus #577: what nobody foresaw crashes; Lambda answers 5xx and Stripe delivers again."""

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("functions.webhook.app.handle_event", broken)
    with pytest.raises(ZeroDivisionError):
        deliver(api, event_about(paid))


def test_d_08_amounts_in_the_payload_count_for_nothing(api: Api, paid: dict[str, Any], gateway: FakeGateway) -> None:
    """D8: signed, but another purchase's amounts and a paid state that the gateway does not confirm."""
    (session,) = gateway.sessions
    gateway.say(session, state="open", payment_state="unpaid", payment=None)
    event = json.loads(event_about(paid))
    event["data"]["object"] |= {"amount_total": 1, "payment_status": "paid", "status": "complete"}
    deliver(api, json.dumps(event).encode()).ok()
    assert (state(api, paid), available(api)) == ("pending", 0)


def test_no_secret_key_or_signature_is_logged(
    api: Api, paid: dict[str, Any], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    body = event_about(paid)
    deliver(api, body)
    deliver(api, body, "t=1,v1=abcdef")
    out = "".join(capsys.readouterr()) + caplog.text
    assert "/v1/webhooks/stripe" in out
    for secret in (OLD, NEW, signed(body, api)[-20:], "a@b.example"):
        assert secret not in out


def test_the_line_of_an_event_names_it_what_became_of_it_and_its_purchase(
    api: Api, paid: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    deliver(api, event_about(paid)).ok()
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    event_id = json.loads(event_about(paid))["id"]
    assert (line["event_id"], line["outcome"], line["purchase_id"]) == (event_id, "settled", paid["purchase_id"])
    made_at = json.loads(event_about(paid))["created"] * 1_000
    assert line["late_ms"] == wiring.clock().now() - made_at, "how late the gateway told us, for the dashboard"


def test_op_10_the_line_of_an_event_that_failed_names_it_too(
    api: Api,
    paid: dict[str, Any],
    gateway: FakeGateway,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Operating: a delivery that was refused or crashed could not be told from any other."""
    event_id = json.loads(event_about(paid))["id"]
    gateway.later = {"checkout": ["before"]}
    capsys.readouterr()
    deliver(api, event_about(paid)).problem(503, "unavailable")
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    named = ("event_id", "purchase_id", "code")
    assert [line[name] for name in named] == [event_id, paid["purchase_id"], "unavailable"]
    monkeypatch.setattr(gateway, "checkout", {}.__getitem__)
    with pytest.raises(KeyError):
        deliver(api, event_about(paid))
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["message"], line["event_id"], line["purchase_id"]) == ("crashed", event_id, paid["purchase_id"])


def test_strangers_cannot_make_it_hammer_the_secret_store(api: Api, gateway: FakeGateway, ssm: Ssm) -> None:
    for _ in range(20):
        deliver(api, b"{}", "t=1,v1=ab").problem(400, "bad_signature")
    assert ssm.reads == 1


def test_the_wiring_reads_the_secrets_from_the_parameter_store(
    api: Api, monkeypatch: pytest.MonkeyPatch, environment: Any
) -> None:
    boto3.client("ssm").put_parameter(
        Name=ENVIRONMENT["WEBHOOK_SECRETS_PARAMETER"], Value=NEW, Type="SecureString", Overwrite=True
    )
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    assert deliver(api, (SAMPLES / "event.foreign.json").read_bytes()).ok() == {"outcome": "ignored"}


def test_a_large_event_is_verified_as_any_other(api: Api, paid: dict[str, Any]) -> None:
    """Other systems have invoices of a thousand lines; an answer of 4xx for each would get the endpoint disabled."""
    deliver(api, b"x" * 3_000_000, "t=1,v1=ab").problem(400, "bad_signature")
    deliver(api, b"x" * 300_000).problem(400, "malformed_event")
    large = json.loads(event_about(paid)) | {"padding": "x" * 3_000_000}
    assert deliver(api, json.dumps(large).encode()).ok() == {"outcome": "settled"}


@pytest.mark.parametrize("body", ["*", "a", "%%%%", "eyJ9=="])
def test_a_body_that_says_base64_and_is_none_is_400(api: Api, gateway: FakeGateway, body: str) -> None:
    event = api.event(WEBHOOK, caller=None, raw=b"{}", headers={"stripe-signature": signed(b"{}", api)})
    event |= {"body": body, "isBase64Encoded": True}
    api.invoke(event).problem(400, "bad_signature")


def test_a_pool_of_deliveries_answers_every_one(api: Api, gateway: FakeGateway) -> None:
    """Handlers are thread-safe (the local run calls them from a pool); foreign events need no store."""
    body = (SAMPLES / "event.foreign.json").read_bytes()
    wiring.sales_desk()
    wiring.gateway_events()
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(lambda _: deliver(api, body), range(40))} == {200}
