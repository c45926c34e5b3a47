"""Holds over whole events: the calls that the tests make, and what balance and statement must say."""

from __future__ import annotations

from typing import Any

from lotbook.domain.values.access import Caller
from lotbook.domain.values.instants import SECOND, from_text
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api

ACME = {"account_id": "acme"}
HOLDS = f"POST {ACCOUNT}/holds"
CAPTURE, RELEASE = f"{HOLDS}/{{hold_id}}/capture", f"{HOLDS}/{{hold_id}}/release"
NO_HOLD = "hold_" + "0" * 24


def place(
    api: Api, credits: object = 4, key: str | None = None, caller: Caller | None = SERVICE, **more: Any
) -> Answer:
    return api.call(HOLDS, {"credits": credits, **more}, caller, key or api.fresh(), ACME)


def capture(api: Api, hold_id: str, credits: object, key: str | None = None, caller: Caller | None = SERVICE) -> Answer:
    return api.call(CAPTURE, {"credits": credits}, caller, key or api.fresh(), ACME | {"hold_id": hold_id})


def release(api: Api, hold_id: str, key: str | None = None, body: Any = None) -> Answer:
    return api.call(RELEASE, body, key=key or api.fresh(), path=ACME | {"hold_id": hold_id})


def consume(api: Api, credits: int, key: str | None = None) -> Answer:
    return api.call(f"POST {ACCOUNT}/consume", {"credits": credits}, key=key or api.fresh(), path=ACME)


def balance(api: Api) -> Any:
    return api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()


def figures(api: Api) -> tuple[int, int]:
    """(available, held), which lots and statement must explain."""
    found = balance(api)
    assert sum(lot["remaining"] for lot in found["lots"]) == found["available"]
    # A dead lot is not shown any more, but what holds keep of it is still held.
    assert sum(lot["held"] for lot in found["lots"]) <= found["held"]
    assert all(lot["expires_at"] is None or lot["expires_at"] > found["as_of"] for lot in found["lots"])
    assert sum(entry["credits"] for entry in entries(api)) == found["available"] + found["held"]
    return found["available"], found["held"]


def entries(api: Api) -> list[Any]:
    found: list[Any] = api.call(f"GET {ACCOUNT}/entries", path=ACME, query={"limit": "100"}).ok()["entries"]
    return found


def lines(api: Api, count: int) -> list[tuple[str, int, int, int]]:
    """(kind, credits, drawn, available after) of the newest entries."""
    return [
        (entry["kind"], entry["credits"], sum(draw["credits"] for draw in entry["draws"]), entry["available_after"])
        for entry in entries(api)[:count]
    ]


def move_to(api: Api, instant: str, seconds: int = 0) -> None:
    api.clock.instant = from_text(instant) + seconds * SECOND
