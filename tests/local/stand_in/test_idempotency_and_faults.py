"""Idempotency as Stripe keeps it, and failures on order met by the real client's own retries."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import stripe

from local.stripe_stand_in import StandIn
from local.stripe_stand_in.client import InProcessClient
from tests import patience
from tests.local.stand_in.shop import SECRET, Shop, TestClock, order, subscriber, wait_for

KEY: Any = {"idempotency_key": "checkout:p1"}


def _sessions(shop: Shop) -> int:
    return len(shop.client().v1.checkout.sessions.list({}).data)


def test_the_same_key_and_parameters_answer_the_same_session_again(shop: Shop) -> None:
    client = shop.client()
    first = client.v1.checkout.sessions.create(order(), KEY)
    again = client.v1.checkout.sessions.create(order(), KEY)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert _sessions(shop) == 1


def test_a_replay_shows_the_first_answer_although_the_session_was_paid_since(shop: Shop) -> None:
    client = shop.client()
    session = client.v1.checkout.sessions.create(order(), KEY)
    shop.pay(session)
    assert client.v1.checkout.sessions.create(order(), KEY).status == "open"


def test_the_same_key_with_other_parameters_is_refused(shop: Shop) -> None:
    client = shop.client()
    client.v1.checkout.sessions.create(order(), KEY)
    with pytest.raises(stripe.IdempotencyError) as refused:
        client.v1.checkout.sessions.create(order(metadata={"purchase_id": "p2"}), KEY)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({}, KEY)


def test_a_refused_request_is_not_kept_under_its_key(shop: Shop) -> None:
    client = shop.client()
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(order(mode="pay"), KEY)
    assert client.v1.checkout.sessions.create(order(), KEY).status == "open"


def test_a_key_is_forgotten_after_a_day_and_then_makes_a_new_object(shop: Shop) -> None:
    client = shop.client()
    first = client.v1.customers.create({}, KEY)
    shop.clock.pass_seconds(86_400)
    assert client.v1.customers.create({}, KEY).id == first.id
    shop.clock.pass_seconds(1)
    assert client.v1.customers.create({}, KEY).id != first.id


def test_a_decline_is_kept_and_replayed(shop: Shop) -> None:
    client = shop.client()
    customer, method = subscriber(client, "pm_card_chargeCustomerFail")
    params: Any = {
        "amount": 1170,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": method.id,
        "confirm": True,
        "off_session": True,
    }
    declines = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            client.v1.payment_intents.create(params, {"idempotency_key": "ar:1"})
        declines.append(declined.value.error.payment_intent["id"])
    assert declines[0] == declines[1]
    assert len(client.v1.charges.list({}).data) == 1


def test_two_calls_with_one_key_at_once_conflict(shop: Shop) -> None:
    client = shop.client()
    got: list[Any] = []

    def create() -> None:
        try:
            got.append(client.v1.customers.create({}, KEY).id)
        except stripe.StripeError as refused:
            got.append(refused.http_status)

    with shop.stand_in.store.lock:
        threads = [threading.Thread(target=create) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert any(thread.is_alive() for thread in threads), "one is refused, or waits, too"
    for thread in threads:
        thread.join(patience.SECONDS)
    customers = [customer.id for customer in client.v1.customers.list({}).data]
    assert len(customers) == 1
    assert set(got) <= {409, customers[0]}


def test_a_key_that_is_being_worked_on_answers_409(shop: Shop) -> None:
    api = shop.stand_in._api
    client = shop.client()
    with api._alone("checkout:p1"), pytest.raises(stripe.StripeError) as refused:
        client.v1.customers.create({}, KEY)
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert client.v1.customers.create({}, KEY).id


def test_many_keys_at_once_make_one_object_each(shop: Shop) -> None:
    def create(number: int) -> None:
        shop.client(retries=5).v1.customers.create({}, {"idempotency_key": f"customer:{number % 5}"})

    threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience.SECONDS)
    assert len(shop.client().v1.customers.list({"limit": 100}).data) == 5


def test_an_answer_lost_after_the_commit_is_found_again_by_the_sdks_retry(shop: Shop) -> None:
    shop.control("POST", "fail", operation="checkout.sessions.create", kind="timeout_after_commit", times=1)
    session = shop.client(retries=2).v1.checkout.sessions.create(order(), KEY)
    assert session.last_response.headers["Idempotent-Replayed"] == "true"
    assert _sessions(shop) == 1


def test_without_retries_the_caller_sees_a_connection_error_and_the_session_exists(shop: Shop) -> None:
    shop.control("POST", "fail", operation="checkout.sessions.create", kind="timeout_after_commit", times=1)
    with pytest.raises(stripe.APIConnectionError):
        shop.client().v1.checkout.sessions.create(order(), KEY)
    assert _sessions(shop) == 1
    shop.client().v1.checkout.sessions.create(order(), KEY)
    assert _sessions(shop) == 1


def test_a_timeout_before_the_work_leaves_nothing(shop: Shop) -> None:
    shop.control("POST", "fail", operation="checkout.sessions.create", kind="timeout", times=1)
    with pytest.raises(stripe.APIConnectionError):
        shop.client().v1.checkout.sessions.create(order(), KEY)
    assert _sessions(shop) == 0


def test_each_retry_of_the_sdk_consumes_one_failure(shop: Shop) -> None:
    shop.control("POST", "fail", operation="checkout.sessions.create", kind="500", times=3)
    with pytest.raises(stripe.APIError) as failed:
        shop.client(retries=1).v1.checkout.sessions.create(order(), KEY)
    assert failed.value.http_status == 500
    assert shop.control("GET", "fail").json()["faults"]["checkout.sessions.create"]["times"] == 1
    assert shop.client(retries=1).v1.checkout.sessions.create(order(), KEY).status == "open"
    assert _sessions(shop) == 1


def test_429_is_not_retried_by_the_sdk(shop: Shop) -> None:
    shop.control("POST", "fail", operation="customers.create", kind="429", times=1)
    with pytest.raises(stripe.RateLimitError) as limited:
        shop.client(retries=2).v1.customers.create({})
    assert limited.value.error.code == "rate_limit"
    assert shop.client().v1.customers.create({}).id


def test_a_500_may_be_kept_under_its_key_for_a_day(shop: Shop) -> None:
    shop.control("POST", "fail", operation="customers.create", kind="500_kept", times=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            shop.client().v1.customers.create({}, KEY)
    shop.clock.pass_seconds(86_401)
    assert shop.client().v1.customers.create({}, KEY).id


def test_times_nought_clears_and_other_operations_are_left_alone(shop: Shop) -> None:
    shop.control("POST", "fail", operation="customers.create", kind="500", times=5)
    assert shop.client().v1.products.create({"name": "x"}).id
    assert shop.control("POST", "fail", operation="customers.create", times=0).json() == {"faults": {}}
    assert shop.client().v1.customers.create({}).id


def test_everything_survives_a_restart(tmp_path: Path, clock: TestClock) -> None:
    """Objects, keys, held events, the mode and ordered failures are on disk."""

    def start() -> tuple[StandIn, stripe.StripeClient]:
        stand_in = StandIn(tmp_path / "stripe", clock, "http://127.0.0.1:9/none", SECRET, "http://stripe.test")
        return stand_in, stripe.StripeClient("sk_test_x", http_client=InProcessClient(stand_in))

    stand_in, client = start()
    with stand_in.store.transaction():
        stand_in.store.set_setting("webhooks", "hold")
    first = client.v1.customers.create({"email": "a@example.com"}, KEY)
    stand_in.close()

    stand_in, client = start()
    again = client.v1.customers.create({"email": "a@example.com"}, KEY)
    assert (again.id, again.last_response.headers["idempotent-replayed"]) == (first.id, "true")
    with stand_in.store.transaction():
        assert stand_in.store.setting("webhooks", "deliver") == "hold"
        assert len(stand_in.store.deliveries("held", 10)) == 1
    stand_in.close()


def test_in_process_the_sdk_retries_a_dropped_connection(tmp_path: Path, clock: TestClock) -> None:
    stand_in = StandIn(tmp_path / "stripe", clock, None, SECRET, "http://stripe.test")
    client = stripe.StripeClient("sk_test_x", http_client=InProcessClient(stand_in), max_network_retries=1)
    from local.stripe_stand_in.faults import set_fault

    with stand_in.store.transaction():
        set_fault(stand_in.store, "customers.create", "timeout_after_commit", 1)
    assert client.v1.customers.create({}).id
    assert len(client.v1.customers.list({}).data) == 1
    wait_for(lambda: stand_in.tick() == 0)
    stand_in.close()
