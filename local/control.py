"""The controls under `/_local/`: health, clock, schedules, what was mailed and published, the issuer's documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from local.clock import ClockError, LocalClock
from local.cloud.api_events import Answer, Request
from local.cloud.functions import FunctionFailed
from local.cloud.gateway import json_answer, message
from local.cloud.schedules import Schedules
from local.console.app import Console
from local.issuer import Issuer
from local.stripe_stand_in import html
from local.stripe_stand_in.door import refusal
from lotbook.api.http.identity import is_id
from lotbook.domain.values.access import ROLES

PREFIX = "/_local/"
RETURNED = f"{PREFIX}returned"  # where a checkout page sends the buyer whose request named no address
BACK = "Here your application's own page would be. Look at the balance now, for example in the console."
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STARTING = html.message("Lotbook starts.", "Look again in a moment.")
RUN = re.compile(r"/_local/schedules/([^/]+)/run")
LOOK = re.compile(r"/_local/portal/([^/]+)/([^/]+)")


@dataclass(slots=True)
class Control:
    """Answers the control routes; `ready` turns true when everything has started."""

    clock: LocalClock
    schedules: Schedules
    issuer: Issuer
    keys_url: str
    port: int
    ready: bool = False
    events: Callable[[], list[dict[str, Any]]] = list  # what was published, newest first
    emails: Callable[[], list[dict[str, Any]]] = list  # and what was mailed
    look: Callable[[str, str], str | None] = lambda _account, _role: None  # a link into an account's billing page
    console: Console | None = None  # what a browser shows at `/`, when everything has started

    @staticmethod
    def answers(path: str) -> bool:
        """Whether the path is one of the local run's own, and none of the API's."""
        return Console.answers(path) or path.startswith(PREFIX)

    def answer(self, request: Request) -> Answer:
        """The answer to a path of the local run's own. A page of another origin, or a foreign Host, gets 403 (S13)."""
        refused = refusal(request.method, request.headers, self.port)
        if refused is not None:
            return message(403, refused)
        answer = self._answer(request)
        is_json = dict(answer.headers).get("content-type") == "application/json"
        return (
            replace(answer, body=answer.body + b"\n") if is_json else answer
        )  # a terminal's prompt begins on its own line

    def _answer(self, request: Request) -> Answer:
        if Console.answers(request.path):
            return self.console.answer(request) if self.console else _html(STARTING)
        run = RUN.fullmatch(request.path)
        if run is not None and request.method == "POST":
            return self._run(run[1], request)
        look = LOOK.fullmatch(request.path)
        if look is not None and request.method == "GET":
            return self._look(look[1], look[2])
        found = self._routes().get(f"{request.method} {request.path}")
        return message(404, "Not Found") if found is None else found(request)

    def _routes(self) -> dict[str, Callable[[Request], Answer]]:
        return {
            "GET /_local/health": lambda _: json_answer(200 if self.ready else 503, {"ready": self.ready}),
            "GET /_local/clock": lambda _: json_answer(200, self.clock.describe()),
            "POST /_local/clock": self._set_clock,
            "POST /_local/tokens": self._token,
            "GET /_local/schedules": lambda _: json_answer(200, {"schedules": self.schedules.names()}),
            "GET /_local/emails": lambda _: json_answer(200, {"emails": self.emails()}),
            "GET /_local/events": lambda _: json_answer(200, {"events": self.events()}),
            f"GET {RETURNED}": lambda _: _html(html.message("You are back.", BACK, link="/")),
            "GET /_local/jwks.json": lambda _: json_answer(200, self.issuer.jwks()),
            "GET /_local/openid-configuration": lambda _: json_answer(200, self.issuer.configuration(self.keys_url)),
        }

    def _set_clock(self, request: Request) -> Answer:
        try:
            return json_answer(200, self.clock.change(_json(request)))
        except ClockError as unclear:
            return message(400, str(unclear))

    def _token(self, request: Request) -> Answer:
        """A member's token for any account of this run, as an application's issuer would make it."""
        try:
            wanted = _json(request)
        except ClockError as malformed:
            return message(400, str(malformed))
        if not isinstance(wanted, dict) or set(wanted) != {"account_id", "role"}:
            return message(400, 'send {"account_id": "insurestack", "role": "owner"}')
        account_id, role = wanted["account_id"], wanted["role"]
        if not isinstance(account_id, str) or not is_id(account_id):
            return message(400, "account_id is 1 to 64 letters, digits, _ and -")
        if role not in ROLES:
            return message(400, f"role is one of {', '.join(ROLES)}")
        return json_answer(200, {"token": self.issuer.token(account_id, role)})

    def _look(self, account_id: str, role: str) -> Answer:
        """Into the billing page of an account, with a role: what an application's back end does for its user."""
        link = self.look(account_id, role) if is_id(account_id) and role in ROLES else None
        if link is None:
            return message(404, f"/_local/portal/<account>/<role>, the role one of {', '.join(ROLES)}")
        return Answer(303, (("location", link), ("cache-control", "no-store")), b"")

    def _run(self, function: str, request: Request) -> Answer:
        if function not in self.schedules.names():
            return message(404, f"no scheduled function of that name; there are {', '.join(self.schedules.names())}")
        try:
            asked = _json(request) if request.body.strip() else {}
        except ClockError as unclear:
            return message(400, str(unclear))
        if not isinstance(asked, dict):
            return message(400, "the body, if there is one, is a JSON object: what the function is asked")
        try:
            return json_answer(200, self.schedules.run(function, asked))
        except FunctionFailed:
            return message(500, "the function raised; its traceback is in the log")


def _html(page: str) -> Answer:
    headers = (("content-type", "text/html; charset=utf-8"), ("content-security-policy", POLICY))
    return Answer(200, headers, page.encode())


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as unclear:
        raise ClockError("the body is not JSON") from unclear
