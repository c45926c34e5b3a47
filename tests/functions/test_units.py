"""The unit that a call means: the policy's first where it names none, and never "empty" where it is unknown (N7)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from lotbook import wiring
from tests.functions.conftest import ACCOUNT, Answer, Api, sample

ACME = {"account_id": "shop-of-images"}
POLICY = "pixelforge"


@pytest.fixture
def images(api: Api) -> Api:
    """An account whose policy counts images first, and prints beside them; 24 images are granted."""
    document = copy.deepcopy(sample("insurestack")) | {"policy_id": POLICY, "units": ["images", "prints"]}
    document |= {"free_credits": 0}
    api.call("PUT /v1/policies/{policy_id}", document, path={"policy_id": POLICY}).ok(201)
    body = {**ACME, "policy_id": POLICY, "region": "US", "email": "a@b.example"}
    api.call("POST /v1/accounts", body).ok(201)
    post(api, "grants", {"credits": 24, "kind": "promotional", "reason": "welcome"}).ok(201)
    return api


def post(api: Api, what: str, body: dict[str, Any], key: str | None = None) -> Answer:
    header = None if "items" in body else key or api.fresh()  # each item of a batch brings its own here
    return api.call(f"POST {ACCOUNT}/{what}", body, key=header, path=ACME)


def read(api: Api, what: str, **query: str) -> Answer:
    return api.call(f"GET {ACCOUNT}/{what}", path=ACME, query=query)


def test_n7_every_call_without_a_unit_means_the_policys_first(images: Api) -> None:
    assert post(images, "consume", {"credits": 1}).ok()["available"] == 23
    assert post(images, "holds", {"credits": 2}).ok(201)["available"] == 21
    batch = post(images, "consume/batch", {"items": [{"idempotency_key": "a", "credits": 3}]}).ok()
    assert (batch["unit"], batch["available"], batch["results"][0]["status"]) == ("images", 18, "consumed")
    balance = read(images, "balance").ok()
    assert (balance["unit"], balance["available"], balance["held"]) == ("images", 18, 2)
    kinds = [entry["kind"] for entry in read(images, "entries").ok()["entries"]]
    assert kinds == ["consumed", "held", "consumed", "granted"]
    assert read(images, "entries/export").body.count("images") == 4


def test_n7_a_key_means_the_same_work_with_the_unit_named_and_left_out(images: Api) -> None:
    first = post(images, "consume", {"credits": 1}, key="k").ok()
    again = post(images, "consume", {"credits": 1, "unit": "images"}, key="k")
    assert again.ok() == first
    assert again.headers["idempotent-replayed"] == "true"
    granted = {"credits": 5, "kind": "promotional", "reason": "thanks"}
    lot = post(images, "grants", granted, key="g").ok(201)
    assert post(images, "grants", granted | {"unit": "images"}, key="g").ok(201) == lot


@pytest.mark.parametrize("unit", ["credits", "pictures"])
def test_n7_an_unknown_unit_is_refused_with_those_that_the_account_has_and_never_reads_as_empty(
    images: Api, unit: str
) -> None:
    answers = [
        post(images, "consume", {"credits": 1, "unit": unit}),
        post(images, "holds", {"credits": 1, "unit": unit}),
        post(images, "grants", {"credits": 1, "kind": "promotional", "reason": "x", "unit": unit}),
        read(images, "balance", unit=unit),
        read(images, "entries", unit=unit),
        read(images, "entries/export", unit=unit),
    ]
    for answer in answers:
        (error,) = answer.problem(422, "invalid_request")["errors"]
        assert (error["field"], error["code"]) == ("unit", "unknown_unit")
        assert error["message"] == "unit must be one of images, prints; left out, it is images."


def test_n7_a_batch_says_why_an_item_was_refused_and_what_is_there(images: Api) -> None:
    items = [{"idempotency_key": "a", "credits": 1, "unit": "credits"}]
    batch = post(images, "consume/batch", {"items": items}).ok()
    (result,) = batch["results"]
    assert (result["status"], result["code"]) == ("refused", "invalid_request")
    assert result["detail"] == "unit must be one of images, prints; left out, it is images."
    assert (batch["unit"], batch["available"]) == ("images", 24)
    mixed = [{"idempotency_key": "b", "credits": 1}, {"idempotency_key": "c", "credits": 1, "unit": "prints"}]
    batch = post(images, "consume/batch", {"items": mixed}).ok()
    assert [each["status"] for each in batch["results"]] == ["consumed", "refused"]
    assert batch["results"][1]["detail"]
    assert (batch["unit"], batch["available"]) == ("images", 23)


def test_n7_a_burn_that_fits_asks_for_nothing_more(images: Api, shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first unit is credits from the first burn on, where it is another once a process knows it."""
    post(images, "consume", {"credits": 1}).ok()

    def asked(_: str) -> tuple[str, ...]:
        raise AssertionError("the policy was read")

    monkeypatch.setattr(wiring.units(), "_units_of", asked)
    post(images, "consume", {"credits": 1}).ok()
    shop.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="k", path={"account_id": "acme"}).ok()
    batch = {"items": [{"idempotency_key": "a", "credits": 1}]}
    shop.call(f"POST {ACCOUNT}/consume/batch", batch, path={"account_id": "acme"}).ok()


def test_n7_credits_are_a_policys_first_unit_or_none_of_its_units_and_the_first_stays_the_first(api: Api) -> None:
    document = copy.deepcopy(sample("insurestack")) | {"policy_id": POLICY}
    route, path = "PUT /v1/policies/{policy_id}", {"policy_id": POLICY}
    refused = api.call(route, document | {"units": ["images", "credits"]}, path=path).problem(422, "invalid_request")
    assert [error["field"] for error in refused["errors"]] == ["units"]
    api.call(route, document | {"units": ["images", "prints"]}, path=path).ok(201)
    moved = api.call(route, document | {"units": ["prints", "images"]}, path=path).problem(422, "invalid_request")
    assert [error["code"] for error in moved["errors"]] == ["default_unit_moved"]


def test_a_lot_of_a_unit_that_the_newest_version_no_longer_has_is_found_and_voided(images: Api) -> None:
    body = {"credits": 10, "kind": "promotional", "reason": "welcome", "unit": "prints"}
    lot = {"lot_id": post(images, "grants", body).ok(201)["lot_id"]}
    document = copy.deepcopy(sample("insurestack")) | {"policy_id": POLICY, "units": ["images"], "free_credits": 0}
    void, asked = f"POST {ACCOUNT}/lots/{{lot_id}}/void", {"credits": 4, "reason": "sent twice"}
    first = images.call(void, asked, key="v", path=ACME | lot).ok()
    images.call("PUT /v1/policies/{policy_id}", document, path={"policy_id": POLICY}).ok(201)
    assert images.call(f"GET {ACCOUNT}/lots/{{lot_id}}", path=ACME | lot).ok()["remaining"] == 6
    assert images.call(void, asked, key="v", path=ACME | lot).ok() == first
    assert images.call(void, {"reason": "sent twice"}, key="w", path=ACME | lot).ok()["credits"] == 6
