"""Refunds over whole events: the product's own call, and the gateway's signed ones, on the real table layout."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.usecases.inbox.handle_event import handle_event
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Answer, Api, key_with, member, open_account

PURCHASE = f"{ACCOUNT}/purchases/{{purchase_id}}"
REFUND = f"POST {PURCHASE}/refund"
ACME = {"account_id": "acme"}


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    return fake


@pytest.fixture
def row(api: Api, gateway: FakeGateway) -> dict[str, Any]:
    """1,000 credits of 9Pic in dollars, completed."""
    open_account(api, "acme", "9pic")
    return completed(api, gateway, "k-1")


def completed(api: Api, gateway: FakeGateway, key: str) -> dict[str, Any]:
    offers = api.call(f"GET {ACCOUNT}/offers", caller=member("acme"), path=ACME).ok()
    consent = {"consent": {"refund_policy_version": offers["consent"]["version"]}}
    item = {"item": {"kind": "top_up", "credits": 1_000}}
    started = api.call(f"POST {ACCOUNT}/purchases", item | consent, member("acme"), key, ACME).ok(201)
    gateway.pay(list(gateway.sessions)[-1])
    recheck = f"POST {PURCHASE}/recheck"
    found: dict[str, Any] = api.call(recheck, caller=member("acme"), path=where(started)).ok()
    assert found["state"] == "completed"
    return found


def where(row: dict[str, Any]) -> dict[str, str]:
    return ACME | {"purchase_id": row["purchase_id"]}


def refund(api: Api, row: dict[str, Any], key: str | None = "refund-1", caller: Any = None, **changes: Any) -> Answer:
    return api.call(REFUND, caller=caller or key_with("purchases:write"), key=key, path=where(row), **changes)


def shown(api: Api, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.call(f"GET {PURCHASE}", path=where(row)).ok()
    return found


def balance(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()
    return found


def tell(kind: str, payment: str) -> str:
    """An event that the webhook has read."""
    hint = EventHint("evt_1", kind, False, None, "refund", "re_1", payment, Tag())
    return handle_event(hint, desk=wiring.sales_desk()).outcome


def test_np_32_d_03_a_refund_is_answered_once_and_then_again(
    api: Api, gateway: FakeGateway, row: dict[str, Any]
) -> None:
    """D3: status, body and header; the row and the statement say what went back."""
    api.call(f"POST {ACCOUNT}/consume", {"credits": 400}, key="burn", path=ACME).ok()
    first = refund(api, row)
    total = row["total_minor"]
    assert first.ok(201) == {
        "purchase_id": row["purchase_id"],
        "refund": gateway.refunds[row["payment_id"]][0].refund,
        "credits": 600,
        "amount_minor": -(-total * 600 // 1_000),
        "currency": "usd",
    }
    again = refund(api, row)
    assert again.ok(201) == first.body
    assert again.headers["idempotent-replayed"] == "true"
    after = shown(api, row)
    assert (after["state"], after["refunded_minor"]) == ("partially_refunded", first.body["amount_minor"])
    assert (balance(api)["available"], balance(api)["shortfall"]) == (0, 0)
    entries = api.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"]
    assert [(e["kind"], e["credits"]) for e in entries] == [
        ("clawed_back", -600),
        ("consumed", -400),
        ("granted", 1_000),
    ]
    assert len(gateway.refunds[row["payment_id"]]) == 1


def test_is_27_refused_by_policy_with_nothing_changed(api: Api, gateway: FakeGateway) -> None:
    """IS-27: 409 `not_refundable`."""
    open_account(api, "acme")
    item = {"item": {"kind": "top_up", "credits": 30}}
    started = api.call(f"POST {ACCOUNT}/purchases", item, member("acme"), "k", ACME).ok(201)
    gateway.pay(next(iter(gateway.sessions)))
    api.call(f"POST {PURCHASE}/recheck", caller=member("acme"), path=where(started)).ok()
    before, calls = shown(api, started), len(gateway.calls)
    assert refund(api, started).problem(409, "not_refundable")["reason"] == "policy"
    assert (shown(api, started), len(gateway.calls)) == (before, calls)


def test_who_may_ask_and_with_what(api: Api, gateway: FakeGateway, row: dict[str, Any]) -> None:
    """D3, D40: key needed, no body taken, buyers and the scope only, another account's purchase does not exist."""
    refund(api, row, key=None).problem(400, "idempotency_key_missing")
    refund(api, row, body={"credits": 5}).problem(422, "invalid_request")
    for caller in (member("acme", "operator"), member("acme", "member"), key_with("read", "credits:grant")):
        refund(api, row, caller=caller).problem(403, "forbidden")
    refund(api, row, caller=member("other")).problem(404, "account_not_found")
    refund(api, {"purchase_id": "pur_of_nobody"}).problem(404, "purchase_not_found")
    assert not gateway.refunds
    assert refund(api, row, caller=key_with("purchases:write"), body={}).ok(201)["credits"] == 1_000


def test_d_12_a_dispute_is_shown_frozen_and_given_back(api: Api, gateway: FakeGateway, row: dict[str, Any]) -> None:
    """D12: what a reader sees at each moment of it."""
    gateway.dispute(row["payment_id"])
    assert tell("charge.dispute.created", row["payment_id"]) == "followed"
    after = shown(api, row)
    assert (after["state"], after["dispute"]) == ("disputed", {"state": "open"})
    assert (balance(api)["available"], balance(api)["frozen"]) == (0, 1_000)
    assert [lot["state"] for lot in balance(api)["lots"]] == ["frozen"]
    refund(api, row).problem(409, "not_refundable")
    gateway.change_dispute(row["payment_id"], "won")
    assert tell("charge.dispute.closed", row["payment_id"]) == "followed"
    after = shown(api, row)
    assert (after["state"], after["dispute"]) == ("completed", {"state": "won"})
    assert balance(api)["available"] == 1_000
    gateway.change_dispute(row["payment_id"], "lost")
    assert tell("charge.dispute.updated", row["payment_id"]) == "followed"
    assert (shown(api, row)["state"], shown(api, row)["dispute"]) == ("disputed", {"state": "lost"})
    gateway.change_dispute(row["payment_id"], "lost", reinstated=True)
    assert tell("charge.dispute.funds_reinstated", row["payment_id"]) == "followed"
    assert (shown(api, row)["state"], balance(api)["available"]) == ("completed", 1_000)
    entries = api.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"]
    assert sum(entry["credits"] for entry in entries) == 1_000
    assert [entry["kind"] for entry in entries][:2] == ["adjusted", "clawed_back"]
