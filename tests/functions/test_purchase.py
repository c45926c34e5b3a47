"""Offers, quotes and purchases over whole events, with the gateway in memory."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

import pytest

from lotbook import wiring
from lotbook.domain.values.access import Caller
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, key_with, member, open_account

ACME = {"account_id": "acme"}
ITEM = {"kind": "top_up", "credits": 5}


def quote(api: Api, item: Any, account_id: str = "acme", caller: Caller = SERVICE) -> Answer:
    return api.call(f"POST {ACCOUNT}/quotes", {"item": item}, caller, path={"account_id": account_id})


def buy(api: Api, key: str | None = None, caller: Caller = SERVICE, account_id: str = "acme", **more: Any) -> Answer:
    body = {"item": ITEM, **more}
    return api.call(f"POST {ACCOUNT}/purchases", body, caller, key or api.fresh(), {"account_id": account_id})


def of_purchase(api: Api, verb: str, purchase_id: str, caller: Caller = SERVICE, body: Any = None) -> Answer:
    method, _, tail = verb.partition(" ")
    route = f"{method} {ACCOUNT}/purchases/{{purchase_id}}{tail}"
    return api.call(route, body, caller, path={**ACME, "purchase_id": purchase_id})


def test_is_09_an_offer_a_quote_and_an_order_say_the_same_price(shop: Api, gateway: FakeGateway) -> None:
    offers = shop.call(f"GET {ACCOUNT}/offers", None, member("acme"), path=ACME).ok()
    assert (offers["currency"], offers["top_up"]["mode"], offers["top_up"]["allowed"]) == ("usd", "quantity", True)
    summary = quote(shop, ITEM, caller=member("acme")).ok()
    assert summary["lines"][0]["unit_price"] == offers["top_up"]["unit_price"]
    assert (summary["total_minor"], summary["credits"], summary["item"]) == (500, 5, ITEM)
    ordered = buy(shop, caller=member("acme")).ok(201)
    assert (ordered["state"], ordered["checkout_url"]) == ("pending", "https://pay.example/cs_2")
    assert {name: ordered[name] for name in summary} == summary


def test_is_20_a_quote_changes_nothing_and_needs_no_key(shop: Api, gateway: FakeGateway) -> None:
    quote(shop, ITEM).ok()
    assert gateway.calls == []
    assert shop.call(f"GET {ACCOUNT}/purchases", path=ACME).ok() == {"purchases": [], "next_cursor": None}


def test_offers_and_quotes_do_without_the_gateway_whose_library_takes_half_a_second_to_load(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> None:
        raise AssertionError("asked for the gateway")

    monkeypatch.setattr(wiring, "gateway", asked)
    wiring.sales_desk.cache_clear()
    assert shop.call(f"GET {ACCOUNT}/offers", None, member("acme"), path=ACME).ok()["plans"]
    assert quote(shop, {"kind": "plan", "plan_id": "plus"}).ok()["total_minor"] == 2_900


def test_d_03_the_key_decides_the_purchase(shop: Api, gateway: FakeGateway) -> None:
    """D3, D4."""
    first = buy(shop, "k")
    again = buy(shop, "k")
    assert again.ok(201) == first.ok(201)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    buy(shop, "k", success_url="https://shop.example/").problem(422, "idempotency_key_reused")
    shop.call(f"POST {ACCOUNT}/purchases", {"item": ITEM}, path=ACME).problem(400, "idempotency_key_missing")
    assert len(gateway.sessions) == 1


def test_d_04_after_a_fault_of_the_gateway_the_same_key_goes_on(shop: Api, gateway: FakeGateway) -> None:
    gateway.later["open_checkout"] = ["after"]
    answer = buy(shop, "k")
    answer.problem(503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    done = buy(shop, "k")
    assert done.ok(201)["checkout_url"]
    assert "idempotent-replayed" not in done.headers
    assert len(gateway.sessions) == 1


def test_np_28_np_33_a_purchase_can_be_read_listed_and_abandoned(shop: Api, gateway: FakeGateway) -> None:
    made = []
    for _ in range(3):
        shop.clock.instant += 1
        made.append(buy(shop).ok(201)["purchase_id"])
    first = shop.call(f"GET {ACCOUNT}/purchases", path=ACME, query={"limit": "2"}).ok()
    query = {"limit": "2", "cursor": first["next_cursor"]}
    second = shop.call(f"GET {ACCOUNT}/purchases", path=ACME, query=query).ok()
    assert [row["purchase_id"] for row in first["purchases"] + second["purchases"]] == made[::-1]
    assert second["next_cursor"] is None
    row = of_purchase(shop, "GET ", made[0]).ok()
    assert row == second["purchases"][0]
    assert (row["state"], row["lot_id"], row["completed_at"], row["failure"]) == ("pending", None, None, None)
    assert row["gateway_refs"]["checkout_session"] == row["gateway_ref"]
    of_purchase(shop, "GET /invoice", made[0]).problem(409, "invoice_not_ready")
    assert of_purchase(shop, "POST /abandon", made[0]).ok()["state"] == "abandoned"
    assert of_purchase(shop, "POST /abandon", made[0], body={}).ok()["state"] == "abandoned"
    of_purchase(shop, "POST /abandon", made[0], body={"why": "x"}).problem(422, "invalid_request")


def test_np_34_a_paid_purchase_that_is_abandoned_answers_completed_with_its_lot(
    shop: Api, gateway: FakeGateway
) -> None:
    purchase_id = buy(shop).ok(201)["purchase_id"]
    gateway.pay(gateway.opened[purchase_id])
    row = of_purchase(shop, "POST /abandon", purchase_id).ok()
    assert row["state"] == "completed"
    balance = shop.call(f"GET {ACCOUNT}/balance", path=ACME).ok()
    assert row["lot_id"] in {lot["lot_id"] for lot in balance["lots"]}
    assert of_purchase(shop, "GET /invoice", purchase_id).ok()["number"] == "A-1"


@pytest.mark.parametrize("purchase_id", ["pur_nothing", "..", "%00", "x" * 300, "é", "pur#1"])
def test_d_40_what_is_no_purchase_of_the_account_is_not_found(
    shop: Api, gateway: FakeGateway, purchase_id: str
) -> None:
    for verb in ("GET ", "GET /invoice", "POST /abandon"):
        of_purchase(shop, verb, purchase_id).problem(404, "purchase_not_found")


def test_d_40_another_accounts_purchase_is_not_found(shop: Api, gateway: FakeGateway) -> None:
    open_account(shop, "other")
    theirs = buy(shop, account_id="other").ok(201)["purchase_id"]
    for verb in ("GET ", "GET /invoice", "POST /abandon"):
        of_purchase(shop, verb, theirs, caller=member("acme")).problem(404, "purchase_not_found")


def test_is_31_np_01_a_role_outside_the_buyers_gets_403_and_no_session_is_made(shop: Api, gateway: FakeGateway) -> None:
    buy(shop, caller=member("acme", "member")).problem(403, "forbidden")
    buy(shop, caller=key_with("read")).problem(403, "forbidden")
    summary = quote(shop, ITEM, caller=member("acme", "member")).ok()
    assert (summary["allowed"], summary["reason"]) == (False, "forbidden")
    assert gateway.calls == []


@pytest.mark.parametrize(
    ("item", "status", "code"),
    [
        ({"kind": "top_up", "credits": 0}, 422, "quantity_not_allowed"),
        ({"kind": "top_up", "credits": -(10**20)}, 422, "quantity_not_allowed"),
        ({"kind": "top_up", "credits": 10**9}, 422, "amount_not_chargeable"),
        ({"kind": "top_up", "credits": 10**12 + 1}, 422, "invalid_request"),
        ({"kind": "top_up", "credits": 5.0}, 422, "invalid_request"),
        ({"kind": "top_up", "credits": "5"}, 422, "invalid_request"),
        ({"kind": "top_up", "credits": True}, 422, "invalid_request"),
        ({"kind": "top_up", "credits": None}, 422, "invalid_request"),
        ({"kind": "top_up", "credits": 5, "pack_id": "a"}, 422, "invalid_request"),
        ({"kind": "top_up"}, 422, "invalid_request"),
        ({"kind": "top_up", "pack_id": "no-such-pack"}, 422, "unknown_pack"),
        ({"kind": "plan", "plan_id": "no-such-plan"}, 422, "unknown_plan"),
        ({"kind": "plan"}, 422, "invalid_request"),
        ({"kind": "custom_payment", "amount_minor": 10**16, "remark": "x"}, 422, "invalid_request"),
        ({"kind": "custom_payment", "amount_minor": 1, "remark": ""}, 422, "invalid_request"),
        ({"kind": "custom_payment", "amount_minor": 5_000, "remark": " \n\t"}, 422, "invalid_request"),  # NP-56
        ({"kind": "custom_payment", "amount_minor": 5_000, "remark": "a\x00b"}, 422, "invalid_request"),
        ({"kind": "custom_payment", "amount_minor": 5_000, "remark": "\x1b[31m"}, 422, "invalid_request"),
        ({"kind": "auto_top_up", "credits": 5}, 422, "invalid_request"),
        ({"kind": ["top_up"]}, 422, "invalid_request"),
        ("top_up", 422, "invalid_request"),
        (None, 422, "invalid_request"),
    ],
    ids=str,
)
def test_quantities_bad_items_are_refused_alike_by_quote_and_purchase(
    shop: Api, gateway: FakeGateway, item: Any, status: int, code: str
) -> None:
    quote(shop, item).problem(status, code)
    shop.call(f"POST {ACCOUNT}/purchases", {"item": item}, key="k", path=ACME).problem(status, code)
    assert shop.call(f"GET {ACCOUNT}/purchases", path=ACME).ok()["purchases"] == []


@pytest.mark.parametrize(
    "more",
    [
        {"success_url": "javascript:alert(1)"},
        {"success_url": "https://"},
        {"success_url": "https://[::1"},
        {"success_url": "https://a b"},
        {"success_url": "https://é.example"},
        {"cancel_url": "https://x.example/" + "x" * 2_000},
        {"cancel_url": 5},
        {"consent": "yes"},
        {"consent": {}},
        {"consent": {"refund_policy_version": 1}},
        {"save_payment_method": 1},
        {"colour": "red"},
    ],
    ids=lambda more: str(more)[:50],
)
def test_bounds_purchases_are_refused_before_anything_is_written(shop: Api, gateway: FakeGateway, more: Any) -> None:
    buy(shop, **more).problem(422, "invalid_request")
    assert gateway.calls == []
    assert shop.call(f"GET {ACCOUNT}/purchases", path=ACME).ok()["purchases"] == []


@pytest.mark.parametrize("cursor", ["", "x", "é", "====", "AAAA", "cHVyY2hhc2VzH290aGVyH3B1cl8x", "A" * 600])
def test_bounds_a_cursor_of_another_list_is_refused(shop: Api, cursor: str) -> None:
    """The sixth is a good cursor of another account's purchases."""
    answer = shop.call(f"GET {ACCOUNT}/purchases", path=ACME, query={"cursor": cursor})
    assert answer.problem(422, "invalid_request")["errors"][0]["field"] == "cursor"


def test_a_key_of_the_other_mode_sells_nothing_says_so_and_rings(
    shop: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen deployed: every buyer of a stage `production` with a live key was answered 500, with nothing that named the cause."""
    monkeypatch.setattr(wiring, "secrets", Mock(return_value=Mock(read=Mock(return_value="sk_live_mine"))))
    wiring.gateway_calls.cache_clear()
    problem = buy(shop).problem(503, "unavailable")
    assert "mode test" in problem["detail"]
    rung = [json.loads(each.message) for each in caplog.records if each.name == "lotbook.alarm"]
    assert rung[0] == {"alarm": "gateway_key_mode", "wanted": "test"}
    assert "sk_live_mine" not in caplog.text + str(problem)
