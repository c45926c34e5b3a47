"""A Lotbook whose answers are written down: what `lotbook` asks of it is kept, what it does not know is 404."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from operate.command.api import Api
from operate.command.targets import Local, Target

ACME = {
    "account_id": "acme",
    "policy_id": "make",
    "policy_version": 3,
    "plan_id": "pro-80k",
    "plan_state": "active",
    "state": "active",
    "email": "ann@acme.example",
    "external_id": "crm-17",
    "created_at": "2026-01-05T10:00:00Z",
    "metadata": {"segment": "agencies"},
    "period": {"start": "2026-01-05T10:00:00Z", "end": "2026-02-05T10:00:00Z"},
}
OTHER = {**ACME, "account_id": "globex", "plan_id": "free", "email": None, "external_id": None, "state": "paused"}
LOTS = [
    ("plan", 80_000, 12_500, 500, "2026-01-05T10:00:00Z", "2026-02-05T10:00:00Z"),
    ("purchased", 1_000_000, 1_000_000, 0, "2026-01-20T08:30:00Z", None),
]
BALANCE = {
    "account_id": "acme",
    "unit": "credits",
    "as_of": "2026-01-31T12:00:00Z",
    "available": 1_012_500,
    "held": 500,
    "frozen": 0,
    "waiting": 0,
    "shortfall": 0,
    "lots": [
        {"lot_id": f"lot_{number}", "unit": "credits", "kind": kind, "granted": granted, "remaining": remaining}
        | {"held": held, "effective_at": since, "expires_at": until, "state": "open", "purchase_id": None}
        for number, (kind, granted, remaining, held, since, until) in enumerate(LOTS)
    ],
}


def entry(number: int, at: str, kind: str, change: int, after: int) -> dict[str, Any]:
    return {
        "entry_id": f"ent_{number}",
        "at": at,
        "kind": kind,
        "credits": change,
        "available_after": after,
        "unit": "credits",
        "reference": f"job {number}" if kind == "consumed" else None,
        "reason": "welcome" if kind == "granted" else None,
        "draws": [],
        "actor": "backend",
    }


def between(entries: list[dict[str, Any]], asked: httpx.QueryParams) -> list[dict[str, Any]]:
    """As the API chooses: `from` counts, `to` does not."""
    since, until = asked.get("from", ""), asked.get("to", "9")
    return [each for each in entries if since <= each["at"] < until]


ENTRIES = [
    entry(4, "2026-01-31T11:00:00Z", "consumed", -67_500, 1_012_500),
    entry(3, "2026-01-20T08:30:00Z", "granted", 1_000_000, 1_080_000),
    entry(2, "2026-01-06T00:00:00Z", "consumed", -20, 80_000),
    entry(1, "2026-01-05T10:00:00Z", "granted", 80_020, 80_020),
]
ENDPOINT = {
    "endpoint_id": "end_1",
    "url": "https://hooks.shop.example/lotbook",
    "types": ["credits.low"],
    "email": None,
    "state": "enabled",
    "disabled_reason": None,
}
DELIVERY: dict[str, Any] = {
    "delivery_id": "dlv_1",
    "endpoint_id": "end_1",
    "type": "credits.low",
    "state": "failed",
    "reason": "tries",
    "next_attempt_at": None,
    "attempts": [{}, {}],
}
HOLD = {
    "hold_id": "hold_1",
    "entry_id": "ent_7",
    "unit": "credits",
    "state": "captured",
    "credits": 1_200,
    "captured": 1_000,
    "released": 200,
    "draws": [],
    "placed_at": "2026-01-30T12:00:00Z",
    "expires_at": "2026-01-30T13:00:00Z",
    "closed_at": "2026-01-30T12:10:00Z",
    "reference": "job 7",
    "actor": "backend",
    "rated": None,
    "rating": None,
}
A_LOT = {
    "lot_id": "lot_9",
    "unit": "credits",
    "kind": "promotional",
    "granted": 5_000,
    "remaining": 4_000,
    "held": 200,
    "used": 800,
    "expired": 0,
    "taken_back": 0,
    "granted_at": "2026-01-05T10:00:00Z",
    "effective_at": "2026-01-05T10:00:00Z",
    "expires_at": "2026-12-31T00:00:00Z",
    "state": "open",
    "purchase_id": None,
    "reason": "welcome",
    "metadata": None,
    "actor": "backend",
}
ANSWERS: dict[str, Any] = {
    "GET /v1/accounts": {"accounts": [ACME, OTHER], "next_cursor": None},
    "POST /v1/accounts": ACME,
    "GET /v1/accounts/acme": ACME,
    "PATCH /v1/accounts/acme": ACME,
    "POST /v1/accounts/acme/close": {**ACME, "state": "closed"},
    "GET /v1/accounts/acme/balance": BALANCE,
    "GET /v1/accounts/acme/entries": {"entries": ENTRIES, "next_cursor": None},
    "POST /v1/accounts/acme/grants": {"lot_id": "lot_9", "entry_id": "ent_9"},
    "GET /v1/accounts/acme/holds": {"holds": [HOLD], "next_cursor": None},
    "GET /v1/accounts/acme/lots/lot_9": A_LOT,
    "POST /v1/accounts/acme/lots/lot_9/void": {"entry_id": "ent_10", "credits": 4_000},
    "GET /v1/endpoints": {"endpoints": [ENDPOINT]},
    "POST /v1/endpoints": {**ENDPOINT, "secret": "whsec_new"},
    "PATCH /v1/endpoints/end_1": ENDPOINT,
    "DELETE /v1/endpoints/end_1": {"endpoint_id": "end_1", "deleted": True},
    "POST /v1/endpoints/end_1/rotate": {**ENDPOINT, "secret": "whsec_rotated"},
    "GET /v1/endpoints/end_1/deliveries": {"deliveries": [DELIVERY], "next_cursor": None},
    "POST /v1/endpoints/end_1/deliveries/dlv_1/again": {**DELIVERY, "state": "pending"},
    "GET /v1/reports/roll-forward": {
        "report": "roll-forward",
        "month": "2026-01",
        "state": "closed",
        "as_of": "2026-02-01T00:10:00Z",
        "lines": [{"kind": "roll-forward", "currency": "usd", "opening_minor": 0, "sold_minor": 1_200_000}],
        "next_cursor": None,
    },
    "GET /_local/events": {
        "events": [
            {"id": "evt_2", "type": "credits.low", "at": "2026-01-31T11:00:01Z", "detail": {"account_id": "acme"}},
            {
                "id": "evt_1",
                "type": "credits.granted",
                "at": "2026-01-05T10:00:01Z",
                "detail": {"account_id": "globex"},
            },
        ]
    },
    "GET /_local/clock": {"now": "2026-01-31T12:00:00Z", "frozen": True},
    "POST /_local/schedules/reconcile/run": {
        "from": "2026-01-28T12:00:00Z",
        "to": "2026-01-31T12:00:01Z",
        "compared": {"checkouts": 2, "purchases": 1_200},
        "repaired": 0,
        "open": 1,
        "more": False,
        "differences": [
            {
                "difference": "amount_mismatch",
                "severity": "critical",
                "outcome": "open",
                "account_id": "acme",
                "purchase_id": "pur_1",
                "reference": "cs_1",
                "fields": ["total"],
            }
        ],
    },
}


@dataclass
class Recorded:
    """`asked`: method and path, query, body and key of each call."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    asked: list[tuple[str, dict[str, str], Any, str | None]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        body = json.loads(request.content) if request.content else None
        self.asked.append((name, dict(request.url.params), body, request.headers.get("Idempotency-Key")))
        found = self.answers.get(f"{name}?dry_run" if "dry_run" in request.url.params else name)
        if isinstance(found, list):  # a page a call
            found = found.pop(0)
        if isinstance(found, httpx.Response):
            return found
        if found is None:
            subject = "policy" if "/policies/" in name else "account"
            problem = {"code": f"{subject}_not_found", "status": 404, "detail": f"There is no such {subject}."}
            return httpx.Response(404, json={**problem, "request_id": "req-1"})
        if request.url.path.endswith("/entries"):
            found = {**found, "entries": between(found["entries"], request.url.params)}
        return httpx.Response(200, json=found)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """As the local run is asked past the API."""
        self.asked.append((f"{method} {path}", {}, body, None))
        return self.answers[f"{method} {path}"]

    def take_the_place(self, patch: pytest.MonkeyPatch, target: type[Target] = Local) -> None:
        """Of what `target` would have asked."""
        patch.setattr(target, "api", lambda _: Api("http://127.0.0.1:3000", "lbk_x", httpx.MockTransport(self.answer)))
        patch.setattr(Local, "running", self)
