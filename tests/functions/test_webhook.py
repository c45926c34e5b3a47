"""The gateway's calls as API Gateway hands them over: bytes, headers, signatures, and what is said back."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest

from lotbook import wiring
from lotbook.adapters.secrets import SsmSecrets
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, ENVIRONMENT, Answer, Api, member, open_account

CORPUS = Path(__file__).resolve().parents[2] / "../shared/stripe_corpus"
SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles/stripe"
WEBHOOK = "POST /v1/webhooks/stripe"
ACME = {"account_id": "acme"}
OLD, NEW = "whsec_old", "whsec_new"


class Ssm:
    """SSM's GetParameter: two active webhook secrets, as during a roll."""

    def __init__(self) -> None:
        self.text = f"{OLD}, {NEW}"
        self.reads = 0

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert Name == ENVIRONMENT["WEBHOOK_SECRETS_PARAMETER"]
        assert WithDecryption
        self.reads += 1
        return {"Parameter": {"Value": self.text}}


@pytest.fixture
def ssm(api: Api, monkeypatch: pytest.MonkeyPatch) -> Ssm:
    store = Ssm()
    secrets = SsmSecrets(store, api.clock)
    monkeypatch.setattr(wiring, "secrets", lambda: secrets)
    return store


@pytest.fixture
def gateway(api: Api, ssm: Ssm, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The gateway in memory."""
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    return fake


@pytest.fixture
def paid(api: Api, gateway: FakeGateway) -> dict[str, Any]:
    """A purchase of 30 credits whose page was paid and whose webhook has not come."""
    open_account(api, "acme")
    row = api.call(
        f"POST {ACCOUNT}/purchases", {"item": {"kind": "top_up", "credits": 30}}, member("acme"), "k", ACME
    ).ok(201)
    gateway.pay(next(iter(gateway.sessions)))
    found: dict[str, Any] = row
    return found


def event_about(row: dict[str, Any], kind: str = "checkout.session.completed", **changes: Any) -> bytes:
    event = json.loads((SAMPLES / "event.checkout.session.completed.json").read_text())
    event["data"]["object"]["metadata"]["purchase_id"] = row["purchase_id"]
    return json.dumps(event | {"type": kind} | changes).encode()


def signed(body: bytes, api: Api, secret: str = NEW, shift: int = 0) -> str:
    seconds = str(api.clock.now() // 1_000 + shift)
    return f"t={seconds},v1={hmac.new(secret.encode(), seconds.encode() + b'.' + body, sha256).hexdigest()}"


def deliver(api: Api, body: bytes, header: str | None = None, name: str = "stripe-signature") -> Answer:
    sent = {name: header if header is not None else signed(body, api)}
    return api.call(WEBHOOK, caller=None, raw=body, headers=sent)


def available(api: Api) -> int:
    """What was bought; an account of this policy has 10 free credits beside it."""
    lots = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["lots"]
    return sum(lot["remaining"] for lot in lots if lot["kind"] == "purchased")


def state(api: Api, row: dict[str, Any]) -> str:
    path = ACME | {"purchase_id": row["purchase_id"]}
    found: str = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}", path=path).ok()["state"]
    return found


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
        {"type": "charge.refunded", "data": {"object": {"payment_intent": {"id": "pi_1"}}}},
        {"type": "charge.dispute.created", "data": {"object": {"payment_intent": "pi_1"}}},
    ],
)
def test_signed_events_that_are_not_about_us_are_acknowledged(
    api: Api, gateway: FakeGateway, event: dict[str, Any]
) -> None:
    """Other systems share the Stripe account; 4xx answers would get the endpoint disabled."""
    body = json.dumps({"id": "evt_1", "object": "event"} | event).encode()
    assert deliver(api, body).ok() == {"outcome": "ignored"}
    assert gateway.calls == []


def test_d_05_ours_without_a_purchase_asks_for_another_delivery(
    api: Api, gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    """D5: acknowledged and lost is what must not happen."""
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        answer = deliver(api, event_about({"purchase_id": "pur_0000000000zzzzzzzzzzzzzzzz"}))
    answer.problem(503, "unavailable")
    assert answer.headers["retry-after"]
    assert "purchase_missing" in caplog.text


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


def corpus() -> list[Path]:
    return sorted(CORPUS.glob("*.json")) if CORPUS.exists() else []


def test_every_foreign_payload_correctly_signed_is_200_or_400_and_makes_no_credit(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """All of the corpus: API versions from 2017 on, live ones, shortened ones, requests and lists that are no events."""
    found = corpus()
    if not found:
        pytest.skip("the corpus of foreign payloads is not beside this repository")
    calls = len(gateway.calls)
    events = 0
    for path in found:
        answer = deliver(api, path.read_bytes())
        assert answer.status in (200, 400), path.name
        assert answer.body.get("code") in (None, "malformed_event"), path.name
        events += answer.status == 200
    assert events >= 70, "most of them are events"
    assert len(gateway.calls) == calls
    assert (state(api, paid), available(api)) == ("pending", 0)


def test_every_foreign_payload_is_just_as_harmless_with_our_own_mark_on_it(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """D8: somebody puts our metadata on any object of the account: it leads to a look at the real session, no further."""
    found = corpus()
    if not found:
        pytest.skip("the corpus of foreign payloads is not beside this repository")
    (session,) = gateway.sessions
    gateway.say(session, state="open", payment_state="unpaid", payment=None)
    mark = {"app": "lotbook", "stage": "test", "account_id": "acme", "purchase_id": paid["purchase_id"]}
    for path in found:
        event = json.loads(path.read_text())
        data = event.get("data") if isinstance(event, dict) else None
        if isinstance(data, dict) and isinstance(data.get("object"), dict):
            event["livemode"] = False
            event["data"]["object"]["metadata"] = mark
            assert deliver(api, json.dumps(event).encode()).status in (200, 400), path.name
    assert (state(api, paid), available(api)) == ("pending", 0)


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


def test_bodies_past_256_kb_are_413(api: Api, gateway: FakeGateway) -> None:
    assert deliver(api, b"x" * 300_000).status == 413


def test_a_pool_of_deliveries_answers_every_one(api: Api, gateway: FakeGateway) -> None:
    """Handlers are thread-safe (the local run calls them from a pool); foreign events need no store."""
    body = (SAMPLES / "event.foreign.json").read_bytes()
    wiring.sales()
    wiring.gateway_events()
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(lambda _: deliver(api, body), range(40))} == {200}
