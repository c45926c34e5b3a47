"""What a seller says about burns and grants can be read back: in the statement, in its file, and in events (N9, B6)."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.credits.requests import BurnRequest
from tests.functions.conftest import ACCOUNT, Api

ACME = {"account_id": "acme"}
NOTE = {"user": "u42", "feature": "=render;é"}


@pytest.fixture
def told(shop: Api) -> Api:
    """A burn with metadata, one without, and a grant with its reason."""
    grant = {"credits": 5, "kind": "promotional", "reason": "welcome; =1+1"}
    shop.call(f"POST {ACCOUNT}/grants", grant, key="g", path=ACME).ok(201)
    for key, body in (("a", {"credits": 3, "metadata": NOTE}), ("b", {"credits": 1})):
        shop.call(f"POST {ACCOUNT}/consume", body, key=key, path=ACME).ok()
    return shop


def entries(shop: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"]
    return found


def test_n9_the_statement_shows_metadata_of_burns_and_the_reason_of_a_grant(told: Api) -> None:
    plain, noted, granted, free = entries(told)
    assert (plain["metadata"], plain["reason"]) == (None, None)
    assert (noted["metadata"], noted["reason"]) == (NOTE, None)
    assert (granted["metadata"], granted["reason"]) == (None, "welcome; =1+1")
    assert (free["metadata"], free["reason"]) == (None, "free credits of the period")


def test_n9_the_file_shows_both_and_is_safe_for_spreadsheets(told: Api) -> None:
    text = told.call(f"GET {ACCOUNT}/entries/export", path=ACME).body
    plain, noted, granted, _ = list(csv.DictReader(StringIO(text, newline="")))
    assert json.loads(noted["metadata"].replace("'", "")) == NOTE
    assert "\u00e9" in noted["metadata"]
    assert granted["reason"] == "welcome;' =1+1"
    assert (plain["metadata"], plain["reason"]) == ("", "")


def test_n9_what_another_body_said_under_the_same_key_is_not_shown(told: Api) -> None:
    """Its burn was refused: the note of that body stays beside the entry, and belongs to nothing."""
    other = {"credits": 3, "metadata": {"user": "somebody else"}}
    told.call(f"POST {ACCOUNT}/consume", other, key="a", path=ACME).problem(422, "idempotency_key_reused")
    assert entries(told)[1]["metadata"] == NOTE
    again = told.call(f"POST {ACCOUNT}/consume", {"credits": 3, "metadata": NOTE}, key="a", path=ACME)
    assert again.headers["idempotent-replayed"] == "true"


def test_n9_a_statement_without_metadata_asks_for_none(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="a", path=ACME).ok()

    def asked(*_: object) -> None:
        raise AssertionError("metadata was asked for")

    monkeypatch.setattr(wiring.books(), "metadata", asked)
    assert len(entries(shop)) == 2


def test_n9_a_digest_from_before_the_mark_is_the_same_body() -> None:
    request = BurnRequest(3, metadata=NOTE)
    assert request.digest != request._body_digest()
    assert request.has_digest(request._body_digest())
    assert not BurnRequest(3).has_digest(request._body_digest())
