"""Billing & Transactions as a buyer and an accountant see them, over HTTP: rows, invoices, evidence, files, advice."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
import yaml

from tests.scenarios.conftest import ROOT, Stack, call

CONSENT: dict[str, Any] = {"consent": {"refund_policy_version": "2025-01"}}
DETAILS: dict[str, Any] = {
    "name": "Bright Photos Pvt. Ltd.",
    "email": "accounts@bright.example",
    "phone": "+91 22 5550 0100",
    "address": {"line1": "7 Marine Drive", "city": "Mumbai", "postal_code": "400002", "country": "IN"},
    "tax_id": "27 AAPFU0939F 1ZV",
    "purchase_order": "PO-7",
}


def pics(credits: int) -> dict[str, Any]:
    return {"kind": "top_up", "credits": credits}


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.decode(), newline="")))


def test_np_33_np_45_np_47_np_48_a_buyer_s_billing_page(stack: Stack) -> None:
    """9Pic's demo account in India: details, a purchase, its row, its invoice, and details that change afterwards."""
    account, token = "9pic", stack.token("9pic", "admin")
    kept = stack.request("PUT", f"/v1/accounts/{account}/billing-details", DETAILS, token).ok()
    assert (kept["tax_id"], kept["shipping"]["city"]) == ("27AAPFU0939F1ZV", "Mumbai")
    assert stack.get(f"/v1/accounts/{account}/billing-details", stack.token(account, "member")).ok() == kept
    refused = stack.request("PUT", f"/v1/accounts/{account}/billing-details", DETAILS, stack.token(account, "operator"))
    refused.problem(403, "forbidden")
    bought = stack.bought(account, pics(1_000), **CONSENT)
    assert (bought["type"], bought["total_minor"], bought["currency"]) == ("Credits", 177_000, "inr")
    assert (bought["invoice_offered"], bought["recheck_offered"]) == (True, False)
    assert bought["payment_id"].startswith("pi_")
    newer = {**DETAILS, "name": "Brighter Photos"}
    stack.request("PUT", f"/v1/accounts/{account}/billing-details", newer, token).ok()
    invoice = stack.get(f"/v1/accounts/{account}/purchases/{bought['purchase_id']}/invoice", token).ok()
    assert invoice["billing_details"]["name"] == "Bright Photos Pvt. Ltd."
    assert invoice["number"]
    assert call("GET", invoice["pdf_url"]).raw.startswith(b"%PDF")


def test_np_46_an_invoice_waits_for_billing_details_where_the_policy_says_so(stack: Stack) -> None:
    document = yaml.safe_load((ROOT / "samplefiles/policies/9pic.yaml").read_text())
    policy_id = stack.fresh("strict")
    document |= {"policy_id": policy_id, "invoices": {"billing_details": "required"}}
    stack.request("PUT", f"/v1/policies/{policy_id}", document).ok(201)
    account = stack.open_account(policy_id)
    bought = stack.bought(account, pics(1_000), **CONSENT)
    assert (bought["invoice_offered"], bought["invoice_state"]) == (False, "waiting_for_billing")
    path = f"/v1/accounts/{account}/purchases/{bought['purchase_id']}/invoice"
    assert stack.get(path).problem(409, "invoice_not_ready")["reason"] == "waiting_for_billing"


def test_np_20_the_evidence_of_a_chargeback(stack: Stack) -> None:
    account = stack.open_account("9pic")
    first = stack.bought(account, pics(1_000), **CONSENT)
    second = stack.bought(account, pics(2_000), **CONSENT)
    stack.consume(account, 900, reference="wedding").ok()
    stack.consume(account, 300, reference="marathon").ok()
    found = stack.get(f"/v1/accounts/{account}/purchases/{second['purchase_id']}/evidence").ok()
    assert found["consent"]["refund_policy_version"] == "2025-01"
    assert found["consent"]["source_ip"]
    assert found["consent"]["user_agent"]
    assert (found["order"]["total_minor"], found["delivery"][0]["lot_id"]) == (4_000, second["lot_id"])
    older = stack.get(f"/v1/accounts/{account}/purchases/{first['purchase_id']}/evidence").ok()
    both = {(use["reference"], use["credits"]) for one in (found, older) for use in one["use"]["entries"]}
    assert {reference for reference, _ in both} == {"wedding", "marathon"}
    assert older["use"]["credits"] + found["use"]["credits"] == 1_200
    for one in (found, older):
        assert sum(use["credits"] for use in one["use"]["entries"]) == one["use"]["credits"]
        assert one["use"]["credits"] + one["use"]["remaining"] == one["delivery"][0]["credits"]


def test_df_23_transactions_are_filtered_and_exported(stack: Stack) -> None:
    account = stack.open_account("9pic")
    done = stack.bought(account, pics(1_000), **CONSENT)
    custom = stack.bought(account, {"kind": "custom_payment", "amount_minor": 5_000, "remark": "album"}, **CONSENT)
    left = stack.buy(account, pics(1_500), **CONSENT).ok(201)
    stack.consume(account, 10, reference="=1+1").ok()
    base = f"/v1/accounts/{account}/purchases"

    def named(query: str) -> list[str]:
        return [row["purchase_id"] for row in stack.get(f"{base}?{query}").ok()["purchases"]]

    assert named("state=completed") == [custom["purchase_id"], done["purchase_id"]]
    assert named("kind=custom_payment") == [custom["purchase_id"]]
    assert named("state=pending&kind=top_up") == [left["purchase_id"]]
    assert named("from=2999-01-01T00:00:00Z") == []
    stack.get(f"{base}?state=paid").problem(422, "invalid_request")
    exported = stack.get(f"{base}/export")
    assert (exported.status, exported.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = table(exported.raw)
    assert [(row["type"], row["state"], row["total"]) for row in rows] == [
        ("Credits", "pending", "30.00"),
        ("Custom Payment", "completed", "50.00"),
        ("Credits", "completed", "20.00"),
    ]
    statement = table(stack.get(f"/v1/accounts/{account}/entries/export?unit=credits").raw)
    assert sum(int(line["credits"]) for line in statement) == stack.balance(account)["available"]
    assert statement[0]["reference"] == "'=1+1"


@pytest.mark.parametrize(
    ("policy", "query", "code", "credits"),
    [
        ("9pic", "planned=2000", "event_size", 3_000),
        ("insurestack", "planned=60", "planned_peak", 50),
    ],
)
def test_np_03_np_15_is_11_offers_answer_what_to_buy_for_a_need(
    stack: Stack, policy: str, query: str, code: str, credits: int
) -> None:
    offers = stack.get(f"/v1/accounts/{stack.open_account(policy)}/offers?{query}").ok()
    told = offers["advice"][0]
    assert (told["code"], told["action"], told["credits"]) == (code, "buy", credits)
    assert told["reason"]


def test_df_06_a_frequent_buyer_is_pointed_at_the_plans(stack: Stack) -> None:
    account = stack.open_account("diaflow")
    offers = f"/v1/accounts/{account}/offers"
    pack = stack.get(offers).ok()["top_up"]["packs"][0]
    for _ in range(3):
        assert stack.get(offers).ok()["advice"] == []
        stack.bought(account, {"kind": "top_up", "pack_id": pack["pack_id"]})
    (told,) = stack.get(offers).ok()["advice"]
    assert (told["code"], told["action"]) == ("frequent_purchases", "review_plan")
