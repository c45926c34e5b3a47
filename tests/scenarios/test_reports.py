"""The reports over a whole local run: a purchase and a refund at the gateway, tied to its balance by the schedule."""

from __future__ import annotations

from typing import Any

from tests.scenarios.conftest import Stack, eventually


def lines(stack: Stack, report: str, account: str | None = None) -> list[dict[str, Any]]:
    """A report of the present month; of one account where it is named."""
    found, cursor = list[dict[str, Any]](), ""
    for _ in range(50):
        query = f"month={stack.now()[:7]}{cursor}"
        answer = stack.request("GET", f"/v1/reports/{report}?{query}", headers={"Accept": "application/json"}).ok()
        found += answer["lines"]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    return [each for each in found if account in (None, each.get("account_id"))]


def test_a_purchase_and_a_refund_at_the_dashboard_are_tied_to_the_gateways_balance(stack: Stack) -> None:
    """Heard of and booked, nothing differs; the invoice's number is in the tax report, and fees are in the balance."""
    account = stack.open_account("insurestack")
    row = stack.bought(account, {"kind": "top_up", "credits": 20})
    payment = row["gateway_refs"]["payment_intent"]
    stack.control("/_stand_in/refund", {"payment_intent": payment, "amount_minor": 500})
    eventually(lambda: stack.purchase(account, row["purchase_id"])["refunded_minor"] == 500, "the refund is heard of")
    stack.control("/_local/schedules/report/run", {})
    assert lines(stack, "differences", account) == []
    sale, back = lines(stack, "tax", account)
    assert (sale["total_minor"], back["total_minor"]) == (row["total_minor"], -500)
    invoice = stack.get(f"/v1/accounts/{account}/purchases/{row['purchase_id']}/invoice").ok()
    assert sale["invoice_number"] == invoice["number"]
    (rolled,) = [each for each in lines(stack, "roll-forward") if each["currency"] == row["currency"]]
    assert rolled["gateway_charged_minor"] >= row["total_minor"]
    charges = {each["category"]: each for each in lines(stack, "balance") if each["currency"] == row["currency"]}
    assert charges["charge"]["fee_minor"] > 0
    assert charges["charge"]["net_minor"] == charges["charge"]["gross_minor"] - charges["charge"]["fee_minor"]
