"""Events to the seller's own endpoint, from the purchase to the signed call; and one that fails, hangs, or is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.scenarios.conftest import Stack, eventually
from tests.scenarios.receiver import Heard, Receiver, receiving, verify

CLOCKS_DIFFER_SECONDS = 300  # Standard Webhooks' own tolerance


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def endpoint(stack: Stack, receiver: Receiver) -> Iterator[Callable[..., dict[str, Any]]]:
    """Makes endpoints at a path of the receiver; they are gone after the test."""
    made: list[dict[str, Any]] = []

    def make(path: str, *types: str, **more: Any) -> dict[str, Any]:
        body = {"url": receiver.url + path, "types": list(types)} | more
        made.append(stack.post("/v1/endpoints", body).ok(201))
        return made[-1]

    yield make
    for each in made:
        stack.request("DELETE", f"/v1/endpoints/{each['endpoint_id']}")


def first(receiver: Receiver, path: str, account: str, kind: str) -> Heard:
    def found() -> Heard | None:
        return next((each for each in receiver.at(path, account) if each.event["type"] == kind), None)

    heard: Heard = eventually(found, f"{kind} comes to {path}")
    return heard


def deliveries(stack: Stack, endpoint_id: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.get(f"/v1/endpoints/{endpoint_id}/deliveries{query}").ok()["deliveries"]
    return found


def test_a_purchase_and_a_burn_come_as_signed_calls_and_after_a_rotation_with_two_signatures(
    stack: Stack, receiver: Receiver, endpoint: Callable[..., dict[str, Any]]
) -> None:
    made = endpoint("/shop", "purchase.completed", "credits.consumed")
    account = stack.open_account("insurestack")
    bought = stack.bought(account, {"kind": "top_up", "credits": 20})
    heard = first(receiver, "/shop", account, "purchase.completed")
    now = datetime.fromisoformat(stack.now()).timestamp()
    assert verify(heard, made["secret"], CLOCKS_DIFFER_SECONDS, now) == 1
    assert heard.event["data"]["purchase_id"] == bought["purchase_id"]
    assert heard.headers["webhook-id"] == heard.event["data"]["id"]
    assert set(heard.event) == {"type", "timestamp", "data"}

    path = f"/v1/endpoints/{made['endpoint_id']}"
    rotated = stack.post(f"{path}/rotate", {}).ok()
    assert rotated["secret"] != made["secret"]
    assert len(rotated["previous_secrets_end_at"]) == 1
    assert "secret" not in stack.get(path).ok()
    stack.consume(account, 12).ok()
    burn = first(receiver, "/shop", account, "credits.consumed")
    assert [verify(burn, each, CLOCKS_DIFFER_SECONDS, now) for each in (made["secret"], rotated["secret"])] == [1, 1]
    assert burn.event["data"]["credits"] == 12

    (row,) = [
        each for each in deliveries(stack, made["endpoint_id"]) if each["event_id"] == heard.headers["webhook-id"]
    ]
    assert (row["state"], row["attempts"][0]["status"]) == ("delivered", 200)
    stack.post(f"{path}/deliveries/{row['delivery_id']}/again", None).ok(202)
    again = eventually(
        lambda: [each for each in receiver.at("/shop", account) if each.headers["webhook-id"] == row["event_id"]][1:],
        "it is sent once more",
    )
    assert again[0].body == heard.body


def test_what_fails_is_tried_again_under_the_same_id_and_seen_in_the_list(
    stack: Stack, receiver: Receiver, endpoint: Callable[..., dict[str, Any]]
) -> None:
    receiver.statuses["/down"] = 500
    made = endpoint("/down", "credits.granted")
    account = stack.open_account("insurestack")
    lost = first(receiver, "/down", account, "credits.granted")
    failing = eventually(
        lambda: [each for each in deliveries(stack, made["endpoint_id"], "?state=pending") if each["attempts"]],
        "the failure is in the list",
    )
    assert (failing[0]["attempts"][-1]["result"], failing[0]["attempts"][-1]["status"]) == ("status", 500)
    assert stack.get(f"/v1/endpoints/{made['endpoint_id']}").ok()["failing_since"] is not None
    receiver.statuses["/down"] = 204

    def delivered() -> Any:
        rows = deliveries(stack, made["endpoint_id"], "?state=delivered")
        return [each for each in rows if each["event_id"] == lost.headers["webhook-id"]]

    (row,) = eventually(delivered, "it comes again by itself")
    assert row["attempts"][0]["status"] == 204
    assert len(row["attempts"]) > 1
    ids = [each.headers["webhook-id"] for each in receiver.at("/down", account)]
    assert ids.count(lost.headers["webhook-id"]) == len(row["attempts"])


def test_an_endpoint_that_is_gone_is_switched_off_at_once_and_people_are_told(
    stack: Stack, receiver: Receiver, endpoint: Callable[..., dict[str, Any]]
) -> None:
    receiver.statuses["/gone"] = 410
    made = endpoint("/gone", "credits.granted", email="ops@shop.example")
    stack.open_account("insurestack")
    path = f"/v1/endpoints/{made['endpoint_id']}"
    off = eventually(lambda: (row := stack.get(path).ok())["state"] == "disabled" and row, "it is switched off")
    assert off["disabled_reason"] == "gone"
    told = eventually(
        lambda: [
            each
            for each in stack.get("/_local/events").ok()["events"]
            if each["type"] == "endpoint.disabled" and each["detail"]["endpoint_id"] == made["endpoint_id"]
        ],
        "the bus hears of it",
    )
    assert (told[0]["detail"]["reason"], told[0]["detail"]["account_id"]) == ("gone", None)
    eventually(
        lambda: [
            mail
            for mail in stack.get("/_local/emails").ok()["emails"]
            if (mail["kind"], mail["to"]) == ("endpoint_disabled", "ops@shop.example")
        ],
        "whom it names is mailed",
    )
    (row, *_) = deliveries(stack, made["endpoint_id"], "?state=failed")
    stack.post(f"{path}/deliveries/{row['delivery_id']}/again", None).problem(409, "endpoint_switched_off")
    receiver.statuses["/gone"] = 200
    assert stack.request("PATCH", path, {"state": "enabled"}).ok()["failing_since"] is None
    stack.post(f"{path}/deliveries/{row['delivery_id']}/again", None).ok(202)
    eventually(
        lambda: [
            each
            for each in deliveries(stack, made["endpoint_id"], "?state=delivered")
            if each == each | {"event_id": row["event_id"]}
        ],
        "once it is on again, what it missed is sent",
    )


def test_an_endpoint_that_hangs_delays_no_other(
    stack: Stack, receiver: Receiver, endpoint: Callable[..., dict[str, Any]]
) -> None:
    """Nothing is measured: the good one hears of all while not one call of the bad one has been answered."""
    receiver.hangs.add("/hangs")
    endpoint("/hangs", "credits.granted")
    endpoint("/good", "credits.granted")
    accounts = [stack.open_account("insurestack") for _ in range(12)]
    for account in accounts:
        first(receiver, "/good", account, "credits.granted")
    eventually(lambda: receiver.at("/hangs"), "the bad one is called as well")
    assert not receiver.let_go.is_set()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:secret@hooks.example.com/",
        "http://10.0.0.1/",
    ],
)
def test_an_address_that_may_not_be_called_makes_no_endpoint(stack: Stack, url: str) -> None:
    before = stack.get("/v1/endpoints").ok()
    stack.post("/v1/endpoints", {"url": url, "types": ["*"]}).problem(422, "invalid_request")
    assert stack.get("/v1/endpoints").ok() == before
