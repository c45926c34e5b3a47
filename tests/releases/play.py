"""What a release leaves in the table: every stored kind, written by its own code. `keep.py` runs this in the release's own tree.

It uses only what every release has: the functions behind their routes, the stores, and the tests' own fakes. What a later release
adds, it adds here; older fixtures stay as they are.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.dynamo.auto import DynamoAutoHistory
from lotbook.adapters.dynamo.closings import DynamoClosings
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries, DynamoLanes
from lotbook.adapters.dynamo.endpoints import DynamoEndpoints
from lotbook.adapters.dynamo.latches import DynamoLatches
from lotbook.adapters.dynamo.mail_latches import DynamoMailLatches
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.adapters.dynamo.reports import DynamoReports
from lotbook.adapters.dynamo.sweeps import DynamoSweeps
from lotbook.adapters.dynamo.table import Table
from lotbook.api.http.identity import to_context
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.accounts.automatic import AutoRecord, Claim, PaymentCard, Suspension
from lotbook.domain.accounts.subscriptions import BillingPeriod, Subscription
from lotbook.domain.accounts.terms import Term
from lotbook.domain.mails.latches import MailLatch
from lotbook.domain.mails.occasions import Occasion
from lotbook.domain.news.alerts import Latch
from lotbook.domain.portal.sessions import Pass, Visitor
from lotbook.domain.reconciliation.differences import ComparedPeriod, Difference, Stray
from lotbook.domain.reconciliation.strays import StrayNote
from lotbook.domain.reports.payments import Booked, Moved
from lotbook.domain.sales.auto_history import event
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.items import AutoTopUpItem, CustomPaymentItem, PackItem, PlanItem, PlanRenewalItem
from lotbook.domain.values.instants import DAY, MINUTE
from lotbook.ports.reconciliation import Noted, Progress
from lotbook.ports.reports import KeptMonth
from lotbook.ports.shop import KeyUse
from lotbook.ports.sweeps import Stumble
from tests import table as tables
from tests.contracts.test_purchase_store import FULL
from tests.fakes.accounts import ManualClock
from tests.fakes.billing import details
from tests.fakes.endpoints import a_delivery, an_endpoint
from tests.fakes.outbox import RecordingBus
from tests.fakes.purchases import a_purchase
from tests.functions.conftest import ENVIRONMENT, SERVICE, clear_wiring, sample
from tests.functions.events import an_event
from tests.quick_moto import mock_aws

POLICIES = ("insurestack", "9pic", "diaflow", "gocontent", "make")
ACCOUNT = "/v1/accounts/{account_id}"
READS = (f"GET {ACCOUNT}", f"GET {ACCOUNT}/balance", f"GET {ACCOUNT}/entries")
ROWS = {
    "top up": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaab"),
    "pack": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaac", item=PackItem("p-2000")),
    "plan": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaad", item=PlanItem("pro", credits=1_000)),
    "custom": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaae", item=CustomPaymentItem(2_500, "invoice 7")),
    "renewal": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaaf", item=PlanRenewalItem("pro")),
    "automatic": a_purchase(purchase_id="pur_0000000000aaaaaaaaaaaaaaag", item=AutoTopUpItem(10_000, 2)),
    "full": FULL,
}
DIED = "of-died"  # an account whose lots have died together
A_MAIL = Occasion("credits_low", "evt_1")


class Context:
    """Lambda's context."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:played:live"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def call(
    route_key: str, body: Any = None, key: str | None = None, query: Mapping[str, str] | None = None, **path: str
) -> Any:
    """Status and body of one call, by whichever `functions` and `lotbook` are imported now."""
    headers = {} if key is None else {"idempotency-key": key}
    sent = None if body is None else json.dumps(body).encode()
    asked = an_event(route_key, to_context(SERVICE), path, query or {}, headers, sent)
    answer = import_module(f"functions.{CONTRACT[route_key].function}.app").handler(asked, Context())
    return answer["statusCode"], json.loads(answer["body"])


def ok(*asked: Any, **more: Any) -> Any:
    """The body of a call that must succeed."""
    status, body = call(*asked, **more)
    assert status < 300, body
    return body


@contextmanager
def world() -> Iterator[ManualClock]:
    """An empty table and a clock that the caller moves; nothing of it stays."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        clear_wiring()
        clock, table, bus = ManualClock(), wiring.table(), RecordingBus()
        tables.create(table.client, table.name)
        patch.setattr(wiring, "table", lambda: table)
        patch.setattr(wiring, "clock", lambda: clock)
        patch.setattr(wiring, "bus", lambda: bus)
        yield clock
    clear_wiring()


def play(clock: ManualClock) -> dict[str, Any]:
    """Write everything; answers what this release reads of it, and the calls whose keys were used with their first answers."""
    for policy_id in POLICIES:
        ok("PUT /v1/policies/{policy_id}", sample(policy_id), policy_id=policy_id)
        body = {"account_id": f"of-{policy_id}", "policy_id": policy_id, "region": "US", "email": "a@b.example"}
        ok("POST /v1/accounts", body)
    body = {"account_id": DIED, "policy_id": "insurestack", "region": "US", "email": "a@b.example"}
    ok("POST /v1/accounts", body)
    for number in range(3):
        grant = {"kind": "promotional", "credits": 7, "reason": "short", "expires_at": "2026-02-01T00:00:00Z"}
        ok(f"POST {ACCOUNT}/grants", grant, key=f"short-{number}", account_id=DIED)
    used = [each for policy_id in POLICIES for each in _burned(f"of-{policy_id}")]
    clock.instant += 40 * DAY
    for schedule in ("expire", "audit"):
        import_module(f"functions.{schedule}.app").handler({}, Context())
    grant = {"kind": "promotional", "credits": 50, "reason": "later"}
    ok(f"POST {ACCOUNT}/grants", grant, key="later", account_id="of-insurestack")
    ok(f"POST {ACCOUNT}/consume", {"credits": 4}, key="later", account_id="of-insurestack")
    held = ok(f"POST {ACCOUNT}/holds", {"credits": 6, "ttl_seconds": 3_600}, key="still", account_id="of-insurestack")
    _stored(clock.instant)
    import_module("functions.outbox.app").handler({"Records": list(records())}, None)
    return {"at": clock.instant, "used": used, "open_hold": held["hold_id"], "read": read(), "stored": stored()}


def _burned(account_id: str) -> list[dict[str, Any]]:
    """Grants, burns and holds of one account. The calls, with their answers: the same again must be answered the same."""
    used = []

    def do(route: str, body: Any, key: str, **path: str) -> Any:
        answer = ok(f"POST {ACCOUNT}{route}", body, key=key, account_id=account_id, **path)
        used.append(
            {"route": route, "body": body, "key": key, "path": {"account_id": account_id, **path}, "answer": answer}
        )
        return answer

    do("/grants", {"kind": "promotional", "credits": 100, "reason": "welcome"}, "promo")
    do(
        "/grants",
        {"kind": "promotional", "credits": 7, "reason": "short", "expires_at": "2026-02-01T00:00:00Z"},
        "short",
    )
    do("/consume", {"credits": 3, "reference": "job-17", "metadata": {"job": "17"}}, "one")
    ok(
        f"POST {ACCOUNT}/consume/batch",
        {"items": [{"credits": 2, "idempotency_key": f"b{n}"} for n in (1, 2)]},
        account_id=account_id,
    )
    for key, reference in (("lines", "line"), ("long-lines", "l" * 250)):  # these stand beside their entry
        lines = [{"credits": 1, "reference": f"{reference}-{number}"} for number in range(9)]
        ok(f"POST {ACCOUNT}/consume/batch", {"items": lines}, key=key, account_id=account_id)
    do("/holds", {"credits": 5, "ttl_seconds": 3_600}, "open")
    captured = do("/holds", {"credits": 6, "ttl_seconds": 3_600}, "captured")
    do("/holds/{hold_id}/capture", {"credits": 4}, "capture", hold_id=captured["hold_id"])
    released = do("/holds", {"credits": 2, "ttl_seconds": 3_600}, "released")
    do("/holds/{hold_id}/release", {}, "release", hold_id=released["hold_id"])
    return used


def _stored(at: int) -> None:
    """What only a gateway, a sweep or a person would cause: by the stores that write it."""
    table = wiring.table()
    for name, row in ROWS.items():
        mine = replace(row, account_id="of-make")
        assert wiring.purchases().place(mine, KeyUse(f"fp-{name}", row.purchase_id, "digest")) is None
    wiring.billing().save(BillingRecord("of-make", details(), details(), at, at, "ann"), None)
    account = wiring.accounts().get("of-make")
    assert account is not None
    suspended = Suspension("declined", at, "pur_1", PaymentCard("pm_1", "fp_1"), "pm_2", None, "insufficient_funds")
    auto = AutoRecord(True, "pm_1", 10_000, at, 1, 1_000, 2_360, Claim("pur_1", at, 1, 1_000, 2_360, at), suspended)
    paid = BillingPeriod(at, at + 30 * DAY, "pro", "paid", "pur_1", "in_1")
    renewing = Subscription("sub_1", "si_1", "pro", 1, "price_1", 6_400, at, "pur_1", (paid,))
    terms = (Term("pur_2", "pro", at, at + 9 * DAY),)
    made: dict[str, Any] = {
        "auto": auto,
        "subscription": renewing,
        "terms": terms,
        "former_customers": ("cus_0",),
        "version": 1,
    }
    assert wiring.accounts().create(replace(account, account_id="stored", **made)) is None
    DynamoLatches(table).save("of-make", "credits", Latch(seq=4))
    wiring.notices().note("of-make", "credits", "lot_x", at + MINUTE)
    DynamoMailLatches(table).save("of-make", A_MAIL, MailLatch(lease="a"))
    DynamoAutoHistory(table).note(event("of-make", "cap_reached", at, "period"))
    DynamoPasses(table).put("link", "digest", Pass(Visitor("of-make", "owner", "ann"), at, 1))
    DynamoPasses(table).begin_round("of-make")
    wiring.service_keys().put("hash", "key_1", frozenset({"credits:consume"}), at)
    journal, sweeps = DynamoReconciliation(table), DynamoSweeps(table)
    journal.keep(Stray("pi_1", "event", at, "of-make", "pur_1", "cs_1", "pi_1", "evt_1"))
    journal.note_stray(StrayNote("pi_1", at, "bob", "Looked at.", closes=False))
    journal.note(Noted(at, Difference("amount_mismatch", "of-make", "pur_1", "cs_1", ("total",)), "found"))
    journal.save_progress("daily", Progress(ComparedPeriod(0, at), "strays", None))
    sweeps.keep("book", "of-make#credits", Stumble(2, at, at + DAY))
    sweeps.keep_followed(["evt_1"])
    DynamoClosings(table).ask("of-make", at)
    wiring.cursor_key()
    _stored_for_the_seller(table, at)


def _stored_for_the_seller(table: Table, at: int) -> None:
    """Endpoints and what was sent to them, and a month of the reports."""
    DynamoEndpoints(table).create(an_endpoint("end_1", created_at=at), "whsec_AAAA")
    DynamoDeliveries(table).create(a_delivery("end_1"))
    assert DynamoLanes(table).take("end_1", 0, at, at + DAY)
    reports = DynamoReports(table)
    reports.keep_month("2026-01", KeptMonth("of-make", b"content", True, {"credits": 7}))
    reports.keep_paid("2026-01", Booked("pi_1", "of-make", "pur_1", at, "sale", "usd", 900))
    reports.keep_paid("2026-01", Moved("txn_1", at, "charge", "usd", 900, 56, "pi_1", "usd", 900, "ours"))


def stored() -> dict[str, Any]:
    """What the stores read of it, as JSON."""
    table, purchases = wiring.table(), wiring.purchases()
    journal, sweeps = DynamoReconciliation(table), DynamoSweeps(table)
    found = {
        **{name: purchases.get("of-make", row.purchase_id) for name, row in ROWS.items()},
        **{f"key of {name}": purchases.key_use("of-make", f"fp-{name}") for name in ROWS},
        "rows": purchases.page("of-make", 100, None)[0],
        "account": wiring.accounts().get("stored"),
        "billing": wiring.billing().get("of-make"),
        "latch": DynamoLatches(table).get("of-make", "credits"),
        "mail": DynamoMailLatches(table).get("of-make", A_MAIL),
        "auto": DynamoAutoHistory(table).page("of-make", 10, None)[0],
        "pass": DynamoPasses(table).find("link", "of-make", "digest"),
        "strays": [journal.stray("pi_1")],
        "closing": DynamoClosings(table).get("of-make"),
        "endpoints": DynamoEndpoints(table).list(),
        "deliveries": DynamoDeliveries(table).page("end_1", None, 9),
        "month": DynamoReports(table).month("2026-01", "of-make"),
        "payments": DynamoReports(table).paid("2026-01", None, 9)[0],
        "sold": sorted(DynamoReports(table).sold(["pi_1"])),
        "progress": journal.progress("daily"),
        "stumbles": dict(sweeps.stumbles("book")),
        "followed": sorted(sweeps.followed()),
        "service key": [
            sorted(part) if isinstance(part, frozenset) else part for part in wiring.service_keys().find("hash") or ()
        ],
        "use": sorted(map(str, wiring.policies().uses("make"))),
        "cursor key": len(wiring.cursor_key()),
    }
    answer: dict[str, Any] = json.loads(json.dumps(found, default=_as_json))
    return answer


def read() -> dict[str, Any]:
    """What the API answers of every account, by account and call."""
    accounts = [f"of-{policy_id}" for policy_id in POLICIES]
    return {account_id: {route: ok(route, account_id=account_id) for route in READS} for account_id in accounts}


def _as_json(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def records() -> Iterator[dict[str, Any]]:
    """Everything in the table, as its stream would tell it."""
    for number, item in enumerate(tables.everything(wiring.table())):
        place = {"pk": item["pk"], "sk": item["sk"]}
        yield {
            "eventName": "INSERT",
            "dynamodb": {"Keys": place, "NewImage": _with_texts(item), "SequenceNumber": f"{number:06d}"},
        }


def items() -> list[dict[str, Any]]:
    """Everything in the table, as JSON can hold it, in a fixed order."""
    found = [_with_texts(item) for item in tables.everything(wiring.table())]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def put_items(kept: list[dict[str, Any]]) -> None:
    """Put what `items` answered into the table."""
    tables.put_back(wiring.table(), [_with_bytes(item) for item in kept])


def _with_texts(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _with_texts(each) for name, each in value.items()}
    return [_with_texts(each) for each in value] if isinstance(value, list) else value


def _with_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: base64.b64decode(each) if name == "B" and isinstance(each, str) else _with_bytes(each)
            for name, each in value.items()
        }
    return [_with_bytes(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    with world() as at:
        told = play(at)
        Path(sys.argv[1]).write_text(json.dumps({**told, "items": items()}, indent=0, sort_keys=True) + "\n")
