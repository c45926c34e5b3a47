"""Accounts are listed, found and changed: newest first, exact filters, names of the seller's own, a time zone that moves no period."""

from __future__ import annotations

from typing import Any

import pytest

from functions.recheck.app import handler
from lotbook import wiring
from lotbook.adapters.dynamo import directory
from lotbook.domain.values.instants import DAY
from lotbook.usecases.accounts import list_accounts
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Api, begin, key_with, member, open_account, publish
from tests.functions.test_recheck import SCHEDULE, Context

LIST = "GET /v1/accounts"


def opened(api: Api, *names: str, **changes: Any) -> None:
    for name in names:
        api.clock.instant += 1_000
        body = {"account_id": name, "policy_id": "insurestack", "region": "US", "email": f"{name}@x.example"} | changes
        api.call("POST /v1/accounts", body).ok(201)


@pytest.fixture
def town(api: Api) -> Api:
    """Five accounts under two policies."""

    def play() -> None:
        publish(api, "insurestack")
        publish(api, "make")
        opened(api, "a1", "a2", "a3")
        opened(api, "m1", policy_id="make", plan_id="pro-80k")
        opened(api, "m2", policy_id="make", email="a1@x.example")

    begin(api, "the town of lists", play)
    return api


def listed(api: Api, **query: str) -> list[str]:
    return [each["account_id"] for each in api.call(LIST, query=query).ok()["accounts"]]


def change(api: Api, account_id: str, **body: Any) -> Any:
    return api.call(f"PATCH {ACCOUNT}", body, path={"account_id": account_id})


def test_all_accounts_are_listed_newest_first_and_page_by_page(town: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(town) == ["m2", "m1", "a3", "a2", "a1"]
    monkeypatch.setattr(list_accounts, "BATCH", 2)
    seen, cursor = list[str](), None
    for _ in range(9):
        page = town.call(LIST, query={"limit": "2"} | ({"cursor": cursor} if cursor else {})).ok()
        seen += [each["account_id"] for each in page["accounts"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["m2", "m1", "a3", "a2", "a1"]


def test_filters_are_exact_and_all_must_fit(town: Api) -> None:
    assert listed(town, policy_id="make") == ["m2", "m1"]
    assert listed(town, policy_id="make", plan_id="pro-80k") == ["m1"]
    assert listed(town, plan_id="none-such") == []
    assert listed(town, email="a1@x.example") == ["m2", "a1"]
    assert listed(town, email="A1@x.example") == []
    assert listed(town, email="a1@x.example", policy_id="insurestack") == ["a1"]
    town.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path={"account_id": "a2"}).ok()
    assert listed(town, state="closed") == ["a2"]
    assert listed(town, state="active") == ["m2", "m1", "a3", "a1"]
    town.call(LIST, query={"state": "gone"}).problem(422, "invalid_request")
    town.call(LIST, query={"plan": "pro"}).problem(422, "invalid_request")


def test_a_page_of_what_few_accounts_fit_ends_and_the_next_goes_on(town: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_accounts, "BATCH", 1)
    monkeypatch.setattr(list_accounts, "MAX_BATCHES", 2)
    first = town.call(LIST, query={"policy_id": "insurestack"}).ok()
    assert first["accounts"] == []
    second = town.call(LIST, query={"policy_id": "insurestack", "cursor": first["next_cursor"]}).ok()
    assert [each["account_id"] for each in second["accounts"]] == ["a3", "a2"]


def test_accounts_of_several_years_are_one_list(api: Api) -> None:
    publish(api, "insurestack")
    opened(api, "old")
    api.clock.instant += 400 * DAY
    opened(api, "new")
    assert listed(api) == ["new", "old"]
    assert directory.FIRST_YEAR < 2026


def test_a_cursor_is_of_one_list_alone(town: Api) -> None:
    cursor = town.call(LIST, query={"limit": "1"}).ok()["next_cursor"]
    town.call(LIST, query={"limit": "1", "cursor": cursor, "state": "active"}).problem(422, "invalid_request")


@pytest.mark.parametrize("name", ["auth0|123", "crm:77/é ü", "x" * 128, "日本 #1", "a"])
def test_an_external_id_is_any_printable_text_and_finds_its_account(town: Api, name: str) -> None:
    assert change(town, "a1", external_id=name).ok()["external_id"] == name
    assert listed(town, external_id=name) == ["a1"]
    assert listed(town, external_id=name + "?") == []


@pytest.mark.parametrize("name", ["", "x" * 129, "two\nlines", "\x00", " "])
def test_what_is_no_printable_text_is_refused(town: Api, name: str) -> None:
    change(town, "a1", external_id=name).problem(422, "invalid_request")


def test_an_external_id_is_one_accounts_until_it_gives_it_up(town: Api) -> None:
    change(town, "a1", external_id="crm-1").ok()
    assert change(town, "a2", external_id="crm-1").problem(409, "external_id_taken")["external_id"] == "crm-1"
    assert change(town, "a1", external_id="crm-1").ok()["external_id"] == "crm-1", "the same again"
    assert change(town, "a1", external_id="crm-2").ok()
    assert change(town, "a2", external_id="crm-1").ok()
    assert (listed(town, external_id="crm-1"), listed(town, external_id="crm-2")) == (["a2"], ["a1"])
    assert change(town, "a1", external_id=None).ok()["external_id"] is None
    assert listed(town, external_id="crm-2") == []
    change(town, "a2", external_id="crm-2").ok()
    assert listed(town, external_id="crm-1") == []


def test_another_address_is_found_and_the_old_one_is_not(town: Api) -> None:
    change(town, "a1", email="new@x.example").ok()
    assert (listed(town, email="new@x.example"), listed(town, email="a1@x.example")) == (["a1"], ["m2"])


def test_metadata_is_replaced_as_a_whole_and_left_alone_where_it_is_not_named(town: Api) -> None:
    assert change(town, "a1", metadata={"team": "red", "tier": "1"}).ok()["metadata"] == {"team": "red", "tier": "1"}
    assert change(town, "a1", email="b@x.example").ok()["metadata"] == {"team": "red", "tier": "1"}
    assert change(town, "a1", metadata={"team": "blue"}).ok()["metadata"] == {"team": "blue"}
    assert change(town, "a1", metadata={}).ok()["metadata"] == {}
    for wrong in ({"k" * 41: "v"}, {"k": "v" * 501}, {str(n): "v" for n in range(21)}, {"k": 1}):
        change(town, "a1", metadata=wrong).problem(422, "invalid_request")


def test_what_is_the_sellers_own_business_is_shown_to_no_member(town: Api) -> None:
    change(town, "a1", external_id="crm-1", metadata={"risk": "high"}).ok()
    path = {"account_id": "a1"}
    shown = town.call(f"GET {ACCOUNT}", caller=member("a1"), path=path).ok()
    assert (shown["email"], shown["external_id"], shown["metadata"]) == (None, None, None)
    shown = town.call(f"GET {ACCOUNT}", caller=key_with("read"), path=path).ok()
    assert (shown["email"], shown["external_id"], shown["metadata"]) == ("a1@x.example", "crm-1", {"risk": "high"})


def test_another_time_zone_moves_no_period_and_brings_no_credits_twice(town: Api) -> None:
    path = {"account_id": "a1"}
    before = town.call(f"GET {ACCOUNT}", path=path).ok()
    for zone in ("Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles", "UTC", "Asia/Tokyo"):
        assert change(town, "a1", time_zone=zone).ok()["time_zone"] == zone
        now = town.call(f"GET {ACCOUNT}", path=path).ok()
        assert (now["period"], now["credits_reset_at"]) == (before["period"], before["credits_reset_at"])
        assert town.call(f"GET {ACCOUNT}/balance", path=path).ok()["available"] == 10
        town.clock.instant += DAY
    change(town, "a1", time_zone="Mars/Base").problem(422, "invalid_request")


def test_an_erased_account_is_found_by_nothing_that_named_it(town: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "gateway", lambda: FakeGateway(town.clock))
    change(town, "a1", external_id="crm-1", metadata={"a": "b"}).ok()
    path = {"account_id": "a1"}
    town.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=path).ok()
    town.call(f"POST {ACCOUNT}/erase", path=path).ok(202)
    town.clock.instant += 60_000
    assert handler(SCHEDULE, Context())["failed"] == []
    shown = town.call(f"GET {ACCOUNT}", path=path).ok()
    assert (shown["email"], shown["external_id"], shown["metadata"]) == ("", None, {})
    assert (listed(town, email="a1@x.example"), listed(town, external_id="crm-1")) == (["m2"], [])
    assert "a1" in listed(town, state="closed")
    open_account(town, "a9", email="a1@x.example")
    change(town, "a9", external_id="crm-1").ok()


def test_a_plan_that_was_agreed_on_comes_with_its_credits_and_a_refusal_changes_nothing_else(town: Api) -> None:
    wrong = change(town, "m1", plan_id="no-such-plan", external_id="crm-7", metadata={"a": "b"})
    wrong.problem(422, "unknown_plan")
    path = {"account_id": "m1"}
    shown = town.call(f"GET {ACCOUNT}", path=path).ok()
    assert (shown["external_id"], shown["metadata"], shown["plan_id"]) == (None, {}, "pro-80k")
    town.clock.instant += DAY
    after = change(town, "m1", plan_id="core-10k", external_id="crm-7").ok()
    assert (after["plan_id"], after["plan_billing"], after["external_id"]) == ("core-10k", "external", "crm-7")
    assert change(town, "m1", plan_id="core-10k").ok() == after
    assert listed(town, plan_id="core-10k") == ["m1"]
