"""Evidence, billing details, filters, CSV and advice over whole events, with the gateway in memory."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lotbook.domain.values import instants
from tests.examples import examples
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, key_with, member, open_account, publish, sample

ACME = {"account_id": "acme"}
ITEM = {"kind": "top_up", "credits": 5}
DETAILS: dict[str, Any] = {
    "name": "Acme Inc.",
    "email": "pay@acme.example",
    "address": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
}
BILLING = f"{ACCOUNT}/billing-details"


def buy(api: Api, account_id: str = "acme", item: Any = ITEM, **more: Any) -> str:
    api.clock.instant += 1_000
    route, path = f"POST {ACCOUNT}/purchases", {"account_id": account_id}
    return str(api.call(route, {"item": item, **more}, SERVICE, api.fresh(), path).ok(201)["purchase_id"])


def paid(api: Api, gateway: FakeGateway, account_id: str = "acme", **more: Any) -> str:
    purchase_id = buy(api, account_id, **more)
    gateway.pay(gateway.opened[purchase_id])
    path = {"account_id": account_id, "purchase_id": purchase_id}
    assert api.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck", path=path).ok()["state"] == "completed"
    return purchase_id


def of_purchase(api: Api, tail: str, purchase_id: str, account_id: str = "acme", **more: Any) -> Answer:
    path = {"account_id": account_id, "purchase_id": purchase_id}
    return api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}{tail}", path=path, **more)


def listed(api: Api, **query: str) -> list[str]:
    rows = api.call(f"GET {ACCOUNT}/purchases", path=ACME, query=query).ok()["purchases"]
    return [row["purchase_id"] for row in rows]


def fill_in(api: Api, caller: Any = None, **changes: Any) -> Answer:
    return api.call(f"PUT {BILLING}", DETAILS | changes, caller or member("acme"), path=ACME)


def parsed(answer: Answer) -> list[dict[str, str]]:
    text = answer.ok()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(text, newline="")))


# --- rows ------------------------------------------------------------------------------------------------------------


def test_np_45_a_row_has_every_field(shop: Api, gateway: FakeGateway) -> None:
    purchase_id = paid(shop, gateway)
    row = of_purchase(shop, "", purchase_id).ok()
    assert (row["created_at"], row["type"], row["total_minor"], row["currency"]) == (
        instants.to_text(shop.clock.now()),
        "Credits",
        500,
        "usd",
    )
    assert (row["state"], row["gateway"], row["payment_id"]) == ("completed", "stripe", "pi_cs_2")
    assert row["payment_id"] == row["gateway_refs"]["payment_intent"]
    assert row["gateway_ref"] == "in_cs_2"
    assert (row["recheck_offered"], row["invoice_offered"], row["invoice_state"]) == (False, True, "available")


def test_np_43_np_44_recheck_is_offered_on_rows_that_wait_and_invoices_on_completed_ones(
    shop: Api, gateway: FakeGateway
) -> None:
    purchase_id = buy(shop)
    fresh = of_purchase(shop, "", purchase_id).ok()
    assert (fresh["recheck_offered"], fresh["invoice_offered"]) == (False, False)
    shop.clock.instant += 15 * instants.MINUTE
    old = of_purchase(shop, "", purchase_id).ok()
    assert (old["recheck_offered"], old["invoice_offered"]) == (True, False)
    path = {**ACME, "purchase_id": purchase_id}
    rechecked = shop.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck", path=path).ok()
    assert (rechecked["state"], rechecked["recheck_offered"]) == ("pending", True)


def test_df_23_purchases_are_filtered_by_type_state_and_date(shop: Api, gateway: FakeGateway) -> None:
    first, second, third = paid(shop, gateway), buy(shop), paid(shop, gateway)
    assert listed(shop) == [third, second, first]
    assert listed(shop, state="completed") == [third, first]
    assert listed(shop, state="completed,pending") == [third, second, first]
    assert listed(shop, kind="top_up", state="pending") == [second]
    assert listed(shop, kind="plan") == []
    since = of_purchase(shop, "", second).ok()["created_at"]
    assert listed(shop, **{"from": since}) == [third, second]
    assert listed(shop, to=since) == [first]
    page = shop.call(f"GET {ACCOUNT}/purchases", path=ACME, query={"state": "completed", "limit": "1"}).ok()
    assert listed(shop, state="completed", limit="1", cursor=page["next_cursor"]) == [first]


@pytest.mark.parametrize(
    "query",
    [
        {"state": ""},
        {"state": "done"},
        {"state": "completed,"},
        {"state": "completed,done"},
        {"state": "completed," * 50},
        {"kind": "Credits"},
        {"from": "2026-01-31"},
        {"from": "2026-02-31T00:00:00Z"},
        {"to": "2026-01-31T00:00:00+01:00"},
        {"to": "1"},
        {"from": "٢٠٢٦-01-31T00:00:00Z"},
    ],
    ids=str,
)
def test_df_23_a_filter_that_is_none_is_refused_by_name(shop: Api, query: dict[str, str]) -> None:
    for route in (f"GET {ACCOUNT}/purchases", f"GET {ACCOUNT}/purchases/export"):
        refused = shop.call(route, path=ACME, query=query).problem(422, "invalid_request")
        assert refused["errors"][0]["field"] == next(iter(query))


# --- billing details -------------------------------------------------------------------------------------------------


def test_np_48_billing_details_are_filled_in_and_read(shop: Api, gateway: FakeGateway) -> None:
    shop.call(f"GET {BILLING}", path=ACME).problem(404, "billing_details_not_found")
    kept = fill_in(shop, tax_id="12-3456789", purchase_order="PO 7", phone="+1 555 0100").ok()
    assert (kept["tax_id"], kept["purchase_order"], kept["receipt_email"]) == ("123456789", "PO 7", None)
    assert kept["shipping"] == kept["address"] == {**DETAILS["address"], "line2": None, "state": None}
    assert shop.call(f"GET {BILLING}", None, member("acme", "member"), path=ACME).ok() == kept
    other = {**DETAILS["address"], "line1": "2 Dock Rd"}
    assert fill_in(shop, shipping=other).ok()["shipping"]["line1"] == "2 Dock Rd"
    assert fill_in(shop, shipping=DETAILS["address"]).ok()["shipping"] == kept["address"]


def test_np_01_is_31_who_may_not_buy_may_not_fill_in(shop: Api, gateway: FakeGateway) -> None:
    fill_in(shop, member("acme", "member")).problem(403, "forbidden")
    fill_in(shop, key_with("read", "purchases:write")).problem(403, "forbidden")
    fill_in(shop, member("other")).problem(404, "account_not_found")
    shop.call(f"GET {BILLING}", path=ACME).problem(404, "billing_details_not_found")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "A\nB"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "no"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"tax_id": "27AAPFU0939F1ZV"}, "tax_id"),
        ({"tax_id": ""}, "tax_id"),
        ({"purchase_order": "x" * 65}, "purchase_order"),
        ({"address": {**DETAILS["address"], "country": "us"}}, "address.country"),
        ({"address": {**DETAILS["address"], "country": "XX"}}, "address.country"),
        ({"address": {"line1": "x"}}, "address.city"),
        ({"address": None}, "address"),
        ({"shipping": {**DETAILS["address"], "planet": "Mars"}}, "shipping.planet"),
        ({"vat": "1"}, "vat"),
    ],
    ids=str,
)
def test_np_48_bad_details_are_refused_by_field(
    shop: Api, gateway: FakeGateway, changes: dict[str, Any], field: str
) -> None:
    refused = fill_in(shop, **changes).problem(422, "invalid_request")
    assert field in [each["field"] for each in refused["errors"]]
    shop.call(f"GET {BILLING}", path=ACME).problem(404, "billing_details_not_found")


TEXT = st.text(max_size=220) | st.sampled_from(["", " ", "\x00", "=1+1", "DE136695976", "é", "US", "a@b.example"])
ADDRESSES = st.none() | TEXT | st.fixed_dictionaries(
    {"line1": TEXT, "city": TEXT, "postal_code": TEXT, "country": st.sampled_from(["US", "DE", "IN", "XX", "us", ""])},
    optional={"line2": TEXT | st.none(), "state": TEXT | st.none(), "planet": TEXT},
)  # fmt: skip


@given(
    st.fixed_dictionaries(
        {"name": TEXT, "email": TEXT | st.just("a@b.example"), "address": ADDRESSES | st.just(DETAILS["address"])},
        optional={"phone": TEXT, "tax_id": TEXT | st.integers(), "shipping": ADDRESSES, "purchase_order": TEXT},
    )
)
@example(DETAILS | {"tax_id": "  "})
@example(DETAILS | {"name": "\u3000"})
@settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_np_48_any_body_is_kept_as_it_was_answered_or_refused(
    shop: Api, gateway: FakeGateway, body: dict[str, Any]
) -> None:
    answer = shop.call(f"PUT {BILLING}", body, member("acme"), path=ACME)
    assert answer.status in (200, 400, 422), answer
    if answer.status == 200:
        assert shop.call(f"GET {BILLING}", path=ACME).ok() == answer.body
        assert (answer.body["name"], answer.body["email"]) == (body["name"], body["email"])


def test_np_47_an_invoice_shows_the_details_of_its_day(shop: Api, gateway: FakeGateway) -> None:
    before = paid(shop, gateway)
    fill_in(shop).ok()
    bought = paid(shop, gateway)
    fill_in(shop, name="Acme Ltd.").ok()
    invoice = of_purchase(shop, "/invoice", bought).ok()
    assert (invoice["number"], invoice["billing_details"]["name"]) == ("A-1", "Acme Inc.")
    assert of_purchase(shop, "/invoice", before).ok()["billing_details"] is None


def test_np_46_where_the_policy_says_so_an_invoice_waits_for_billing_details(shop: Api, gateway: FakeGateway) -> None:
    document = sample("insurestack") | {"policy_id": "strict", "invoices": {"billing_details": "required"}}
    shop.call("PUT /v1/policies/{policy_id}", document, path={"policy_id": "strict"}).ok(201)
    body = {"account_id": "strict", "policy_id": "strict", "region": "US", "email": "a@b.example"}
    shop.call("POST /v1/accounts", body).ok(201)
    purchase_id = paid(shop, gateway, "strict")
    waiting = of_purchase(shop, "", purchase_id, "strict").ok()
    assert (waiting["invoice_offered"], waiting["invoice_state"]) == (False, "waiting_for_billing")
    refused = of_purchase(shop, "/invoice", purchase_id, "strict").problem(409, "invoice_not_ready")
    assert refused["reason"] == "waiting_for_billing"
    shop.call(f"PUT {BILLING}", DETAILS, member("strict"), path={"account_id": "strict"}).ok()
    assert of_purchase(shop, "", purchase_id, "strict").ok()["invoice_offered"] is True
    released = of_purchase(shop, "/invoice", purchase_id, "strict").ok()
    assert released["billing_details"]["name"] == "Acme Inc."


# --- evidence --------------------------------------------------------------------------------------------------------


def test_np_20_evidence_over_the_wire(shop: Api, gateway: FakeGateway) -> None:
    publish(shop, "9pic")
    open_account(shop, "pics", "9pic")
    consent = {"refund_policy_version": "2025-01"}
    purchase_id = paid(shop, gateway, "pics", item={"kind": "top_up", "credits": 1_000}, consent=consent)
    route, path = f"POST {ACCOUNT}/consume", {"account_id": "pics"}
    used = shop.call(route, {"credits": 7, "reference": "gala"}, SERVICE, shop.fresh(), path).ok()
    found = of_purchase(shop, "/evidence", purchase_id, "pics", caller=member("pics", "admin")).ok()
    assert found["consent"] == {
        "kind": "refund_policy",
        "refund_policy_version": "2025-01",
        "url": "https://9pic.ai/refund-policy/",
        "accepted_at": found["ordered_at"],
        "actor": "backend",
        "source_ip": "127.0.0.1",
        "user_agent": "tests",
    }
    assert (found["order"]["total_minor"], found["order"]["credits"], found["type"]) == (2_000, 1_000, "Credits")
    (lot,) = found["delivery"]
    assert (lot["credits"], lot["at"]) == (1_000, found["completed_at"])
    assert found["use"]["entries"] == [
        {
            "entry_id": used["entry_id"],
            "at": used["at"],
            "kind": "consumed",
            "credits": 7,
            "reference": "gala",
            "actor": "backend",
        }
    ]
    assert (found["use"]["credits"], found["use"]["remaining"], found["use"]["truncated"]) == (7, 993, False)
    assert (found["refunded_minor"], found["dispute"], found["changes"]) == (0, None, [])


def test_np_01_evidence_is_not_for_every_role(shop: Api, gateway: FakeGateway) -> None:
    purchase_id = buy(shop)
    of_purchase(shop, "/evidence", purchase_id, caller=member("acme", "member")).problem(403, "forbidden")
    of_purchase(shop, "/evidence", purchase_id, caller=key_with("purchases:write")).problem(403, "forbidden")
    of_purchase(shop, "/evidence", purchase_id, caller=key_with("read")).ok()
    of_purchase(shop, "/evidence", "pur_none", caller=member("acme")).problem(404, "purchase_not_found")


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_csv_purchases_and_statement_are_what_the_lists_say(shop: Api, gateway: FakeGateway) -> None:
    done, open_one = paid(shop, gateway), buy(shop)
    body = {"credits": 3, "reference": '=HYPERLINK("https://x")'}
    shop.call(f"POST {ACCOUNT}/consume", body, SERVICE, shop.fresh(), ACME).ok()
    rows = parsed(shop.call(f"GET {ACCOUNT}/purchases/export", None, member("acme", "member"), path=ACME))
    assert [row["purchase_id"] for row in rows] == [open_one, done]
    assert [row["total"] for row in rows] == ["5.00", "5.00"]
    some = parsed(shop.call(f"GET {ACCOUNT}/purchases/export", path=ACME, query={"state": "completed"}))
    assert [row["purchase_id"] for row in some] == [done]
    lines = parsed(shop.call(f"GET {ACCOUNT}/entries/export", path=ACME, query={"unit": "credits"}))
    entries = shop.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"]
    assert [(line["entry_id"], line["credits"]) for line in lines] == [
        (entry["entry_id"], str(entry["credits"])) for entry in entries
    ]
    assert lines[0]["reference"] == '\'=HYPERLINK("https://x")'


def test_csv_more_than_a_page_goes_on_at_the_cursor(
    shop: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.purchase import app
    from lotbook.usecases.credits import statement

    monkeypatch.setattr(app, "MAX_ROWS_READ", 2)
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 1)
    monkeypatch.setattr(statement, "MAX_EXPORT_PAGES", 2)
    made = [paid(shop, gateway) for _ in range(3)]
    for route, name, expected in (
        (f"GET {ACCOUNT}/purchases/export", "purchase_id", made[::-1]),
        (f"GET {ACCOUNT}/entries/export", "purchase_id", [*made[::-1], ""]),
    ):
        first = shop.call(route, path=ACME)
        cursor = first.headers["lotbook-next-cursor"]
        second = shop.call(route, path=ACME, query={"cursor": cursor})
        assert [row[name] for row in parsed(first) + parsed(second)] == expected
        assert "lotbook-next-cursor" not in second.headers


def test_csv_refusals_are_problems(shop: Api) -> None:
    shop.call(f"GET {ACCOUNT}/entries/export", path=ACME, query={"unit": "no such"}).problem(422, "invalid_request")
    shop.call(f"GET {ACCOUNT}/entries/export", path=ACME, query={"cursor": "x"}).problem(422, "invalid_request")
    shop.call(f"GET {ACCOUNT}/purchases/export", path=ACME, query={"cursor": "x"}).problem(422, "invalid_request")
    nobody = {"account_id": "nobody"}
    shop.call(f"GET {ACCOUNT}/purchases/export", path=nobody).problem(404, "account_not_found")
    shop.call(f"GET {ACCOUNT}/entries/export", path=nobody).problem(404, "account_not_found")


# --- advice ----------------------------------------------------------------------------------------------------------


def advice(api: Api, account_id: str = "acme", **query: str) -> list[dict[str, Any]]:
    offers = api.call(f"GET {ACCOUNT}/offers", path={"account_id": account_id}, query=query).ok()
    found: list[dict[str, Any]] = offers["advice"]
    return found


def test_np_03_np_15_offers_size_the_next_event(shop: Api) -> None:
    open_account(shop, "pics", "9pic")
    assert advice(shop, "pics") == []
    size, buffered = advice(shop, "pics", planned="2000")
    assert (size["code"], size["action"], size["credits"], size["plan_id"]) == ("event_size", "buy", 3_000, None)
    assert (buffered["code"], buffered["credits"]) == ("event_buffer", 2_200)
    assert advice(shop, "pics", planned="10001")[0]["plan_id"] == "pro"


def test_is_11_is_13_offers_weigh_a_plan_against_a_purchase(shop: Api) -> None:
    open_account(shop, "plus", "insurestack", plan_id="plus")
    (few,) = advice(shop, "plus", planned="70", planned_periods="2")
    assert (few["code"], few["action"], few["credits"]) == ("planned_peak", "buy", 60)
    (many,) = advice(shop, "plus", planned="70", planned_periods="3")
    assert (many["action"], many["plan_id"]) == ("upgrade", "pro")
    assert many["reason"].startswith("70 credits are needed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"planned": "0"}, "planned"),
        ({"planned": "-1"}, "planned"),
        ({"planned": "1e3"}, "planned"),
        ({"planned": "1,000"}, "planned"),
        ({"planned": "9" * 13}, "planned"),
        ({"planned": "9" * 5_000}, "planned"),
        ({"planned": "٣"}, "planned"),
        ({"planned": "1", "planned_periods": "13"}, "planned_periods"),
        ({"planned_periods": "2"}, "planned_periods"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_np_03_a_plan_that_is_no_number_is_refused(shop: Api, query: dict[str, str], field: str) -> None:
    refused = shop.call(f"GET {ACCOUNT}/offers", path=ACME, query=query).problem(422, "invalid_request")
    assert refused["errors"][0]["field"] == field
