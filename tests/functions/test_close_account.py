"""`POST .../close` over whole events, on the table and under the permissions of the template."""

from __future__ import annotations

import pytest

from lotbook import wiring
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Api, member, open_account
from tests.functions.test_recheck import SCHEDULE, Context

PATH = {"account_id": "acme"}
CLOSE = f"POST {ACCOUNT}/close"


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    open_account(api, "acme")
    return fake


def test_a_closed_account_says_so_everywhere_and_its_reads_go_on(api: Api, gateway: FakeGateway) -> None:
    item = {"item": {"kind": "top_up", "credits": 30}}
    row = api.call(f"POST {ACCOUNT}/purchases", item, member("acme"), "k", PATH).ok(201)
    closed = api.call(CLOSE, {"reason": "They left."}, path=PATH).ok()
    assert (closed["state"], closed["closed_at"]) == ("closed", "2026-01-15T10:00:00Z")
    assert api.call(CLOSE, {"reason": "Again."}, path=PATH).ok() == closed
    burn = {"credits": 1}
    api.call(f"POST {ACCOUNT}/consume", burn, key=api.fresh(), path=PATH).problem(403, "account_closed")
    api.call(f"POST {ACCOUNT}/holds", burn, key=api.fresh(), path=PATH).problem(403, "account_closed")
    batch = {"items": [{"idempotency_key": "b-1", "credits": 1}]}
    api.call(f"POST {ACCOUNT}/consume/batch", batch, path=PATH).problem(403, "account_closed")
    api.call(f"POST {ACCOUNT}/purchases", item, member("acme"), "k-2", PATH).problem(403, "account_closed")
    grant = {"credits": 1, "kind": "promotional", "reason": "x"}
    api.call(f"POST {ACCOUNT}/grants", grant, key=api.fresh(), path=PATH).problem(403, "account_closed")
    shown = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}", path=PATH | {"purchase_id": row["purchase_id"]}).ok()
    assert shown["state"] == "abandoned"
    assert api.call(f"GET {ACCOUNT}/balance", path=PATH).ok()["available"] > 0
    assert api.call(f"GET {ACCOUNT}/entries", path=PATH).ok()["entries"]


def test_the_schedule_finishes_what_the_gateway_has_not_heard(api: Api, gateway: FakeGateway) -> None:
    from functions.recheck.app import handler

    item = {"item": {"kind": "top_up", "credits": 30}}
    row = api.call(f"POST {ACCOUNT}/purchases", item, member("acme"), "k", PATH).ok(201)
    gateway.later["subscriptions"] = ["before"] * 9
    assert api.call(CLOSE, {"reason": "They left."}, path=PATH).ok()["state"] == "closed"
    gateway.later.clear()
    api.clock.instant += 6 * 60_000
    assert handler(SCHEDULE, Context())["closings"] == 1
    shown = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}", path=PATH | {"purchase_id": row["purchase_id"]}).ok()
    assert shown["state"] == "abandoned"
    api.clock.instant += 60 * 60_000
    assert handler(SCHEDULE, Context())["closings"] == 1
    api.clock.instant += 60 * 60_000
    assert handler(SCHEDULE, Context())["closings"] == 0


def test_closing_wants_a_reason(api: Api, gateway: FakeGateway) -> None:
    problem = api.call(CLOSE, {}, path=PATH).problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "reason"
    assert api.call(f"GET {ACCOUNT}", path=PATH).ok()["state"] == "active"
