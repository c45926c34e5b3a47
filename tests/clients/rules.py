"""What both clients do, as a table: the Python client answers it here, the TypeScript client in `typescript/rules.ts`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

import lotbook_client as lotbook
from tests.loops import in_a_loop

FILE = Path(__file__).with_name("rules.json")
RULES: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
KEY = "key-1"


class Wire:
    """Answers as a case says, one after the other, and remembers what it was asked."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if answer == "lost":
            raise httpx.ReadError("the connection broke", request=request)
        text = answer["text"] if "text" in answer else json.dumps(answer["body"])
        return httpx.Response(answer["status"], headers=answer.get("headers", {}), text=text)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def exchanged(case: Mapping[str, Any], *, is_async: bool) -> dict[str, Any]:
    """What became of a case."""
    wire = Wire(case["answers"])
    retries = lotbook.Retries(most=case.get("retries", 3), chance=lambda: 0.5, now=lambda: NOW)
    told: dict[str, Any]
    keys: set[str | None] = set()
    try:
        told = _seen(in_a_loop(_called_async(case, wire, retries)) if is_async else _called(case, wire, retries))
    except lotbook.LotbookError as error:
        told = _error(error, case)
        keys.add(error.idempotency_key)
    keys |= {request.headers.get("idempotency-key") for request in wire.asked}
    bodies = {request.content for request in wire.asked}
    assert keys == {KEY if case["call"] == "consume" else None}, "every try has the same key, and an error knows it"
    assert len(bodies) == 1
    return {"tries": len(wire.asked), "slept": wire.slept, "outcome": told}


def _called(case: Mapping[str, Any], wire: Wire, retries: lotbook.Retries) -> Any:
    transport = httpx.MockTransport(wire)
    with lotbook.Lotbook(
        "https://api.example", "lbk_x", retries=retries, transport=transport, sleep=wire.sleep
    ) as client:
        match case["call"]:
            case "consume":
                return client.consume_credits("acme", 12, idempotency_key=KEY)
            case "link":
                return client.make_portal_link("acme", "owner")
        return client.read_balance("acme")


async def _called_async(case: Mapping[str, Any], wire: Wire, retries: lotbook.Retries) -> Any:
    transport = httpx.MockTransport(wire)
    async with lotbook.AsyncLotbook(
        "https://api.example", "lbk_x", retries=retries, transport=transport, sleep=wire.sleep_async
    ) as client:
        match case["call"]:
            case "consume":
                return await client.consume_credits("acme", 12, idempotency_key=KEY)
            case "link":
                return await client.make_portal_link("acme", "owner")
        return await client.read_balance("acme")


def _seen(answer: Any) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ("url", "available", "replayed") if hasattr(answer, name)}


def _error(error: lotbook.LotbookError, case: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, lotbook.ApiError):
        wanted = case["outcome"].get("data", {})
        told |= {"status": error.status, "code": error.code, "retry_after": error.retry_after}
        told |= {"request_id": error.request_id}
        # Data of a known code are attributes; of another one they are in `data`.
        told["data"] = {name: getattr(error, name) if name in error.carries else error.data[name] for name in wanted}
    return told


def verified(case: Mapping[str, Any]) -> Any:
    """What became of a webhook."""
    more = {name: case[name] for name in ("now", "tolerance") if name in case}
    secrets = case["secrets"]
    try:
        event = lotbook.verify_webhook(
            case["body"].encode(), case["headers"], secrets[0] if len(secrets) == 1 else secrets, **more
        )
    except lotbook.InvalidSignature:
        return "InvalidSignature"
    except ValueError:
        return "no secret"
    return {
        "id": event.id,
        "type": event.type,
        "sent_at": int(event.sent_at.timestamp()),
        "available": event.data.get("available"),
    }
