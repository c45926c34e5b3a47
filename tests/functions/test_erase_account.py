"""Erasing: a mark is planted in every personal field through the public API, and afterwards no item of the table holds one."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from functions.outbox.app import handler as outbox
from functions.recheck.app import handler as recheck
from lotbook import wiring, wiring_closing
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.usecases.audit.audit_account import audit_account
from tests.fakes.outbox import RecordingBus
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, SERVICE, Api, key_with, open_account
from tests.functions.test_outbox import items, record
from tests.functions.test_recheck import SCHEDULE, Context

PATH = {"account_id": "acme"}
BUYER = Caller("member", "zzq01 buyer@x.example", account_id="acme", role="owner")
ADDRESS = {"line1": "zzq02 street", "line2": "zzq03", "city": "zzq04", "postal_code": "zzq05", "state": "zzq06"}
SHIPPING = {"line1": "zzq07 road", "city": "zzq08", "postal_code": "zzq09", "country": "US"}
BILLING = {
    "name": "zzq10 Ltd",
    "email": "zzq11@x.example",
    "phone": "+49 555 7777777",
    "address": ADDRESS | {"country": "US"},
    "tax_id": "98-7654321",
    "purchase_order": "zzq12",
    "receipt_email": "zzq13@x.example",
    "shipping": SHIPPING,
}
OTHERS = ("555 7777777", "987654321", "98-7654321")  # marks that their fields allow
GRANT = {"credits": 5, "kind": "promotional", "reason": "zzq24 for Ann"}
CONSENT = {"consent": {"refund_policy_version": "2025-01"}}
AGENT = {"user-agent": "zzq14 browser", "x-forwarded-for": "203.0.113.77"}


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    monkeypatch.setattr(wiring, "bus", RecordingBus)
    wiring.outlets.cache_clear()
    return made


def planted(api: Api, gateway: FakeGateway) -> None:
    """Everything that anybody can say of a person, said."""
    open_account(api, "acme", "9pic", email="zzq15@x.example")
    api.call(f"PUT {ACCOUNT}/billing-details", BILLING, BUYER, path=PATH).ok()
    pages = {"success_url": "https://x.example/zzq16", "cancel_url": "https://x.example/zzq17"}
    top_up = {"item": {"kind": "top_up", "credits": 1_000}} | CONSENT | pages
    own = {"item": {"kind": "custom_payment", "amount_minor": 5_000, "remark": "zzq18 for Bob"}} | CONSENT | pages
    for number, body in enumerate((top_up, own)):
        row = api.call(f"POST {ACCOUNT}/purchases", body, BUYER, f"zzq35-buy-{number}", PATH, headers=AGENT).ok(201)
        gateway.pay(gateway.opened[row["purchase_id"]])
        where = PATH | {"purchase_id": row["purchase_id"]}
        assert api.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck", path=where).ok()["state"] == "completed"
    api.call(f"POST {ACCOUNT}/purchases", top_up, BUYER, "open-page", PATH, headers=AGENT).ok(201)
    burn: dict[str, Any] = {"credits": 3, "reference": "zzq19 job", "metadata": {"who": "zzq20", "zzq21": "x"}}
    api.call(f"POST {ACCOUNT}/consume", burn, key="zzq31-burn-1", path=PATH).ok()
    api.call(f"POST {ACCOUNT}/consume", burn | {"credits": 10**9}, key="burn-2", path=PATH).problem(
        402, "insufficient_credits"
    )
    batch = {"items": [{"idempotency_key": f"zzq37-b-{n}", "credits": 1, "reference": f"zzq22 {n}"} for n in range(2)]}
    api.call(f"POST {ACCOUNT}/consume/batch", batch, path=PATH).ok()
    for key, reference in (
        ("zzq27-b", "zzq38"),
        ("zzq28-b", f"zzq39 {'x' * 240}"),
    ):  # the second's lines stand beside it
        lines = [{"credits": 1, "reference": f"{reference} {n}", "metadata": {"zzq29": f"zzq30 {n}"}} for n in range(8)]
        api.call(f"POST {ACCOUNT}/consume/batch", {"items": lines}, key=key, path=PATH).ok()
    for number in range(3):  # one is captured, one released, one stays open
        held = api.call(
            f"POST {ACCOUNT}/holds", {"credits": 9, "reference": "zzq23 hold"}, key=f"zzq36-hold-{number}", path=PATH
        ).ok(201)
        where = PATH | {"hold_id": held["hold_id"]}
        if number == 0:
            api.call(f"POST {ACCOUNT}/holds/{{hold_id}}/capture", {"credits": 0}, key="zzq32-res-0", path=where).ok()
        if number == 1:
            api.call(f"POST {ACCOUNT}/holds/{{hold_id}}/release", key="zzq33-res-1", path=where).ok()
    api.call(f"POST {ACCOUNT}/grants", GRANT, key="zzq34-grant-1", path=PATH).ok(201)
    visitor = {"role": "owner", "actor": "zzq25 visitor", "return_url": "https://x.example/zzq26"}
    api.call(f"POST {ACCOUNT}/portal-sessions", visitor, key_with("portal:write"), path=PATH).ok(201)


def told(value: Any) -> str:
    """Every byte of an attribute, in whatever form: bytes as they are, and as the text that they were packed from."""
    match value:
        case bytes():
            return value.decode("latin-1") + " " + base64.urlsafe_b64encode(value).decode() + " " + value.hex()
        case dict():
            return " ".join(f"{key} {told(item)}" for key, item in value.items())
        case list() | tuple() | set():
            return " ".join(told(item) for item in value)
    return str(value)


def left(table: Table) -> dict[str, list[str]]:
    """The marks that are still in the table, with the keys of their items."""
    found: dict[str, list[str]] = {}
    for item in items(table):
        text = told(item)
        marks = [f"zzq{number:02d}" for number in range(1, 40)] + [*OTHERS, "203.0.113.77"]
        for mark in marks:
            if mark in text:
                found.setdefault(mark, []).append(f"{item['pk']['S']} {item['sk']['S']}")
    return found


def filed(table: Table, images: list[dict[str, Any]]) -> None:
    """The stream delivers these items as they were when they were made."""
    records = [record(item, f"{number:05d}") for number, item in enumerate(images)]
    assert outbox({"Records": records}, None) == {"batchItemFailures": []}


def swept(api: Api, *later: int) -> None:
    for each in later:
        api.clock.instant += each
        assert recheck(SCHEDULE, Context())["failed"] == []


def adds_up(api: Api, balance: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    """The figures of before, and an audit that finds nothing."""
    now = api.call(f"GET {ACCOUNT}/balance", path=PATH).ok()
    assert [now[name] for name in ("available", "frozen", "shortfall")] == [
        balance["available"] + 9,  # the hold that was open has lapsed
        balance["frozen"],
        balance["shortfall"],
    ]
    after = api.call(f"GET {ACCOUNT}/entries", path=PATH, query={"limit": "100"}).ok()["entries"]
    kept = ("entry_id", "at", "kind", "credits", "draws", "available_after", "purchase_id")
    assert [[each[name] for name in kept] for each in after[-len(entries) :]] == [
        [each[name] for name in kept] for each in entries
    ]
    assert {each["reference"] for each in after} == {None}
    lines = [each["lines"] for each in after if each["lines"]]
    assert [len(each) for each in lines] == [8, 8]
    assert {(line["credits"], line["reference"], line["metadata"]) for each in lines for line in each} == {
        (1, None, None)
    }
    audited = audit_account("acme", ["credits"], auditing=wiring.auditing())
    assert (audited.differences, audited.finished) == ((), True)


def test_nothing_that_names_a_person_is_left_and_the_books_add_up(
    api: Api, gateway: FakeGateway, environment: Table
) -> None:
    planted(api, gateway)
    made = items(environment)
    filed(environment, made)
    planted_marks = left(environment).keys()
    said = {*range(1, 27), 29, 30, 38, 39}
    assert {f"zzq{number:02d}" for number in said} - planted_marks == set(), "each was really there"
    balance = api.call(f"GET {ACCOUNT}/balance", path=PATH).ok()
    entries = api.call(f"GET {ACCOUNT}/entries", path=PATH, query={"limit": "100"}).ok()["entries"]

    api.call(f"POST {ACCOUNT}/erase", path=PATH).problem(409, "account_not_closed")
    api.call(f"POST {ACCOUNT}/close", {"reason": "zzq27 left"}, SERVICE, path=PATH).ok()
    assert api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)["erased_at"] is None
    swept(api, MINUTE)
    assert left(environment) == {}
    assert api.call(f"GET {ACCOUNT}", path=PATH).ok()["erased_at"] is not None
    (customer,) = gateway.customers.values()
    assert customer in gateway.gone

    filed(environment, made)  # the stream was a day late: it files lines as they were written
    assert left(environment) != {}
    swept(api, 26 * HOUR)
    assert left(environment) == {}
    swept(api, 30 * HOUR)
    assert not [item for item in items(environment) if item["sk"]["S"] == "closing" and "dp" in item]

    adds_up(api, balance, entries)


def test_what_was_accepted_and_when_stays_provable(api: Api, gateway: FakeGateway) -> None:
    planted(api, gateway)
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    swept(api, MINUTE)
    rows = api.call(f"GET {ACCOUNT}/purchases", path=PATH).ok()["purchases"]
    paid = [row for row in rows if row["state"] == "completed"]
    assert len(paid) == 2
    for row in paid:
        assert row["consent"]["refund_policy_version"] == "2025-01"
        assert row["consent"]["accepted_at"] == row["created_at"]
        assert row["total_minor"] > 0
        where = PATH | {"purchase_id": row["purchase_id"]}
        evidence = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}/evidence", path=where).ok()
        assert evidence["billing_details"]["address"]["country"] == "US"
    api.call(f"GET {ACCOUNT}/billing-details", path=PATH).problem(404, "billing_details_not_found")


def test_nothing_personal_is_written_about_an_erased_account(
    api: Api, gateway: FakeGateway, environment: Table
) -> None:
    planted(api, gateway)
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    body = {"email": "zzq28@x.example"}
    api.call(f"PATCH {ACCOUNT}", body, path=PATH).problem(403, "account_closed")
    api.call(f"PUT {ACCOUNT}/billing-details", BILLING, BUYER, path=PATH).problem(403, "account_closed")
    link = {"role": "owner", "actor": "zzq29"}
    api.call(f"POST {ACCOUNT}/portal-sessions", link, key_with("portal:write"), path=PATH).problem(
        403, "account_closed"
    )
    (row,) = [
        each
        for each in api.call(f"GET {ACCOUNT}/purchases", path=PATH).ok()["purchases"]
        if each["state"] == "completed" and each["credits"]
    ]
    where = PATH | {"purchase_id": row["purchase_id"]}
    api.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/refund", None, BUYER, "r", where).problem(403, "account_closed")
    swept(api, MINUTE)
    opened = {"account_id": "acme", "policy_id": "9pic", "region": "US", "email": "zzq15@x.example"}
    api.call("POST /v1/accounts", opened).problem(409, "account_exists")
    assert left(environment) == {}


def test_a_key_that_an_older_release_kept_in_words_is_erased(
    api: Api, gateway: FakeGateway, environment: Table
) -> None:
    planted(api, gateway)
    markers = [each for each in items(environment) if "key#" in each["sk"]["S"] and "record" in each]
    assert {each["pk"]["S"][0] for each in markers} == {"A", "I"}
    for each in markers:
        environment.client.put_item(TableName=environment.name, Item=each | {"key": {"S": "zzq38@x.example"}})
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    swept(api, MINUTE)
    assert left(environment) == {}
    again = api.call(f"POST {ACCOUNT}/grants", GRANT, key="zzq34-grant-1", path=PATH)
    assert again.ok(201)["lot_id"], "the key still answers what it answered"


@pytest.mark.parametrize(
    ("account_id", "key", "refusal"),
    [
        ("acme", "new", (403, "account_closed")),
        ("acme", "zzq31-burn-1", (422, "idempotency_key_reused")),
        ("nobody", "new", (404, "account_not_found")),
    ],
)
def test_what_is_said_about_a_burn_that_never_comes_is_not_kept(
    api: Api, gateway: FakeGateway, environment: Table, account_id: str, key: str, refusal: tuple[int, str]
) -> None:
    """Nobody erases it later: the account is erased already, or there is none."""
    planted(api, gateway)
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    swept(api, MINUTE, 26 * HOUR)
    burn = {"credits": 1, "reference": "zzq28", "metadata": {"who": "zzq29"}}
    api.call(f"POST {ACCOUNT}/consume", burn, key=key, path={"account_id": account_id}).problem(*refusal)
    assert left(environment) == {}


def test_a_store_that_does_not_answer_is_asked_again_at_the_same_place(
    api: Api, gateway: FakeGateway, environment: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(api, gateway)
    api.call(f"POST {ACCOUNT}/close", {"reason": "left"}, path=PATH).ok()
    api.call(f"POST {ACCOUNT}/erase", path=PATH).ok(202)
    desk, calls = wiring_closing.ending_desk(), []
    from lotbook.adapters.dynamo.erasures import DynamoErasures
    from lotbook.usecases.closing.closings_due import finish_closing

    real = DynamoErasures.entries

    def failing(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise Unavailable
        real(*args)

    monkeypatch.setattr(DynamoErasures, "entries", failing)
    with pytest.raises(Unavailable):
        finish_closing("acme", desk=desk)
    work = wiring.sales_desk().closings.get("acme")
    assert work is not None
    assert work.place not in (None, "[0, null]")
    finish_closing("acme", desk=desk)
    assert left(environment) == {}
