"""The whole product in this process, spoken to by its routes only: API Gateway's rules, the functions, moto's table, the stand-in.

Time stands still until a story moves it. On the way everything that the gateway has to do happens at its own instant, its events
are held, and delivered when the story says so: at once, later, or shuffled.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

from local.cloud.api_events import Request
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway, Identities, Verdict
from local.cloud.schedules import Schedules
from local.cloud.template import Template
from local.stripe_stand_in.client import InProcessClient
from local.stripe_stand_in.http import Request as Visit
from local.stripe_stand_in.stand_in import StandIn
from local.stripe_stand_in.webhooks import signature
from lotbook.api.http.identity import to_context
from lotbook.domain.values.access import SCOPES, Caller
from tests.scenarios.conftest import GOOD_CARD, Answer

SECRET = "whsec_stories"
MOST_STEPS = 4_000  # things that the gateway does by itself during one move of the clock
SCHEDULES = ("expire", "recheck")  # those that do anything about plans
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


def moment(text: str) -> datetime:
    """`2027-01-31 12:00` or an instant of the API."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def words(instant: datetime) -> str:
    """As the API writes instants."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """The clock of everything here."""

    def __init__(self) -> None:
        self.at = moment("2027-01-01 00:00")

    def now(self) -> int:
        return int(self.at.timestamp()) * 1_000


class Quick(InProcessClient):
    """Pauses between tries are the SDK's own business; here they would only take time."""

    def _sleep_time_seconds(self, *_: Any, **__: Any) -> float:
        return 0.0


class Names(Identities):
    """Who calls is said in plain words: `service`, or `<role>@<account>`. Tokens are tested elsewhere."""

    def verdict(self, authorizer: Any, request: Request, route: Any, parameters: dict[str, str]) -> Verdict:
        name = request.headers["authorization"].removeprefix("Bearer ")
        role, _, account = name.partition("@")
        caller = (
            Caller("service", "backend", scopes=frozenset(SCOPES))
            if name == "service"
            else Caller("member", name, account_id=account, role=role)  # type: ignore[arg-type]
        )
        return Verdict(True, to_context(caller))


@dataclass
class Wired:
    """What is made once a session, because it takes time: the template and the functions."""

    template: Template
    functions: Functions


@dataclass
class World:
    """One vendor's shop at one clock. `schedules`: None (never), or how late they run after the gateway did something."""

    wired: Wired
    directory: Path
    clock: Clock
    schedules: timedelta | None = None
    holding: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    answered: list[tuple[str, int | None]] = field(default_factory=list)  # every delivery: event kind, status
    deaf: bool = False  # whether the endpoint answers 500 to everything
    boundaries: int = 0

    queue: Any = None  # of automatic purchase, where there is one in this process

    def __post_init__(self) -> None:
        self.stand_in = StandIn(self.directory, self.clock, "https://lotbook.test/webhooks", SECRET, "https://pay.test")
        self.stand_in.sender.stop()  # deliveries are on order
        self.stand_in.endpoint.post = self._event  # type: ignore[method-assign]
        self.gateway = Gateway(self.wired.template, self.wired.functions, Names(self.wired.functions))
        self.client = Quick(self.stand_in)
        self.stripe = stripe.StripeClient("sk_test_x", http_client=self.client).v1
        self._runs = Schedules(self.wired.template.schedules, self.wired.functions, self.clock)
        self.control("webhooks", {"mode": "hold"})

    def close(self) -> None:
        self.stand_in.store.close()

    # the API

    def call(
        self, method: str, path: str, body: Any = None, who: str = "service", key: str | None = None, **headers: str
    ) -> Answer:
        """One request through the template's routes."""
        sent = {"authorization": f"Bearer {who}", "content-type": "application/json", **headers}
        if key is not None:
            sent["idempotency-key"] = key
        raw = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, sent, raw, f"req-{next(self.numbers)}", self.clock.now(), "127.0.0.1")
        answer = self.gateway.answer(request)
        return Answer(answer.status, dict(answer.headers), answer.body)

    def fresh(self) -> str:
        return f"key-{next(self.numbers)}"

    def _event(self, payload: bytes, seconds: int) -> int | None:
        """The endpoint of the gateway's events."""
        kind = json.loads(payload)["type"]
        if self.deaf:
            self.answered.append((kind, 500))
            return 500
        headers = {
            "stripe-signature": signature(payload, SECRET, seconds),
            "content-type": "application/json; charset=utf-8",
        }
        request = Request(
            "POST", "/v1/webhooks/stripe", headers, payload, f"req-{next(self.numbers)}", self.clock.now(), "127.0.0.1"
        )
        status = self.gateway.answer(request).status
        self.answered.append((kind, status))
        return status

    # the gateway

    def visit(self, method: str, url: str, body: Any = None) -> Answer:
        """A page of the gateway, or a control of the stand-in."""
        path = urlsplit(url).path
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.stand_in.answer(Visit(method, path, "", {"content-type": "application/json"}, raw))
        return Answer(answer.status, dict(answer.headers), answer.body)

    def control(self, path: str, body: Any = None) -> Any:
        return self.visit("POST", f"/_stand_in/{path}", body or {}).ok()

    def held(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.visit("GET", "/_stand_in/webhooks").ok()["held"]
        return found

    def deliver(self, seed: int | None = None, times: int = 1) -> None:
        """Deliver what is held until nothing is; shuffled where a seed is given."""
        for _ in range(20):
            ids = [each["event_id"] for each in self.held()]
            if not ids:
                return
            order = ids * times
            if seed is not None:
                random.Random(seed).shuffle(order)
            self.control("webhooks/deliver", {"event_ids": order})
        raise AssertionError("events do not end")

    def settle(self) -> None:
        """What follows at once from what was done: due things, their events, unless they are held."""
        self.stand_in.tick()
        if not self.holding:
            self.deliver()

    def fail(self, operation: str, kind: str = "timeout_after_commit", times: int = 3) -> None:
        """The next calls of an operation fail; three are the SDK's own tries of one call."""
        self.control("fail", {"operation": operation, "kind": kind, "times": times})

    # time

    def go(self, to: datetime | str) -> None:
        """Move the clock; each thing that is due on the way happens at its own instant."""
        target = moment(to) if isinstance(to, str) else to
        assert target >= self.clock.at, "time goes forward"
        for _ in range(MOST_STEPS):
            following = self._next(target)
            if following is None:
                break
            self.clock.at = following
            self.settle()
            if self._late and self._late[0] <= self.clock.at:
                self._late.clear()
                self.run_schedules()
            elif self.schedules is not None and not self._late:
                self._late.append(self.clock.at + self.schedules)
        else:
            raise AssertionError("the gateway does not come to rest")
        self.clock.at = target
        self.settle()
        if self.schedules == timedelta(0):
            self.run_schedules()

    _late: list[datetime] = field(default_factory=list)

    def _next(self, target: datetime) -> datetime | None:
        with self.stand_in.store.transaction():
            due = self.stand_in.store.next_due(int(target.timestamp()), None)
        found = [max(datetime.fromtimestamp(due[0], UTC), self.clock.at)] if due else []
        return min([*found, *(at for at in self._late if at <= target)], default=None)

    def run_schedules(self) -> None:
        for name in SCHEDULES:
            self._runs.run(name)

    def run(self, name: str, asked: Mapping[str, Any] | None = None) -> Any:
        return self._runs.run(name, asked)

    def around(self, at: datetime | str, before: Callable[[], Any], on: Callable[[], Any]) -> None:
        """A boundary, read one second before, at it, and one hour after: the hour of the draft changes nothing to see."""
        instant = moment(at) if isinstance(at, str) else at
        self.go(instant - SECOND)
        before()
        self.go(instant)
        on()
        self.go(instant + HOUR)
        on()
        self.boundaries += 1


def card(number: str = GOOD_CARD) -> dict[str, Any]:
    return {"card": number}
