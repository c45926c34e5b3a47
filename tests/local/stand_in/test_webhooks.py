"""Events go out signed, in order, again, and when asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from local.stripe_stand_in import StandIn, serve
from local.stripe_stand_in.webhooks import signature
from tests import patience, signature_vector
from tests.local.stand_in.shop import SECRET, Receiver, Shop, TestClock, order, wait_for

PAID = ["payment_intent.created", "checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]


@pytest.fixture
def wired(tmp_path: Path, clock: TestClock, receiver: Receiver) -> Iterator[Shop]:
    """A stand-in that delivers to the receiver."""
    stand_in = StandIn(tmp_path / "wired", clock, receiver.url, SECRET, "http://placeholder")
    server = serve(stand_in, 0)
    stand_in.base_url = server.url
    yield Shop(stand_in, server.url, clock)
    server.close()
    stand_in.close()


def _types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for body, _ in receiver.got]


def _paid(shop: Shop) -> Any:
    session = shop.client().v1.checkout.sessions.create(order())
    assert shop.pay(session).status_code == 200
    return session


def test_events_arrive_in_order_and_their_signature_verifies_with_stripes_own_code(
    wired: Shop, receiver: Receiver
) -> None:
    session = _paid(wired)
    wait_for(lambda: len(receiver.got) == len(PAID))
    assert _types(receiver) == PAID
    for body, header in receiver.got:
        assert stripe.WebhookSignature.verify_header(body.decode(), header, SECRET, tolerance=None)
        assert header.startswith(f"t={wired.clock.now() // 1000},v1=")
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body.decode() + " ", header, SECRET, tolerance=None)
    event = json.loads(receiver.got[1][0])
    assert (event["object"], event["api_version"], event["livemode"]) == ("event", stripe.api_version, False)
    assert event["data"]["object"]["id"] == session.id
    assert event["data"]["object"]["payment_status"] == "paid"


def test_the_signer_agrees_with_a_vector_made_by_another_implementation() -> None:
    expected = f"t={signature_vector.SIGNED_AT // 1_000},v1={signature_vector.SIGNATURE}"
    assert signature(signature_vector.BODY, signature_vector.SECRET, signature_vector.SIGNED_AT // 1_000) == expected


def test_a_handler_may_call_back_into_the_stand_in(wired: Shop, receiver: Receiver) -> None:
    seen: list[str] = []
    client = wired.client()
    receiver.on_event = lambda: seen.append(client.v1.checkout.sessions.list({}).data[0].status)
    _paid(wired)
    wait_for(lambda: len(seen) == len(PAID))
    assert set(seen) == {"complete"}


def test_an_event_caused_by_a_call_names_its_request_and_key(wired: Shop, receiver: Receiver) -> None:
    customer = wired.client().v1.customers.create({}, {"idempotency_key": "k1"})
    wait_for(lambda: receiver.got)
    event = json.loads(receiver.got[0][0])
    assert event["request"] == {"id": customer.last_response.request_id, "idempotency_key": "k1"}


def test_a_refused_delivery_is_tried_again_twice(wired: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    wired.client().v1.customers.create({})
    wait_for(lambda: len(receiver.got) == 3)
    bodies = {body for body, _ in receiver.got}
    assert len(bodies) == 1
    row = wait_for(lambda: [r for r in wired.control("GET", "webhooks").json()["delivered"] if r["attempts"] == 3])
    assert row[0]["last_status"] == 200


def test_after_three_refusals_stripe_is_done_and_the_event_counts_as_undelivered(
    wired: Shop, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 3
    wired.client().v1.customers.create({"email": "a@example.com"})
    wait_for(lambda: [r for r in wired.control("GET", "webhooks").json()["delivered"] if r["attempts"] == 3])
    wired.client().v1.products.create({"name": "x"})
    wired.client().v1.customers.create({"email": "b@example.com"})
    wait_for(lambda: len(receiver.got) == 4)
    wait_for(lambda: len(wired.client().v1.events.list({"delivery_success": True}).data) == 1)
    missed = wired.client().v1.events.list({"delivery_success": False, "types": ["customer.created"]}).data
    assert [event.data.object.email for event in missed] == ["a@example.com"]


def test_held_events_wait_until_they_are_delivered(wired: Shop, receiver: Receiver) -> None:
    assert wired.control("POST", "webhooks", mode="hold").json() == {"mode": "hold"}
    session = _paid(wired)
    shown = wired.control("GET", "webhooks").json()
    assert (shown["mode"], [row["type"] for row in shown["held"]], shown["delivered"]) == ("hold", PAID, [])
    assert shown["held"][1]["object_id"] == session.id
    assert receiver.got == []

    answer = requests.post(f"{wired.url}/_stand_in/webhooks/deliver", timeout=patience.SECONDS)

    assert [row["status"] for row in answer.json()["delivered"]] == [200] * 4
    assert _types(receiver) == PAID
    shown = wired.control("GET", "webhooks").json()
    assert (shown["held"], [row["attempts"] for row in shown["delivered"]]) == ([], [1] * 4)


def test_events_are_delivered_repeatedly_and_out_of_order_by_a_seed(wired: Shop, receiver: Receiver) -> None:
    wired.control("POST", "webhooks", mode="hold")
    _paid(wired)
    ids = [row["event_id"] for row in wired.control("GET", "webhooks").json()["held"]]
    first = wired.control("POST", "webhooks/deliver", times=3, shuffle_seed=7).json()["delivered"]
    order_of_first = [row["event_id"] for row in first]
    assert sorted(order_of_first) == sorted(ids * 3)
    assert order_of_first != ids * 3
    again = wired.control("POST", "webhooks/deliver", event_ids=ids, times=3, shuffle_seed=7).json()["delivered"]
    assert [row["event_id"] for row in again] == order_of_first, "the same seed gives the same order"
    assert len(receiver.got) == 24


def test_a_delivered_event_can_be_sent_again_by_its_id_with_a_fresh_signature(wired: Shop, receiver: Receiver) -> None:
    wired.client().v1.customers.create({})
    wait_for(lambda: receiver.got)
    [row] = wait_for(lambda: wired.control("GET", "webhooks").json()["delivered"])
    wired.clock.pass_seconds(3600)
    wired.control("POST", "webhooks/deliver", event_ids=[row["event_id"]])
    (body, header), (again, later) = receiver.got
    assert body == again
    assert header != later
    assert wired.control("POST", "webhooks/deliver", event_ids=["evt_none"]).status_code == 404


def test_nobody_listening_is_no_answer(tmp_path: Path, clock: TestClock) -> None:
    stand_in = StandIn(tmp_path / "deaf", clock, "http://127.0.0.1:9/none", SECRET, "http://x")
    with stand_in.world() as world:
        world.emit("customer.created", {"id": "cus_1", "object": "customer"})
    wait_for(lambda: _attempts(stand_in) == [(3, None)])
    stand_in.close()


def _attempts(stand_in: StandIn) -> list[tuple[int, int | None]]:
    with stand_in.store.transaction():
        return [(attempts, status) for _, attempts, status in stand_in.store.deliveries("delivered", 10)]
