"""Filters of the statement: exact, half-open in time, with a cursor that is good for the very list that gave it out."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.values.instants import to_text
from lotbook.usecases.credits import statement
from tests.functions.conftest import ACCOUNT, Api

ACME = {"account_id": "acme"}


def burn(api: Api, reference: str | None = None) -> None:
    api.call(f"POST {ACCOUNT}/consume", {"credits": 1, "reference": reference}, key=api.fresh(), path=ACME).ok()


def page(api: Api, **query: str) -> Any:
    return api.call(f"GET {ACCOUNT}/entries", path=ACME, query=query).ok()


def every(api: Api, **query: str) -> list[Any]:
    """All pages of a filtered list, two entries each."""
    found, cursor = list[Any](), dict[str, str]()
    for _ in range(20):
        shown = page(api, **query, limit="2", **cursor)
        found += shown["entries"]
        if shown["next_cursor"] is None:
            return found
        cursor = {"cursor": shown["next_cursor"]}
    raise AssertionError("a list without an end")


def test_filters_show_exactly_what_they_say_in_pages_that_end(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "MAX_LINKS_A_PAGE", 3)  # so that pages are short, and some are empty
    start = shop.clock.instant
    for number in range(6):
        shop.clock.instant = start + number * 3_600_000
        burn(shop, f"job-{number % 2}")
    whole = every(shop)
    assert len(whole) == 7
    for query in (
        {"kind": "consumed"},
        {"kind": "granted"},
        {"kind": "expired"},
        {"kind": "consumed,granted", "reference": "job-1"},
        {"reference": "job"},
        {"from": to_text(start + 2 * 3_600_000), "to": to_text(start + 4 * 3_600_000)},
    ):
        expected = [
            entry
            for entry in whole
            if ("kind" not in query or entry["kind"] in query["kind"].split(","))
            and query.get("reference", entry["reference"]) == entry["reference"]
            and query.get("from", "") <= entry["at"] < query.get("to", "9")
        ]
        assert every(shop, **query) == expected, query
    assert len(every(shop, **{"from": to_text(start + 2 * 3_600_000), "to": to_text(start + 4 * 3_600_000)})) == 2


def test_a_cursor_is_bound_to_its_filters_and_what_is_no_filter_is_refused(shop: Api) -> None:
    for _ in range(3):
        burn(shop, "job")
    cursor = page(shop, kind="consumed", limit="1")["next_cursor"]
    path = f"GET {ACCOUNT}/entries"
    for query in ({"cursor": cursor}, {"cursor": cursor, "kind": "granted"}, {"cursor": cursor, "reference": "job"}):
        shop.call(path, path=ACME, query=query).problem(422, "invalid_request")
    for name, text in (("kind", "burned"), ("kind", "void"), ("from", "yesterday"), ("to", "2026-13-01T00:00:00Z")):
        told = shop.call(path, path=ACME, query={name: text}).problem(422, "invalid_request")
        assert told["errors"][0]["field"] == name
