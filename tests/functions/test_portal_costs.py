"""What a page costs: calls to the table, bytes over the wire, one small script. Counts, so they are the same on every machine."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import from_item
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits.file_statement import file_statements
from tests import table as tables
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.portal_visits import visitor

MOST_CALLS_OF_THE_OVERVIEW = 8
MOST_BYTES_OF_A_PAGE, MOST_BYTES_OF_THE_SCRIPT = 60_000, 8_000
ADDRESSES = ("/", "/buy", "/plans", "/transactions", "/statement", "/automatic-purchase", "/cards", "/billing-details")


def lived(api: Api, policy_id: str, **more: Any) -> dict[str, str]:
    """An account four months old, that used some of each period, bought, and holds some."""
    open_account(api, policy_id, policy_id, **more)
    path = {"account_id": policy_id}
    api.call(f"POST {ACCOUNT}/grants", {"credits": 500, "kind": "promotional", "reason": "x"}, key="g", path=path).ok(
        201
    )
    for month in range(4):
        for number in range(3):
            api.call(f"POST {ACCOUNT}/consume", {"credits": 1 + number}, key=f"c{month}{number}", path=path)
        api.clock.instant += 31 * DAY
    api.call(f"POST {ACCOUNT}/holds", {"credits": 1}, key="h", path=path).ok(201)
    api.call(f"GET {ACCOUNT}/balance", path=path).ok()
    return path


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


def follow_stream(account_id: str) -> None:
    """File what the table's stream has told by now."""
    by_unit: dict[str, list[Entry]] = {}
    for item in map(from_item, tables.everything(wiring.table())):
        named = keys.ledger_name(item["pk"], item["sk"])
        if named is not None:
            entry = entry_of(named[1], item)
            by_unit.setdefault(entry.unit, []).append(entry)
    for unit, entries in by_unit.items():
        assert not file_statements({(account_id, unit): entries}, statement=wiring.statement())


ACCOUNTS: list[tuple[str, dict[str, str]]] = [
    ("insurestack", {"plan_id": "plus"}),
    ("make", {"plan_id": "core-10k"}),
    ("9pic", {"region": "IN"}),
    ("gocontent", {"plan_id": "starter"}),
    ("diaflow", {}),
]


@pytest.mark.parametrize(("policy_id", "more"), ACCOUNTS, ids=[each[0] for each in ACCOUNTS])
def test_the_overview_takes_eight_calls_to_the_table_at_most_and_no_page_is_heavy(
    api: Api, gateway: FakeGateway, policy_id: str, more: dict[str, str]
) -> None:
    lived(api, policy_id, **more)
    follow_stream(policy_id)
    browser, home = visitor(api, policy_id, locale="de", return_url="https://app.example/settings")
    browser.get("/portal/")  # what is kept by a process, such as policies, is read by the first page
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    events = wiring.table().client.meta.events
    events.register("before-call.dynamodb", count)
    try:
        browser.get("/portal/")
    finally:
        events.unregister("before-call.dynamodb", count)
    assert calls.total() <= MOST_CALLS_OF_THE_OVERVIEW, calls
    assert set(calls) <= {"GetItem", "BatchGetItem", "Query"}
    static = [
        len(Browser().get(address).text.encode()) for address in re.findall(r'"(/portal/static/[^"]+)"', home.text)
    ]
    assert len(re.findall("<script", home.text)) == 1
    assert min(static) <= MOST_BYTES_OF_THE_SCRIPT
    for address in ADDRESSES:
        if f"/portal{address}" in home.links():
            page = browser.get(f"/portal{address}")
            assert page.status == 200, address
            assert len(page.text.encode()) + sum(static) <= MOST_BYTES_OF_A_PAGE, address
            assert len(page.page.all("h1")) == 1, address


def test_a_full_statement_and_a_full_list_of_purchases_are_no_heavy_page(api: Api, gateway: FakeGateway) -> None:
    open_account(api, "acme", "insurestack")
    path = {"account_id": "acme"}
    items = [
        {"idempotency_key": f"k{number}", "credits": 1, "reference": f"a reference of some length {number}"}
        for number in range(45)
    ]
    api.call(f"POST {ACCOUNT}/grants", {"credits": 500, "kind": "promotional", "reason": "x"}, key="g", path=path).ok(
        201
    )
    api.call(f"POST {ACCOUNT}/consume/batch", {"items": items}, path=path).ok()
    for number in range(26):
        body = {"item": {"kind": "top_up", "credits": 5}}
        api.call(f"POST {ACCOUNT}/purchases", body, key=f"p{number}", path=path).ok(201)
    browser, home = visitor(api, "acme")
    static = sum(len(Browser().get(each).text.encode()) for each in re.findall(r'"(/portal/static/[^"]+)"', home.text))
    for address in ("/portal/statement", "/portal/transactions"):
        page = browser.get(address)
        assert len(page.page.all("tr")) > 25
        assert len(page.text.encode()) + static <= MOST_BYTES_OF_A_PAGE, address
