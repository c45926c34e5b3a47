"""`PATCH /v1/accounts/{account_id}`: the address, and what the account is mailed about."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.usecases.mails.stop_mails import stop_address
from tests.functions.conftest import ACCOUNT, SERVICE, Api

ACME = {"account_id": "acme"}
ROUTE = f"PATCH {ACCOUNT}"


def changed(shop: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = shop.call(ROUTE, body, SERVICE, path=ACME).ok()
    assert shop.call(f"GET {ACCOUNT}", caller=SERVICE, path=ACME).ok() == answer
    return answer["notifications"]


def test_what_is_left_out_stays_and_null_is_english_again(shop: Api) -> None:
    assert changed(shop, {"notifications": {"locale": "de-AT", "off": ["refunded", "credits_low"]}}) == {
        "locale": "de-AT",
        "off": ["credits_low", "refunded"],
        "unreachable": None,
    }
    assert changed(shop, {"notifications": {"off": []}})["locale"] == "de-AT"
    assert changed(shop, {"notifications": {"locale": None}})["locale"] is None
    version = wiring.accounts().get("acme").version
    changed(shop, {})
    changed(shop, {"notifications": {"off": []}})
    assert wiring.accounts().get("acme").version == version, "the same again writes nothing"


def test_an_address_that_bounced_is_shown_until_it_is_another_one(shop: Api) -> None:
    address = wiring.accounts().get("acme").email
    stop_address("acme", address, "bounce", accounts=wiring.accounts(), clock=wiring.clock())
    assert changed(shop, {})["unreachable"]["reason"] == "bounce"
    assert changed(shop, {"email": "new@acme.example"})["unreachable"] is None
    assert wiring.accounts().get("acme").email == "new@acme.example"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@acme.example\r\nBcc: b@evil.example"}, "email"),
        ({"region": "DE"}, "region"),
        ({"plan_id": "no plan"}, "plan_id"),
        ({"notifications": {"off": ["nonsense"]}}, "notifications.off.0"),
        ({"notifications": {"locale": "<b>"}}, "notifications.locale"),
        ({"notifications": []}, "notifications"),
    ],
)
def test_what_this_call_does_not_change_is_refused_and_changes_nothing(
    shop: Api, body: dict[str, Any], field: str
) -> None:
    before = wiring.accounts().get("acme")
    problem = shop.call(ROUTE, {"notifications": {"locale": "de"}} | body, SERVICE, path=ACME).problem(
        422, "invalid_request"
    )
    assert [error["field"] for error in problem["errors"]] == [field]
    assert wiring.accounts().get("acme") == before
