"""Grants that can be burned from a later instant on, and grants with metadata (issue 13, point 2)."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from tests.audit import assert_explained
from tests.functions.conftest import ACCOUNT, Answer, Api
from tests.functions.test_ledger_by_id import ACME, ENTRY, HOUR, LOT, balance, entries, get, post, void

NOTE = {"campaign": "spring", "agent": "=1+1;é"}
LATER = "2026-02-01T00:00:00Z"


def grant(api: Api, key: str = "g", **more: Any) -> Answer:
    body = {"kind": "promotional", "credits": 50, "reason": "spring"} | more
    return api.call(f"POST {ACCOUNT}/grants", body, key=key, path=ACME)


def test_a_grant_for_later_is_there_and_cannot_be_burned_before_its_instant(shop: Api) -> None:
    made = grant(shop, effective_at=LATER, expires_at="2026-03-01T00:00:00Z").ok(201)
    assert (made["effective_at"], made["expires_at"]) == (LATER, "2026-03-01T00:00:00Z")
    now = balance(shop)
    assert (now["available"], now["waiting"]) == (10, 50)
    assert sum(entry["credits"] for entry in entries(shop)) == 60, "entries count it from the grant on"
    assert [lot["effective_at"] for lot in now["lots"] if lot["lot_id"] == made["lot_id"]] == [LATER]
    refused = shop.call(f"POST {ACCOUNT}/consume", {"credits": 11}, key="k", path=ACME)
    assert refused.problem(402, "insufficient_credits")["available"] == 10
    told = get(shop, LOT, lot_id=made["lot_id"])
    assert (told["remaining"], told["effective_at"], told["state"]) == (50, LATER, "open")
    shop.clock.instant += 40 * 24 * HOUR
    now = balance(shop)
    assert (now["available"], now["waiting"]) == (60, 0)
    post(shop, "consume", {"credits": 55})
    assert_explained(wiring.table(), "acme")


def test_a_grant_for_later_is_made_once_a_key_also_when_its_instant_has_passed_meanwhile(shop: Api) -> None:
    first = grant(shop, effective_at=LATER).ok(201)
    shop.clock.instant += 40 * 24 * HOUR
    again = grant(shop, effective_at=LATER)
    assert (again.ok(201), again.headers["idempotent-replayed"]) == (first, "true")
    grant(shop).problem(422, "idempotency_key_reused")
    grant(shop, effective_at="2026-02-02T00:00:00Z").problem(422, "idempotency_key_reused")


def test_an_instant_that_has_passed_means_at_once(shop: Api) -> None:
    made = grant(shop, effective_at="2020-01-01T00:00:00Z").ok(201)
    assert made["effective_at"] == entries(shop)[0]["at"]
    assert balance(shop)["available"] == 60


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"effective_at": LATER, "expires_at": LATER}, "effective_at"),
        ({"effective_at": "2026-02-02T00:00:00Z", "expires_at": LATER}, "effective_at"),
        ({"effective_at": "2036-01-15T10:00:01Z"}, "effective_at"),
        ({"effective_at": "2026-02-01"}, "effective_at"),
        ({"effective_at": LATER, "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_grant_that_could_never_be_burned_or_lies_too_far_off_is_refused(
    shop: Api, times: dict[str, str], field: str
) -> None:
    before = entries(shop)
    problem = grant(shop, **times).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert entries(shop) == before
    grant(shop).ok(201)


def test_a_void_takes_a_grant_for_later_too(shop: Api) -> None:
    made = grant(shop, effective_at=LATER).ok(201)
    assert void(shop, made["lot_id"], credits=20).ok()["credits"] == 20
    assert (balance(shop)["available"], balance(shop)["waiting"]) == (10, 30)
    assert void(shop, made["lot_id"], key="w").ok()["credits"] == 30
    shop.clock.instant += 40 * 24 * HOUR
    assert balance(shop)["available"] == 10
    assert_explained(wiring.table(), "acme")


def test_n9_the_metadata_of_a_grant_is_shown_where_the_grant_is(shop: Api) -> None:
    made = grant(shop, metadata=NOTE).ok(201)
    assert entries(shop)[0]["metadata"] == NOTE
    assert get(shop, ENTRY, entry_id=made["entry_id"])["metadata"] == NOTE
    assert get(shop, LOT, lot_id=made["lot_id"])["metadata"] == NOTE
    assert grant(shop, metadata=NOTE).headers["idempotent-replayed"] == "true"
    grant(shop).problem(422, "idempotency_key_reused")
    other = grant(shop, key="h", metadata={}).ok(201)
    assert get(shop, LOT, lot_id=other["lot_id"])["metadata"] is None


@pytest.mark.parametrize(
    "metadata",
    [{str(n): "" for n in range(21)}, {"k" * 41: "v"}, {"": "v"}, {"k": "v" * 501}, {"k": 1}, {"k": None}, [], "x"],
)
def test_n9_the_metadata_of_a_grant_has_the_bounds_of_a_burns(shop: Api, metadata: Any) -> None:
    grant(shop, metadata=metadata).problem(422, "invalid_request")


def test_a_grant_may_lie_ten_years_off_to_the_second(shop: Api) -> None:
    grant(shop, effective_at="2036-01-15T10:00:00Z").ok(201)


@pytest.mark.parametrize(("credits", "state"), [(50, "void"), (20, "expired")])
def test_a_lot_past_its_end_says_what_took_the_last_of_it(shop: Api, credits: int, state: str) -> None:
    made = grant(shop, expires_at=LATER).ok(201)
    void(shop, made["lot_id"], credits=credits).ok()
    shop.clock.instant += 40 * 24 * HOUR
    told = get(shop, LOT, lot_id=made["lot_id"])
    assert (told["expired"], told["taken_back"], told["state"]) == (50 - credits, credits, state)
