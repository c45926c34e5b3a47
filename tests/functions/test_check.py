"""A check says what a consume would answer, and writes nothing: each case is checked, then consumed, and the two are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.values.instants import to_text
from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Answer, Api, key_with, member, open_account

ACME = {"account_id": "acme"}
DAY, MONTH = 86_400_000, 31 * 86_400_000
READS = {"GetItem", "BatchGetItem", "Query", "TransactGetItems"}


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Calls to the table, by operation."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    events = wiring.table().client.meta.events
    events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", count)


def post(api: Api, what: str, body: Any, path: Any = ACME) -> Answer:
    return api.call(f"POST {ACCOUNT}/{what}", body, key=api.fresh(), path=path)


def agreed(api: Api, credits: int, path: Any = ACME) -> Any:
    """The check, once it is shown to have written nothing and to say what the consume then answers."""
    with counted() as calls:
        told = post(api, "check", {"credits": credits}, path).ok()
    assert set(calls) <= READS, calls
    done = post(api, "consume", {"credits": credits}, path)
    assert told["requested"] == credits
    assert told["allowed"] == (done.status == 200)
    assert told["reason"] == done.code
    if done.status == 200:
        assert told["available"] == done.body["available"] + credits
        assert told["draws"] == done.body["draws"]
    else:
        assert told["draws"] == []
        assert told["available"] == done.body.get("available", told["available"])
    return told


def test_a_check_that_is_allowed_is_one_read_and_no_write(shop: Api) -> None:
    with counted() as calls:
        told = post(shop, "check", {"credits": 7}).ok()
    assert calls == {"GetItem": 1}
    assert (told["allowed"], told["available"], told["reason"]) == (True, 10, None)
    assert sum(draw["credits"] for draw in told["draws"]) == 7
    with counted() as calls:
        told = post(shop, "check", {"credits": 11}).ok()
    assert calls == {"GetItem": 1}, "a key that nobody has used needs no look"
    assert (told["allowed"], told["available"], told["reason"]) == (False, 10, "insufficient_credits")


def test_a_check_does_not_look_up_what_workers_that_are_gone_have_left(shop: Api) -> None:
    """A burn takes their receipts out of the book; a check could not, and would read all their entries for nothing."""
    for _ in range(6):
        post(shop, "consume", {"credits": 1}).ok()
        Prunes.__init__(OF_THIS_PROCESS)
    shop.clock.instant += 2_000
    with counted() as calls:
        post(shop, "check", {"credits": 1}).ok()
    assert calls == {"GetItem": 1}


def test_a_check_agrees_with_the_consume_that_follows_in_every_state_of_the_account(shop: Api) -> None:
    """Several lots, a hold that has lapsed, a lot that is dead, a month that is due, a pause, the end."""
    assert agreed(shop, 4)["available"] == 10
    later = shop.clock.instant + DAY
    expires = {"expires_at": to_text(later)}
    post(shop, "grants", {"credits": 20, "kind": "promotional", "reason": "a", **expires}).ok(201)
    post(shop, "holds", {"credits": 20, "ttl_seconds": 60}).ok(201)
    assert agreed(shop, 7)["reason"] == "insufficient_credits"
    shop.clock.instant += 60_000
    assert agreed(shop, 7)["available"] == 26, "the hold has lapsed, and nobody has looked"
    shop.clock.instant = later
    assert agreed(shop, 19)["reason"] == "insufficient_credits", "the lot is dead at this very instant"
    shop.clock.instant += MONTH
    assert agreed(shop, 10)["available"] == 10, "the month's credits are there, though nobody renewed it"
    shop.clock.instant += MONTH
    shop.call(f"POST {ACCOUNT}/close", {"reason": "over"}, path=ACME).ok()
    assert agreed(shop, 1)["reason"] == "account_closed"


def test_a_check_knows_what_an_automatic_purchase_would_lend_and_claims_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X-06, X-08: the lot that would be lent has no id before it is bought, so its draw has none."""
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    path = {"account_id": "auto"}
    open_account(api, "auto", "make", plan_id="core-10k")
    put = f"PUT {ACCOUNT}/auto-top-up"
    assert agreed(api, 10_001, path)["reason"] == "insufficient_credits", "it is not switched on"
    setup = api.call(f"POST {ACCOUNT}/payment-methods/setup", {}, member("auto"), path=path).ok(201)
    made.finish_setup(setup["setup_url"], api.clock.now())
    api.call(put, {"enabled": True}, member("auto"), path=path).ok()
    with counted() as calls:
        told = post(api, "check", {"credits": 10_001}, path).ok()
    assert set(calls) <= READS, calls
    assert (told["allowed"], told["available"]) == (True, 10_000)
    assert [(draw["lot_id"] is None, draw["credits"]) for draw in told["draws"]] == [(False, 10_000), (True, 1)]
    history = api.call(f"GET {ACCOUNT}/auto-top-up/history", path=path).ok()
    assert [event["reason"] for event in history["events"]] == [], "nothing was claimed"
    done = post(api, "consume", {"credits": 10_001}, path).ok()
    assert done["available"] == 9_999
    assert agreed(api, 10_001, path)["reason"] == "insufficient_credits", "beyond the cap"


def test_a_check_refuses_what_a_consume_refuses_and_needs_no_key(shop: Api) -> None:
    check = f"POST {ACCOUNT}/check"
    shop.call(check, {"credits": 1}, path=ACME).ok()
    shop.call(check, {"credits": 1}, key_with("read"), path=ACME).ok()
    for body, field in (
        ({"credits": 0}, "credits"),
        ({"credits": 1.5}, "credits"),
        ({}, "credits"),
        ({"credits": 1, "unit": "prints"}, "unit"),
        ({"credits": 1, "reference": "r"}, "reference"),
    ):
        problem = shop.call(check, body, path=ACME).problem(422, "invalid_request")
        assert problem["errors"][0]["field"] == field
    shop.call(check, {"credits": 1}, path={"account_id": "nobody"}).problem(404, "account_not_found")
    shop.call(check, {"credits": 1}, path=ACME, query={"dry": "1"}).problem(422, "invalid_request")
