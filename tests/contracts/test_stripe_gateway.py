"""The gateway through the real Stripe library: what goes over the wire, what comes back, and every error as an outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import stripe

from lotbook.adapters.stripe import client as stripe_client
from lotbook.adapters.stripe.client import StripeCalls, WrongGatewayKey
from lotbook.adapters.stripe.facts import checkout_facts
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.adapters.stripe.money_back import MAX_EVENT_PAGES, MAX_PAGES
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.gateway import Deployment, InvoiceFacts
from lotbook.domain.sales.verdicts import verdict
from lotbook.domain.values.errors import (
    AmountNotChargeable,
    BrokenInvariant,
    CardDeclined,
    TooManyReversals,
    Unavailable,
)
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.purchases import TEST, a_purchase

SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles/stripe"
ORDER = a_purchase()
KEY = "sk_test_ours"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


class Wire(stripe.HTTPClient):
    """The library's own transport, scripted: answers in order, and keeps what was sent."""

    name = "wire"

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.sent: list[tuple[str, str, dict[str, str], dict[str, str]]] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        self.sent.append((method, url, dict(headers), dict(parse_qsl(post_data or "", keep_blank_values=True))))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return json.dumps(body) if not isinstance(body, str) else body, status, {"request-id": "req_1"}

    def close(self) -> None:
        """Nothing to close."""


class Secrets:
    """What `SsmSecrets` answers; `newer` is there after a rotation."""

    def __init__(self, text: str = KEY, newer: str | None = None) -> None:
        self.text, self.newer = text, newer or text

    def read(self, _: str) -> str:
        return self.text

    def read_again(self, _: str) -> str:
        self.text = self.newer
        return self.text


def gateway(*answers: Any, secrets: Secrets | None = None, deployment: Deployment = TEST) -> tuple[StripeGateway, Wire]:
    wire = Wire(*answers)
    calls = StripeCalls(secrets or Secrets(), "key", deployment, "http://127.0.0.1:1", wire)  # type: ignore[arg-type]
    return StripeGateway(calls, deployment), wire


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library pauses between its own tries; the pauses are not what is tested."""
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)


def drafted(stage: StripeGateway, **changes: Any) -> Any:
    order = a_purchase(**changes)
    return replace(order, checkout_request=stage.draft_checkout(order))


def test_a_checkout_goes_out_with_our_key_our_version_and_the_frozen_request() -> None:
    stage, wire = gateway((200, sample("checkout_session.open")))
    order = drafted(stage)
    assert stage.open_checkout(order, "cus_1") == ("cs_test_1", "https://checkout.stripe.com/c/pay/cs_test_1")
    ((method, url, headers, form),) = wire.sent
    assert (method, url) == ("post", "http://127.0.0.1:1/v1/checkout/sessions")
    assert headers["Idempotency-Key"] == f"lotbook:test:checkout:{order.purchase_id}:cus_1"
    assert headers["Stripe-Version"] == "2026-10-28.endive"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert form["allowed_payment_method_types[0]"] == "card"
    assert form["line_items[0][price_data][unit_amount]"] == "2000"
    assert form["line_items[1][price_data][product_data][name]"] == "GST 18 %"
    assert form["success_url"] == "https://shop.example/done?session={CHECKOUT_SESSION_ID}"
    assert form["customer"] == "cus_1"
    assert form["automatic_tax[enabled]"] == "false"


def test_d_04_a_retry_sends_the_same_bytes_even_after_a_deployment_that_builds_them_otherwise() -> None:
    """D4: another request under the same key is an error at Stripe; so the request itself is frozen."""
    stage, wire = gateway(*[(200, sample("checkout_session.open"))] * 2)
    order = drafted(stage)
    stage.open_checkout(order, "cus_1")
    stage.open_checkout(replace(order, lines=(), success_url="https://new.example/"), "cus_1")
    assert wire.sent[0][3] == wire.sent[1][3]


def test_trap_5_the_library_tries_again_with_the_same_key_and_only_twice() -> None:
    """D4, stripe.md trap 5: its own default is no retry at all."""
    stage, wire = gateway(*[(500, sample("error.server"))] * 2, (200, sample("checkout_session.open")))
    stage.open_checkout(drafted(stage), "cus_1")
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in wire.sent}) == 1
    stage, wire = gateway(*[(500, sample("error.server"))] * 9)
    with pytest.raises(Unavailable):
        stage.open_checkout(drafted(stage), "cus_1")
    assert len(wire.sent) == 3


def test_trap_6_time_outs_are_ours_and_fit_into_the_function() -> None:
    """stripe.md trap 6: the library's default of 80 seconds is longer than any of our functions lives."""
    connect, read = stripe_client.TIMEOUT_SECONDS
    assert (connect + read) * (1 + stripe_client.NETWORK_RETRIES) < 25
    calls = StripeCalls(Secrets(), "key", TEST, None)  # type: ignore[arg-type]
    assert calls._http._timeout == (connect, read)  # type: ignore[attr-defined]


def test_one_customer_an_account_by_our_key() -> None:
    stage, wire = gateway((200, sample("customer")))
    assert stage.open_customer(an_account()) == "cus_1"
    ((_, _, headers, form),) = wire.sent
    assert headers["Idempotency-Key"].startswith("lotbook:test:customer:acme:")
    assert (form["email"], form["metadata[account_id]"]) == ("owner@acme.example", "acme")


def test_df_22_details_go_to_the_customer_once_an_edition_and_a_refusal_is_an_answer() -> None:
    record = BillingRecord("acme", details(), details(), 1, 1, "ann", edition=3)
    stage, wire = gateway((200, sample("customer")), (400, sample("error.invalid_request")))
    assert stage.describe_customer(an_account(), "cus_1", record) is True
    ((method, url, headers, form),) = wire.sent
    assert (method, url.endswith("/v1/customers/cus_1")) == ("post", True)
    assert headers["Idempotency-Key"].startswith("lotbook:test:billing:acme:3:cus_1:")
    assert (form["name"], form["address[country]"]) == ("Acme Inc.", "US")
    assert stage.describe_customer(an_account(), "cus_1", record) is False


@pytest.mark.parametrize(
    ("state", "kind"),
    [("paid", "paid"), ("unpaid", "processing"), ("open", "open"), ("declined", "open"), ("expired", "expired")],
)
def test_trap_4_a_session_is_read_through_the_library_into_facts(state: str, kind: str) -> None:
    """stripe.md trap 4: its objects are no dicts; they become dicts once, at the boundary."""
    stage, wire = gateway((200, sample(f"checkout_session.{state}")))
    facts = stage.checkout("cs_test_1")
    judged = verdict(ORDER, facts, TEST)
    assert judged.kind == kind
    assert judged.decline_code == ("card_declined" if state == "declined" else None)
    ((method, url, _, _),) = wire.sent
    assert (method, url) == (
        "get",
        "http://127.0.0.1:1/v1/checkout/sessions/cs_test_1?expand[0]=payment_intent.latest_charge&expand[1]=invoice.payments&expand[2]=subscription",
    )


def test_trap_9_the_decline_is_the_error_code_and_never_the_issuers_reason() -> None:
    """stripe.md trap 9: `insufficient_funds`, `stolen_card` are not for the buyer's eyes."""
    facts = checkout_facts(sample("checkout_session.declined"))
    assert facts.payment is not None
    assert facts.payment.decline_code == "card_declined"


@pytest.mark.parametrize("field", ["customer", "invoice"])
def test_references_may_be_ids_or_whole_objects(field: str) -> None:
    session = sample("checkout_session.paid")
    expanded = {**session, field: {"id": session[field], "object": field}}
    assert checkout_facts(expanded) == checkout_facts(session)


def test_an_unexpanded_payment_is_no_payment_that_could_be_judged_paid() -> None:
    """D7: facts are missing, so nothing is granted."""
    facts = checkout_facts({**sample("checkout_session.paid"), "payment_intent": "pi_1"})
    assert verdict(ORDER, facts, TEST).kind == "mismatch"


def test_invoices_are_read_on_demand() -> None:
    stage, _ = gateway((200, sample("invoice.paid")))
    assert stage.invoice("in_1") == InvoiceFacts(
        "in_1", "LB-0001", "https://invoice.stripe.com/i/1", "https://pay.stripe.com/invoice/1/pdf"
    )


def test_ending_a_page_that_is_not_open_any_more_is_no_error() -> None:
    stage, wire = gateway((200, sample("checkout_session.expired")), (400, sample("error.not_open")))
    assert stage.expire_checkout(ORDER, "cs_test_1") is True
    assert stage.expire_checkout(ORDER, "cs_test_1") is False
    assert wire.sent[0][2]["Idempotency-Key"] == f"lotbook:test:expire:{ORDER.purchase_id}:cs_test_1"


def test_d_04_a_lost_session_is_found_by_our_mark_over_pages_that_end() -> None:
    """D4."""
    ours, other = sample("checkout_session.open"), sample("checkout_session.open")
    other = {**other, "id": "cs_test_0", "metadata": {**other["metadata"], "purchase_id": "pur_other"}}
    foreign = {**ours, "id": "cs_test_x", "metadata": {**ours["metadata"], "stage": "prod"}}

    def page(more: bool, *sessions: Any) -> Any:
        return 200, {"object": "list", "url": "/v1/checkout/sessions", "has_more": more, "data": list(sessions)}

    stage, wire = gateway(page(True, other, foreign), page(False, ours))
    assert stage.find_checkout(ORDER, "cus_1") == "cs_test_1"
    assert "starting_after=cs_test_x" in wire.sent[1][1]
    assert "customer=cus_1" in wire.sent[0][1]
    stage, wire = gateway(page(False, other, foreign))
    assert stage.find_checkout(ORDER, "cus_1") is None
    stage, wire = gateway(*[page(True, other)] * 20)
    assert stage.find_checkout(ORDER, "cus_1") is None
    assert len(wire.sent) == 5, "bounded"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, "error.amount_too_small", AmountNotChargeable),
        (400, "error.invalid_request", BrokenInvariant),
        (400, "error.idempotency", BrokenInvariant),
        (403, "error.authentication", BrokenInvariant),
        (402, "error.card_declined", CardDeclined),
        (400, "error.rate_limit", Unavailable),
        (429, "error.rate_limit", Unavailable),
        (401, "error.authentication", Unavailable),
        (500, "error.server", Unavailable),
        (503, "error.server", Unavailable),
        (409, "error.server", Unavailable),
        (409, "error.idempotency", Unavailable),  # the same key is being answered to somebody else this moment
    ],
)
def test_every_error_of_the_gateway_is_an_outcome_of_ours_without_its_text(
    status: int, body: str, outcome: type[Exception]
) -> None:
    """D4: a time-out or a limit is not a decline; no message, key or card leaves with it."""
    stage, _ = gateway(*[(status, sample(body))] * 3)
    with pytest.raises(outcome) as raised:
        stage.open_checkout(drafted(stage), "cus_1")
    assert sample(body)["error"]["message"] not in str(raised.value)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "answer", [stripe.APIConnectionError("reset", should_retry=True), (200, "no json"), (502, "<html>")]
)
def test_a_gateway_that_speaks_nonsense_or_nothing_is_unavailable(answer: Any) -> None:
    stage, _ = gateway(*[answer] * 3)
    with pytest.raises(Unavailable):
        stage.checkout("cs_test_1")


def test_a_rotated_key_is_read_anew_when_the_old_one_is_refused_once() -> None:
    refused = (401, sample("error.authentication"))
    stage, wire = gateway(refused, (200, sample("checkout_session.paid")), secrets=Secrets(KEY, "sk_test_newer"))
    assert stage.checkout("cs_test_1").session == "cs_test_1"
    assert [headers["Authorization"] for _, _, headers, _ in wire.sent] == [f"Bearer {KEY}", "Bearer sk_test_newer"]
    stage, wire = gateway(refused, refused, refused, secrets=Secrets(KEY, "sk_test_newer"))
    with pytest.raises(Unavailable):
        stage.checkout("cs_test_1")
    assert len(wire.sent) == 2


@pytest.mark.parametrize(
    ("key", "live"),
    [
        ("sk_live_x", False),
        ("rk_live_x", False),
        ("sk_test_x", True),
        ("sk_test_x_live_x", True),
        ("sk_x", False),
        ("pk_test_x", False),
        ("", False),
        ("sk_test_ü", False),
        ("sk_test_x\n", False),
    ],
)
def test_a_key_of_the_other_mode_is_never_used(key: str, live: bool) -> None:
    """A test deployment never moves money, a live one never pretends to, whatever its stage is called."""
    stage, wire = gateway((200, {}), secrets=Secrets(key), deployment=Deployment("prod", live))
    with pytest.raises(WrongGatewayKey) as raised:
        stage.checkout("cs_test_1")
    assert wire.sent == []
    assert not key or key not in str(raised.value)
    assert ("live" if live else "test") in str(raised.value)


def test_restricted_keys_of_the_right_mode_are_taken() -> None:
    for key, live in (("rk_test_x", False), ("rk_live_x", True)):
        stage, _ = gateway((200, sample("invoice.paid")), secrets=Secrets(key), deployment=Deployment("any", live))
        assert stage.invoice("in_1").number == "LB-0001"


def test_is_22_np_23_nothing_of_a_card_is_in_what_we_keep_of_a_session() -> None:
    session = sample("checkout_session.paid")
    session["payment_intent"]["charges"] = {"card": {"number": "4242424242424242", "last4": "4242"}}
    assert "4242" not in repr(checkout_facts(session))


def test_s4_undelivered_events_are_listed_past_some_hundreds_and_not_without_end() -> None:
    """S4: with a webhook that is dead for days there are more than five pages. Stripe lists the newest first."""
    event = json.loads((SAMPLES / "event.foreign.json").read_text())
    pages = [
        (200, {"object": "list", "has_more": True, "data": [{**event, "id": f"evt_{number}"}]}) for number in range(30)
    ]
    stage, wire = gateway(*pages)
    found = stage.undelivered(("charge.refunded",), 0)
    assert [hint.event_id for hint in found] == [f"evt_{number}" for number in reversed(range(MAX_EVENT_PAGES))]
    assert len(wire.sent) == MAX_EVENT_PAGES == 20


def refunds_of_one_cent(pages: int) -> list[tuple[int, dict[str, Any]]]:
    """So many full pages of refunds, the newest first."""
    return [
        (
            200,
            {
                "object": "list",
                "has_more": number < pages - 1,
                "data": [_a_refund(number, each) for each in range(100)],
            },
        )
        for number in range(pages)
    ]


def _a_refund(page: int, number: int) -> dict[str, Any]:
    return {
        "id": f"re_{page}_{number}",
        "amount": 1,
        "currency": "usd",
        "status": "succeeded",
        "created": 1,
        "metadata": {},
    }


PAYMENT = {"id": "pi_1", "object": "payment_intent", "amount_received": 100_000, "currency": "usd"}
NONE = (200, {"object": "list", "has_more": False, "data": []})


@pytest.mark.parametrize("pages", [1, 6, MAX_PAGES])
def test_money_back_past_five_hundred_refunds_is_read_to_the_last_page(pages: int) -> None:
    """Each page begins behind the last one of the page before, so none is counted twice and none is left out."""
    stage, wire = gateway((200, PAYMENT), *refunds_of_one_cent(pages), NONE)
    facts = stage.money_back("pi_1")
    assert len({refund.refund for refund in facts.refunds}) == pages * 100
    assert sum(refund.amount_minor for refund in facts.refunds) == pages * 100
    asked = [dict(parse_qsl(url.partition("?")[2])) for _, url, _, _ in wire.sent[1:-1]]
    assert [each.get("starting_after") for each in asked] == [None, *(f"re_{n}_99" for n in range(pages - 1))]


def test_money_back_of_more_refunds_than_one_look_reads_is_no_sum() -> None:
    stage, wire = gateway((200, PAYMENT), *refunds_of_one_cent(MAX_PAGES + 1), NONE)
    with pytest.raises(TooManyReversals):
        stage.money_back("pi_1")
    assert len(wire.sent) == 1 + MAX_PAGES
    assert issubclass(TooManyReversals, Unavailable), "whoever told us of it tells us again"
