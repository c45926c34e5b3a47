"""Holds over whole events: placed once, resolved once, and explained by the statement."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from lotbook import wiring
from lotbook.domain.credits import hold_pages
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.values.errors import ItemTooLarge
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits import burn
from lotbook.usecases.credits.pause_books import pause_account
from tests.fakes.credit_desk import credit_desk
from tests.functions.conftest import ACCOUNT, Api, key_with, member, open_account
from tests.functions.holding import (
    ACME,
    CAPTURE,
    HOLDS,
    NO_HOLD,
    RELEASE,
    balance,
    capture,
    consume,
    entries,
    figures,
    lines,
    place,
    release,
)

# --- placing


def test_holds_credits_held_are_not_available_and_not_consumed(shop: Api) -> None:
    answer = place(shop, 4, reference="run 7")
    body = answer.ok(201)
    assert body == {
        "hold_id": body["hold_id"],
        "credits": 4,
        "expires_at": "2026-01-15T11:00:00Z",
        "available": 6,
    }
    assert figures(shop) == (6, 4)
    assert lines(shop, 1) == [("held", 0, 4, 6)]
    entry = entries(shop)[0]
    assert (entry["reference"], entry["actor"]) == ("run 7", "backend")
    consume(shop, 7).problem(402, "insufficient_credits")


def test_d_18_the_same_operation_is_the_same_hold(shop: Api) -> None:
    """D18: a retry neither holds again nor gets another id, also after the hold was resolved."""
    first = place(shop, 4, "k", ttl_seconds=60)
    again = place(shop, 4, "k", ttl_seconds=60)
    assert again.ok(201) == first.ok(201)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert figures(shop) == (6, 4)
    release(shop, first.body["hold_id"]).ok()
    shop.clock.instant += 90 * SECOND
    assert place(shop, 4, "k", ttl_seconds=60).ok(201) == first.body
    assert figures(shop) == (10, 0)
    for other in (
        {"credits": 5, "ttl_seconds": 60},
        {"credits": 4},
        {"credits": 4, "ttl_seconds": 60, "reference": "x"},
    ):
        shop.call(HOLDS, other, key="k", path=ACME).problem(422, "idempotency_key_reused")


def test_d_03_consume_and_holds_share_one_key_space(shop: Api) -> None:
    """D3."""
    consume(shop, 4, "c").ok()
    place(shop, 4, "c").problem(422, "idempotency_key_reused")
    place(shop, 1, "h").ok(201)
    consume(shop, 1, "h").problem(422, "idempotency_key_reused")
    assert figures(shop) == (5, 1)


def test_holds_need_a_key(shop: Api) -> None:
    shop.call(HOLDS, {"credits": 1}, path=ACME).problem(400, "idempotency_key_missing")
    shop.call(CAPTURE, {"credits": 1}, path=ACME | {"hold_id": NO_HOLD}).problem(400, "idempotency_key_missing")
    shop.call(RELEASE, path=ACME | {"hold_id": NO_HOLD}).problem(400, "idempotency_key_missing")


@pytest.mark.parametrize("ttl", [59, 604_801, 0, -1, 60.0, "60", True, None])
def test_bounds_a_hold_lasts_from_a_minute_to_a_week(shop: Api, ttl: object) -> None:
    problem = place(shop, 1, ttl_seconds=ttl).problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "ttl_seconds"
    assert figures(shop) == (10, 0)


def test_bounds_the_longest_and_the_shortest_hold(shop: Api) -> None:
    assert place(shop, 1, ttl_seconds=60).ok(201)["expires_at"] == "2026-01-15T10:01:00Z"
    assert place(shop, 1, ttl_seconds=604_800).ok(201)["expires_at"] == "2026-01-22T10:00:00Z"


@pytest.mark.parametrize("credits", [0, -5, 1_000_000_000_001, 5.0, "5", True, None])
def test_d_19_only_positive_integers_are_held(shop: Api, credits: object) -> None:
    """D19: a hold of less than nothing would mint credits."""
    place(shop, credits).problem(422, "invalid_request")
    assert figures(shop) == (10, 0)


def test_holds_more_than_there_is_holds_nothing_and_the_key_stays_free(shop: Api) -> None:
    problem = place(shop, 11, "k").problem(402, "insufficient_credits")
    assert (problem["requested"], problem["available"]) == (11, 10)
    place(shop, 10, "k").ok(201)


def test_holds_a_paused_account_places_none_and_resolves_those_it_has(shop: Api) -> None:
    held = place(shop, 4).ok(201)
    pause(shop)
    problem = place(shop, 1).problem(403, "account_paused")
    assert problem["pause_reason"] == "payment_overdue"
    assert capture(shop, held["hold_id"], 1).ok()["available"] == 9


def pause(api: Api) -> None:
    pause_account("acme", ["credits"], "payment_overdue", 99, desk=credit_desk(wiring.books(), api.clock))


# --- resolving


def test_holds_a_capture_burns_the_first_draws_and_returns_the_rest(shop: Api) -> None:
    shop.call(f"POST {ACCOUNT}/grants", {"credits": 5, "kind": "promotional", "reason": "x"}, key="g", path=ACME).ok(
        201
    )
    free, gift = balance(shop)["lots"]
    held = place(shop, 12, reference="job").ok(201)
    answer = capture(shop, held["hold_id"], 11)
    assert answer.ok() == {"hold_id": held["hold_id"], "captured": 11, "released": 1, "available": 4}
    assert figures(shop) == (4, 0)
    assert lines(shop, 3) == [("released", 0, 1, 4), ("captured", -11, 11, 3), ("held", 0, 12, 3)]
    released, captured = entries(shop)[:2]
    assert released["draws"] == [{"lot_id": gift["lot_id"], "credits": 1}]
    assert captured["draws"] == [
        {"lot_id": free["lot_id"], "credits": 10},
        {"lot_id": gift["lot_id"], "credits": 1},
    ]
    assert (captured["reference"], captured["actor"]) == ("job", "backend")


@pytest.mark.parametrize(("credits", "shown"), [(0, ["released"]), (4, ["captured"]), (3, ["released", "captured"])])
def test_d_19_a_capture_takes_nothing_to_all_of_the_hold(shop: Api, credits: int, shown: list[str]) -> None:
    """D19."""
    held = place(shop, 4).ok(201)
    body = capture(shop, held["hold_id"], credits).ok()
    assert (body["captured"], body["released"], body["available"]) == (credits, 4 - credits, 10 - credits)
    assert figures(shop) == (10 - credits, 0)
    assert [entry["kind"] for entry in entries(shop)][: len(shown) + 1] == [*shown, "held"]


@pytest.mark.parametrize("credits", [5, -1, 1_000_000_000_001, 1.0, "1", True, None])
def test_d_19_a_capture_of_anything_else_is_refused_and_the_hold_stays_open(shop: Api, credits: object) -> None:
    """D19."""
    held = place(shop, 4).ok(201)
    problem = capture(shop, held["hold_id"], credits, "k").problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "credits"
    assert figures(shop) == (6, 4)
    capture(shop, held["hold_id"], 4, "k").ok()


def test_holds_a_release_gives_everything_back(shop: Api) -> None:
    held = place(shop, 4).ok(201)
    assert release(shop, held["hold_id"], body={}).ok() == {
        "hold_id": held["hold_id"],
        "captured": 0,
        "released": 4,
        "available": 10,
    }
    assert figures(shop) == (10, 0)
    assert lines(shop, 2) == [("released", 0, 4, 10), ("held", 0, 4, 6)]
    release(shop, held["hold_id"], body={"credits": 1}).problem(422, "invalid_request")


@pytest.mark.parametrize("first", ["captured", "released"])
def test_holds_a_closed_hold_stays_closed(shop: Api, first: str) -> None:
    held = place(shop, 4).ok(201)["hold_id"]
    answer = capture(shop, held, 3, "k") if first == "captured" else release(shop, held, "k")
    for again in (capture(shop, held, 3), capture(shop, held, 0), release(shop, held)):
        assert again.problem(409, "hold_closed")["state"] == first
    replay = capture(shop, held, 3, "k") if first == "captured" else release(shop, held, "k")
    assert (replay.ok(), replay.headers["idempotent-replayed"]) == (answer.ok(), "true")


def test_d_03_capture_and_release_share_a_key_space_of_their_own(shop: Api) -> None:
    """D3: per account; burning has another one, and a refusal leaves the key free."""
    one, two, three = (place(shop, 2, f"k{n}").ok(201)["hold_id"] for n in range(3))
    capture(shop, one, 2, "k0").ok()
    for other in (
        capture(shop, one, 1, "k0"),
        release(shop, one, "k0"),
        capture(shop, two, 2, "k0"),
        release(shop, two, "k0"),
    ):
        other.problem(422, "idempotency_key_reused")
    capture(shop, one, 2, "again").problem(409, "hold_closed")
    release(shop, two, "again").ok()
    release(shop, three, "again").problem(422, "idempotency_key_reused")
    assert figures(shop) == (6, 2)


@pytest.mark.parametrize(
    "hold_id", [NO_HOLD, "x", "hold_", "hold_x", "", "..", "hold_" + "u" * 24, "hold_" + "0" * 25, "é", "res#x", "\x00"]
)
def test_holds_what_is_no_hold_of_this_account_is_not_found(shop: Api, hold_id: str) -> None:
    capture(shop, hold_id, 1).problem(404, "hold_not_found")
    release(shop, hold_id).problem(404, "hold_not_found")


def test_holds_a_burn_is_no_hold_and_another_accounts_hold_is_not_found(shop: Api) -> None:
    """D40."""
    open_account(shop, "other")
    held = shop.call(HOLDS, {"credits": 1}, key="k", path={"account_id": "other"}).ok(201)["hold_id"]
    release(shop, held).problem(404, "hold_not_found")
    consume(shop, 1, "burned").ok()
    release(shop, hold_id_of("acme", burn_name("burned"))).problem(404, "hold_not_found")


def test_callers_only_a_service_key_with_the_scope_holds(shop: Api) -> None:
    """D40: visibility before role."""
    held = place(shop, 1).ok(201)["hold_id"]
    for ask in (lambda caller: place(shop, caller=caller), lambda caller: capture(shop, held, 1, caller=caller)):
        ask(member("acme")).problem(403, "forbidden")
        ask(member("other")).problem(404, "account_not_found")
        ask(key_with("read")).problem(403, "forbidden")
        ask(None).problem(401, "unauthenticated")
    capture(shop, held, 1, caller=key_with("credits:consume")).ok()


def test_n13_two_accounts_with_the_same_key_have_holds_of_different_ids(shop: Api) -> None:
    open_account(shop, "other")
    ours, theirs = (
        shop.call(HOLDS, {"credits": 2}, key="same", path={"account_id": account}).ok(201)["hold_id"]
        for account in ("acme", "other")
    )
    assert ours != theirs
    release(shop, theirs).problem(404, "hold_not_found")
    release(shop, ours).ok()


def test_n13_an_id_that_was_given_out_before_still_names_its_hold(shop: Api) -> None:
    place(shop, 2, "k").ok(201)
    old = "hold_" + burn_name("k")
    assert capture(shop, old, 1).ok() == {"hold_id": old, "captured": 1, "released": 1, "available": 9}


def test_s3_one_hold_too_many_is_refused_until_one_is_released(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_pages, "MAX_HOLDS", HOLDS_IN_BOOK)
    monkeypatch.setattr(burn, "MAX_HOLDS", HOLDS_IN_BOOK)
    body = {"credits": 20, "kind": "promotional", "reason": "holds"}
    shop.call(f"POST {ACCOUNT}/grants", body, key="g", path={"account_id": "acme"}).ok(201)
    held = [place(shop, 1, f"h{number}").ok(201)["hold_id"] for number in range(HOLDS_IN_BOOK)]
    problem = place(shop, 1, "more").problem(409, "too_many_holds")
    assert (problem["open"], problem["max"]) == (HOLDS_IN_BOOK, HOLDS_IN_BOOK)
    consume(shop, 1, "burns-go-on").ok()
    release(shop, held[5]).ok()
    place(shop, 1, "more").ok(201)


def test_s3_an_item_that_outgrows_the_table_rings_and_is_no_bare_500(
    shop: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(**_request: object) -> None:
        said = {"Code": "ValidationException", "Message": "Item size to update has exceeded the maximum allowed size"}
        raise ClientError({"Error": said}, "UpdateItem")  # type: ignore[typeddict-item]

    monkeypatch.setattr(wiring.table().client, "update_item", too_large)
    with pytest.raises(ItemTooLarge):
        consume(shop, 1, "k")
    assert {"alarm": "item_too_large", "item": "B#acme#credits book"} in [
        json.loads(record.message) for record in caplog.records if record.name == "lotbook.alarm"
    ]
