"""Batches over whole events: each item by its own key, in order, all or nothing by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits.pause_books import pause_account
from tests.fakes.credit_desk import credit_desk
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, key_with, member, open_account

ACME = {"account_id": "acme"}
BATCH = f"POST {ACCOUNT}/consume/batch"


def item(key: str, credits: object = 1, **more: object) -> dict[str, object]:
    return {"idempotency_key": key, "credits": credits, **more}


def send(api: Api, *items: Any, caller: Any = SERVICE, account_id: str = "acme") -> Answer:
    return api.call(BATCH, {"items": list(items)}, caller, path={"account_id": account_id})


def told(answer: Answer) -> list[tuple[str, str, str | None]]:
    """(key, status, code) of each result."""
    return [(result["idempotency_key"], result["status"], result["code"]) for result in answer.ok()["results"]]


def consume(api: Api, credits: int, key: str, **more: object) -> Answer:
    return api.call(f"POST {ACCOUNT}/consume", {"credits": credits, **more}, key=key, path=ACME)


def figures(api: Api, unit: str = "credits", account_id: str = "acme") -> tuple[int, int]:
    """(available, sum of all entries), which are the same where nothing is held."""
    path, query = {"account_id": account_id}, {"unit": unit, "limit": "100"}
    balance = api.call(f"GET {ACCOUNT}/balance", path=path, query={"unit": unit}).ok()
    entries = api.call(f"GET {ACCOUNT}/entries", path=path, query=query).ok()["entries"]
    return balance["available"], sum(entry["credits"] for entry in entries)


def test_batches_items_burn_in_order_and_the_answer_says_what_is_left(shop: Api) -> None:
    answer = send(shop, item("a", 2, reference="one"), item("b", 3), item("c", 1, unit="credits"))
    body = answer.ok()
    assert told(answer) == [("a", "consumed", None), ("b", "consumed", None), ("c", "consumed", None)]
    assert (body["unit"], body["available"]) == ("credits", 4)
    assert "idempotent-replayed" not in answer.headers
    entries = shop.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"]
    assert [(entry["entry_id"], entry["credits"], entry["available_after"]) for entry in entries[:3]] == [
        (result["entry_id"], -credits, left)
        for result, credits, left in zip(reversed(body["results"]), (1, 3, 2), (4, 5, 8), strict=True)
    ]
    assert (entries[2]["reference"], entries[2]["actor"]) == ("one", "backend")
    assert figures(shop) == (4, 4)


def test_batches_the_same_batch_again_is_replayed(shop: Api) -> None:
    """D15, D20: also after its receipts are gone from the book."""
    first = send(shop, item("a", 2), item("b", 3)).ok()
    for _ in range(3):
        again = send(shop, item("a", 2), item("b", 3)).ok()
        assert [result["status"] for result in again["results"]] == ["replayed", "replayed"]
        assert [r["entry_id"] for r in again["results"]] == [r["entry_id"] for r in first["results"]]
        assert again["available"] == 5
        assert figures(shop) == (5, 5)


def test_batches_a_key_is_one_with_consume_and_holds(shop: Api) -> None:
    """D3: one key space for all burning, whoever comes first."""
    burned = consume(shop, 2, "a", reference="r").ok()
    shop.call(f"POST {ACCOUNT}/holds", {"credits": 1}, key="h", path=ACME).ok(201)
    answer = send(shop, item("a", 2, reference="r"), item("b"), item("a", 2), item("h"), item("c", 3))
    assert told(answer) == [
        ("a", "replayed", None),
        ("b", "consumed", None),
        ("a", "refused", "idempotency_key_reused"),
        ("h", "refused", "idempotency_key_reused"),
        ("c", "consumed", None),
    ]
    assert answer.body["results"][0]["entry_id"] == burned["entry_id"]
    assert answer.body["available"] == 10 - 2 - 1 - 1 - 3
    replay = consume(shop, 3, "c")
    assert replay.ok()["entry_id"] == answer.body["results"][4]["entry_id"]
    assert replay.headers["idempotent-replayed"] == "true"


def test_batches_a_key_twice_in_one_batch(shop: Api) -> None:
    """The second with the same content is replayed, with other content refused."""
    answer = send(shop, item("a", 2), item("a", 2), item("b"), item("a", 3), item("a", 2, reference="x"))
    reused = "idempotency_key_reused"
    assert told(answer) == [
        ("a", "consumed", None),
        ("a", "replayed", None),
        ("b", "consumed", None),
        ("a", "refused", reused),
        ("a", "refused", reused),
    ]
    assert figures(shop) == (7, 7)


def test_batches_each_item_is_all_or_nothing_by_itself(shop: Api) -> None:
    answer = send(shop, item("a", 6), item("b", 5), item("c", 4), item("d", 1))
    insufficient = "insufficient_credits"
    assert told(answer) == [
        ("a", "consumed", None),
        ("b", "refused", insufficient),
        ("c", "consumed", None),
        ("d", "refused", insufficient),
    ]
    assert [result["entry_id"] is None for result in answer.body["results"]] == [False, True, False, True]
    assert answer.body["available"] == 0
    assert figures(shop) == (0, 0)
    shop.call(f"POST {ACCOUNT}/grants", {"credits": 5, "kind": "promotional", "reason": "x"}, key="g", path=ACME).ok(
        201
    )
    assert told(send(shop, item("b", 5))) == [("b", "consumed", None)]  # a refusal is not remembered


def test_batches_a_hundred_items_and_not_one_more(shop: Api) -> None:
    shop.call(f"POST {ACCOUNT}/grants", {"credits": 90, "kind": "promotional", "reason": "x"}, key="g", path=ACME).ok(
        201
    )
    answer = send(shop, *(item(f"k{number}") for number in range(100)))
    assert {status for _, status, _ in told(answer)} == {"consumed"}
    assert [key for key, _, _ in told(answer)] == [f"k{number}" for number in range(100)]
    assert len({result["entry_id"] for result in answer.body["results"]}) == 100
    assert answer.body["available"] == 0
    for items in ([], [item(f"k{number}") for number in range(101)]):
        problem = send(shop, *items).problem(422, "invalid_request")
        assert problem["errors"][0]["field"] == "items"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (item("x", 0), "items.3.credits"),
        (item("x", -1), "items.3.credits"),
        (item("x", 5.0), "items.3.credits"),
        (item("x", "5"), "items.3.credits"),
        (item("x", True), "items.3.credits"),
        (item("x", 10**12 + 1), "items.3.credits"),
        ({"idempotency_key": "x"}, "items.3.credits"),
        ({"credits": 1}, "items.3.idempotency_key"),
        (item("", 1), "items.3.idempotency_key"),
        (item("a b", 1), "items.3.idempotency_key"),
        (item("x" * 256, 1), "items.3.idempotency_key"),
        (item("x", 1, unit="Credits"), "items.3.unit"),
        (item("x", 1, reference="r" * 257), "items.3.reference"),
        (item("x", 1, metadata={"a": "b"}), "items.3.metadata"),
        (item("x", 1, colour="red"), "items.3.colour"),
        (None, "items.3"),
        ([], "items.3"),
        (5, "items.3"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_batches_a_malformed_item_refuses_them_all_with_its_path(shop: Api, bad: object, field: str) -> None:
    """D19 among them: nothing is burned."""
    problem = send(shop, item("a"), item("b"), item("c"), bad).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert figures(shop) == (10, 10)


def test_batches_every_malformed_item_is_named_up_to_a_bound(shop: Api) -> None:
    problem = send(shop, item("a", 0, unit=5), item("b"), 7).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["items.0.credits", "items.0.unit", "items.2"]
    assert len(send(shop, *[7] * 100).problem(422, "invalid_request")["errors"]) == 20


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "invalid_request"), ({"items": {}}, "invalid_request"), ({"items": [item("a")], "x": 1}, "invalid_request")],
)
def test_batches_the_body_is_an_object_with_items_only(shop: Api, body: Any, code: str) -> None:
    shop.call(BATCH, body, path=ACME).problem(422, code)
    big = json.dumps({"items": [item("a", reference="x" * 262_144)]}).encode()
    shop.call(BATCH, path=ACME, raw=big).problem(413, "body_too_large")


def test_batches_a_paused_account_burns_nothing(shop: Api) -> None:
    """Replays are answered all the same."""
    send(shop, item("a"), item("b")).ok()
    pause_account("acme", ["credits"], "payment_overdue", 99, desk=credit_desk(wiring.books(), shop.clock))
    problem = send(shop, item("c"), item("d")).problem(403, "account_paused")
    assert problem["pause_reason"] == "payment_overdue"
    assert {status for _, status, _ in told(send(shop, item("a"), item("b")))} == {"replayed"}
    assert figures(shop) == (8, 8)


def test_batches_a_paused_account_tells_what_was_burned_before(shop: Api) -> None:
    """One replayed and one new item were 403 as a whole: the client did not learn that the first was burned."""
    send(shop, item("a"), item("b")).ok()
    pause_account("acme", ["credits"], "payment_overdue", 99, desk=credit_desk(wiring.books(), shop.clock))
    answer = send(shop, item("new"), item("b"), item("a"), item("a", 2), item("newer"))
    assert [(line["status"], line["code"]) for line in answer.ok()["results"]] == [
        ("refused", "account_paused"),
        ("replayed", None),
        ("replayed", None),
        ("refused", "idempotency_key_reused"),
        ("refused", "account_paused"),
    ]
    assert answer.body["available"] == 8
    assert figures(shop) == (8, 8)


def test_units_available_is_of_the_items_unit_or_of_credits_when_they_differ(shop: Api) -> None:
    """X-04: each unit has its own book, one key space spans them."""
    open_account(shop, "maker", "make")
    path = {"account_id": "maker"}
    gift = {"credits": 50, "unit": "data_transfer_mb", "kind": "promotional", "reason": "x"}
    shop.call(f"POST {ACCOUNT}/grants", gift, key="g", path=path).ok(201)
    credits = figures(shop, account_id="maker")[0]
    data = [item(f"d{number}", 5, unit="data_transfer_mb") for number in range(3)]
    body = send(shop, *data, account_id="maker").ok()
    assert (body["unit"], body["available"]) == ("data_transfer_mb", 35)
    body = send(shop, data[0], item("c1"), item("d1"), item("c2"), data[2], account_id="maker").ok()
    assert [result["status"] for result in body["results"]] == [
        "replayed",
        "consumed",
        "refused",
        "consumed",
        "replayed",
    ]
    assert (body["unit"], body["available"]) == ("credits", credits - 2)
    body = send(shop, *data, account_id="maker").ok()
    assert (body["unit"], body["available"]) == ("data_transfer_mb", 35)


def test_units_an_item_of_a_unit_that_the_account_has_not_is_refused_alone(shop: Api) -> None:
    answer = send(shop, item("a", unit="nothing"), item("b"))
    assert told(answer) == [("a", "refused", "invalid_request"), ("b", "consumed", None)]
    body = send(shop, item("c", unit="nothing")).ok()
    assert (body["results"][0]["status"], body["unit"], body["available"]) == ("refused", "credits", 9)


def test_batches_of_an_account_whose_period_has_ended_burn_from_the_new_one(shop: Api) -> None:
    send(shop, item("a", 5), item("b", 5)).ok()
    shop.clock.instant += 40 * DAY
    answer = send(shop, item("c", 5), item("d", 5), item("e", 1))
    assert [status for _, status, _ in told(answer)] == ["consumed", "consumed", "refused"]
    assert figures(shop) == (0, 0)


def test_d_17_a_batch_meets_a_lapsed_hold_before_it_says_402(shop: Api) -> None:
    """D17."""
    held = shop.call(f"POST {ACCOUNT}/holds", {"credits": 10, "ttl_seconds": 60}, key="h", path=ACME)
    held.ok(201)
    shop.clock.instant += 59_999
    assert [status for _, status, _ in told(send(shop, item("a", 5), item("b", 5)))] == ["refused", "refused"]
    shop.clock.instant += 1
    assert [status for _, status, _ in told(send(shop, item("a", 5), item("b", 5)))] == ["consumed", "consumed"]


def test_callers_only_a_service_key_with_the_scope_sends_batches(shop: Api) -> None:
    """D40; no Idempotency-Key is asked for: items carry their own."""
    send(shop, item("a"), caller=member("acme")).problem(403, "forbidden")
    send(shop, item("a"), caller=member("other")).problem(404, "account_not_found")
    send(shop, item("a"), caller=key_with("read")).problem(403, "forbidden")
    send(shop, item("a"), caller=None).problem(401, "unauthenticated")
    send(shop, item("a"), account_id="nobody").problem(404, "account_not_found")
    assert told(send(shop, item("a"), caller=key_with("credits:consume"))) == [("a", "consumed", None)]
