"""Cursors: good for the list that gave them out, and refused with one clear answer everywhere else (S9)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo.cursor_key import DynamoCursorKey
from lotbook.adapters.dynamo.table import Table
from lotbook.api.http.paging import Listing
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Answer, Api, begin, open_account
from tests.functions.test_records import paid

ACME = {"account_id": "acme"}
LISTS = ["entries", "entries/export", "purchases", "purchases/export"]


def get(shop: Api, what: str, account_id: str = "acme", **query: str) -> Answer:
    return shop.call(f"GET {ACCOUNT}/{what}", path={"account_id": account_id}, query=query)


def refused(answer: Answer) -> None:
    problem = answer.problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["cursor"]
    assert "next_cursor of this very list" in problem["errors"][0]["message"]


@pytest.fixture
def sold(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """Two purchases, so that each list has two pages of one."""
    gateway = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: gateway)

    def play() -> None:
        open_account(api, "acme")
        open_account(api, "other")
        for _ in range(2):
            paid(api, gateway)

    begin(api, "two purchases", play)
    return api


def unsigned(position: str) -> Iterator[str]:
    """What a caller could make of a place in the list, with and without something that looks like a signature."""
    encoded = urlsafe_b64encode(position.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    yield from (encoded, f"{encoded}.", f"{encoded}.{'A' * 22}", f".{encoded}", position)


@pytest.mark.parametrize(
    "parts",
    [
        ["\ud800", 4, [], None],
        ["x", 1, [[1, 1_000_000_000_000_000]], None],
        ["lot#x", 2, [], None],
        ["", 0, [], None],
    ],
)
@pytest.mark.parametrize("what", LISTS)
def test_s9_no_cursor_of_a_callers_own_making_is_read(sold: Api, what: str, parts: list[Any]) -> None:
    for cursor in unsigned(json.dumps(parts)):
        refused(get(sold, what, cursor=cursor))


def test_s9_a_cursor_that_was_changed_is_refused(sold: Api) -> None:
    cursor = get(sold, "entries", limit="1").ok()["next_cursor"]
    position, _, signature = cursor.partition(".")
    other = get(sold, "entries", limit="2").ok()["next_cursor"].partition(".")[0]
    for changed in (f"{position}A.{signature}", f"{other}.{signature}", f"{position}.{signature[::-1]}", cursor + "A"):
        refused(get(sold, "entries", cursor=changed))
    assert get(sold, "entries", limit="1", cursor=cursor).ok()["entries"]


@pytest.mark.parametrize("what", ["entries", "purchases"])
def test_s9_a_cursor_is_bound_to_its_account_its_list_and_its_filters(sold: Api, what: str) -> None:
    other = {"entries": "purchases", "purchases": "entries"}[what]
    cursor = get(sold, what, limit="1").ok()["next_cursor"]
    refused(get(sold, what, "other", cursor=cursor))
    refused(get(sold, other, cursor=cursor))
    refused(get(sold, what, cursor=cursor, **({"unit": "bytes"} if what == "entries" else {"state": "completed"})))
    assert get(sold, what, cursor=cursor, limit="1").ok()[what]
    assert get(sold, f"{what}/export", cursor=cursor).status == 200, "a file goes on where the list ended"


def test_s9_a_cursor_of_one_filter_is_refused_under_another(sold: Api) -> None:
    cursor = get(sold, "purchases", limit="1", state="completed").ok()["next_cursor"]
    refused(get(sold, "purchases", limit="1", state="failed", cursor=cursor))
    refused(get(sold, "purchases", limit="1", cursor=cursor))
    assert len(get(sold, "purchases", limit="5", state="completed", cursor=cursor).ok()["purchases"]) == 1


def test_s9_the_key_is_made_once_and_every_function_signs_with_it(environment: Table) -> None:
    first, second = (DynamoCursorKey(environment, wiring.entropy()) for _ in range(2))
    assert first._read() is None
    made = first.read()
    assert len(made) == 32
    assert second.read() == made
    assert second._make() == made, "who was slower takes what the other wrote"


def test_s9_rubbish_costs_no_read_of_the_key() -> None:
    def no_key() -> bytes:
        raise AssertionError("the key was asked for")

    for text in ("", "x", "é", "====", "A" * 9_000, "a.b", "a." + "é" * 22):
        with pytest.raises(Exception, match="cursor must be"):
            Listing("entries", ACME, {"cursor": text}, no_key).start()
    assert Listing("entries", ACME, {}, no_key).cursor(None) is None
