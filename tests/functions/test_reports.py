"""Reports over the real functions and table: a purchase, a burn, a refund; the schedule; then CSV and JSON."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from functions.report import app
from lotbook import wiring, wiring_reports
from lotbook.domain.reports.payments import Moved
from lotbook.domain.values.instants import DAY, from_text
from tests.fakes.purchases import FakeGateway
from tests.fakes.reports import FakeBalance
from tests.functions.conftest import ACCOUNT, Answer, Api, key_with, member, open_account
from tests.functions.test_audit import Context
from tests.functions.test_refund import ACME, completed, refund

BALANCE = FakeBalance()
REPORT = "GET /v1/reports/{report}"


@pytest.fixture
def shop(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """1,000 credits of 9Pic, bought in January, of which 400 burned and the rest was paid back."""
    gateway = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: gateway)
    monkeypatch.setattr(wiring_reports, "balance", lambda: BALANCE)
    BALANCE.moved.clear()
    open_account(api, "acme", "9pic")
    row = completed(api, gateway, "k-1")
    api.call(f"POST {ACCOUNT}/consume", {"credits": 400}, key="burn", path=ACME).ok()
    refund(api, row).ok(201)
    return api


def ask(api: Api, report: str, caller: Any = None, **query: str) -> Answer:
    headers = {"accept": query.pop("accept", "text/csv")}
    caller = caller or key_with("reports:read")
    return api.call(REPORT, caller=caller, path={"report": report}, query=query, headers=headers)


def month_of(api: Api) -> str:
    from lotbook.domain.reports.months import month_of

    return month_of(api.clock.now())


def run() -> dict[str, Any]:
    return app.handler({}, Context())


def table(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(str(answer.ok()))))


def test_what_was_sold_burned_and_paid_back_is_a_line_and_closes(shop: Api) -> None:
    month = month_of(shop)
    answer = run()
    assert (answer["accounts"], answer["missed"], answer["more"], answer["failed"]) == (1, 0, False, [])
    (line,) = table(ask(shop, "recognition", month=month))
    bought, earned, back = (float(line[name]) for name in ("sold", "used", "taken_back"))
    assert (line["state"], line["account_id"], line["currency"]) == ("open", "acme", "usd")
    assert earned == bought * 0.4
    assert back == bought * 0.6 == float(line["refunded"])
    assert (line["closing"], line["recognized"], line["credits_left"]) == ("0.00", line["used"], "0")
    shop.clock.instant = from_text(f"{month}-01T00:00:00Z") + 36 * DAY
    assert run()["closed"] == [month]
    closed = ask(shop, "recognition", month=month)
    assert closed.headers["lotbook-report-state"] == "closed"
    assert table(closed) == [line | {"state": "closed"}]
    assert run()["closed"] == []
    assert table(ask(shop, "recognition", month=month)) == [line | {"state": "closed"}]


def test_the_same_as_json_and_the_tie_to_what_was_charged(shop: Api) -> None:
    run()
    month = month_of(shop)
    rolled = ask(shop, "roll-forward", month=month, accept="application/json").ok()
    (line,) = rolled["lines"]
    assert (rolled["report"], rolled["month"], rolled["state"], rolled["next_cursor"]) == (
        "roll-forward",
        month,
        "open",
        None,
    )
    assert line["charged_minor"] == line["sold_minor"] + line["charged_tax_minor"] + line["not_for_credits_minor"]
    assert line["money_back_minor"] == line["refunded_minor"] + line["money_back_tax_minor"]
    taxes = table(ask(shop, "tax", month=month, currency="usd"))
    assert [each["type"] for each in taxes] == ["sale", "refund"]
    back = f"-{line['money_back_minor'] // 100}.{line['money_back_minor'] % 100:02d}"
    assert taxes[1]["total"] == back, "an amount is a number, also a negative one: no sign of a formula before it"
    assert all(each["country"] == "US" for each in taxes)
    assert table(ask(shop, "liability", month=month)) == []


@pytest.mark.parametrize(
    ("report", "query", "status", "code"),
    [
        ("profit", {"month": "2026-01"}, 404, "report_not_found"),
        ("tax", {}, 422, "invalid_request"),
        ("tax", {"month": "2026-1"}, 422, "invalid_request"),
        ("tax", {"month": "2026-13"}, 422, "invalid_request"),
        ("tax", {"month": "2199-01"}, 422, "invalid_request"),
        ("tax", {"month": "2026-01", "currency": "xyz"}, 422, "invalid_request"),
        ("tax", {"month": "2026-01", "limit": "3"}, 422, "invalid_request"),
        ("tax", {"month": "2026-01", "cursor": "x.y"}, 422, "invalid_request"),
    ],
)
def test_what_is_no_report_is_refused(api: Api, report: str, query: dict[str, str], status: int, code: str) -> None:
    ask(api, report, **query).problem(status, code)


def test_who_is_not_finance_sees_none(api: Api) -> None:
    open_account(api, "acme", "9pic")
    for caller in (member("acme"), key_with("read")):
        ask(api, "tax", caller=caller, month="2026-01").problem(403, "forbidden")


def test_a_month_without_a_line_is_a_header_and_says_its_state(api: Api) -> None:
    answer = ask(api, "tax", month=month_of(api))
    assert str(answer.ok()).startswith("month,state,account_id,purchase_id,at,type")
    assert answer.headers["lotbook-report-state"] == "open"


def test_a_line_of_the_tax_report_has_its_invoices_number_and_one_of_an_older_release_none(shop: Api) -> None:
    run()
    month, purchases = month_of(shop), wiring.purchases()
    assert {each["invoice_number"] for each in table(ask(shop, "tax", month=month))} == {"A-1"}
    row = purchases.page("acme", 1, None)[0][0]
    purchases.save(replace(row, gateway_refs=replace(row.gateway_refs, number=None)))
    lines = table(ask(shop, "tax", month=month))
    assert [(each["invoice_number"], each["invoice"]) for each in lines] == [("", row.gateway_refs.invoice)] * 2


def test_the_tie_to_the_gateway_names_what_differs_over_the_real_table(shop: Api) -> None:
    """The charge came, the refund of the same payment has not left the balance yet, and somebody else's payout has."""
    month, at = month_of(shop), shop.clock.now()
    row = wiring.purchases().page("acme", 1, None)[0][0]
    payment = str(row.gateway_refs.payment_intent)
    BALANCE.moved += [
        Moved("txn_1", at, "charge", "usd", row.total_minor, 95, payment, "usd", row.total_minor, "ours"),
        Moved("txn_2", at, "payout", "usd", -500, 0),
    ]
    before = ask(shop, "differences", month=month)
    assert "lotbook-report-gateway-as-of" not in before.headers
    assert run()["transactions"] == 2
    found = ask(shop, "differences", month=month, accept="application/json").ok()
    (line,) = found["lines"]
    assert (line["purchase_id"], line["payment"]) == (row.purchase_id, payment)
    assert (line["what"], line["reason"]) == ("money_back", "not_in_balance")
    (rolled,) = ask(shop, "roll-forward", month=month, accept="application/json").ok()["lines"]
    assert (rolled["gateway_charged_minor"], rolled["charged_difference_minor"]) == (row.total_minor, 0)
    assert line["difference_minor"] == rolled["money_back_difference_minor"] == -rolled["money_back_minor"]
    assert found["gateway_as_of"] is not None
    back = -rolled["money_back_minor"]
    BALANCE.moved.append(Moved("txn_3", at, "refund", "usd", back, 0, payment, "usd", back))
    run()
    assert table(ask(shop, "differences", month=month)) == []
    lines = {each["category"]: each for each in table(ask(shop, "balance", month=month))}
    assert (lines["charge"]["fee"], lines["payout"]["net"], lines["payout"]["of_purchases"]) == (
        "0.95",
        "-5.00",
        "0.00",
    )
    shop.clock.instant = from_text(f"{month}-01T00:00:00Z") + 36 * DAY
    done = run()
    assert (done["closed"], done["tied"]) == ([month], [month])
    closed = ask(shop, "balance", month=month)
    assert closed.headers["lotbook-report-state"] == "closed"
    assert closed.headers["lotbook-report-gateway-as-of"] > f"{month}-31"
