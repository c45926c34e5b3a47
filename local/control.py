"""The controls under `/_local/`: health, clock, schedules, what was mailed and published, the issuer's documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.clock import ClockError, LocalClock
from local.cloud.api_events import Answer, Request
from local.cloud.functions import FunctionFailed
from local.cloud.gateway import json_answer, message
from local.cloud.schedules import Schedules
from local.issuer import Issuer
from local.stripe_stand_in import html

PREFIX = "/_local/"
RETURNED = f"{PREFIX}returned"  # where a checkout page sends the buyer whose request named no address
RUN = re.compile(r"/_local/schedules/([^/]+)/run")


@dataclass(slots=True)
class Control:
    """Answers the control routes; `ready` turns true when everything has started."""

    clock: LocalClock
    schedules: Schedules
    issuer: Issuer
    keys_url: str
    ready: bool = False
    events: Callable[[], list[dict[str, Any]]] = list  # what was published, newest first

    def answer(self, request: Request) -> Answer:
        """The answer to a path under `/_local/`."""
        run = RUN.fullmatch(request.path)
        if run is not None and request.method == "POST":
            return self._run(run[1], request)
        found = self._routes().get(f"{request.method} {request.path}")
        return message(404, "Not Found") if found is None else found(request)

    def _routes(self) -> dict[str, Callable[[Request], Answer]]:
        return {
            "GET /_local/health": lambda _: json_answer(200 if self.ready else 503, {"ready": self.ready}),
            "GET /_local/clock": lambda _: json_answer(200, self.clock.describe()),
            "POST /_local/clock": self._set_clock,
            "GET /_local/schedules": lambda _: json_answer(200, {"schedules": self.schedules.names()}),
            "GET /_local/emails": lambda _: json_answer(200, {"emails": []}),
            "GET /_local/events": lambda _: json_answer(200, {"events": self.events()}),
            f"GET {RETURNED}": lambda _: _returned(),
            "GET /_local/jwks.json": lambda _: json_answer(200, self.issuer.jwks()),
            "GET /_local/openid-configuration": lambda _: json_answer(200, self.issuer.configuration(self.keys_url)),
        }

    def _set_clock(self, request: Request) -> Answer:
        try:
            return json_answer(200, self.clock.change(_json(request)))
        except ClockError as refusal:
            return message(400, str(refusal))

    def _run(self, function: str, request: Request) -> Answer:
        if function not in self.schedules.names():
            return message(404, f"no scheduled function of that name; there are {', '.join(self.schedules.names())}")
        try:
            asked = _json(request) if request.body.strip() else {}
        except ClockError as refusal:
            return message(400, str(refusal))
        if not isinstance(asked, dict):
            return message(400, "the body, if there is one, is a JSON object: what the function is asked")
        try:
            return json_answer(200, self.schedules.run(function, asked))
        except FunctionFailed:
            return message(500, "the function raised; its traceback is in the log")


def _returned() -> Answer:
    page = html.message("You are back.", "Here your application's own page would be. Look at the balance now.")
    return Answer(200, (("content-type", "text/html; charset=utf-8"),), page.encode())


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as refusal:
        raise ClockError("the body is not JSON") from refusal
