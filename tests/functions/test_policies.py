"""Policies are listed with their versions, and a publication can be tried: it says what it would do, and does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.policy.uses import Use
from lotbook.domain.values.instants import DAY, to_text
from lotbook.usecases.accounts import list_accounts, try_policy
from tests import table as tables
from tests.architecture.tree import ROOT
from tests.functions.conftest import Api, key_with, member, publish, sample

LIST = "GET /v1/policies"
VERSIONS = "GET /v1/policies/{policy_id}/versions"
PUT = "PUT /v1/policies/{policy_id}"
DRY = {"dry_run": "true"}


def put(api: Api, document: dict[str, Any], query: dict[str, str] | None = None, **call: Any) -> Any:
    return api.call(PUT, document, path={"policy_id": document["policy_id"]}, query=query, **call)


def tried(api: Api, document: dict[str, Any], **query: str) -> Any:
    return put(api, document, DRY | query).ok(200)


def insurestack(**changes: Any) -> dict[str, Any]:
    return {**sample("insurestack"), **changes}


def plans_of(policy_id: str, plan_id: str, **changes: Any) -> list[dict[str, Any]]:
    """A sample's plans with one that has changed."""
    plans = sample(policy_id)["plans"]
    assert any(plan["plan_id"] == plan_id for plan in plans)
    return [{**plan, **changes} if plan["plan_id"] == plan_id else plan for plan in plans]


def opened(api: Api, *names: str, **changes: Any) -> None:
    for name in names:
        body = {"account_id": name, "policy_id": "insurestack", "region": "US", "email": f"{name}@x.example"} | changes
        api.call("POST /v1/accounts", body).ok(201)


def listed(api: Api, **call: Any) -> list[tuple[str, int, str | None]]:
    found = api.call(LIST, **call).ok()
    return [(each["policy_id"], each["version"], each["published_by"]) for each in found["policies"]]


def test_policies_are_listed_newest_first_each_with_its_newest_version(api: Api) -> None:
    """Another version moves no policy in the list: a page that goes on neither skips one nor shows one twice."""
    for policy_id in ("insurestack", "make", "9pic"):
        publish(api, policy_id)
        api.clock.instant += DAY
    put(api, insurestack(title="InsureStack, renamed")).ok(201)
    assert listed(api) == [("9pic", 1, "backend"), ("make", 1, "backend"), ("insurestack", 2, "backend")]
    last = api.call(LIST).ok()["policies"][-1]
    assert (last["title"], last["published_at"]) == ("InsureStack, renamed", now(api))
    page = api.call(LIST, query={"limit": "2"}).ok()
    assert [each["policy_id"] for each in page["policies"]] == ["9pic", "make"]
    rest = api.call(LIST, query={"limit": "2", "cursor": page["next_cursor"]}).ok()
    assert ([each["policy_id"] for each in rest["policies"]], rest["next_cursor"]) == (["insurestack"], None)


def now(api: Api) -> str:
    return to_text(api.clock.now())


def test_a_policys_versions_say_when_and_by_whom_and_page_by_page(api: Api) -> None:
    for number in range(1, 6):
        api.clock.instant += DAY
        put(api, insurestack(title=f"Number {number}"), caller=key_with("policies:write")).ok(201)
    path, seen, cursor = {"policy_id": "insurestack"}, list[Any](), None
    for _ in range(9):
        page = api.call(VERSIONS, path=path, query={"limit": "2"} | ({"cursor": cursor} if cursor else {})).ok()
        seen += page["versions"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each["version"] for each in seen] == [5, 4, 3, 2, 1]
    assert seen[0] == {"version": 5, "published_at": now(api), "published_by": "key"}
    assert seen[0]["published_at"] > seen[4]["published_at"]


def test_the_names_of_keys_are_shown_to_keys_alone(api: Api) -> None:
    publish(api, "insurestack")
    assert listed(api, caller=key_with("reports:read")) == [("insurestack", 1, "backend")]
    assert listed(api, caller=member("acme")) == [("insurestack", 1, None)]
    path = {"policy_id": "insurestack"}
    (version,) = api.call(VERSIONS, path=path, caller=member("acme")).ok()["versions"]
    assert (version["published_by"], version["published_at"] is None) == (None, False)


def test_versions_of_a_policy_that_is_none_are_not_found_and_no_cursor_of_another_list_is_taken(api: Api) -> None:
    publish(api, "insurestack")
    publish(api, "make")
    api.call(VERSIONS, path={"policy_id": "nobody"}).problem(404, "policy_not_found")
    api.call(VERSIONS, path={"policy_id": "%00"}).problem(404, "policy_not_found")
    cursor = api.call(LIST, query={"limit": "1"}).ok()["next_cursor"]
    foreign = {"limit": "1", "cursor": cursor}
    api.call(VERSIONS, path={"policy_id": "make"}, query=foreign).problem(422, "invalid_request")


def test_what_an_older_release_published_is_listed_without_its_instant(api: Api) -> None:
    """Their items say neither when nor by whom, and the next version keeps the policy's place at the end of the list."""
    wiring.policies().publish("insurestack", sample("insurestack"))
    publish(api, "make")
    put(api, insurestack(title="Renamed")).ok(201)
    assert [each[:2] for each in listed(api)] == [("make", 1), ("insurestack", 2)]
    versions = api.call(VERSIONS, path={"policy_id": "insurestack"}).ok()["versions"]
    assert [each["published_at"] is None for each in versions] == [False, True]


def test_a_dry_run_says_what_the_publication_does_and_writes_nothing(api: Api) -> None:
    opened_under_insurestack(api)
    document = insurestack(title="Another", free_credits=20, plans=plans_of("insurestack", "pro", credits=123))
    before = tables.everything(wiring.table())
    found = tried(api, document)
    assert tables.everything(wiring.table()) == before
    pro = next(plan for plan in sample("insurestack")["plans"] if plan["plan_id"] == "pro")
    assert sorted(found["changes"], key=lambda each: each["path"]) == [
        {"path": "free_credits", "before": sample("insurestack")["free_credits"], "after": 20},
        {"path": "plans[pro].credits", "before": pro["credits"], "after": 123},
        {"path": "title", "before": sample("insurestack")["title"], "after": "Another"},
    ]
    assert found["affects"] == [{"plan_id": "payg", "by": "policy", "accounts": 2, "keeping": 0}]
    assert found["next_cursor"] is None
    published = put(api, document).ok(201)
    assert (found["policy_id"], found["version"]) == ("insurestack", published["version"])
    again = tried(api, document)
    assert (again["version"], again["changes"], again["affects"]) == (published["version"], [], [])


def opened_under_insurestack(api: Api) -> None:
    publish(api, "insurestack")
    opened(api, "a1", "a2", "gone")
    api.call("POST /v1/accounts/{account_id}/close", {"reason": "left"}, path={"account_id": "gone"}).ok()


def test_a_policy_that_was_never_published_is_all_new_and_reaches_nobody(api: Api) -> None:
    found = tried(api, sample("make"))
    assert (found["version"], found["affects"]) == (1, [])
    assert {"path": "policy_id", "before": None, "after": "make"} in found["changes"]
    api.call("GET /v1/policies/{policy_id}", path={"policy_id": "make"}).problem(404, "policy_not_found")
    assert listed(api) == []


REFUSED: dict[str, dict[str, Any]] = {
    "an unknown field": {"colour": "red"},
    "another policy": {"policy_id": "insurestack"},
    "a plan that is gone": {"plans": [], "assumptions": []},
    "a unit in use (B3, X-33)": {"units": ["credits"], "top_up": {**sample("make")["top_up"], "companions": []}},
    "another first unit": {"units": ["data_transfer_mb", "credits"]},
}


@pytest.mark.parametrize("name", REFUSED)
def test_b3_x_33_a_dry_run_refuses_what_a_publication_refuses_in_the_same_words(api: Api, name: str) -> None:
    publish(api, "make")
    wiring.policies().note_use("make", Use("unit", "data_transfer_mb"), "acme")
    document, path = {**sample("make"), **REFUSED[name]}, {"policy_id": "make"}
    by_trying = api.call(PUT, document, path=path, query=DRY).problem(422, "invalid_request")
    by_publishing = api.call(PUT, document, path=path).problem(422, "invalid_request")
    assert by_trying["errors"] == by_publishing["errors"] != []
    assert listed(api) == [("make", 1, "backend")]


def test_x_33_accounts_whose_plan_stays_as_it_was_bought_are_told_apart(api: Api) -> None:
    publish(api, "insurestack")
    opened(api, "bought", "free")
    account = wiring.accounts().get("bought")
    assert account is not None
    wiring.accounts().save(
        replace(account, plan_id="pro", plan_billing="stripe", plan_renews=True, plan_policy_version=1)
    )
    found = tried(api, insurestack(plans=plans_of("insurestack", "pro", title="Professional")))
    assert found["affects"] == [{"plan_id": "pro", "by": "plan", "accounts": 0, "keeping": 1}]
    found = tried(
        api, insurestack(title="Everybody sees it", plans=plans_of("insurestack", "pro", title="Professional"))
    )
    assert [(each["plan_id"], each["accounts"], each["keeping"]) for each in found["affects"]] == [
        ("payg", 1, 0),
        ("pro", 1, 0),
    ]


def test_a_dry_run_looks_at_so_many_accounts_a_call_and_counts_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seller with a hundred thousand accounts gets an answer in time, and all of it in pages."""
    publish(api, "insurestack")
    opened(api, *(f"a{number}" for number in range(5)))
    monkeypatch.setattr(list_accounts, "BATCH", 1)
    monkeypatch.setattr(list_accounts, "MAX_BATCHES", 2)
    monkeypatch.setattr(try_policy, "COUNTED", 2)
    document, counted, cursor = insurestack(title="Another"), list[int](), None
    for _ in range(9):
        page = tried(api, document, **({"cursor": cursor} if cursor else {}))
        assert page["version"] == 2
        counted += [each["accounts"] for each in page["affects"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (sum(counted), max(counted)) == (5, 2)


def test_dry_run_is_true_or_false_and_only_counting_goes_on(api: Api) -> None:
    """A word that is neither must not publish."""
    publish(api, "insurestack")
    opened(api, "a1")
    for query in ({"dry_run": "yes"}, {"dry_run": ""}, {"dry_run": "TRUE"}, {"cursor": "x"}, {**DRY, "cursor": "x"}):
        put(api, insurestack(title="Another"), query).problem(422, "invalid_request")
    assert listed(api) == [("insurestack", 1, "backend")]
    assert put(api, insurestack(title="Another"), {"dry_run": "false"}).ok(201)["version"] == 2
    put(api, insurestack(), DRY, caller=key_with("read")).problem(403, "forbidden")


def test_the_schema_of_policies_is_for_everybody_and_a_file_that_names_it_is_published_without(api: Api) -> None:
    """An editor has no token, and sends none."""
    schema = api.call("GET /v1/policy-schema.json", caller=None).ok()
    assert schema == json.loads((ROOT / "policy-schema.json").read_text())
    named = {"$schema": "https://api.shop.example/v1/policy-schema.json", **sample("make")}
    assert put(api, named).ok(201)["version"] == 1
    assert api.call("GET /v1/policies/{policy_id}", path={"policy_id": "make"}).ok() == sample("make")
    assert tried(api, sample("make"))["changes"] == []
    problem = put(api, {**sample("make"), "$schema": 5}).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["$schema"]
