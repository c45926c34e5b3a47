"""What the console is given of the run, and how it asks: the API, the run's own controls, the gateway's stand-in; every call timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloud.api_events import Answer, Request
from local.cloud.schedules import LastRun
from local.console.calls import NO_ANSWER, Call, Told, read
from local.console.watch import Watch

HERE = "127.0.0.1"
SETTLE_SECONDS = 10.0  # for the events of one click


@dataclass(frozen=True, slots=True)
class ConsoleGateway:
    """The stand-in. `answer` None instead of a status: it closed the connection. `settled` waits until no event is queued."""

    url: str
    answer: Callable[[Call], tuple[int, bytes] | None]
    settled: Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class Desk:
    """`api` and `local` answer in this process. `gateway` None: Stripe's own test mode."""

    base_url: str
    make: str
    kept_in: str
    service_key: str
    api: Callable[[Request], Answer]
    local: Callable[[Request], Answer]
    gateway: ConsoleGateway | None
    account_ids: Callable[[], list[str]]
    schedules: Callable[[], Mapping[str, int]]  # seconds between two runs, by name
    last_runs: Callable[[], Mapping[str, LastRun]]
    emails: Callable[[], list[dict[str, Any]]]
    events: Callable[[], list[dict[str, Any]]]
    new_key: Callable[[], str]
    watch: Watch
    form_token: str

    def ask(self, call: Call) -> Told:
        """One call, unnoted."""
        began = self.watch.elapsed()
        status, body = self._answered(call)
        return read(status, body, self.watch.milliseconds(began))

    def clock(self) -> Any:
        """`{now, frozen}`."""
        return self.ask(Call("local", "GET", "/_local/clock")).content

    def _answered(self, call: Call) -> tuple[int, bytes]:
        if call.place == "gateway":
            found = self.gateway.answer(call) if self.gateway else None
            return found or (NO_ANSWER, b"")
        given = (self.api if call.place == "api" else self.local)(self._request(call))
        return given.status, given.body

    def _request(self, call: Call) -> Request:
        headers = {"host": self.base_url.removeprefix("http://"), "user-agent": "lotbook-console"}
        if call.place == "api":
            headers["authorization"] = f"Bearer {self.service_key}"
        if call.body is not None:
            headers["content-type"] = "application/json"
        if call.key is not None:
            headers["idempotency-key"] = call.key
        return Request(
            call.method, call.path, headers, call.payload, f"console-{self.new_key()}", self.watch.now(), HERE
        )


@dataclass(slots=True)
class Asking:
    """The calls of one page: none of them changes anything. They are shown at its foot."""

    desk: Desk
    made: list[tuple[Call, Told]] = field(default_factory=list)

    def api(self, path: str) -> Any:
        """What a `GET` of the API answered; None where it was refused."""
        return self._done(Call("api", "GET", path))

    def local(self, path: str) -> Any:
        """The same of the run's own controls."""
        return self._done(Call("local", "GET", path))

    def gateway(self, path: str) -> Any:
        """The same of the stand-in's."""
        return self._done(Call("gateway", "GET", path))

    def _done(self, call: Call) -> Any:
        told = self.desk.ask(call)
        self.made.append((call, told))
        return None if told.problem else told.content
